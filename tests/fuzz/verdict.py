"""What must not come of an input, however damaged it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from click.testing import Result

# A message tells what to do: by an imperative, or by saying what is allowed.
_REMEDY = re.compile(
    r"\b(add|allowed|ask|change|check|choose|close|copy|correct|count|delete|did you mean|"
    r"divide|draw|end|fill in|get|give|go back|head|install|keep|leave|let|lower|make|"
    r"mark|mend|name|open|out of|pass|pick|put|raise|read|remove|rename|replace|run|save|"
    r"say|see|separate|set|spell|split|start|state|take|train|try|use|"
    r"work|write)\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"Traceback|<[\w.]+ object at|\bNoneType\b|\bKeyError\b|Quantity\(|Number\(")
_SUMMARY = re.compile(r"(and \d+ more\b.*|Usage: .*|Try '.*|\s*)")
_PLACE = re.compile(r"\S.*?: ")  # a file, an option, a key, a step: something before a colon


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong, and the words that show it."""

    what: str
    words: str


def faults(result: Result) -> list[Fault]:
    """What must not have come of a run of the command line."""
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        error = result.exception
        return [Fault("traceback", f"{type(error).__name__}: {str(error)[:200]}")]
    found = []
    if result.exit_code not in (0, 1, 2):
        found.append(Fault("exit code", str(result.exit_code)))
    if result.exit_code == 0:
        return found
    if result.exit_code == 2 and "Try '" in result.stderr:  # how Click tells what to do
        return found
    said = [line for line in result.stderr.splitlines() if not _SUMMARY.fullmatch(line)]
    if not said:
        found.append(Fault("silence", f"exit code {result.exit_code} and no message"))
    for line in said:
        if _CODE.search(line):
            found.append(Fault("a programmer's message", line))
        elif not _PLACE.match(line):
            found.append(Fault("no place", line))
        elif not _REMEDY.search(line):
            found.append(Fault("no remedy", line))
    return found

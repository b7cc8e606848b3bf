"""Recipe files: YAML in, a Recipe out, every error with its line and column, all at once.

title: Backpropagation, week 3
digits: 4
units: [saturated]
questions:
  - forward
  - {kind: gradient, count: 3, points: 6, difficulty: hard}
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from derive.network.errors import NetworkError, Notes, Problem, unknown
from derive.network.loader import built
from derive.network.values import read_whole
from derive.reading import named, read_bytes
from derive.reading.positions import compose
from derive.reading.words import comma_list, describe
from derive.worksheets.recipes.kinds import DIFFICULTIES, KINDS, UNITS, dials
from derive.worksheets.recipes.recipe import (
    LEAST_DIGITS,
    MOST_COUNT,
    MOST_DIGITS,
    MOST_POINTS,
    MOST_QUESTIONS,
    MOST_SPACE,
    MOST_TITLE,
    REPEATS,
    STEPS,
    Ask,
    Recipe,
    WorksheetError,
    no_dial,
    units_twice,
)

MAX_BYTES = 100_000
KEYS = ("title", "digits", "picture", "units", "repeat", "points_in", "questions")
QUESTION_KEYS = (
    "kind", "points", "count", "difficulty", "hints", "space", "guided", "given",
)  # fmt: skip
_WHOLE = {"points": (0, MOST_POINTS), "count": (1, MOST_COUNT), "space": (0, MOST_SPACE)}

# The recipes that come with derive: name → what for.
READY: dict[str, str] = {
    "warm-up": "a quarter of an hour: counting, a function, a forward pass, matching formulas",
    "homework": "the whole way from the inputs to the new weights, with hints and room to write",
    "exam": "seven questions with points, no hints",
    "find-the-mistake": "three derivations with a mistake in each",
    "diagnostics": "a saturated or a dead unit, another beside it, and what they do to gradients",
}


def recipe_from(source: Recipe | str | Path) -> Recipe:
    """A recipe as it is, by the name of a ready one, or from a file.

    Raises WorksheetError with every problem of the file, in the order of its lines.
    """
    if isinstance(source, Recipe):
        return source
    if str(source) in READY:
        return _read(_ready(str(source)), str(source))
    try:
        raw = read_bytes(source, MAX_BYTES)
        text = raw.decode("utf-8-sig")
    except FileNotFoundError:
        message = unknown("recipe", str(source), READY)
        raise WorksheetError(f"recipe: {message}, and the path of a recipe file") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise WorksheetError(f"{named(source)}: {reason}; give the path of a recipe file") from None
    except UnicodeDecodeError:
        raise WorksheetError(f"{source}: not UTF-8; save the file in UTF-8") from None
    if len(raw) > MAX_BYTES:
        raise WorksheetError(f"{source}: more than {MAX_BYTES} bytes; a recipe is a small file")
    return _read(text, str(source))


def _ready(name: str) -> str:
    return (Path(__file__).parent / "ready" / f"{name}.yaml").read_text(encoding="utf-8")


def _read(text: str, name: str) -> Recipe:
    composed = compose(text, {("questions",): MOST_QUESTIONS})
    try:
        return built(name, composed, KEYS, _build)
    except NetworkError as error:
        raise WorksheetError(str(error)) from None


def _build(data: Mapping[str, Any]) -> tuple[list[Problem], Recipe | None]:
    notes = Notes()
    values = _recipe(notes, data)
    return notes.problems, None if notes.problems else Recipe(**values)


def _recipe(notes: Notes, data: Mapping[str, Any]) -> dict[str, Any]:
    notes.unknown_keys((), data, KEYS)
    values: dict[str, Any] = {}
    if "title" in data:
        values["title"] = _title(notes, data["title"])
    if "digits" in data:
        values["digits"] = _whole(notes, ("digits",), data["digits"], LEAST_DIGITS, MOST_DIGITS)
    if "picture" in data:
        values["picture"] = _truth(notes, ("picture",), data["picture"])
    if "units" in data:
        values["units"] = _units(notes, data["units"])
    for key, allowed in (("repeat", REPEATS), ("points_in", STEPS)):
        if key in data and _word(notes, (key,), key, data[key], allowed):
            values[key] = data[key]
    questions = data.get("questions")
    if not isinstance(questions, list) or not questions:
        got = "an empty list" if isinstance(questions, list) else describe(questions)
        notes.problem(
            ("questions",),
            f"questions: got {got}; write one per line, as in - kind: forward; kinds are "
            f"{', '.join(KINDS)}",
        )
        return values
    asks = [_ask(notes, position, raw) for position, raw in enumerate(questions)]
    return {**values, "questions": tuple(ask for ask in asks if ask is not None)}


def _title(notes: Notes, raw: Any) -> str:
    if isinstance(raw, str) and 0 < len(raw.strip()) <= MOST_TITLE and "\n" not in raw.strip():
        return raw.strip()
    notes.problem(
        ("title",),
        f"title: got {describe(raw)}; allowed is one line of text of at most {MOST_TITLE} "
        "characters; put a number in quotation marks to make it text",
    )
    return ""


def _units(notes: Notes, raw: Any) -> tuple[str, ...]:
    """One name of units, or a list of them."""
    names = raw if isinstance(raw, list) else [raw]
    if not names:
        notes.problem(
            ("units",), f"units: got an empty list; allowed are {comma_list(UNITS)}; leave units "
            "out to have none of them",
        )  # fmt: skip
    fine = [
        _word(notes, ("units", place) if isinstance(raw, list) else ("units",), "units", name,
              tuple(UNITS))
        for place, name in enumerate(names)
    ]  # fmt: skip
    if all(fine) and (reason := units_twice(names)):
        notes.problem(("units",), reason)
    return tuple(names) if all(fine) else ()


def _ask(notes: Notes, position: int, raw: Any) -> Ask | None:
    """One question; a bare word is its kind."""
    path = ("questions", position)
    if isinstance(raw, str):
        return Ask(raw) if _word(notes, path, "kind", raw, tuple(KINDS)) else None
    if not isinstance(raw, Mapping) or "kind" not in raw:
        notes.problem(
            path, f"question {position + 1}: got {describe(raw)}; allowed are a kind, or a mapping "
            f"with kind; kinds are {', '.join(KINDS)}",
        )  # fmt: skip
        return None
    notes.unknown_keys(path, raw, QUESTION_KEYS)
    before = len(notes.problems)
    values: dict[str, Any] = {}
    for key, value in raw.items():
        if key in _WHOLE:
            values[key] = _whole(notes, (*path, key), value, *_WHOLE[key])
        elif key in ("hints", "guided", "given"):
            values[key] = _truth(notes, (*path, key), value)
        elif key in ("kind", "difficulty"):
            allowed = tuple(KINDS) if key == "kind" else DIFFICULTIES
            _word(notes, (*path, key), key, value, allowed)
            values[key] = value
    kind = values.get("kind")
    if isinstance(kind, str) and kind in KINDS:
        for key in values.keys() - {"kind", *dials(kind)}:
            notes.problem((*path, key), no_dial(kind, key), at_key=True)
    return Ask(**values) if len(notes.problems) == before else None


def _word(
    notes: Notes, path: tuple[str | int, ...], what: str, raw: Any, allowed: tuple[str, ...]
) -> bool:
    if raw in allowed and isinstance(raw, str):
        return True
    if isinstance(raw, str):
        notes.problem(path, unknown(what, raw, allowed))
    else:
        notes.problem(path, f"{what}: got {describe(raw)}; allowed are {', '.join(allowed)}")
    return False


def _truth(notes: Notes, path: tuple[str | int, ...], raw: Any) -> bool:
    if not isinstance(raw, bool):
        notes.problem(path, f"{path[-1]}: got {describe(raw)}; allowed are true, false")
    return raw is True


def _whole(notes: Notes, path: tuple[str | int, ...], raw: Any, low: int, high: int) -> int:
    try:
        return read_whole(raw, low, high)
    except ValueError as error:
        notes.problem(path, f"{path[-1]}: {error}")
        return low

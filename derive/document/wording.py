"""The sentences: one small text file each, so that a teacher replaces one by one file.

``templates/wording/<language>/independent.txt`` holds what is said where a weight does not
reach a loss term. ``<< w >>`` is filled with a formula or words, ``**…**`` is emphasised, lines
that begin with ``#`` explain. Alternatives, divided by a line ``---``, take turns, so that a
page does not say the same sentence over and over. A folder of one's own is looked through
first: the same file under ``wording/<language>/`` there replaces the built-in one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from derive.document.blocks import Inline, Person, Strong
from derive.expression.errors import DeriveError
from derive.expression.nodes import Expression
from derive.network.catalogue import ActivationUse
from derive.network.description import Network
from derive.notation import NEGATIVE, Names
from derive.resources import shipped_templates

_SPACE = re.compile(r"[ \t\n]+")  # a no-break space stays
_PLACE = re.compile(r"<<\s*(\w+)\s*>>")
_STRONG = re.compile(r"\*\*(.+?)\*\*")
DELTA = "δ"
Value = str | int | Expression | Inline


class WordingError(DeriveError, ValueError):
    """A sentence file cannot be used; the message begins with its place."""


class Wording:
    """The sentences of one language; remembers which alternative comes next.

    variants  where a sentence has a file with these at its end, that one is said instead:
              bias-known-minus-delta.txt where δ = −∂E/∂z, bias-known-threshold.txt and
              bias-known-threshold-minus-delta.txt where biases are thresholds; other sentences
              about biases have the words of threshold-words.txt then
    delta     how δ is written in the sentences
    """

    def __init__(
        self, language: str = "en", templates: Path | None = None,
        variants: tuple[str, ...] = (), delta: str = DELTA,
    ) -> None:  # fmt: skip
        self.variants = variants
        self._delta = delta
        self._folders = tuple(
            folder / "wording" / language
            for folder in (templates, shipped_templates())
            if folder is not None
        )
        self._used: Counter[str] = Counter()

    def __call__(self, sentence: str, **values: Value) -> Inline:
        """The next alternative of a sentence, filled in. Raises WordingError."""
        path, alternatives = _sentence(sentence, self._folders, self.variants)
        text = alternatives[self._used[sentence] % len(alternatives)]
        self._used[sentence] += 1
        return _filled(text.replace(DELTA, self._delta), values, path)

    def text(self, sentence: str, **values: str | int) -> str:
        """A sentence or word without formulas in it."""
        return "".join(part for part in self(sentence, **values) if isinstance(part, str))

    def activation(self, use: ActivationUse) -> str:
        """What an activation is called in a sentence: a formula of one's own by its name."""
        return use.title or self.text(f"activation-{use.name}")

    def number(self, count: int) -> str:
        """A small count as a word: 2 → two."""
        words = self.text("numbers").split()
        return words[count] if count < len(words) else str(count)

    def listing(self, items: tuple[Value, ...]) -> Inline:
        """a, b and c."""
        parts: list[str | Expression | Strong] = []
        for position, item in enumerate(items):
            if position:
                last = position == len(items) - 1
                parts.append(f" {self.text('and')} " if last else ", ")
            parts.extend(_as_inline(item))
        return tuple(parts)


THRESHOLD, MINUS_DELTA = "threshold", "minus-delta"


def wording(network: Network, names: Names, templates: Path | None = None) -> Wording:
    """The sentences about a network: those about thresholds, and about δ = −∂E/∂z, where it has
    them; δ in the letter of the notation."""
    return Wording("en", templates, variants(network), names.delta)


def variants(network: Network) -> tuple[str, ...]:
    """Which sentences a network needs instead of the usual ones."""
    return (
        *((THRESHOLD,) if network.has_thresholds else ()),
        *((MINUS_DELTA,) if network.delta_sign == NEGATIVE else ()),
    )


@cache
def _sentence(
    name: str, folders: tuple[Path, ...], variants: tuple[str, ...]
) -> tuple[Path, tuple[str, ...]]:
    endings = ["-".join(("", *variants)), *(f"-{one}" for one in variants), ""]
    for ending in dict.fromkeys(endings):
        found = _file(f"{name}{ending}", folders)
        if found is None:
            continue
        path, text = found
        if THRESHOLD in variants and THRESHOLD not in ending:
            text = _with_words(text, THRESHOLD, folders)
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        parts = re.split(r"(?m)^---$", "\n".join(lines))
        return path, tuple(_SPACE.sub(" ", part).strip(" ") for part in parts)
    raise WordingError(f"there is no sentence {name!r}")


def _file(name: str, folders: tuple[Path, ...]) -> tuple[Path, str] | None:
    """The first file of that name, and what it says."""
    for folder in folders:
        path = folder / f"{name}.txt"
        try:
            return path, path.read_text(encoding="utf-8")
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError) as error:
            raise WordingError(f"{path}: cannot be read: {error}") from error
    return None


def _with_words(text: str, variant: str, folders: tuple[Path, ...]) -> str:
    """The text with other words, two in a line of VARIANT-words.txt; what is filled in stays."""
    found = _file(f"{variant}-words", folders)
    pairs = [line.split() for line in found[1].splitlines()] if found else []
    table = {pair[0]: pair[1] for pair in pairs if len(pair) == 2}
    if not table:
        return text
    word = re.compile(r"<<[^<>]*>>|\b(?:" + "|".join(map(re.escape, table)) + r")\b")
    return word.sub(lambda match: table.get(match[0], match[0]), text)


def _filled(text: str, values: dict[str, Value], path: Path) -> Inline:
    parts: list[str | Expression | Strong] = []
    position = 0
    for match in _PLACE.finditer(text):
        parts.extend(_emphasised(text[position : match.start()]))
        name = match[1]
        if name not in values:
            there = ", ".join(sorted(values)) or "none"
            raise WordingError(f"{path}: << {name} >> is not known here; use one of: {there}")
        parts.extend(_as_inline(values[name]))
        position = match.end()
    parts.extend(_emphasised(text[position:]))
    return merged(parts)


def _as_inline(value: Value) -> Inline:
    if isinstance(value, tuple):
        return value
    return (value if isinstance(value, (Expression, Person)) else str(value),)


def _emphasised(text: str) -> list[str | Strong]:
    parts: list[str | Strong] = []
    for position, piece in enumerate(_STRONG.split(text)):
        if piece:
            parts.append(Strong(piece) if position % 2 else piece)
    return parts


def merged(parts: Iterable[str | Expression | Strong]) -> Inline:
    """Neighbouring strings as one; names of people stay apart."""
    found: list[str | Expression | Strong] = []
    for part in parts:
        before = found[-1] if found else None
        if _is_words(part) and _is_words(before):
            found[-1] = f"{before}{part}"
        else:
            found.append(part)
    return tuple(found)


def _is_words(part: object) -> bool:
    return isinstance(part, str) and not isinstance(part, Person)

"""Why an answer cannot be read, told to whoever wrote it: in the names of their sheet.

Readers say what is wrong as a ``Fault``; its sentence is the macro ``fault_<kind>`` of the wording,
and a student reads nothing else.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from functools import cached_property

from derive.document.wording import Wording, in_macros
from derive.expression.nodes import ACTIVATION, DELTA, PRE_ACTIVATION, WEIGHT, Quantity
from derive.notation import Names
from derive.notation.spelling import GREEK

_LONGEST = 40  # characters of an answer that are repeated
_SIGNS = str.maketrans("", "", "_^(){}[],.· ")
_GREEK = {letter: name[0] for name, letter in GREEK.items()}
_LIKE = 0.6  # how near a name must be to be the one that was meant


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an answer.

    kind   the sentence that says it
    one    what of the answer it is about; ``two``: what stands beside that, or should
    """

    kind: str
    one: str = ""
    two: str = ""


class Faults:
    """Tells faults in the names of a sheet."""

    def __init__(self, names: Names, words: Wording | None = None) -> None:
        self._names = names
        self._words = words or Wording()

    def __call__(self, fault: Fault | None) -> str:
        """The sentence; "" for no fault."""
        if fault is None:
            return ""
        kind, meant = fault.kind, ""
        if kind == "unknown-name" and (meant := self._meant(fault.one)):
            kind = "unknown-name-near"
        return self._words.text(
            f"fault_{in_macros(kind)}", one=_cut(fault.one), two=_cut(fault.two), meant=meant,
            names=self._some, example=self._example, derivative=self._derivative,
        )  # fmt: skip

    @cached_property
    def _every(self) -> tuple[Quantity, ...]:
        return tuple(self._names.quantities())

    def _first(self, kind: str) -> str:
        return next((self._names.text(q) for q in self._every if q.kind == kind), "")

    @cached_property
    def _some(self) -> str:
        """A few of the names: W1, a_h1, δ_h1."""
        return ", ".join(filter(None, map(self._first, (WEIGHT, ACTIVATION, DELTA))))

    @cached_property
    def _example(self) -> str:
        """A formula that is no answer: a_h1·(1 − W1)."""
        return f"{self._first(ACTIVATION)}·(1 − {self._first(WEIGHT)})"

    @cached_property
    def _derivative(self) -> str:
        """∂a_h1/∂h1"""
        return f"∂{self._first(ACTIVATION)}/∂{self._first(PRE_ACTIVATION)}"

    def _meant(self, typed: str) -> str:
        """The name that is most like what was typed; "" where none is, or two are as much."""
        alike: dict[str, str] = {}
        for quantity in self._every:
            for spelling in (self._names.text(quantity), self._names.code(quantity)):
                alike.setdefault(_plain(spelling), self._names.text(quantity))
        bare = _plain(typed)
        close = get_close_matches(bare, alike, 2, _LIKE)
        ratios = [SequenceMatcher(None, name, bare).ratio() for name in close]
        return alike[close[0]] if close and ratios[1:] != ratios[:1] else ""


def _plain(name: str) -> str:
    """A name without what is easily written in another way: δ⁽²⁾₁ and delta2_1 → d21."""
    text = unicodedata.normalize("NFKC", name).casefold().translate(_SIGNS)
    for letter, word in sorted(GREEK.items(), key=lambda pair: -len(pair[0])):
        text = text.replace(letter, word)
    return re.sub("|".join(_GREEK), lambda m: _GREEK[m[0]], text)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"

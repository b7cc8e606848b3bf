"""The names of a sheet, found in what somebody typed: in every spelling of them, and also several
that stand beside each other without a sign between.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from derive.expression.nodes import ACTIVATION, BIAS, DELTA, PRE_ACTIVATION, TARGET, Quantity
from derive.expression.typed.formula import CONSTANTS, FormulaError
from derive.graph import E
from derive.notation import Names
from derive.notation.spelling import GREEK, SUPERSCRIPTS
from derive.worksheets.marking.reading.spelling import signs

_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
IN_WORD = re.compile(rf"[^\W{_RAISED}¼-¾⅐-⅞]")
_BEFORE = re.compile(rf"[^\W\d{_RAISED}]")  # what no name begins behind
_ABOVE = re.compile(r"([^\W\d_]+)\^\((\w+)\)(?:_(\w+))?")  # w^(1)_11: a base, above it, below it
_NUMBER_E = re.compile(r"(?<=[\d.])E(?:\d|\s*[+-]\s*\d)")  # 1.2E-3, where there is an E
_POWER = re.compile(r"\s*(?:\^|\*\*)")
_WORDS = {letter: word for word, letter in GREEK.items()}
_OF_ONE_UNIT = frozenset({ACTIVATION, PRE_ACTIVATION, DELTA, BIAS, TARGET})
_TAKEN = frozenset({*CONSTANTS, "d", "x", "X"})  # x is a sign of products as well
_MOST_TRIES = 4_000  # of one text, at names that stand beside each other


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a text: what it is of, where it begins and ends."""

    quantity: Quantity
    start: int
    end: int


class Lexicon:
    """The names of one sheet.

    functions  those that may stand before a bracket: there f is no name
    """

    def __init__(self, names: Names, functions: Collection[str]) -> None:
        self.names = names
        self._functions = tuple(functions)

    def at(self, text: str, start: int) -> Mention | None:
        """The longest name that begins there and ends where a word may end."""
        fitting = [
            Mention(quantity, start, end) for end, quantity in self._ends(text, start)
            if not IN_WORD.match(text, end)
        ]  # fmt: skip
        return fitting[-1] if fitting else None

    def find(self, text: str) -> Iterator[Mention]:
        """Every name in a text, from left to right: W5a_h1 is W5 and a_h1.

        Raises FormulaError where a word can be parted into names in two ways.
        """
        place, tries = 0, _MOST_TRIES
        while place < len(text):
            names: list[Mention] = []
            if self._may_begin(text, place):
                whole = self.at(text, place)
                names, tries = ([whole], tries) if whole else self._parted(text, place, tries)
            yield from names
            place = names[-1].end if names else place + 1

    def _may_begin(self, text: str, place: int) -> bool:
        """Whether a name may begin there: behind no letter, and where no function is called."""
        if place and _BEFORE.match(text[place - 1]):
            return False
        return not _NUMBER_E.match(text, place) and not self._is_call(text, place)

    def _is_call(self, text: str, place: int) -> bool:
        return any(
            text.startswith(name, place) and text[place + len(name) :].lstrip()[:1] == "("
            for name in self._functions
        )

    def _parted(self, text: str, start: int, tries: int) -> tuple[list[Mention], int]:
        """The names that a word is made of, none where it is made of anything else; and how often
        more may be tried."""
        ways: list[list[Mention]] = []
        waiting: list[tuple[int, list[Mention]]] = [(start, [])]
        while waiting and tries and len(ways) < 2:
            tries -= 1
            place, before = waiting.pop()
            if before and self._ends_word(text, place):
                ways.append(before)
                continue
            waiting += [
                (end, [*before, Mention(quantity, place, end)])
                for end, quantity in self._ends(text, place)
            ]
        if len(ways) > 1:
            word = text[start : max(way[-1].end for way in ways)]
            raise FormulaError(
                f"{word} can be read in two ways", start + 1, "write * between the names",
                "two-ways", word,
            )  # fmt: skip
        return (ways[0] if ways else []), tries

    def _ends_word(self, text: str, place: int) -> bool:
        """Whether names stop there: before no letter, a function that is called, a power of e."""
        if not IN_WORD.match(text, place) or self._is_call(text, place):
            return True
        return any(
            text.startswith(name, place) and _POWER.match(text, place + len(name))
            for name in CONSTANTS
        )

    def _ends(self, text: str, start: int) -> Iterator[tuple[int, Quantity]]:
        """Where the names that begin there end, and which they are, the shortest first."""
        exact, loose, longest = self._spelled
        for end in range(start + 1, min(start + longest, len(text)) + 1):
            typed = text[start:end]
            if typed in exact:
                yield end, exact[typed]
            elif "_" not in (typed[0], typed[-1]) and (bare := typed.replace("_", "")) in loose:
                yield end, loose[bare]

    # -- spellings ------------------------------------------------------------------------------

    @cached_property
    def _spelled(self) -> tuple[dict[str, Quantity], dict[str, Quantity], int]:
        """Names as they are spelled; without their _, where that is no other's name; and the most
        characters of one."""
        exact: dict[str, Quantity] = {}
        for spellings in (self._spellings, self._other_spellings):  # the sheet's own first
            for quantity in self.names.quantities():
                for spelling in spellings(quantity):
                    exact.setdefault(spelling, quantity)
        short: dict[str, set[Quantity]] = {}
        for spelling, quantity in exact.items():
            if self._is_only(quantity) and spelling[-1:] == "1":
                short.setdefault(spelling[:-1].rstrip("_"), set()).add(quantity)
        whole = self.names.text(E).partition("_")[0]  # ∂E/∂o1, where the sheet says E_Total
        short.setdefault(whole, set()).add(E)
        loose: dict[str, set[Quantity]] = {}
        for spelling, quantity in exact.items():
            loose.setdefault(spelling.replace("_", ""), set()).add(quantity)
        for name, of in short.items():
            others = {*exact, *loose, *_TAKEN, *self._functions}
            for one in dict.fromkeys((name, name.replace("_", ""))):  # y_hat, yhat
                if one and len(of) == 1 and one not in others:
                    exact[one] = next(iter(of))
        longest = 2 * max(map(len, exact), default=0)  # a _ may stand between any two
        return exact, {key: next(iter(of)) for key, of in loose.items() if len(of) == 1}, longest

    def _is_only(self, quantity: Quantity) -> bool:
        """Whether there is no other unit in its layer, so that ŷ says as much as ŷ₁."""
        sizes = self.names.shape.sizes
        layer = -1 if quantity.kind == TARGET else quantity.layer
        return quantity.kind in _OF_ONE_UNIT and quantity.unit == 0 and sizes[layer] == 1

    def _spellings(self, quantity: Quantity) -> Iterator[str]:
        for spelling in (
            self.names.text(quantity), self.names.code(quantity), self.names.latex(quantity),
        ):  # fmt: skip
            bare = signs(spelling)
            yield bare
            yield bare.replace("((", "(").replace("))", ")")  # w^((1))_11 of w^{(1)}_{11}

    def _other_spellings(self, quantity: Quantity) -> Iterator[str]:
        """δ^{(2)}_1 as δ_1^{(2)}, δ₁⁽²⁾, δ²₁, delta^(2)_1 …

        What is above comes last only in brackets: a_1^2 may be a power.
        """
        for spelling in (*self._spellings(quantity),):
            match = _ABOVE.fullmatch(spelling)
            if match is None:
                continue
            letter, above, below = match[1], match[2], f"_{match[3]}" if match[3] else ""
            raised = above.translate(SUPERSCRIPTS)
            for base in (letter, _WORDS.get(letter, letter)):
                for index in (f"^(({above}))", f"^({above})", f"⁽{raised}⁾"):
                    yield f"{base}{index}{below}"
                    yield f"{base}{below}{index}"
                if below:
                    yield f"{base}^{above}{below}"
                    yield f"{base}{raised}{below}"

"""What the names and functions of a page mean, and what its formulas come to.

A derivative is the difference quotient of what the page has said so far.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.document.entries import half_unit
from tests.writers.formula_reader import FUNCTIONS, STEP, M, Meaning, Reader, Values

SCHOOL = {"ln": "ln", "tanh": "tanh", "cosh": "cosh", "sinh": "sinh", "max": "max", "min": "min",
          "exp": "exp", "√": "sqrt", "sign": "sign", "erf": "erf", "sin": "sin", "cos": "cos",
          "arctan": "atan"}  # fmt: skip
_NUMBER = r"\d+(?:\.\d+)?(?:·10[⁻⁰-⁹¹²³]+)?"
NUMBERS = re.compile(rf"(?<![\w.⟨]){_NUMBER}(?![A-Za-z_\d⟩])")
SHOWN = re.compile(rf"−?{_NUMBER}$")
_WORDS = re.compile(rf"(?:{'|'.join(SCHOOL)}|\bif\b|\botherwise\b|\be\b|[π⁰¹²³⁴⁵⁶⁷⁸⁹])")
_MARK = re.compile(r"⟨(\d+)⟩$")

FUNCTIONS.update(sign=M.sign, erf=M.erf)


class _Formulas(Reader):
    """Reads formulas with the functions that the page has defined."""

    own: Mapping[str, Meaning]

    def applied(self, function: str, arguments: list[Meaning]) -> Meaning:
        if function not in self.own:
            return super().applied(function, arguments)
        body = self.own[function]

        def call(v: Values) -> Any:
            (x,) = (argument(v) for argument in arguments)
            return body(Values(lambda name: x, v.partial))

        return call


class World:
    """Names, functions and given values, as far as they are known."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {"x": "x"}
        self.given: list[dict[str, Any]] = [{}]
        self.typed: set[str] = set()  # numbers as they were given: not rounded
        self.digits = 0  # decimals of displayed numbers
        self.definitions: dict[str, Meaning] = {}
        self.functions: dict[str, Meaning] = {}
        self.worlds: dict[int, Values] = {}
        self._words = (0, 0)
        self._read: dict[str, Meaning] = {}

    def read(self, source: str) -> Meaning:
        """What a formula means. Raises AssertionError where a name or function is unknown.

        What was read is remembered until a name or a function is added.
        """
        words = len(self.names), len(self.functions)
        if words != self._words:
            self._words = words
            self._read.clear()
        if source not in self._read:
            self._read[source] = self._reading(source)
        return self._read[source]

    def _reading(self, source: str) -> Meaning:
        known = {**SCHOOL, **{name: name for name in self.functions}}
        reader = _Formulas(
            source, self.names, dict(sorted(known.items(), key=lambda f: -len(f[0])))
        )
        reader.own = dict(self.functions)
        return reader.read()

    def value(self, source: str) -> Any:
        """The value of a formula, of the first example."""
        world = self.worlds.setdefault(0, self.world({}))
        return self.read(source)(world)

    def world(self, moved: Mapping[str, Any], example: int = 0) -> Values:
        """Values of names, some of them moved and everything above them moving along."""
        known: dict[str, Any] = {}

        def value(name: str) -> Any:
            if mark := _MARK.search(name):
                return self.world(moved, int(mark[1]) - 1).value(name[: mark.start()])
            if name in moved:
                return moved[name]
            if name not in known:
                if name in self.definitions:
                    known[name] = self.definitions[name](world)
                else:
                    assert name in self.given[example], f"{name} is used before it is defined"
                    known[name] = self.given[example][name]
            return known[name]

        def partial(of: str, by: str) -> Any:
            here = example
            if mark := _MARK.search(of):
                here, of = int(mark[1]) - 1, of[: mark.start()]
            base = self.world(moved, here).value(by) if here != example else value(by)
            up, down = (self.world({**moved, by: base + s * STEP}, here).value(of) for s in (1, -1))
            return (up - down) / (2 * STEP)

        slopes: dict[tuple[str, str], Any] = {}

        def remembered(of: str, by: str) -> Any:
            if (of, by) not in slopes:
                slopes[of, by] = partial(of, by)
            return slopes[of, by]

        world = Values(value, remembered)
        return world

    def arithmetic(self, member: str) -> bool:
        """Whether a member is made of digits alone, no name in it."""
        return not re.search(r"[^\W\d]", _WORDS.sub(" ", self._without_functions(member)))

    def _without_functions(self, member: str) -> str:
        for name in sorted(self.functions, key=len, reverse=True):
            member = member.replace(f"{name}(", "(")
        return member

    def _as_given(self, text: str) -> bool:
        """Whether a number can only be one that was given: it has too few decimals for another."""
        return text in self.typed and len(text.partition(".")[2]) < self.digits

    def possible_error(self, member: str) -> Any:
        """How far half a unit of every rounded number can move the member's value."""
        here = self.value(member)
        total = M.mpf(10) ** -30
        for found in NUMBERS.finditer(member):
            if self._as_given(found[0]) and not SHOWN.fullmatch(member):
                continue
            half = half_unit(found[0])
            if half:
                more = f"({found[0]} + {M.nstr(half, 20, min_fixed=-60, max_fixed=60)})"
                moved = member[: found.start()] + more + member[found.end() :]
                total += abs(self.value(moved) - here)
        return total * (1 if SHOWN.fullmatch(member) else M.mpf("1.05"))

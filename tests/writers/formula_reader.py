"""An independent reader of printed formulas: what a careful person would compute from the page.

It knows the symbols of a page (names, functions) and the rules of precedence taught at school,
and nothing of the trees that were printed. A formula is read into a function of the values of
its names, so that a derivative can be formed as a difference quotient.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from mpmath.ctx_mp import MPContext

M = MPContext()
M.dps = 60
STEP = M.mpf(10) ** -20

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp": M.exp, "ln": M.log, "sqrt": M.sqrt, "tanh": M.tanh, "cosh": M.cosh, "max": max,
    "min": min, "abs": abs, "sigmoid": lambda x: 1 / (1 + M.exp(-x)),
}  # fmt: skip
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b, "≤": lambda a, b: a <= b, ">": lambda a, b: a > b,
    "≥": lambda a, b: a >= b, "=": lambda a, b: a == b, "≠": lambda a, b: a != b,
}  # fmt: skip
LATEX_SIGNS = {r"\lt": "<", r"\le": "≤", r"\gt": ">", r"\ge": "≥", r"\ne": "≠", "=": "="}
RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True))


@dataclass(frozen=True)
class Values:
    """What names mean: a value for each, moved by ``shift`` where a derivative is formed."""

    value: Callable[[str], Any]
    partial: Callable[[str, str], Any]
    shift: Mapping[str, Any] = field(default_factory=dict)
    index: tuple[str, str] = ("", "")  # the summation index and the example it stands for

    def resolved(self, name: str) -> str:
        return name.replace(*self.index) if self.index[0] else name

    def __call__(self, name: str) -> Any:
        name = self.resolved(name)
        return self.value(name) + self.shift.get(name, 0)


Meaning = Callable[[Values], Any]


@cache
def _any_of(names: frozenset[str]) -> re.Pattern[str]:
    """The longest of some names; nothing where there are none."""
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return re.compile("|".join(map(re.escape, longest_first)) or "(?!)")


class Reader:
    """Reads one printed formula; ``names`` maps each printed name to its key."""

    minus = ("−",)
    times = ("·",)
    over = ("/",)
    raised = True

    def __init__(self, source: str, names: Mapping[str, str], functions: Mapping[str, str]) -> None:
        self.source = source
        self.position = 0
        self.names = names
        self.any_name = _any_of(frozenset(names))
        self.functions = functions

    def read(self) -> Meaning:
        meaning = self.sum()
        self.skip()
        assert self.position == len(self.source), f"cannot read {self.source[self.position :]!r}"
        return meaning

    # -- characters --------------------------------------------------------------------------

    def skip(self) -> None:
        while self.source[self.position : self.position + 1].isspace():
            self.position += 1

    def take(self, *options: str) -> str:
        """The first option that comes next, and pass it."""
        self.skip()
        for option in options:
            if self.source.startswith(option, self.position):
                self.position += len(option)
                return option
        return ""

    def need(self, option: str) -> None:
        assert self.take(option), f"{option!r} expected at {self.source[self.position :]!r}"

    def match(self, pattern: str) -> re.Match[str] | None:
        self.skip()
        if found := re.compile(pattern).match(self.source, self.position):
            self.position = found.end()
        return found

    # -- grammar -----------------------------------------------------------------------------

    def sum(self) -> Meaning:
        negative = bool(self.take(*self.minus))
        first = self.term()
        total: Meaning = (lambda v: -first(v)) if negative else first
        while sign := self.take("+", *self.minus):
            total = self._plus(total, self.term(), sign == "+")
        return total

    def _plus(self, left: Meaning, right: Meaning, plus: bool) -> Meaning:
        return lambda v: left(v) + right(v) if plus else left(v) - right(v)

    def term(self) -> Meaning:
        product = self.factor()
        while sign := self.take(*self.times, *self.over):
            product = self._times(product, self.factor(), sign in self.times)
        return product

    def _times(self, left: Meaning, right: Meaning, times: bool) -> Meaning:
        return lambda v: left(v) * right(v) if times else left(v) / right(v)

    def factor(self) -> Meaning:
        base = self.atom()
        exponent = self.exponent()
        return self._power(base, exponent) if exponent else base

    def _power(self, base: Meaning, exponent: Meaning) -> Meaning:
        def power(v: Values) -> Any:
            x, n = base(v), exponent(v)
            return x ** int(n) if n == int(n) else M.power(x, n)

        return power

    def exponent(self) -> Meaning | None:
        if self.raised and (digits := self.match("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")):
            value = M.mpf("".join(RAISED[d] for d in digits[0]))
            return lambda v: value
        return self.atom() if self.take("^") else None

    def name(self) -> str | None:
        self.skip()
        if found := self.any_name.match(self.source, self.position):
            self.position = found.end()
            return self.names[found[0]]
        return None

    def number(self) -> Meaning | None:
        if digits := self.match(r"\d+(\.\d+)?"):
            value = M.mpf(digits[0])
            return lambda v: value
        return None

    def bracket(self, close: str) -> Meaning:
        inside = self.sum()
        self.need(close)
        return inside

    def arguments(self, close: str) -> list[Meaning]:
        found = [self.sum()]
        while self.take(","):
            found.append(self.sum())
        self.need(close)
        return found

    def applied(self, function: str, arguments: list[Meaning]) -> Meaning:
        f = FUNCTIONS[function]
        return lambda v: f(*(argument(v) for argument in arguments))

    def partial(self, of: Meaning, of_name: str | None, by: str) -> Meaning:
        """∂of/∂by: of a name, what the page says it is; of a formula, a difference quotient."""
        if of_name is not None:
            return lambda v: v.partial(v.resolved(of_name), v.resolved(by))

        def quotient(v: Values) -> Any:
            up = of(replace(v, shift={v.resolved(by): STEP}))
            return (up - of(replace(v, shift={v.resolved(by): -STEP}))) / (2 * STEP)

        return quotient

    def summed(self, body: Meaning, letter: str, count: int) -> Meaning:
        return lambda v: sum(
            body(replace(v, index=(f"⟨{letter}⟩", f"⟨{k}⟩"))) for k in range(1, count + 1)
        )

    def chosen(self, cases: list[tuple[Meaning, Meaning | None]]) -> Meaning:
        def choose(v: Values) -> Any:
            return next(value(v) for value, holds in cases if holds is None or holds(v))

        return choose

    def comparison(self, signs: Mapping[str, str]) -> Meaning:
        left = self.sum()
        sign = COMPARE[signs[self.take(*signs)]]
        right = self.sum()
        return lambda v: sign(left(v), right(v))

    # -- what stands in text -----------------------------------------------------------------

    def atom(self) -> Meaning:
        if self.take("____("):
            raise AssertionError("a blank has no value")
        if self.take("∂"):
            return self.text_partial()
        if self.take("d("):
            return self.text_derivative()
        if found := self.match(r"Σ_\{(\w)=1\.\.(\d+)\} "):
            return self.summed(self.term(), found[1], int(found[2]))
        if self.take("{ "):
            return self.text_cases()
        if self.take("("):
            return self.bracket(")")
        if self.take("["):
            return self.bracket("]")
        if self.take("|"):
            return self.applied("abs", [self.bracket("|")])
        for printed, function in self.functions.items():
            if self.take(f"{printed}("):
                return self.applied(function, self.arguments(")"))
        key = self.name()
        if key is not None:
            return lambda v: v(key)
        if self.take("π"):
            return lambda v: +M.pi
        if self.take("e"):
            return lambda v: +M.e
        number = self.number()
        assert number, f"cannot read {self.source[self.position :]!r}"
        return number

    def text_partial(self) -> Meaning:
        start = self.position
        of_name = self.name()
        if of_name is None:
            self.position = start
            of = self.atom()
        else:
            of = self._named(of_name)
        self.need("/∂")
        by = self.name()
        assert by is not None
        return self.partial(of, of_name, by)

    def text_derivative(self) -> Meaning:
        """d(formula)/dx: the one name in it is x."""
        of = self.bracket(")")
        self.need("/d")
        by = self.name()
        assert by is not None
        return self.partial(of, None, by)

    def _named(self, key: str) -> Meaning:
        return lambda v: v(key)

    def text_cases(self) -> Meaning:
        cases: list[tuple[Meaning, Meaning | None]] = []
        while True:
            value = self.sum()
            if self.take("otherwise }"):
                return self.chosen([*cases, (value, None)])
            self.need("if")
            cases.append((value, self.comparison({sign: sign for sign in COMPARE})))
            self.need(";")


class LatexReader(Reader):
    """The same formulas in LaTeX."""

    minus = ("-",)
    times = (r"\cdot",)
    raised = False
    sizes = r"(?:\\left|\\bigl|\\Biggl)? ?"
    closing = r"(?:\\right|\\bigr|\\Biggr)? ?"

    def exponent(self) -> Meaning | None:
        if not self.take("^"):
            return None
        return self.group() if self.take("{") else self.atom_of_one_character()

    def atom_of_one_character(self) -> Meaning:
        rest, self.source = self.source, self.source[: self.position + 1]
        meaning = self.atom()
        self.source = rest
        return meaning

    def group(self) -> Meaning:
        inside = self.sum()
        self.need("}")
        return inside

    def need(self, option: str) -> None:
        if option in (")", "]"):
            assert self.match(self.closing + re.escape(option)), self.source[self.position :]
        else:
            super().need(option)

    def atom(self) -> Meaning:
        if self.take(r"\frac{\partial}{\partial ", r"\frac{d}{d "):  # before its argument
            by = self.name()
            self.need("}")
            assert by is not None
            return self.partial(self.atom(), None, by)
        if d := self.take(r"\frac{\partial ", r"\frac{d "):
            return self.latex_partial(d.removeprefix(r"\frac{"))
        if self.take(r"\frac{"):
            above = self.group()
            self.need("{")
            return self._times(above, self.group(), times=False)
        if self.take(r"\sqrt{"):
            return self.applied("sqrt", [self.group()])
        if found := self.match(r"\\sum_\{(\w)=1\}\^\{?(\d+)\}? "):
            return self.summed(self.term(), found[1], int(found[2]))
        if self.take(r"\begin{cases}"):
            return self.latex_cases()
        if self.match(self.sizes + r"\("):
            return self.bracket(")")
        if self.match(self.sizes + r"\["):
            return self.bracket("]")
        if self.match(self.sizes + r"\\lvert"):
            inside = self.sum()
            assert self.match(self.closing + r"\\rvert")
            return self.applied("abs", [inside])
        for printed, function in self.functions.items():
            if self.match(re.escape(printed) + " ?" + self.sizes + r"\("):
                return self.applied(function, self.arguments(")"))
        key = self.name()
        if key is not None:
            return self._named(key)
        if self.take(r"\pi"):
            return lambda v: +M.pi
        if self.take("e"):
            return lambda v: +M.e
        number = self.number()
        assert number, f"cannot read {self.source[self.position :]!r}"
        return number

    def latex_partial(self, d: str) -> Meaning:
        of_name = self.name()
        of = self._named(of_name) if of_name is not None else self.atom()
        self.need(f"}}{{{d}")
        by = self.name()
        assert by is not None
        self.need("}")
        return self.partial(of, of_name, by)

    def latex_cases(self) -> Meaning:
        cases: list[tuple[Meaning, Meaning | None]] = []
        while True:
            value = self.sum()
            if self.take(r"& \text{otherwise} \end{cases}"):
                return self.chosen([*cases, (value, None)])
            self.need(r"& \text{if }")
            cases.append((value, self.comparison(LATEX_SIGNS)))
            self.need(r"\\")

"""What all languages have in common: SymPy's printers with their faults mended.

- A sum or product that was not evaluated is printed in the order it has: (1 − t) − e·r keeps its
  digits where t is 1, and −e·r − t + 1 does not. SymPy sorts it.
- Every part stands in brackets where its place asks for them (``rust_code`` of a·d·(1 − a) is
  another product: ``a*d*-a + 1.0``).
- A number is the shortest text that is read as the same double; 1/3 is no division of integers.
- x² is x·x, and a derivative's 1/x² is a quotient.
- A choice takes one side alone: ``octave_code`` multiplies both by 0 or 1, and 0·∞ is NaN. The sign
  of 0 is 0: ``pycode`` asks ``copysign``, which says 1.
- What a language lacks is told in ``used``, for the file to define it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import sympy  # type: ignore[import-untyped]

from derive.algebra.convert import AsItStands
from derive.algebra.functions import Named, named
from derive.algebra.languages import special
from derive.expression.functions import Function
from derive.expression.nodes import Quantity

# How tightly a text holds together; a part is bracketed where its place asks for more.
CASES, SUM, PRODUCT, POWERED, ATOM = range(5)

_NAMES = {
    "log": "ln", "Abs": "abs", "Max": "max", "Min": "min",
    **{name: name for name in ("exp", "sin", "cos", "sinh", "cosh", "tanh", "atan", "erf", "erfc",
                               "sign")},
}  # fmt: skip
_SMALL_POWERS = (2, 3, 4)


class Ordered:
    """Goes before a printer of SymPy's among the bases of a language.

    calls     function → how it is called, where SymPy does not know or is wrong: a name, or a text
              with {} for every argument, {all} for all and {count} for how many they are
    lacking   function → the one that is defined in its place, for what the language lacks
    texts     function → the text of its definition, where a formula does not say it
    loose     how tightly a call holds together that is written with an operator
    choice    how a choice looks, and how tightly it holds together
    integral  whether 1 may be written for 1.0
    """

    calls: ClassVar[Mapping[str, str]] = MappingProxyType({})
    loose: ClassVar[Mapping[str, int]] = MappingProxyType({})
    lacking: ClassVar[Mapping[str, Function]] = MappingProxyType({})
    texts: ClassVar[Mapping[str, str]] = MappingProxyType({})
    choice: ClassVar[tuple[str, int]] = ("{when} ? {then} : {otherwise}", CASES)
    unequal: ClassVar[str] = "!="
    integral: ClassVar[bool] = False

    _settings: dict[str, Any]
    known_functions: Mapping[str, Any]

    def begin(self, *, in_order: bool) -> None:
        """Forget what was used; ``in_order`` for what was not evaluated."""
        self._settings["order"] = "none" if in_order else None
        self.used: dict[str, Function | None] = {}

    def converter(self, symbol: Callable[[Quantity], Any]) -> AsItStands:
        """From ordered trees, as they stand, to what is printed."""
        return AsItStands(symbol, self.function)

    def function(self, function: Function) -> Callable[..., Any]:
        """The SymPy function of one of a program's.

        A guarded one, ``ieee_ln``, is what it stands for where arithmetic goes on with ∞ and NaN.
        """
        name = function.name
        if not name.startswith("ieee_") or name in self.calls or name in self.texts:
            return named(function)
        return self.written_out(function)

    def written_out(self, function: Function) -> Callable[..., Any]:
        """The formula of a function in its place."""

        def written(*arguments: Any) -> Any:
            values = dict(zip(function.parameters, arguments, strict=True))
            assert function.definition is not None
            return self.converter(values.__getitem__)(function.definition)

        return written

    # -- numbers -----------------------------------------------------------------------------

    def number(self, value: float) -> str:
        return repr(value)

    def _print_Rational(self, e: Any) -> str:
        if self.integral and e.q == 1 and len(str(e.p)) <= 17:
            return str(e.p)
        return self.number(int(e.p) / int(e.q))

    _print_Integer = _print_Zero = _print_One = _print_NegativeOne = _print_Half = _print_Rational

    def _print_Float(self, e: Any) -> str:
        return self.number(float(e))

    def _print_NumberSymbol(self, e: Any) -> str:
        return self.number(float(e))

    _print_Pi = _print_Exp1 = _print_NumberSymbol

    def value(self, e: Any) -> str:
        """A value of a choice: a number is no integer, so that the result never is one."""
        return self.number(float(e)) if e.is_Integer else self.inside(e, SUM)

    # -- sums, products, powers --------------------------------------------------------------

    def inside(self, e: Any, place: int) -> str:
        if e.is_Symbol:
            return str(e.name)
        text = self._print(e)
        return f"({text})" if self.strength(e) < place else text

    def strength(self, e: Any) -> int:
        if e.is_Add:
            return SUM
        if e.is_Mul:
            return SUM if _is_negative(e) else PRODUCT
        if e.is_Pow:
            return PRODUCT if self.is_below(e) or _repeats(e) > 1 else ATOM
        if e.is_Number:
            return SUM if _is_negative(e) else ATOM
        if e.is_Piecewise:
            return self.choice[1]
        return self.loose.get(_name(e), ATOM)

    def _print_Add(self, e: Any, order: Any = None) -> str:
        del order  # SymPy's printers pass it on; it is among the settings
        unsorted = self._settings["order"] == "none"
        first, *rest = e.args if unsorted else e.as_ordered_terms()
        texts = [self.inside(first, SUM)]
        for term in rest:
            if _is_negative(term):
                texts.append(f"- {self.inside(_without_sign(term), PRODUCT)}")
            else:
                texts.append(f"+ {self.inside(term, PRODUCT)}")
        return " ".join(texts)

    def _print_Mul(self, e: Any) -> str:
        if _is_negative(e):
            return f"-{self.inside(_without_sign(e), PRODUCT)}"
        factors = e.args
        if self._settings["order"] != "none":
            factors = sorted(e.as_ordered_factors(), key=self.is_below)
        text = ""
        for factor in factors:
            if factor.is_Symbol:
                text += f"*{factor.name}" if text else factor.name
            elif self.is_below(factor):
                text = self.under(text, factor)
            else:
                # A quotient further back is bracketed: a·(b/c) and (a·b)/c round differently.
                place = POWERED if text and self.divides(factor) else PRODUCT
                text += f"{'*' if text else ''}{self.inside(factor, place)}"
        return text

    def _print_Pow(self, e: Any, rational: bool = False) -> str:
        del rational  # SymPy's printers pass it on
        if self.is_below(e):
            return self.under("", e)
        if e.exp == sympy.S.Half:
            return self.call("sqrt", (e.base,))
        if _repeats(e) > 1:
            return "*".join([self.inside(e.base, POWERED)] * _repeats(e))
        return self.call("ieee_power", (e.base, e.exp))

    def is_below(self, e: Any) -> bool:
        """Whether it is written under a line: 1/x, 1/x²."""
        return bool(e.is_Pow and e.exp.is_Rational and e.exp < 0)

    def divides(self, e: Any) -> bool:
        return self.is_below(e) or (e.is_Mul and any(map(self.divides, e.args)))

    def under(self, text: str, e: Any) -> str:
        """text/x, or 1/x where there is no text; x² is in brackets."""
        base = e.base if e.exp == -1 else e.base**-e.exp
        return f"{text or self._print(sympy.S.One)}/{self.inside(base, POWERED)}"

    # -- functions and choices ---------------------------------------------------------------

    def _print(self, e: Any, **kwargs: Any) -> str:
        if e.is_Symbol:
            return str(e.name)  # which is no word of the language: see ``spelling``
        if e.is_Mul:
            return self._print_Mul(e)
        if e.is_Add:
            return self._print_Add(e)
        name = _name(e)
        if isinstance(e, Named):
            return self.call(name, e.args, e.function)
        if (name or e.is_Pow) and self.is_constant(e):
            return self.number(float(sympy.N(e, 30)))  # no array's function takes plain numbers
        if e.is_Number:
            return self._print_Float(e) if e.is_Float else self._print_Rational(e)
        known = name in self.calls or name in self.lacking or name in self.texts
        if known or name in ("max", "min"):
            return self.call(name, e.args)
        if name:  # by SymPy's table; its printers work numbers out to their taste on the way
            callee = self.known_functions[type(e).__name__]
            module_format = getattr(self, "_module_format", str)
            return f"{module_format(callee)}({', '.join(map(self._print, e.args))})"
        if e.is_Pow:
            return self._print_Pow(e)
        if e.is_Piecewise:
            return self._print_Piecewise(e)
        text: str = super()._print(e, **kwargs)  # type: ignore[misc]
        return text

    def is_constant(self, e: Any) -> bool:
        """Whether a function or a power is worked out before it is printed."""
        return all(part.is_Number or part.is_NumberSymbol for part in e.args)

    def call(self, name: str, arguments: Any, function: Function | None = None) -> str:
        """A function by its name in a formula; what the language lacks is noted.

        function  what it is, for a definition where the language has none
        """
        if len(arguments) > 2 and name in ("max", "min"):
            first, *rest = arguments
            return self.call(name, (first, getattr(sympy, name.title())(*rest)))
        instead = self.lacking.get(name)
        if instead is None and name not in self.calls and name not in self.texts:
            instead = function
        if instead is not None:
            name = instead.name
            self.used.setdefault(name, instead)
        elif name in self.texts:
            self.used.setdefault(name, None)
        pattern = self.calls.get(name, name)
        if "{" not in pattern:
            return f"{pattern}({', '.join(map(self._print, arguments))})"
        place = ATOM if pattern.startswith("{") else CASES
        written = [self.inside(argument, place) for argument in arguments]
        return pattern.format(*written, all=", ".join(written), count=len(written))

    def _print_Piecewise(self, e: Any) -> str:
        *pairs, (otherwise, _) = e.args
        text = self.value(otherwise)
        for value, condition in reversed(pairs):
            text = self.choice[0].format(
                when=self._print(condition), then=self.value(value), otherwise=text
            )
        return text

    def _print_Relational(self, e: Any) -> str:
        sign = self.unequal if e.rel_op == "!=" else e.rel_op
        return f"{self.inside(e.lhs, SUM)} {sign} {self.inside(e.rhs, SUM)}"


def _name(e: Any) -> str:
    """A function's name in a formula; "" for what is none."""
    if isinstance(e, Named):
        return str(e.function.name)
    return _NAMES.get(type(e).__name__, "")


def _is_negative(e: Any) -> bool:
    """Whether it is a number below 0, or a product that begins with one."""
    first = e.args[0] if e.is_Mul else e
    return bool(first.p < 0 if first.is_Rational else first.is_Number and first < 0)


def _without_sign(e: Any) -> Any:
    """What stands behind the minus sign."""
    if not e.is_Mul:
        return -e
    first, *rest = e.args
    factors = rest if first == -1 else [-first, *rest]
    return factors[0] if len(factors) == 1 else AsItStands.times(*factors)


def _repeats(e: Any) -> int:
    """How often the base of a small power is written; 1 where it is no atom."""
    small = e.exp.is_Integer and e.exp in _SMALL_POWERS
    negated = e.base.is_Mul and e.base.args[0] == -1 and len(e.base.args) == 2
    return int(e.exp) if small and (e.base.is_Symbol or negated) else 1


LACKING = MappingProxyType({
    "erf": special.ERF, "erfc": special.ERFC, "sign": special.SIGN, "max": special.LARGER,
    "min": special.SMALLER, "log1p": special.LOG1P, "expm1": special.EXPM1,
})  # fmt: skip


def lacks(*names: str) -> Mapping[str, Function]:
    """The definitions of what a language lacks."""
    return MappingProxyType({name: LACKING[name] for name in names})

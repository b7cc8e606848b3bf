"""Backpropagation for any graph of definitions, in SymPy.

    ∂E/∂q = Σ ∂E/∂r · ∂r/∂q   over the definitions r that use q

The pass itself is ``backward``, which knows no SymPy. Here each ∂r/∂q is ``sympy.diff`` of one
definition, a sum term by term; terms of the same shape are differentiated once, so a network of any
width needs a handful of calls. Each ∂E/∂q has a name, and a formula in names: as many lines as
there are quantities, as long together as there are edges.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import sympy  # type: ignore[import-untyped]

from derive.algebra.backward import backward
from derive.algebra.functions import derivative

Definitions = dict[Any, Any]  # symbol → expression, each in earlier ones


class Adjoints:
    """The derivatives of the quantities of a graph with respect to each other.

    definitions  symbol → its formula in earlier symbols; whatever has none is a leaf
    """

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = dict(definitions)
        self.differentiated = 0  # how often sympy.diff was called
        self._partials: dict[Any, dict[Any, Any]] = {}
        self._patterns: dict[Any, tuple[Any, ...]] = {}
        self._shares = _shares(self.definitions)

    def partials(self, symbol: Any) -> dict[Any, Any]:
        """∂q/∂p for every p that the formula of q mentions.

        Where the formula itself comes up in a derivative, its name stands for it: a·(1 − a).
        """
        if symbol not in self._partials:
            formula = self.definitions[symbol]
            contributions: dict[Any, list[Any]] = defaultdict(list)
            for term in sympy.Add.make_args(formula):
                for by, slope in self._slopes(term).items():
                    contributions[by].append(slope)
            self._partials[symbol] = {
                by: self._in_names(symbol, sympy.Add(*slopes))
                for by, slopes in contributions.items()
            }
        return self._partials[symbol]

    def _slopes(self, term: Any) -> dict[Any, Any]:
        """The derivatives of one term; a sum it is divided by is differentiated term by term."""
        whole = _divisor(term)
        if whole is None:
            return self._by_shape(term)
        one = sympy.Dummy("whole", positive=True)
        contributions = defaultdict(list)
        for by, slope in self._by_shape(term.xreplace({whole: one})).items():
            if by != one:
                contributions[by].append(slope)
                continue
            for part in whole.args:
                for inner, slope_of_part in self._slopes(part).items():
                    contributions[inner].append(slope * slope_of_part)
        return {
            by: sympy.Add(*slopes).xreplace({one: whole}) for by, slopes in contributions.items()
        }

    def _by_shape(self, term: Any) -> dict[Any, Any]:
        """The derivatives of a term; terms of the same shape share them."""
        free = sorted(term.free_symbols, key=str)
        letters = [_letter(position) for position in range(len(free))]
        shape = term.xreplace(dict(zip(free, letters, strict=True)))
        if shape not in self._patterns:
            self.differentiated += len(letters)
            self._patterns[shape] = tuple(derivative(shape, letter) for letter in letters)
        back = dict(zip(letters, free, strict=True))
        slopes = zip(free, self._patterns[shape], strict=True)
        return {by: slope.xreplace(back) for by, slope in slopes if slope != 0}

    def _in_names(self, symbol: Any, slope: Any) -> Any:
        formula = self.definitions[symbol]
        if symbol in self._shares:  # of a softmax: e^z = a·Σ, and Σ cancels
            numerators, whole = self._shares[symbol]
            total = sympy.Dummy(positive=True)
            slope = slope.xreplace({whole: total})
            for name, numerator in numerators.items():
                slope = slope.subs(numerator, name * total)
            return sympy.factor_terms(sympy.expand(slope)).xreplace({total: whole})
        return slope if formula.is_Add or formula.is_Symbol else slope.xreplace({formula: symbol})

    def lines(self, of: Any, name: Callable[[Any, Any], Any]) -> dict[Any, Any]:
        """∂of/∂q for every q that it depends on, latest first: name → formula in names.

        name  what ∂of/∂q is called
        """
        lines: dict[Any, Any] = {}

        def named(symbol: Any, parts: list[Any]) -> Any:
            adjoint = name(of, symbol)
            line = lines[adjoint] = sympy.Add(*parts)
            return line if line.is_Number else adjoint

        backward(self.definitions, self.partials, of, sympy.S.One, named)
        return lines


def _shares(definitions: Definitions) -> dict[Any, tuple[dict[Any, Any], Any]]:
    """Quotients with one denominator, the sum of their numerators: the units of a softmax."""
    groups: dict[Any, dict[Any, Any]] = defaultdict(dict)
    for symbol, formula in definitions.items():
        whole = _divisor(formula)
        if whole is not None and formula * whole in whole.args:
            groups[whole][symbol] = formula * whole
    return {
        symbol: (numerators, whole)
        for whole, numerators in groups.items() for symbol in numerators
    }  # fmt: skip


def _divisor(term: Any) -> Any:
    """The sum that a term is divided by, if there is one."""
    for factor in sympy.Mul.make_args(term):
        if factor.is_Pow and factor.exp == -1 and factor.base.is_Add:
            return factor.base
    return None


_LETTERS: list[Any] = []


def _letter(position: int) -> Any:
    while len(_LETTERS) <= position:
        _LETTERS.append(sympy.Dummy(f"u{len(_LETTERS)}", real=True))
    return _LETTERS[position]

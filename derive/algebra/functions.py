"""The named functions of a network as SymPy functions: σ stays σ until it is written out.

Each is a subclass of ``sympy.Function`` that knows two things of its row in the catalogue: the
formula it stands for, and the derivative as it is taught, σ′ = σ·(1 − σ). ``sympy.diff`` asks
``fdiff`` for the latter; a function that has none taught is differentiated from its formula.
"""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar

import sympy  # type: ignore[import-untyped]

from derive.algebra.convert import to_sympy
from derive.expression.functions import VALUE, Function
from derive.expression.nodes import Quantity


def _letter(q: Quantity) -> Any:
    return sympy.Symbol(q.name, real=True)


class Named(sympy.Function):  # type: ignore[misc]
    """A function of the catalogue, or one of one's own.

    function  the function as pages show it
    """

    function: ClassVar[Function]

    def __reduce_ex__(self, _: Any) -> tuple[Any, ...]:
        """Its class is made while running, and no other process would find it by its name."""
        return _applied, (self.function, *self.args)

    def fdiff(self, argindex: int = 1) -> Any:
        """The derivative with respect to an argument, as taught."""
        letters, slopes = _slopes(self.function)
        values = dict(zip(letters, self.args, strict=True))
        return slopes[argindex - 1].xreplace({**values, _letter(VALUE): self})

    def written_out(self) -> Any:
        """The formula that the name stands for."""
        letters, formula = _formula(self.function)
        return formula.xreplace(dict(zip(letters, self.args, strict=True)))

    def _eval_is_extended_real(self) -> bool | None:
        return True if all(argument.is_extended_real for argument in self.args) else None

    def _eval_evalf(self, prec: int) -> Any:
        return self.written_out()._eval_evalf(prec)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        arguments = ", ".join(map(printer._print, self.args))
        power = "" if exp is None else f"^{{{exp}}}"
        return rf"{self.function.latex}{power}\left({arguments}\right)"


@cache
def named(function: Function) -> type[Named]:
    """The SymPy function of one that has a definition, or that only computed code uses.

    Of the latter SymPy knows the name alone: the largest of a layer has as many arguments as units.
    """
    members: dict[str, Any] = {"function": function}
    if function.definition is not None:
        members["nargs"] = len(function.parameters)
    return type(function.name, (Named,), members)


def _applied(function: Function, *arguments: Any) -> Any:
    return named(function)(*arguments)


@cache
def _formula(function: Function) -> tuple[tuple[Any, ...], Any]:
    assert function.definition is not None
    letters = tuple(map(_letter, function.parameters))
    return letters, to_sympy(function.definition, _letter)


@cache
def _slopes(function: Function) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    letters, formula = _formula(function)
    if function.derivatives:
        return letters, tuple(to_sympy(one, _letter) for one in function.derivatives)
    return letters, tuple(derivative(formula, letter) for letter in letters)


def derivative(formula: Any, symbol: Any) -> Any:
    """``sympy.diff``, at corners as declared: max and min at a tie with the mean of the two slopes,
    sign with none.

    SymPy writes the former with Heaviside's function, whose value at 0 is 1/2, and the latter with
    Dirac's, which has no value but 0.
    """
    slope = sympy.diff(formula, symbol)
    slope = slope.replace(sympy.Heaviside, lambda u, *_: sympy.Piecewise(
        (sympy.S.Zero, u < 0), (sympy.S.One, u > 0), (sympy.S.Half, True)
    ))  # fmt: skip
    return slope.replace(sympy.DiracDelta, lambda *_: sympy.S.Zero)


def written_out(expression: Any) -> Any:
    """An expression with the formula of every named function in its place."""
    return expression.replace(lambda e: isinstance(e, Named), lambda e: e.written_out())

"""Identifiers for generated code: the notation's, made safe, and none of them twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from derive.algebra.languages.spelling import Spelling
from derive.compute.programs.program import GRADIENT, SECOND, TANGENT, WIDE, about
from derive.expression.nodes import LOSS, PRE_ACTIVATION, VARIABLE, Quantity
from derive.notation.names import Names

SUM = "sum"  # the example of what is added up over the examples
_OF = {GRADIENT: "d{loss}_d{of}", TANGENT: "R{of}", SECOND: "Rd{loss}_d{of}"}


class Identifiers:
    """Quantity → identifier: the notation's code name, plus what computing adds.

    e_o1 is the e of unit o1's sigmoid, S_2 a sum over layer 2, dE_dw5 a derivative, RdE_dw5 how it
    moves where w5 moves by Rw5, sum_dE_dw5 the derivatives of all examples together. A name
    that is no plain identifier, is reserved or is taken gets another: nothing that a person
    typed enters generated source unseen.

    one_case  whether capitals make no difference in the language
    """

    loss = Quantity(LOSS)

    def __init__(self, names: Names, reserved: Iterable[str], one_case: bool = False) -> None:
        self._names = names
        self._spelling = Spelling(reserved, one_case)
        self._cache: dict[Quantity, str] = {}

    def __call__(self, quantity: Quantity) -> str:
        name = self._cache.get(quantity)
        return self._new(quantity) if name is None else name

    def __contains__(self, name: object) -> bool:
        """Whether a name is taken."""
        return name in self._spelling

    def _new(self, quantity: Quantity) -> str:
        if quantity.example == SUM:
            base = f"sum_{self(replace(quantity, example=None))}"
        else:
            base = self._base_name(quantity)
        name = self._cache[quantity] = self._spelling.fresh(base)
        return name

    def _base_name(self, q: Quantity) -> str:
        if q.kind in _OF:
            return _OF[q.kind].format(loss=self(self.loss), of=self(about(q)))
        if q.kind == VARIABLE and q.layer:
            if q.unit == WIDE:
                return f"{q.name}_{q.layer}"
            return f"{q.name}_{self(Quantity(PRE_ACTIVATION, q.layer, q.unit))}"
        return self._names.code(q)


class LayerIdentifiers(Identifiers):
    """For whole layers: W1, b1, a0, z1, delta1, dW1, and t for the targets."""

    def _base_name(self, q: Quantity) -> str:
        if q.kind == VARIABLE:
            separator = "_" if q.name[-1:].isdigit() else ""
            return q.name if q.name == "t" else f"{q.name}{separator}{q.layer}"
        return {LOSS: "loss"}.get(q.kind, q.kind)

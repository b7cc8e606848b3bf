"""Identifiers for generated code: the notation's, made safe, and none of them twice."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable

from derive.compute.program import GRADIENT, SECOND, TANGENT, WIDE
from derive.expression.nodes import LOSS, PRE_ACTIVATION, VARIABLE, Quantity
from derive.notation.names import Names

_OF = {GRADIENT: "d{loss}_d{of}", TANGENT: "R{of}", SECOND: "Rd{loss}_d{of}"}
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class Identifiers:
    """Quantity → identifier: the notation's code name, plus what computing adds.

    e_o1 is the e of unit o1's sigmoid, S_2 a sum over layer 2, dE_dw5 a derivative, RdE_dw5 how it
    moves where w5 moves by Rw5. A name
    that is no plain identifier, is reserved or is taken gets another: nothing that a person
    typed enters generated source unseen.
    """

    def __init__(self, names: Names, reserved: Iterable[str]) -> None:
        self._names = names
        self._taken = {*keyword.kwlist, *keyword.softkwlist, *reserved}
        self._cache: dict[Quantity, str] = {}

    def __call__(self, quantity: Quantity) -> str:
        found = self._cache.get(quantity)
        return self._new(quantity) if found is None else found

    def _new(self, quantity: Quantity) -> str:
        wanted = self._wanted(quantity)
        if not _IDENTIFIER.fullmatch(wanted):
            wanted = re.sub(r"[^A-Za-z0-9]+", "_", wanted).strip("_")
            wanted = wanted if wanted[:1].isalpha() else f"v_{wanted}"
        name, turn = wanted, 1
        while name in self._taken:
            turn += 1
            name = f"{wanted}_{turn}" if turn > 2 else f"{wanted}_"
        self._taken.add(name)
        self._cache[quantity] = name
        return name

    def _wanted(self, q: Quantity) -> str:
        if q.kind in _OF:
            of = Quantity(q.name, q.layer, q.unit, q.source)
            return _OF[q.kind].format(loss=self(Quantity(LOSS)), of=self(of))
        if q.kind == VARIABLE and q.layer:
            if q.unit == WIDE:
                return f"{q.name}_{q.layer}"
            return f"{q.name}_{self(Quantity(PRE_ACTIVATION, q.layer, q.unit))}"
        return self._names.code(q)


class LayerIdentifiers(Identifiers):
    """For whole layers: W1, b1, a0, z1, delta1, dW1, and t for the targets."""

    def _wanted(self, q: Quantity) -> str:
        if q.kind == VARIABLE:
            separator = "_" if q.name[-1:].isdigit() else ""
            return q.name if q.name == "t" else f"{q.name}{separator}{q.layer}"
        return {LOSS: "loss"}.get(q.kind, q.kind)

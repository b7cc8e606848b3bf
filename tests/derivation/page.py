"""A page followed as a reader follows it: every name is looked up in the steps that are printed."""

from __future__ import annotations

from typing import Any

from derive.derivation.derivation import Derivation
from derive.derivation.steps import Rule, Step
from derive.expression.nodes import DELTA, LOSS, PRE_ACTIVATION, Expression, Partial, Quantity
from tests.derivation.oracle import Values, evaluate


class Reader:
    """Values from leaves and printed results alone; no derivative is taken here."""

    def __init__(self, derivation: Derivation, leaves: Values) -> None:
        self.leaves = leaves
        self.results: dict[Expression, Expression] = {}
        for step in derivation.walk():
            if step.rule is Rule.UPDATE:
                continue
            result = self._result(step)
            if result is not None:
                self.results.setdefault(step.subject, result)
        self._known: dict[Expression, Any] = {}

    @staticmethod
    def _result(step: Step) -> Expression | None:
        """What a step says of its subject; ∂E/∂w = δ·a only names, where the step before says."""
        if step.rule is Rule.NAME or step.id.startswith(("chain/", "split/")):
            return None
        if step.rule is Rule.COLLECT and len(step.relations) > 2:
            return step.relations[1].expression
        if step.rule is Rule.DEFINE:
            return step.relations[1].expression
        return step.result

    def quantity(self, q: Quantity) -> Any:
        return self.leaves[q] if q in self.leaves else self._look_up(q)

    def difference(self, of: Quantity, by: Quantity) -> Any:
        slope = Partial(of, by)
        if slope in self.results or (of.kind, by.kind) != (LOSS, PRE_ACTIVATION):
            return self._look_up(slope)
        return self._look_up(Quantity(DELTA, by.layer, by.unit))

    def _look_up(self, name: Expression) -> Any:
        if name not in self._known:
            self._known[name] = evaluate(self.results[name], self)
        return self._known[name]

    def gradient(self, w: Quantity) -> Any:
        """∂E/∂w of one example as the page gives it."""
        return self._look_up(Partial(Quantity(LOSS), w))

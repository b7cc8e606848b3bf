"""What columns and cells are called: the notation's names, and names for the helpers."""

from __future__ import annotations

from derive.compute.backends.spreadsheet import SpreadsheetPrinter
from derive.compute.programs.program import GRADIENT, WIDE, about
from derive.compute.sources.text import Text
from derive.expression.nodes import PRE_ACTIVATION, VARIABLE, Expression, Partial, Quantity
from derive.notation.names import Names
from derive.spreadsheet.columns import Column, Plan


class Labels:
    """quantity → its name as text: a_h1, e_h1 (the e of a_h1's sigmoid), ∂E_Total/∂w1."""

    def __init__(self, plan: Plan, names: Names) -> None:
        self._loss = plan.loss
        self._names = names
        self._text = Text(self)
        self._formula = SpreadsheetPrinter(self)

    def __call__(self, q: Quantity) -> str:
        if q.kind == GRADIENT:
            return self._text(Partial(self._loss, about(q)))
        if q.kind != VARIABLE or not q.layer:
            return self._names.text(q)
        if q.unit != WIDE:
            unit = Quantity(PRE_ACTIVATION, q.layer, q.unit, example=q.example)
            return f"{q.name}_{self._names.text(unit)}"
        mark = "" if q.example is None else f"⟨{int(q.example) + 1}⟩"
        return f"{q.name}_{q.layer}{mark}"

    def mathematics(self, e: Expression) -> str:
        """A formula as text: (a_o1 − t1)·a_o1·(1 − a_o1)."""
        return self._text(e)

    def formula(self, e: Expression) -> str:
        """A spreadsheet's formula with names in place of cells: =w1*i1+w2*i2."""
        return f"={self._formula(e)}"

    def meaning(self, column: Column) -> str:
        """The mathematics of a column: h1 = w1·i1 + w2·i2, w1 ← w1 − η·∂E/∂w1."""
        left = self.mathematics(column.left)
        if column.right is None:
            return left
        relation = "←" if column.group == "parameters" else "="
        return f"{left} {relation} {self.mathematics(column.right)}"

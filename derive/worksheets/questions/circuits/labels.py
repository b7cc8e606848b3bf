"""What stands at every place of a circuit to be completed: a name and a number, a gap, nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from derive.document.blocks import Inline
from derive.expression.blank import Blank
from derive.expression.nodes import DELTA, Apply, Expression, Partial, Quantity
from derive.graph import E
from derive.notation import NEGATIVE
from derive.pictures.picture import Content
from derive.worksheets.exercise import Task
from derive.worksheets.questions.circuits.part import Part


@dataclass(frozen=True)
class Labels:
    """The labels of a part of a circuit.

    gaps    the source of a task → the label of its gap
    silent  tasks whose places have no number: it would tell what is asked for, here or elsewhere
    """

    part: Part
    gaps: Mapping[str, str]
    silent: Collection[Task] = ()

    def at_places(self, filled: bool) -> dict[Expression, Content]:
        """Place → what stands there; ``filled``: in the gaps, too."""
        graph = self.part.ground.graph
        labels: dict[Expression, Content] = {
            q: self._of_leaf(q) for q in (*graph.inputs, *graph.targets)
        }
        for place, task in self.part.places.items():
            labels[place] = self._given(place) if task is None else self._of(task, place, filled)
        return labels

    def _of_leaf(self, q: Quantity) -> Content:
        """An input or a target; one that is given as a formula has been asked for."""
        ground = self.part.ground
        return (q,) if ground.ledger.is_known(q) else (q, " = ", ground.numbers.displayed(q).number)

    def _given(self, place: Expression) -> Content:
        """What needs no working out: a weight, the derivative of the loss by a term."""
        numbers = self.part.ground.numbers
        if isinstance(place, Quantity):
            return (place, " = ", numbers.displayed(place).number)
        if isinstance(place, Partial) and place.of == E and place.by.kind in ("loss", "loss term"):
            return ("∂ ", "1" if place.by == E else numbers.displayed(place).number)
        return ()

    def _of(self, task: Task, place: Expression, filled: bool) -> Content:
        """The result of a task, a gap for it, or no number where it has been asked for already."""
        ground, is_gap = self.part.ground, task.source in self.gaps
        if not task.is_asked:  # behind an identity
            return (place, " = ", task.formula)
        if ground.ledger.is_known(task.atom) or (task in self.silent and not is_gap):
            return (place,) if isinstance(place, Quantity) else ()
        result = ground.numbers.displayed(task.atom)
        sign = " = " if result.exact else " ≈ "
        number: Expression = result.number
        if is_gap:
            number = Blank(number, self.gaps[task.source], filled)
        return (*self._before(task, place, sign, is_gap), number)

    def _before(self, task: Task, place: Expression, sign: str, is_gap: bool) -> Content:
        """What stands to the left of a number: the name, f′ or ∂."""
        if isinstance(place, Quantity):
            return (place, sign)
        if (
            isinstance(task.atom, Quantity)
            and self.part.ground.graph.network.delta_sign == NEGATIVE
        ):
            return (task.atom, sign)  # δ = −∂E/∂z
        if isinstance(place, Partial) and place.of != E:
            return (f"{self._function(place)}′{sign}",)
        return ("∂" if is_gap else "∂ ",)

    def _function(self, slope: Partial) -> str:
        """The name of an activation."""
        assert isinstance(slope.of, Quantity)
        formula = self.part.ground.graph.definitions[slope.of]
        return formula.function.text if isinstance(formula, Apply) else "f"


def in_words(labels: Mapping[Expression, Content]) -> tuple[Inline, ...]:
    """Every label with the name of what it is about, for who does not see it: a gap is its number.

    h1 = 0.0275, ∂E/∂a_h1 = (7)
    """
    descriptions: list[Inline] = []
    for place, content in labels.items():
        if content:
            *name, last = content
            if isinstance(last, Blank):
                last = last.of if last.filled else f"({last.label})"
            is_named = isinstance(place, Quantity) or is_delta(content)
            descriptions.append((*(name if is_named else (place, " = ")), last))
    return tuple(descriptions)


def is_delta(content: Content) -> bool:
    """Whether a label begins with δ, which has the other sign than the derivative in its place."""
    first = content[0]
    return isinstance(first, Quantity) and first.kind == DELTA

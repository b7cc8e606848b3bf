"""Ordered definitions: every quantity, and the formula in earlier quantities that makes it.

    q = x + y      f = q·z

Nothing here knows what a layer is: what is said of a network is an expansion into definitions.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from derive.expression.constructors import total
from derive.expression.nodes import Expression, Quantity, Sum, quantities

if TYPE_CHECKING:
    from derive.graph.formulas import FormulaGraph

Given = Mapping[str, Any] | Sequence[str] | None
Path = tuple[Quantity, ...]


class Graph:
    """A loss as definitions, in the order of the forward pass: any directed acyclic graph.

    definitions  quantity → formula; whatever has none is a leaf
    loss         the quantity whose derivatives are asked for
    parents      quantity → the quantities its formula mentions
    children     quantity → the quantities whose formulas mention it
    level        quantity → how many definitions deep it is made; leaves have none
    """

    def __init__(self, definitions: Mapping[Quantity, Expression], loss: Quantity) -> None:
        self.definitions = dict(definitions)
        self.loss = loss
        self.parents = {q: tuple(quantities(e)) for q, e in self.definitions.items()}
        self.children: dict[Quantity, list[Quantity]] = defaultdict(list)
        self.level: dict[Quantity, int] = {}
        self._counts: dict[Quantity, dict[Quantity, int]] = {}
        self._mentions: dict[Quantity, dict[Quantity, list[Expression]]] = {}
        for quantity, parents in self.parents.items():
            for parent in parents:
                self.children[parent].append(quantity)
            self.level[quantity] = 1 + max((self.level.get(p, 0) for p in parents), default=0)

    @property
    def leaves(self) -> tuple[Quantity, ...]:
        """What has no formula, in the order in which formulas mention it."""
        mentioned = dict.fromkeys(q for parents in self.parents.values() for q in parents)
        return tuple(q for q in mentioned if q not in self.definitions)

    @staticmethod
    def from_formulas(
        formulas: Mapping[str, str], loss: str, *, given: Given = None,
        parameters: Sequence[str] | None = None, title: str = "",
    ) -> FormulaGraph:  # fmt: skip
        """The graph of formulas: ``from_formulas({"q": "x + y", "f": "q*z"}, loss="f")``.

        formulas    name → formula, in any order
        loss        the name whose derivatives are asked for
        given       name → number, of every leaf; or their names alone; or None: a leaf is whatever
                    has no formula
        parameters  the leaves to differentiate with respect to; all of them if left out
        Raises NetworkError with every problem.
        """
        from derive.graph.formulas import formula_graph

        return formula_graph(formulas, loss, given, parameters, title)

    def reaches(self, source: Quantity, goal: Quantity) -> bool:
        """Whether a change of ``source`` can change ``goal``: a path leads there."""
        return source in self._path_counts(goal)

    def following(self, changed: Iterable[Quantity]) -> set[Quantity]:
        """Some quantities, and all whose values change with theirs."""
        reached = set(changed)
        waiting = list(reached)
        while waiting:
            new = set(self.children.get(waiting.pop(), ())) - reached
            reached |= new
            waiting.extend(new)
        return reached

    def path_count(self, source: Quantity, goal: Quantity) -> int:
        """How many paths lead from ``source`` to ``goal``, counted without walking them."""
        return self._path_counts(goal).get(source, 0)

    def _path_counts(self, goal: Quantity) -> dict[Quantity, int]:
        """The number of paths to ``goal`` from everything that one leads from."""
        if goal not in self._counts:
            count = self._counts[goal] = {goal: 1}
            for quantity in reversed(self.definitions):
                if quantity in count:
                    for parent in self.parents[quantity]:
                        count[parent] = count.get(parent, 0) + count[quantity]
        return self._counts[goal]

    def paths(self, source: Quantity, goal: Quantity) -> Iterator[Path]:
        """Every path from ``goal`` back to ``source``, goal first, in the order of the units."""
        senders = self._senders(source, goal)

        def extend(path: Path) -> Iterator[Path]:
            if path[-1] == source:
                yield path
                return
            for parent in senders.get(path[-1], ()):
                yield from extend((*path, parent))

        yield from extend((goal,))

    def _senders(self, source: Quantity, goal: Quantity) -> dict[Quantity, list[Quantity]]:
        """The parents of every quantity that lie, with it, on a path from source to goal."""
        leading = self._path_counts(goal)
        senders: dict[Quantity, list[Quantity]] = {}
        waiting = deque([source])
        while waiting:
            parent = waiting.popleft()
            for child in self.children.get(parent, ()):
                if child in leading:
                    if child not in senders:
                        senders[child] = []
                        waiting.append(child)
                    senders[child].append(parent)
        return senders

    def relevant(self, of: Quantity, by: Quantity) -> Expression:
        """The definition of ``of``; of a sum only the terms that mention ``by``."""
        formula = self.definitions[of]
        if not isinstance(formula, Sum):
            return formula
        if of not in self._mentions:
            mentioning: dict[Quantity, list[Expression]] = defaultdict(list)
            for term in formula.terms:
                for quantity in quantities(term):
                    mentioning[quantity].append(term)
            self._mentions[of] = mentioning
        return total(*self._mentions[of][by])

    def route_elsewhere(self, of: Quantity, by: Quantity) -> bool:
        """Whether ``by`` may also reach ``of`` other than through ``of``'s own formula."""
        level = self.level.get(of, 0)
        return any(c != of and self.level[c] < level for c in self.children.get(by, ()))

    def goes_elsewhere(self, by: Quantity, of: Quantity) -> bool:
        """Whether ``by`` does reach ``of`` other than through ``of``'s own formula."""
        return self.route_elsewhere(of, by) and any(
            c != of and self.reaches(c, of) for c in self.children[by]
        )


def same_example(quantity: Quantity, example: int | str | None) -> Quantity:
    """The quantity of another example of the batch."""
    q = quantity
    if q.example == example:
        return q
    return Quantity(q.kind, q.layer, q.unit, q.source, example, q.name)


def summands(expression: Expression) -> tuple[Expression, ...]:
    """The terms of a sum, or the expression alone."""
    return expression.terms if isinstance(expression, Sum) else (expression,)

"""The style "paths": weight by weight, the chain rule along every path to the error.

    ∂E/∂w5 = ∂E1/∂w5 + ∂E2/∂w5 = ∂E1/∂w5                 w5 does not reach E2
    ∂E1/∂w5 = ∂E1/∂a_o1·∂a_o1/∂o1·∂o1/∂w5                one path
            = (a_o1 − t1)·a_o1·(1 − a_o1)·a_h1           (1), (2), (3)

Each local derivative is worked out where it is first met, numbered, and recalled by its number
afterwards. Several paths share their last factors: these are collected, and what is left is δ.
"""

from __future__ import annotations

from derive.derivation.graph import E, Graph, Path
from derive.derivation.local import Locals, key, output_delta_simplified
from derive.derivation.steps import Rule, Section, Step, chain
from derive.derivation.styles.common import backward_order
from derive.derivation.styles.deltas import Deltas, delta_of, edges, simplification
from derive.expression.nodes import (
    ONE,
    ZERO,
    Bracket,
    Expression,
    Partial,
    Product,
    Quantity,
    Sum,
    product,
    total,
)

MAX_PATHS = 32


class Paths:
    """Builds the sections of every weight; keeps the register of numbered local derivatives."""

    def __init__(self, graph: Graph, local: Locals, max_paths: int = MAX_PATHS) -> None:
        self.graph = graph
        self.local = local
        self.max_paths = max_paths
        self.register: dict[str, int] = {}

    def sections(self) -> tuple[Section, ...]:
        """The weights layer by layer from the output back; δ takes over past ``max_paths``."""
        sections = []
        parameters = backward_order(self.graph)
        too_many = [index for index, mine in parameters if self._too_many(mine)]
        given_up = max(too_many, default=0)
        for index, mine in parameters:
            if index > given_up:
                weights = tuple(self._weight(w) for w in mine)
                sections.append(Section("paths layer", layer=index, sections=weights))
        if given_up:
            sections.extend(self._by_deltas(given_up))
        return tuple(sections)

    def _too_many(self, parameters: tuple[Quantity, ...]) -> bool:
        return any(self.graph.path_count(w, E) > self.max_paths for w in parameters)

    def _by_deltas(self, highest: int) -> list[Section]:
        """From layer ``highest`` down by deltas; those above are needed for them."""
        found = []
        deltas = Deltas(self.graph, self.local, len(self.register))
        for section in deltas.sections():
            if section.layer > highest:
                kept = tuple(s for s in section.sections if s.kind == "deltas")
                section = Section("too many paths", layer=section.layer, sections=kept)
            found.append(section)
        return found

    def _weight(self, w: Quantity) -> Section:
        graph = self.graph
        name = f"gradient/{key(w)}"
        steps: list[Step] = []
        reached = [e for e in graph.terms or (E,) if graph.reaches(w, e)]
        independent = [e for e in graph.terms if e not in reached]
        for e in independent:
            steps.append(
                Step(f"independent/{key(e)}/{key(w)}", Rule.INDEPENDENT,
                     chain(Partial(e, w), ZERO), about=(w, e))
            )  # fmt: skip
        if graph.terms:
            steps.append(self._split(w, reached, independent))
        paths = [path for e in reached for path in graph.paths(w, e)]
        chained = graph.averaged(total(*(_along(path, len(paths) > 1) for path in paths)))
        steps.append(
            Step(f"chain/{key(w)}", Rule.CHAIN, chain(Partial(E, w), chained),
                 uses=(f"split/{key(w)}",) if graph.terms else (), about=(w,))
        )  # fmt: skip
        used = self._locals(paths, steps)
        known = graph.averaged(total(*(self._factors(path) for path in paths)))
        steps.append(
            Step(f"together/{key(w)}", Rule.SUBSTITUTE, chain(Partial(E, w), known),
                 uses=(f"chain/{key(w)}", *used), about=(w,))
        )  # fmt: skip
        steps.append(self._result(w, name, known))
        return Section("weight", tuple(steps), about=(w,), layer=w.layer)

    def _split(self, w: Quantity, reached: list[Quantity], lost: list[Quantity]) -> Step:
        graph = self.graph
        every = graph.averaged(total(*(Partial(e, w) for e in graph.terms)))
        members: list[Expression] = [Partial(E, w), every]
        if lost:
            members.append(graph.averaged(total(*(Partial(e, w) for e in reached))))
        return Step(
            f"split/{key(w)}", Rule.SPLIT, chain(*members),
            uses=tuple(f"independent/{key(e)}/{key(w)}" for e in lost), about=(w,),
        )  # fmt: skip

    def _locals(self, paths: list[Path], steps: list[Step]) -> list[str]:
        """The local derivatives along the paths: new ones are numbered and added to ``steps``."""
        used: dict[str, None] = {}
        for path in paths:
            for edge in edges(path):
                step = self.local.step(*edge)
                used[step.id] = None
                if step.id not in self.register:
                    self.register[step.id] = len(self.register) + 1
                    steps.append(
                        Step(step.id, step.rule, step.relations, step.uses, step.assumes,
                             step.substeps, self.register[step.id], step.about)
                    )  # fmt: skip
        return list(used)

    def _factors(self, path: Path) -> Expression:
        factors = (self.local.factor(*edge) for edge in edges(path))
        return product(*(factor for factor in factors if factor != ONE))

    def _result(self, w: Quantity, name: str, known: Expression) -> Step:
        """The gradient in its final form: shared factors collected, δ named."""
        receivers = self.graph.children[w]
        inputs = [self.local.factor(z, w) for z in receivers]
        substeps: list[Step] = []
        assumes: dict[str, None] = {}
        collected = total(
            *(_times_input(self._collected(z, substeps, assumes), a)
              for z, a in zip(receivers, inputs, strict=True))
        )  # fmt: skip
        named = total(
            *(_times_input(delta_of(z), a) for z, a in zip(receivers, inputs, strict=True))
        )
        members: list[Expression] = [Partial(E, w)]
        if collected != known:
            members.append(collected)
        members.append(named)
        own = tuple(
            Step(f"{name}/{step.id}", step.rule, step.relations, step.uses, step.assumes,
                 step.substeps, step.number, step.about)
            for step in substeps
        )  # fmt: skip
        return Step(
            name, Rule.COLLECT if len(members) > 2 else Rule.NAME, chain(*members),
            uses=(f"together/{key(w)}",), assumes=tuple(assumes), substeps=own,
            about=(w, *receivers),
        )  # fmt: skip

    def _collected(self, z: Quantity, substeps: list[Step], assumes: dict[str, None]) -> Expression:
        """∂E/∂z written out, every shared factor outside its bracket."""
        graph = self.graph
        if z.layer == len(graph.network.layers):
            paths = [path for e in graph.terms or (E,) for path in graph.paths(z, e)]
            known = graph.averaged(total(*(self._factors(path) for path in paths)))
            simpler = output_delta_simplified(graph, z)
            if simpler is None:
                return known
            lines, needs = simpler
            substeps.extend(simplification(f"delta/{key(z)}", known, lines, needs))
            assumes.update(dict.fromkeys(needs))
            return lines[-1].expression
        parts = []
        for a in graph.children[z]:
            arriving = total(
                *(product(_kept(self._collected(k, substeps, assumes)), self.local.factor(k, a))
                  for k in graph.children[a])
            )  # fmt: skip
            factor = self.local.factor(a, z)
            parts.append(_kept(arriving) if factor == ONE else product(_kept(arriving), factor))
        return total(*parts)


def _kept(expression: Expression) -> Expression:
    """Square brackets around a sum that becomes a factor."""
    if isinstance(expression, Sum) and not _is_short_difference(expression):
        return Bracket(expression)
    return expression


def _is_short_difference(expression: Sum) -> bool:
    return len(expression.terms) == 2 and all(not t.children or not t.children[0].children
                                              for t in expression.terms)  # fmt: skip


def _times_input(delta: Expression, factor: Expression) -> Expression:
    return delta if factor == ONE else product(_kept(delta), factor)


def _along(path: Path, bracketed: bool) -> Expression:
    inner = product(*(Partial(of, by) for of, by in edges(path)))
    return Bracket(inner) if bracketed and isinstance(inner, Product) else inner

"""The style "paths": weight by weight, the chain rule along every path to the error.

    ∂E/∂w5 = ∂E1/∂w5 + ∂E2/∂w5 = ∂E1/∂w5                 w5 does not reach E2
    ∂E1/∂w5 = ∂E1/∂a_o1·∂a_o1/∂o1·∂o1/∂w5                one path
            = (a_o1 − t1)·a_o1·(1 − a_o1)·a_h1           (1), (2), (3)
    δ_o1 = ∂E/∂o1 = (a_o1 − t1)·a_o1·(1 − a_o1)          the same for every weight into o1
    ∂E/∂w6 = δ_o1·a_h2

Each local derivative is worked out where it is first met, numbered, and recalled by its number
afterwards. Several paths share their last factors: these are collected, and what then stands
before the input is δ, named with the first parameter of each unit.
"""

from __future__ import annotations

from dataclasses import replace

from derive.algebra.backward import over_uses
from derive.derivation.calculus.cancellation import cancelling_steps, output_delta_simplified
from derive.derivation.calculus.local import Locals, key
from derive.derivation.steps import Kind, Rule, Section, Step, chain
from derive.derivation.styles.common import backward_order
from derive.derivation.styles.deltas import Deltas, delta_of, edges
from derive.expression.constructors import ONE, ZERO, product, times, total
from derive.expression.nodes import (
    PRE_ACTIVATION,
    Bracket,
    Expression,
    Negative,
    Partial,
    Product,
    Quantity,
    Sum,
)
from derive.graph import E, NetworkGraph, Path, pre_activations

MAX_PATHS = 32
_READ_OFF = 4  # paths of a weight up to which δ is read off its sum, and not the sum off δ


class Paths:
    """Builds the sections of every weight; keeps the register of numbered local derivatives."""

    def __init__(self, graph: NetworkGraph, local: Locals, max_paths: int = MAX_PATHS) -> None:
        self.graph = graph
        self.local = local
        self.max_paths = max_paths
        self.register: dict[str, int] = {}
        self._named: set[Quantity] = set()
        self._outputs: dict[Quantity, Expression] = {}  # ∂E/∂z of each unit of the last layer

    def sections(self) -> tuple[Section, ...]:
        """The weights layer by layer from the output back; δ takes over past ``max_paths``."""
        sections = []
        parameters = backward_order(self.graph)
        too_many = [index for index, mine in parameters if self._too_many(mine)]
        given_up = max(too_many, default=0)
        for index, mine in parameters:
            if index > given_up:
                weights = tuple(self._weight(w, w == mine[0]) for w in mine)
                sections.append(Section("paths layer", layer=index, sections=weights))
        if given_up:
            sections.extend(self._by_deltas(given_up))
        return tuple(sections)

    def _too_many(self, parameters: tuple[Quantity, ...]) -> bool:
        return any(self.graph.path_count(w, E) > self.max_paths for w in parameters)

    def _by_deltas(self, highest: int) -> list[Section]:
        """From layer ``highest`` down by deltas; of the layers above only the deltas that these
        need and that have no name yet."""
        sections = []
        layers = set(range(1, highest + 1))
        for layer in self.graph.network.layers[highest:]:
            if self._named.issuperset(pre_activations(layer)):
                break
            layers.add(layer.index)
        known = frozenset(self._named)
        for section in Deltas(self.graph, self.local, len(self.register), known).sections():
            if section.layer > highest:
                deltas = tuple(s for s in section.sections if s.kind == "deltas")
                section = Section("too many paths", layer=section.layer, sections=deltas)
            if section.layer in layers:
                sections.append(section)
        return sections

    def _weight(self, w: Quantity, first: bool) -> Section:
        """The steps of one parameter.

        The first of a layer is put together along its paths, and δ is read off it; the others,
        and the first where its paths are many, need the δ of their unit first.
        """
        graph = self.graph
        name = f"gradient/{key(w)}"
        steps: list[Step] = []
        reached = [e for e in graph.terms or (E,) if graph.reaches(w, e)]
        independent = [e for e in graph.terms if e not in reached]
        for e in independent:
            steps.append(
                Step(f"independent/{key(e)}/{key(w)}", Kind.INDEPENDENT, Rule.INDEPENDENT,
                     chain(Partial(e, w), ZERO), about=(w, e))
            )  # fmt: skip
        if graph.terms:
            steps.append(self._split(w, reached, independent))
        paths = [path for e in reached for path in graph.paths(w, e)]
        chained = graph.averaged(total(*(_along(path, len(paths) > 1) for path in paths)))
        steps.append(
            Step(f"chain/{key(w)}", Kind.CHAIN, Rule.CHAIN, chain(Partial(E, w), chained),
                 uses=(f"split/{key(w)}",) if graph.terms else (), about=(w,))
        )  # fmt: skip
        steps.append(self._together(w, paths, steps))
        known = steps[-1].result
        new = [z for z in graph.children[w] if z not in self._named]
        result = self._result(w, name, known)
        deltas = [self._delta(z, w) for z in new]
        self._named.update(new)
        steps += [result, *deltas] if first and len(paths) <= _READ_OFF else [*deltas, result]
        return Section("weight", tuple(steps), about=(w,), layer=w.layer)

    def _together(self, w: Quantity, paths: list[Path], steps: list[Step]) -> Step:
        """Every factor of the paths put in; the new ones are added to ``steps``.

        Where output and loss cancel, and all of it is known, ŷ − y stands for the way up to an
        output's sum, and not its factors once more.
        """
        name, uses = f"together/{key(w)}", [f"chain/{key(w)}"]
        short = self._from_outputs(paths)
        if short is None:
            uses += self._locals(paths, steps)
            known = self.graph.averaged(total(*(self._factors(path) for path in paths)))
            return Step(name, Kind.FACTORS, Rule.SUBSTITUTE, chain(Partial(E, w), known),
                        tuple(uses), about=(w,))  # fmt: skip
        assumes: dict[str, None] = {}
        parts = []
        for path in short:
            left = self._collected(path[0], assumes)
            parts.append(_times_input(left, self._factors(path)))
        uses += dict.fromkeys(f"delta/{key(path[0])}" for path in short)
        uses += self._locals(short, steps)
        return Step(name, Kind.FACTORS, Rule.SUBSTITUTE, chain(Partial(E, w), total(*parts)),
                    tuple(uses), tuple(assumes), about=(w,))  # fmt: skip

    def _from_outputs(self, paths: list[Path]) -> list[Path] | None:
        """The paths from the sums of the output units on, where their δ are known and short."""
        last = len(self.graph.network.layers)
        tails: dict[Path, None] = {}
        for path in paths:
            place = next(i for i, q in enumerate(path) if q.kind == PRE_ACTIVATION)
            z = path[place]
            if z.layer != last or z not in self._named:
                return None
            if output_delta_simplified(self.graph, z) is None:
                return None
            tails[path[place:]] = None
        return list(tails)

    def _split(self, w: Quantity, reached: list[Quantity], lost: list[Quantity]) -> Step:
        graph = self.graph
        every = graph.averaged(total(*(Partial(e, w) for e in graph.terms)))
        members: list[Expression] = [Partial(E, w), every]
        if lost:
            members.append(graph.averaged(total(*(Partial(e, w) for e in reached))))
        return Step(
            f"split/{key(w)}", Kind.SPLIT, Rule.SPLIT, chain(*members),
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
                    steps.append(replace(step, number=self.register[step.id]))
        return list(used)

    def _factors(self, path: Path) -> Expression:
        factors = (self.local.factor(*edge) for edge in edges(path))
        return product(*(factor for factor in factors if factor != ONE))

    def _result(self, w: Quantity, name: str, known: Expression) -> Step:
        """The gradient in its final form: shared factors collected, δ named."""
        receivers = self.graph.children[w]
        inputs = [self.local.factor(z, w) for z in receivers]
        assumes: dict[str, None] = {}
        collected = total(
            *(_times_input(self._collected(z, assumes), a)
              for z, a in zip(receivers, inputs, strict=True))
        )  # fmt: skip
        named = total(
            *(_times_input(delta_of(z), a) for z, a in zip(receivers, inputs, strict=True))
        )
        members: list[Expression] = [Partial(E, w)]
        if collected != known:
            members.append(collected)
        else:
            assumes.clear()  # the step before has needed it
        members.append(named)
        return Step(
            name, Kind.GRADIENT, Rule.COLLECT if len(members) > 2 else Rule.NAME,
            chain(*members), uses=(f"together/{key(w)}",), assumes=tuple(assumes),
            about=(w, *receivers),
        )  # fmt: skip

    def _delta(self, z: Quantity, w: Quantity) -> Step:
        """δ = ∂E/∂z, written out; at the output also the lines in which it cancels."""
        assumes: dict[str, None] = {}
        members: list[Expression] = [delta_of(z), Partial(E, z)]
        substeps: tuple[Step, ...] = ()
        name = f"delta/{key(z)}"
        simpler = output_delta_simplified(self.graph, z)
        if simpler is not None:
            known = self._at_output(z)
            substeps = cancelling_steps(name, known, *simpler)
            members.append(known)
        members.append(self._collected(z, assumes))
        return Step(
            name, Kind.DELTA, Rule.NAME, chain(*members), uses=(f"together/{key(w)}",),
            assumes=tuple(assumes), substeps=substeps, about=(z,),
        )  # fmt: skip

    def _at_output(self, z: Quantity) -> Expression:
        """∂E/∂z of an output unit, along every path; once for all the weights before it."""
        if z not in self._outputs:
            paths = [path for e in self.graph.terms or (E,) for path in self.graph.paths(z, e)]
            written = total(*(self._factors(path) for path in paths))
            self._outputs[z] = self.graph.averaged(written)
        return self._outputs[z]

    def _collected(self, z: Quantity, assumes: dict[str, None]) -> Expression:
        """∂E/∂z written out, every shared factor outside its bracket."""
        graph = self.graph
        if z.layer == len(graph.network.layers):
            simpler = output_delta_simplified(graph, z)
            if simpler is None:
                return self._at_output(z)
            lines, needs = simpler
            assumes.update(dict.fromkeys(needs))
            return lines[-1].expression

        def behind(k: Quantity) -> Expression:
            return _bracketed(self._behind(k, assumes))

        def upstream(a: Quantity) -> Expression:
            return _bracketed(over_uses(graph, a, behind, self.local.factor, product))

        return over_uses(graph, z, upstream, self.local.factor, _without_one)

    def _behind(self, z: Quantity, assumes: dict[str, None]) -> Expression:
        """∂E/∂z inside a longer formula: written out where it is one product, else by its name."""
        if z in self._named and z.layer < len(self.graph.network.layers):
            return delta_of(z)
        own: dict[str, None] = {}
        written = self._collected(z, own)
        if z in self._named and _bracketed(written) != written:
            return delta_of(z)
        assumes.update(own)
        return written


def _without_one(upstream: Expression, factor: Expression) -> Expression:
    return upstream if factor == ONE else product(upstream, factor)


def _bracketed(expression: Expression) -> Expression:
    """Square brackets around a sum that becomes a factor."""
    if isinstance(expression, Sum) and not _is_short_difference(expression):
        return Bracket(expression)
    return expression


def _is_short_difference(expression: Sum) -> bool:
    """y − t, and not a·b − c·d."""
    terms = [t.operand if isinstance(t, Negative) else t for t in expression.terms]
    return len(terms) == 2 and not any(term.children for term in terms)


def _times_input(delta: Expression, factor: Expression) -> Expression:
    return delta if factor == ONE else times(_bracketed(delta), factor)


def _along(path: Path, bracketed: bool) -> Expression:
    inner = product(*(Partial(of, by) for of, by in edges(path)))
    return Bracket(inner) if bracketed and isinstance(inner, Product) else inner

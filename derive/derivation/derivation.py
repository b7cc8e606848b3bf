"""The pipeline from a network to a derivation, in one short function, and what it returns."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from derive.derivation.local import Locals, key
from derive.derivation.steps import Section, Step
from derive.derivation.styles import common
from derive.derivation.styles.deltas import Deltas
from derive.derivation.styles.forms import batch_forms
from derive.derivation.styles.paths import MAX_PATHS, Paths
from derive.expression.errors import DeriveError, unknown
from derive.expression.nodes import Quantity
from derive.graph import NetworkGraph
from derive.network.description import Network
from derive.network.given import Given, network_of
from derive.notation import NEGATIVE, Names, names

if TYPE_CHECKING:
    from derive.algebra.symbolic import Form, Symbolic
    from derive.derivation.check import Report

StyleName = Literal["deltas", "paths", "matrices"]
STYLES: dict[StyleName, str] = {
    "deltas": "δ per neuron from the output back; gradient = δ · input",
    "paths": "weight by weight, the chain rule along every path to the error",
    "matrices": "layer by layer: the rules in W, b, z, a, δ, then every entry",
}


class StyleError(DeriveError, ValueError):
    """A style that there is not."""


@dataclass(repr=False)
class Derivation:
    """A derivation of ∂E/∂w for every trained parameter, in symbols.

    sections   what is told, in reading order
    max_paths  as it was asked for
    kept       what was worked out of it and checked, for any page that asks for it again
    Numbers are not in it: they are read off a trace, for any digits and rounding. Two are equal
    where they tell the same of the same network, checked or not.
    """

    network: Network
    style: StyleName
    graph: NetworkGraph = field(compare=False)  # it follows from the network
    sections: tuple[Section, ...]
    max_paths: int = MAX_PATHS
    _report: Report | None = field(default=None, compare=False)
    kept: dict[Hashable, Any] = field(default_factory=dict, compare=False, init=False)

    def __getstate__(self) -> dict[str, Any]:
        """Without what is kept: it is as good worked out anew."""
        return {**self.__dict__, "kept": {}}

    def __hash__(self) -> int:
        return hash((self.graph, self.style))

    def __repr__(self) -> str:
        steps, sizes = sum(1 for _ in self.walk()), "-".join(map(str, self.network.sizes))
        checked = "checked" if self._report is not None else "not checked yet"
        return f"<Derivation of a {sizes} network, style {self.style}: {steps} steps, {checked}>"

    def _repr_markdown_(self) -> str:
        from derive.notebook import derivation  # as a page: from below, when a notebook asks

        return derivation(self)

    def __getitem__(self, name: str) -> Step:
        """The step that works out ∂E/∂w, with all of its relations: ``derivation["w1"]``.

            >>> step = derive.derive(derive.Network(2, [derive.Dense(1)]))["w1"]
            >>> step.id, len(step.relations)
            ('gradient/w1.1.1', 3)

        name  of a trained weight or bias in the network's notation, in its text or code spelling
        Raises UnknownName, with the nearest name.
        """
        return self._gradients[self._find(name)]

    def gradient(self, name: str, form: Form = "named", *, simplify: bool = False) -> Any:
        """∂E/∂w of one example as a SymPy expression: ``derive.symbolic(network).gradient(name)``.

        name            as between square brackets
        form, simplify  as of ``derive.symbolic``
        Raises UnknownName, with the nearest name; SymbolicError for a form that is not there.
        """
        from derive.algebra.symbolic import symbolic  # SymPy: loaded where it is asked for

        w = self._find(name)
        if "symbolic" not in self.kept:
            self.kept["symbolic"] = symbolic(self.network)
        algebra: Symbolic = self.kept["symbolic"]
        return algebra.gradient(w, form, simplify=simplify)

    def _find(self, name: str) -> Quantity:
        """The trained parameter of a name."""
        called = self._called
        found = called.find(name) if isinstance(name, str) else None
        if found is None or found not in self._gradients:
            raise unknown("gradient with respect to", name, map(called.code, self._gradients))
        return found

    @property
    def _called(self) -> Names:
        return names(self.network.notation, self.network.shape, self.network.layout)

    @property
    def _gradients(self) -> dict[Quantity, Step]:
        """The step of every trained parameter, in the order of theta."""
        if "gradients" not in self.kept:
            steps = {step.id: step for step in self.walk()}
            self.kept["gradients"] = {
                w: steps[f"gradient/{key(w)}"] for w in self.network.parameters()
            }
        found: dict[Quantity, Step] = self.kept["gradients"]
        return found

    def check(self) -> Report:
        """Check every equality by machine; the result is kept.

        Returns the counts. Raises CheckFailed, naming the step, where an equality fails.
        """
        if self._report is None:
            from derive.derivation.check import check

            self._report = check(self)
        return self._report

    def with_delta_sign(self, sign: str) -> Derivation:
        """The same told with δ = ∂E/∂z ("positive") or δ = −∂E/∂z ("negative")."""
        if sign == self.network.delta_sign:
            return self
        if sign not in self.kept:
            network = self.network.with_delta_sign(sign)
            self.kept[sign] = derive(network, self.style, max_paths=self.max_paths)
        other: Derivation = self.kept[sign]
        return other

    def walk(self) -> Iterator[Step]:
        """Every step in reading order, substeps after their step."""
        for section in self.sections:
            yield from section.walk()

    def section(self, kind: str) -> Section:
        """The section of a kind. Raises UnknownName where there is none."""
        for section in self.sections:
            if section.kind == kind:
                return section
        raise unknown("section", kind, (section.kind for section in self.sections))


def derive(
    network: Given, style: StyleName = "deltas", *, max_paths: int = MAX_PATHS
) -> Derivation:
    """Derive ∂E/∂w for every trained weight and bias, from the output layer back.

        >>> derivation = derive.derive("examples/mazur.yaml", style="paths")
        >>> derivation["w1"].id, derivation.gradient("w1")
        ('gradient/w1.1.1', dE_Total_dh1*i1)
        >>> report = derivation.check()  # raises CheckFailed where a step does not hold
        >>> report.equalities > 100
        True

    network    a Network, the path of a network file, or a mapping with the keys of one
    style      one of ``STYLES``
    max_paths  in the style "paths", the number of paths of one weight past which deltas take
               over; the text says so
    Raises StyleError, NetworkError.
    """
    network = network_of(network)
    if style not in STYLES:
        raise StyleError(f"style: got {style!r}; allowed are {', '.join(sorted(STYLES))}")
    graph = NetworkGraph(network)
    local = Locals(graph)
    passes: Any = common
    if style == "matrices":  # loaded where it is asked for
        from derive.derivation.styles import matrix_passes as passes
        from derive.derivation.styles.matrices import Matrices

        backward = Matrices(graph, local).sections()
    elif style == "paths":
        backward = Paths(graph, local, max_paths).sections()
    else:
        backward = Deltas(graph, local).sections()
    parameters = tuple(w for _, mine in common.backward_order(graph) for w in mine)
    sections = [
        common.functions(graph),
        common.lemmas(graph),
        passes.forward(graph),
        common.loss(graph),
        Section("backward", sections=backward),
    ]
    if network.is_batch:
        sections.append(passes.averages(graph, parameters))
        sections.append(batch_forms(graph, dict(common.backward_order(graph))))
    sections.append(passes.updates(graph, parameters))
    told = tuple(s for s in sections if _told(s))
    if network.delta_sign == NEGATIVE:
        from derive.derivation.delta_sign import restate

        told = restate(told)
    return Derivation(network, style, graph, told, max_paths)


def _told(section: Section) -> bool:
    return bool(section.steps or section.sections)

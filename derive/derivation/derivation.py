"""The pipeline from a graph to a derivation, in one short function, and what it returns."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from derive.derivation.calculus.local import Edges, Locals, key
from derive.derivation.steps import Section, Step
from derive.derivation.styles import common
from derive.derivation.styles.deltas import Deltas
from derive.derivation.styles.forms import batch_forms
from derive.derivation.styles.nodes import Nodes
from derive.derivation.styles.paths import MAX_PATHS, Paths
from derive.derivation.styles.routes import Routes
from derive.expression.errors import DeriveError, unknown
from derive.expression.nodes import Quantity
from derive.graph import AnyGraph, FormulaGraph, NetworkGraph, layered
from derive.graph.conversion import GivenGraph, graph_of
from derive.graph.names import names_of
from derive.network.description import Network
from derive.notation import NEGATIVE, Names

if TYPE_CHECKING:
    from derive.algebra.symbolic import Form, Symbolic
    from derive.derivation.check import Report

StyleName = Literal["deltas", "paths", "matrices", "nodes"]
STYLES: dict[StyleName, str] = {
    "deltas": "δ per neuron from the output back; gradient = δ · input",
    "paths": "weight by weight, the chain rule along every path to the error",
    "matrices": "layer by layer: the rules in W, b, z, a, δ, then every entry",
    "nodes": "node by node: upstream gradient × local derivative, of any graph",
}


class StyleError(DeriveError, ValueError):
    """A style that there is not, or not for this graph."""


@dataclass(repr=False)
class Derivation:
    """A derivation of ∂E/∂w for every trained parameter, in symbols.

    graph      what is derived: the definitions of a network, or formulas
    sections   what is told, in reading order
    max_paths  as it was asked for
    kept       what was worked out of it and checked, for any page that asks for it again
    Numbers are not in it: they are read off a trace, for any digits and rounding. Two are equal
    where they tell the same of the same graph, checked or not.
    """

    graph: AnyGraph
    style: StyleName
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
        steps, graph = sum(1 for _ in self.walk()), self.graph
        checked = "checked" if self._report is not None else "not checked yet"
        of = (
            f"{len(graph.definitions)} formulas" if isinstance(graph, FormulaGraph)
            else f"a {'-'.join(map(str, graph.network.sizes))} network"
        )  # fmt: skip
        return f"<Derivation of {of}, style {self.style}: {steps} steps, {checked}>"

    def _repr_markdown_(self) -> str:
        from derive.notebook import derivation  # as a page: from below, when a notebook asks

        return derivation(self)

    @property
    def source(self) -> Network | FormulaGraph:
        """What is derived, as it was given."""
        return self.graph if isinstance(self.graph, FormulaGraph) else self.graph.network

    @property
    def network(self) -> Network:
        """The network that is derived. Raises NetworkError where it is a graph of formulas."""
        return self.layered.network

    @property
    def layered(self) -> NetworkGraph:
        """The graph of the network. Raises NetworkError where there are formulas instead."""
        return layered(self.graph)

    def __getitem__(self, name: str) -> Step:
        """The step that works out ∂E/∂w, with all of its relations: ``derivation["w1"]``.

            >>> step = derive.derive(derive.Network(2, [derive.Dense(1)]))["w1"]
            >>> step.id, len(step.relations)
            ('gradient/w1.1.1', 3)

        name  of a trained weight or bias in the network's notation, in its text or code
              spelling; of a graph of formulas, that of a parameter
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
            self.kept["symbolic"] = symbolic(self.source)
        algebra: Symbolic = self.kept["symbolic"]
        return algebra.gradient(w, form, simplify=simplify)

    def _find(self, name: str) -> Quantity:
        """The trained parameter of a name."""
        naming = self._naming
        quantity = naming.find(name) if isinstance(name, str) else None
        if quantity is None or quantity not in self._gradients:
            raise unknown("gradient with respect to", name, map(naming.code, self._gradients))
        return quantity

    @property
    def _naming(self) -> Names:
        return names_of(self.graph)

    @property
    def _gradients(self) -> dict[Quantity, Step]:
        """The step of every trained parameter, in the order of theta."""
        if "gradients" not in self.kept:
            steps = {step.id: step for step in self.walk()}
            self.kept["gradients"] = {w: steps[f"gradient/{key(w)}"] for w in self.graph.trained}
        gradients: dict[Quantity, Step] = self.kept["gradients"]
        return gradients

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
        if isinstance(self.graph, FormulaGraph) or sign == self.network.delta_sign:
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
    network: GivenGraph, style: StyleName | None = None, *, max_paths: int = MAX_PATHS
) -> Derivation:
    """Derive ∂E/∂w for every trained weight and bias, from the output layer back.

        >>> derivation = derive.derive("examples/mazur.yaml", style="paths")
        >>> derivation["w1"].id, derivation.gradient("w1")
        ('gradient/w1.1.1', dE_Total_dh1*i1)
        >>> report = derivation.check()  # raises CheckFailed where a step does not hold
        >>> report.equalities > 100
        True

        >>> circuit = derive.Graph.from_formulas({"q": "x + y", "f": "q*z"}, loss="f")
        >>> derive.derive(circuit)["x"].id, derive.derive(circuit).style
        ('gradient/x', 'nodes')

    network    a Network, a graph of formulas, the path of a file with either, or a mapping with
               the keys of one
    style      one of ``STYLES``; unless said, deltas of a network, and nodes of formulas
    max_paths  in the style "paths", the number of paths of one weight past which deltas take
               over; the text says so
    Raises StyleError, NetworkError.
    """
    graph = graph_of(network)
    chosen = _chosen(graph, style)
    if isinstance(graph, FormulaGraph):
        return _of_formulas(graph, chosen, max_paths)
    return _of_network(graph, chosen, max_paths)


def styles_of(source: Network | AnyGraph) -> tuple[StyleName, ...]:
    """The styles in which a graph can be derived."""
    return ("nodes", "paths") if isinstance(source, FormulaGraph) else tuple(STYLES)


def usual_style(source: Network | AnyGraph) -> StyleName:
    """The style of a page where nobody has asked for another."""
    return "nodes" if isinstance(source, FormulaGraph) else "deltas"


def _chosen(graph: AnyGraph, style: StyleName | None) -> StyleName:
    """The style that is asked for, or the usual one. Raises StyleError."""
    known = styles_of(graph)
    if style is None:
        return usual_style(graph)
    if style in known:
        return style
    what = "a network"
    if isinstance(graph, FormulaGraph):
        what = "a graph of formulas, which has no layers"
    raise StyleError(f"style: got {style!r}; of {what}, allowed are {', '.join(sorted(known))}")


def _of_formulas(graph: FormulaGraph, style: StyleName, max_paths: int) -> Derivation:
    """Forwards through the formulas, and back."""
    edges = Edges[AnyGraph](graph)
    if style == "paths":
        backward = Routes(graph, edges, max_paths).sections()
    else:
        backward = Nodes(graph, edges, graph.trained).sections()
    sections = (
        common.functions_in(graph), common.formulas(graph),
        Section("backward", sections=backward),
    )  # fmt: skip
    return Derivation(graph, style, tuple(s for s in sections if _has_content(s)), max_paths)


def _of_network(graph: NetworkGraph, style: StyleName, max_paths: int) -> Derivation:
    """Forwards through the layers, back in a style, and a step of gradient descent."""
    network = graph.network
    local = Locals(graph)
    passes: Any = common
    if style == "matrices":  # loaded where it is asked for
        from derive.derivation.styles import matrix_passes as passes
        from derive.derivation.styles.matrices import Matrices

        backward = Matrices(graph, local).sections()
    elif style == "nodes":
        backward = Nodes(graph, local, graph.trained).sections()
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
    nonempty = tuple(s for s in sections if _has_content(s))
    if network.delta_sign == NEGATIVE:
        from derive.derivation.delta_sign import restate

        nonempty = restate(nonempty)
    return Derivation(graph, style, nonempty, max_paths)


def _has_content(section: Section) -> bool:
    return bool(section.steps or section.sections)

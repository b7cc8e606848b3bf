"""What stands around the backward pass by matrices: forward pass, averages, updates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from derive.derivation.steps import Kind, Rule, Section, Step
from derive.derivation.styles import common
from derive.derivation.styles.arrays import MOST_INSIDE, Arrays, gathered, itself
from derive.derivation.styles.forms import Forms
from derive.expression.matrices import Matrix
from derive.expression.nodes import (
    LOSS,
    WEIGHT,
    Expression,
    Negative,
    Partial,
    Product,
    Quantity,
    Sum,
)
from derive.graph import (
    BATCH_E,
    EXAMPLE,
    RATE,
    NetworkGraph,
    activations,
    bias_of,
    pre_activations,
)
from derive.network.description import Layer

Of = Callable[[Quantity], Expression]  # what stands in an array for a parameter
Array = Callable[[Of], Matrix]
Members = Callable[[Array], tuple[Expression, ...]]


def forward(graph: NetworkGraph) -> Section:
    """Layer by layer: z = a W + b in symbols and entry by entry, and the activations."""
    arrays, forms = Arrays(graph.network), Forms(graph)
    sections = []
    before = graph.inputs
    for layer in graph.network.layers:
        entries = (_sums(graph, arrays, layer, before), _activations(graph, arrays, layer))
        steps = (*forms.forward(layer), *entries)
        sections.append(Section("layer", steps, layer=layer.index))
        before = activations(layer)
    return Section("forward", sections=tuple(sections))


def _definitions(graph: NetworkGraph, quantities: Iterable[Quantity]) -> tuple[Step, ...]:
    return tuple(common.definition(q, graph.definitions[q]) for q in quantities)


def _sums(graph: NetworkGraph, arrays: Arrays, layer: Layer, before: tuple[Quantity, ...]) -> Step:
    zs = pre_activations(layer)
    members: list[Expression] = [arrays.vector(zs)]
    if len(before) <= MOST_INSIDE:
        weighted = arrays.forward(arrays.vector(before), arrays.weights(layer, itself))
        if layer.bias != "none":
            biases = arrays.vector(bias_of(layer, z.unit) for z in zs)
            weighted = Sum((weighted, Negative(biases) if layer.subtracts else biases))
        members.append(weighted)
    members.append(arrays.vector(graph.definitions[z] for z in zs))
    steps = _definitions(graph, zs)
    return gathered(f"define/z{layer.index}", Kind.DEFINITION, members, steps, Rule.DEFINE)


def _activations(graph: NetworkGraph, arrays: Arrays, layer: Layer) -> Step:
    outputs = activations(layer)
    members: list[Expression] = [arrays.vector(outputs)]
    function = layer.activation.function
    if function is not None and layer.activation.name != "identity":
        members.append(function(arrays.vector(pre_activations(layer))))
    members.append(arrays.vector(graph.definitions[a] for a in outputs))
    steps = _definitions(graph, outputs)
    return gathered(f"define/a{layer.index}", Kind.DEFINITION, members, steps, Rule.DEFINE)


def averages(graph: NetworkGraph, parameters: tuple[Quantity, ...]) -> Section:
    """∂Ē/∂W = 1/N·Σ ∂E⟨n⟩/∂W, entry by entry."""

    def of_batch(w: Quantity) -> Expression:
        return Partial(BATCH_E, w)

    def of_examples(w: Quantity) -> Expression:
        return graph.over_examples(Partial(Quantity(LOSS, example=EXAMPLE), w))

    section = common.averages(graph, parameters)
    return _by_array(graph, section, lambda array: (array(of_batch), array(of_examples)))


def updates(graph: NetworkGraph, parameters: tuple[Quantity, ...]) -> Section:
    """W ← W − η·∂E/∂W, with the old values on the right."""
    goal = graph.goal

    def moved(array: Array) -> tuple[Expression, ...]:
        old, slopes = array(itself), array(lambda w: Partial(goal, w))
        return old, Sum((old, Negative(Product((RATE, slopes)))))

    return _by_array(graph, common.updates(graph, parameters), moved)


def _by_array(graph: NetworkGraph, section: Section, members: Members) -> Section:
    """A section about parameters with one step for every array; a shared bias keeps its own."""
    arrays = Arrays(graph.network)
    steps: list[Step] = []
    waiting = list(section.steps)
    while waiting:
        w = waiting[0].about[0]
        mine = [s for s in waiting if _alike(s.about[0], w)]
        waiting = [s for s in waiting if not _alike(s.about[0], w)]
        if w.unit < 0:
            steps += mine
            continue
        layer = graph.network.layers[w.layer - 1]

        def array(of: Of, mine: list[Step] = mine, layer: Layer = layer) -> Matrix:
            if mine[0].about[0].kind == WEIGHT:
                return arrays.weights(layer, of)
            return arrays.vector(of(step.about[0]) for step in mine)

        kind = mine[0].kind
        name = kind.value if w.kind == WEIGHT else f"{kind.value}-bias"
        entries = tuple(mine)
        steps.append(gathered(f"{name}/{w.layer}", kind, members(array), entries, mine[0].rule))
    return replace(section, steps=tuple(steps))


def _alike(w: Quantity, other: Quantity) -> bool:
    return (w.layer, w.kind) == (other.layer, other.kind)

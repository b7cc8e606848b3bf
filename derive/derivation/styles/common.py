"""What every style tells alike: the functions, the forward pass, the loss, lemmas, updates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from derive.derivation.calculus.local import key, lemma
from derive.derivation.steps import Kind, Relation, Rule, Section, Step, chain
from derive.expression.functions import Function
from derive.expression.nodes import (
    LOSS,
    Apply,
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
    E,
    FormulaGraph,
    NetworkGraph,
    activations,
    pre_activations,
)
from derive.network.catalogue import ActivationUse

COMPOSED_WIDTH = 4  # a weighted sum of at most so many terms is also shown inside σ(…)


def functions_in_use(graph: NetworkGraph) -> tuple[ActivationUse, ...]:
    """The activations of one variable that the network uses, each once, in layer order."""
    uses: dict[Function, ActivationUse] = {}
    for layer in graph.network.layers:
        use = layer.activation
        if use.function is not None and use.name != "identity":
            uses.setdefault(use.function, use)
    return tuple(uses.values())


def functions(graph: NetworkGraph) -> Section:
    """σ(x) = 1/(1 + e^(−x)), and so on: what the activations are, and what they are made of."""
    return _functions([use.function for use in functions_in_use(graph) if use.function])


def functions_in(graph: FormulaGraph) -> Section:
    """The same of the functions that formulas call and that have a formula themselves."""
    functions = [
        node.function
        for formula in graph.definitions.values()
        for node in formula.walk()
        if isinstance(node, Apply)
    ]
    return _functions(functions)


def _functions(functions: Iterable[Function]) -> Section:
    needed: dict[Function, None] = {}

    def need(function: Function) -> None:
        """A function after those that its formula and its derivative mention."""
        if function.definition is None or function in needed:
            return
        for formula in (function.definition, *function.derivatives):
            for node in formula.walk():
                if isinstance(node, Apply) and node.function != function:
                    need(node.function)
        needed[function] = None

    for function in functions:
        need(function)
    steps = [
        Step(
            f"function/{f.name}",
            Kind.FUNCTION,
            Rule.DEFINE,
            chain(Apply(f, f.parameters), f.definition),
        )
        for f in needed
        if f.definition is not None
    ]
    return Section("functions", tuple(steps))


def definition(q: Quantity, *formulas: Expression, uses: tuple[str, ...] = ()) -> Step:
    """q = formula, and where there are more, the same written otherwise."""
    return Step(
        f"define/{key(q)}", Kind.DEFINITION, Rule.DEFINE, chain(q, *formulas), uses, about=(q,)
    )


def forward(graph: NetworkGraph) -> Section:
    """Layer by layer: every pre-activation, and every activation, also composed."""
    layers = []
    for layer in graph.network.layers:
        steps = []
        for z, a in zip(pre_activations(layer), activations(layer), strict=True):
            formula, activation = graph.definitions[z], graph.definitions[a]
            steps.append(definition(z, formula))
            members: tuple[Expression, ...] = (activation,)
            uses: tuple[str, ...] = ()
            narrow = isinstance(activation, Apply) and len(graph.parents[z]) <= 2 * COMPOSED_WIDTH
            if narrow and isinstance(activation, Apply):
                members = (*members, Apply(activation.function, (formula,)))
                uses = (f"define/{key(z)}",)
            steps.append(definition(a, *members, uses=uses))
        layers.append(Section("layer", tuple(steps), layer=layer.index))
    return Section("forward", sections=tuple(layers))


def formulas(graph: FormulaGraph) -> Section:
    """Every formula, in the order in which they are worked out."""
    return Section("forward", tuple(
        Step(f"define/{key(q)}", Kind.DEFINITION, Rule.DEFINE, chain(q, formula), about=(q,))
        for q, formula in graph.definitions.items()
    ))  # fmt: skip


def loss(graph: NetworkGraph) -> Section:
    """Targets given by formulas, the terms E_k, their sum, and the loss of a batch."""
    steps = []
    for quantity in (*graph.targets, *graph.terms, E):
        if quantity in graph.definitions:
            steps.append(definition(quantity, graph.definitions[quantity]))
    if graph.network.is_batch:
        one = Quantity(LOSS, example=EXAMPLE)
        steps.append(definition(BATCH_E, graph.over_examples(one)))
    return Section("loss", tuple(steps))


def lemmas(graph: NetworkGraph) -> Section:
    """σ′ and its like, proved from the formulas of the activations."""
    return Section("lemmas", tuple(lemma(use) for use in functions_in_use(graph)))


def proofs(sections: Iterable[Section], graph: NetworkGraph) -> Iterator[tuple[Function, Step]]:
    """Each activation of one variable with the lemma about it, as ``lemmas`` has told them."""
    steps = (step for section in sections if section.kind == "lemmas" for step in section.steps)
    for use, step in zip(functions_in_use(graph), steps, strict=True):
        assert use.function is not None  # they are those in use
        yield use.function, step


def averages(graph: NetworkGraph, parameters: tuple[Quantity, ...]) -> Section:
    """∂Ē/∂w = 1/N·Σ ∂E⟨n⟩/∂w for every parameter of a batch."""
    steps = []
    for w in parameters:
        one = Partial(Quantity(LOSS, example=EXAMPLE), w)
        steps.append(
            Step(
                f"average/{key(w)}",
                Kind.AVERAGE,
                Rule.AVERAGE,
                chain(Partial(BATCH_E, w), graph.over_examples(one)),
                uses=(f"gradient/{key(w)}",),
                about=(w,),
            )
        )
    return Section("averages", tuple(steps))


def updates(graph: NetworkGraph, parameters: tuple[Quantity, ...]) -> Section:
    """w ← w − η·∂E/∂w for every trained parameter, with the old values on the right."""
    goal = graph.goal
    source = "average" if graph.network.is_batch else "gradient"
    steps = []
    for w in parameters:
        moved = Sum((w, Negative(Product((RATE, Partial(goal, w))))))
        steps.append(
            Step(
                f"update/{key(w)}",
                Kind.UPDATE,
                Rule.UPDATE,
                (Relation("", w), Relation("←", moved)),
                uses=(f"{source}/{key(w)}",),
                about=(w,),
            )
        )
    return Section("updates", tuple(steps))


def backward_order(graph: NetworkGraph) -> list[tuple[int, tuple[Quantity, ...]]]:
    """The trained parameters layer by layer from the output back, by receiving unit."""
    order = []
    for layer in reversed(graph.network.layers):
        mine = [w for w in graph.network.parameters() if w.layer == layer.index]
        mine.sort(key=lambda w: (w.kind == "bias", w.unit, w.source))
        if mine:
            order.append((layer.index, tuple(mine)))
    return order

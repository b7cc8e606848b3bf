"""The forward pass and the loss: one equation per neuron, symbols first, then numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derive.derivation.steps import Chain, Step
from derive.document.blocks import Block, Equation, Inline, Table
from derive.document.narration.backward_pass import matrices
from derive.document.narration.teller import ROW_LIMIT, Teller, rows
from derive.document.wording import capital
from derive.expression.nodes import ACTIVATION, Apply, Quantity
from derive.graph import E, activations, pre_activations
from derive.network.description import Layer


def forward(teller: Teller) -> Iterator[Block]:
    """Layer by layer: pre-activations, activations."""
    yield teller.heading(2, "forward_brief" if teller.brief else "forward")
    steps = teller.derivation.sections
    functions = [s for section in steps if section.kind == "functions" for s in section.steps]
    if functions and not teller.brief:
        yield teller.say("forward_functions", count=len(functions))
        yield from rows([Equation(step.relations) for step in functions])
    for section in teller.derivation.section("forward").sections:
        layer = teller.network.layers[section.layer - 1]
        role = teller.layer_role(section.layer)
        if not teller.brief:
            yield teller.heading(3, "layer", layer=capital(teller.layer_name(layer)))
        if teller.by_matrices:
            yield from matrices.forward_layer(teller, section)
            continue
        if not teller.brief:
            yield _adds_up(teller, layer)
        of_layer = _one_line_each(section.steps) if teller.brief else section.steps
        whole = layer.activation.function is None  # every activation needs every pre-activation
        if whole:
            of_layer = tuple(sorted(of_layer, key=lambda step: step.about[0].kind == ACTIVATION))
        equations = [teller.equation(s, _chain(teller, s), role) for s in of_layer]
        yield from rows([
            replace(equation, tied=step.about[0].kind == ACTIVATION and not (whole or teller.brief))
            for equation, step in zip(equations, of_layer, strict=True)
        ])  # fmt: skip


def _adds_up(teller: Teller, layer: Layer) -> Block:
    """What every unit of a layer does."""
    words = teller.words
    kind = {"none": "", "shared": "_shared"}.get(layer.bias, "_bias")
    use = layer.activation.name
    own = f"_{use}" if use in ("identity", "softmax") else ""
    return teller.say(
        f"forward_layer{own}",
        layer=teller.layer_name(layer), units=layer.units,
        adds=words(f"forward_adds{kind}", before=teller.before(layer)),
        activation=words.activation(layer.activation),
    )  # fmt: skip


def _chain(teller: Teller, step: Step) -> Chain:
    """h1 = w1·i1 + w2·i2, a_h1 = σ(h1); composed, σ(w1·i1 + w2·i2), where it is told in full.

    Not where the numbers that follow go on with a rounded h1.
    """
    valuation = teller.valuation
    carried = valuation is not None and valuation.rounding.carried
    if _composed(step) and not teller.brief and (carried or not teller.full):
        return step.relations[:-1]
    return step.relations


def _composed(step: Step) -> bool:
    return len(step.relations) > 2 and isinstance(step.result, Apply)


def _one_line_each(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Without the pre-activations, where every activation says what its own is."""
    activations_ = tuple(step for step in steps if step.about[0].kind == ACTIVATION)
    return activations_ if all(_composed(step) for step in activations_) else steps


def loss(teller: Teller) -> Iterator[Block]:
    """Targets by formula, the terms, their sum; how far the output is from the target."""
    graph = teller.graph
    if not teller.brief:
        yield teller.heading(2, "loss")
    section = teller.derivation.section("loss")
    if not teller.brief:
        name = "loss_mean" if teller.network.loss.mean else "loss_many"
        yield teller.say(
            name if graph.terms else "loss_one", name=teller.network.loss.title, loss=E,
            terms=teller.some(graph.terms),
        )  # fmt: skip
    yield from rows([
        teller.equation(step, role="loss")
        for step in section.steps
        if not (teller.brief and step.subject in graph.targets)
    ])  # fmt: skip
    if not teller.brief:
        yield from _against(teller)
    if teller.network.is_batch and teller.valuation is not None:
        yield from _values_table(teller)


def _against(teller: Teller) -> Iterator[Block]:
    """Every output beside its target."""
    words, graph, valuation = teller.words, teller.graph, teller.valuation
    if valuation is None or teller.network.is_batch or len(graph.outputs) > ROW_LIMIT:
        return
    numbers = valuation.examples[teller.example]
    pairs = []
    for y, t in zip(graph.outputs, graph.targets, strict=True):
        output, target = numbers.displayed(y), numbers.displayed(t)
        exact = output.exact or valuation.rounding.carried
        name = "against_pair_exact" if exact else "against_pair"
        if output.value == target.value:
            name = "against_pair_met"
        pairs.append(words(name, y=y, value=output.number, t=target.number))
    yield teller.say("against", pairs=words.listing(tuple(pairs)), count=len(pairs))


def _values_table(teller: Teller) -> Iterator[Block]:
    """Every quantity of the forward pass, a column per example."""
    valuation = teller.valuation
    if valuation is None:
        return
    count = teller.network.example_count
    quantities: list[Quantity] = []
    for layer in teller.network.layers:
        quantities += [*pre_activations(layer), *activations(layer)]
    quantities += [*teller.graph.terms, E]
    header: list[Inline] = [teller.words("quantity")]
    header += [teller.words("example_number", n=str(n + 1)) for n in range(count)]
    body = []
    for quantity in quantities:
        cells: list[Inline] = [(quantity,)]
        cells += [(valuation.examples[n].displayed(quantity).number,) for n in range(count)]
        body.append(tuple(cells))
    yield Table(tuple(header), tuple(body), "l" + "r" * count, teller.words("forward_values"))

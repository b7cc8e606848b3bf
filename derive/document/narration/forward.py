"""The forward pass and the loss: one equation per neuron, symbols first, then numbers."""

from __future__ import annotations

from collections.abc import Iterator

from derive.derivation.graph import E, activations, pre_activations
from derive.derivation.steps import Chain, Step
from derive.document.blocks import Block, Equation, Inline, Table
from derive.document.narration.teller import ROW_LIMIT, Teller, rows
from derive.expression.nodes import ACTIVATION, Apply, Quantity


def forward(teller: Teller) -> Iterator[Block]:
    """Layer by layer: pre-activations, activations."""
    yield teller.heading(2, "forward-brief" if teller.brief else "forward")
    steps = teller.derivation.sections
    functions = [s for section in steps if section.kind == "functions" for s in section.steps]
    if functions and not teller.brief:
        yield teller.say("forward-functions")
        yield from rows([Equation(step.relations) for step in functions])
    for section in teller.derivation.section("forward").sections:
        layer = teller.network.layers[section.layer - 1]
        role = teller.layer_role(section.layer)
        if not teller.brief:
            yield teller.heading(3, "layer", layer=_capital(teller.layer_name(layer)))
            yield teller.say(
                "forward-layer" if layer.units > 1 else "forward-layer-one",
                layer=teller.layer_name(layer),
                units=teller.words.number(layer.units),
                before=teller.words.text("layer-inputs") if layer.index == 1
                else teller.layer_name(layer.index - 1),
                activation=teller.words.text(f"activation-{layer.activation.name}"),
            )  # fmt: skip
        told = _one_line_each(section.steps) if teller.brief else section.steps
        yield from rows([teller.equation(s, _chain(teller, s), role) for s in told])
    if teller.network.is_batch and teller.valuation is not None:
        yield from _values_table(teller)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _chain(teller: Teller, step: Step) -> Chain:
    """h1 = w1·i1 + w2·i2, a_h1 = σ(h1); composed, σ(w1·i1 + w2·i2), where it is told in full."""
    if _composed(step) and not (teller.full or teller.brief):
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
    words, graph = teller.words, teller.graph
    if not teller.brief:
        yield teller.heading(2, "loss")
    section = teller.derivation.section("loss")
    if not teller.brief:
        many = len(graph.outputs) > 1
        yield teller.say(
            "loss-many" if many else "loss-one",
            name=teller.network.loss.title, loss=E,
            terms=teller.some(graph.terms) if many else "",
        )  # fmt: skip
    yield from rows([
        teller.equation(step, role="loss")
        for step in section.steps
        if not (teller.brief and step.subject in graph.targets)
    ])  # fmt: skip
    if teller.valuation is not None and not teller.network.is_batch and not teller.brief:
        numbers = teller.valuation.examples[teller.example]
        pairs = tuple(zip(graph.outputs, graph.targets, strict=True))
        told = pairs if len(pairs) <= ROW_LIMIT else ()
        yield from (
            [teller.say("against-one" if len(pairs) == 1 else "against", pairs=words.listing(
                tuple(words("against-pair", y=y, value=numbers.shown(y).number,
                            t=numbers.shown(t).number) for y, t in told)
            ))] if told else []
        )  # fmt: skip


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
    header += [teller.words("example-number", n=str(n + 1)) for n in range(count)]
    body = []
    for quantity in quantities:
        cells: list[Inline] = [(quantity,)]
        cells += [(valuation.examples[n].shown(quantity).number,) for n in range(count)]
        body.append(tuple(cells))
    yield Table(tuple(header), tuple(body), "l" + "r" * count, teller.words("forward-values"))

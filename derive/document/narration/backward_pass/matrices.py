"""The page by matrices: forward pass, backward pass, update, a vector or matrix at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from derive.derivation.calculus.cancellation import cancels
from derive.derivation.steps import Chain, Kind, Relation, Rule, Section, Step
from derive.derivation.styles.arrays import MOST_INSIDE, Arrays, itself
from derive.derivation.styles.deltas import delta_of
from derive.document.blocks import Block, Equation, Inline, Table
from derive.document.narration.backward_pass.cancellation import in_brief, line_by_line
from derive.document.narration.backward_pass.locals import is_trivial, lines, short
from derive.document.narration.pictures.places import step_figure
from derive.document.narration.teller import ROW_LIMIT, Teller, first_and_last, rows
from derive.document.wording import Value
from derive.expression.matrices import Matrix, Named, entry, entrywise
from derive.expression.nodes import (
    PRE_ACTIVATION,
    WEIGHT,
    Cases,
    Number,
    Partial,
    Quantity,
    quantities,
)
from derive.graph import E, activations
from derive.network.catalogue import LOSSES
from derive.network.description import Layer


def forward_layer(teller: Teller, section: Section) -> Iterator[Block]:
    """z = a W + b and the activations of a layer."""
    layer = teller.network.layers[section.layer - 1]
    role = teller.layer_role(layer.index)
    rules, (sums, outputs) = split(section.steps)
    if not teller.brief:
        yield from in_symbols(teller, layer, rules, "forward", set())
    if teller.brief:
        yield teller.equation(sums, sums.relations[:2], role)
        yield teller.equation(outputs, outputs.relations[:2], role)
        return
    words, name = teller.words, teller.layer_name(layer)
    senders = teller.network.sizes[layer.index - 1]
    kind = "wide" if senders > MOST_INSIDE else teller.network.layout
    own = "neuron" if layer.has_own_biases else layer.bias
    adds = "one" if layer.units == 1 else own
    bias = words.text(f"matrix_adds_{adds}") if layer.bias != "none" else ""
    yield teller.say(
        f"matrix_sums_{kind}", layer=name, before=teller.before(layer), bias=bias,
        count=senders, units=layer.units,
    )  # fmt: skip
    yield teller.equation(sums, role=role)
    use = layer.activation.name
    special = f"_{use}" if use in ("identity", "softmax") else ""
    yield teller.say(
        f"matrix_activations{special}", layer=name, count=layer.units,
        activation=words.activation(layer.activation),
    )  # fmt: skip
    yield teller.equation(outputs, role=role)


def split(steps: tuple[Step, ...]) -> tuple[list[Step], list[Step]]:
    """The rules in symbols, and the steps that work out the entries."""
    rules = [step for step in steps if step.rule is Rule.FORM]
    return rules, [step for step in steps if step.rule is not Rule.FORM]


def in_symbols(
    teller: Teller, layer: Layer, rules: list[Step], which: str, sentences: set[str]
) -> Iterator[Block]:
    """The rules of a layer, a line each; those of the backward pass with their usual numbers."""
    if not rules:
        return
    sentence = f"matrix_rules_{which}"
    again = "matrix_rules" if sentence in sentences else sentence
    yield teller.say(again, layer=teller.layer_name(layer))
    sentences.add(sentence)
    yield from rows([
        Equation(step.relations, reason=usual(teller, step)) for step in rules
    ])  # fmt: skip


def usual(teller: Teller, step: Step) -> str:
    """The four equations of backpropagation, numbered as they usually are.

    BP1 for δ of the last layer, BP2 for those before, BP3 for biases, BP4 for weights.
    """
    assert isinstance(step.subject, Named)  # a rule is about an array by name
    array = step.subject.symbol
    if step.kind is Kind.DELTA and isinstance(array, Quantity):
        return "BP1" if array.layer == len(teller.network.layers) else "BP2"
    if step.kind is Kind.GRADIENT and isinstance(array, Partial):
        return "BP4" if array.by.name == WEIGHT else "BP3"
    return ""


def backward_layer(teller: Teller, section: Section, sentences: set[str]) -> Iterator[Block]:
    """What comes back, the derivatives of the activation, the deltas, the gradients."""
    layer = teller.network.layers[section.layer - 1]
    yield teller.heading(3, "backward_layer", layer=teller.layer_name(layer))
    yield from step_figure(teller, layer.index)
    rules, entries = split(section.steps)
    yield from in_symbols(teller, layer, rules, "backward", sentences)
    for step in entries:
        yield from _TELL[step.kind](teller, layer, step, sentences)


def results(teller: Teller, section: Section) -> Iterator[Block]:
    """Only the deltas and the gradients."""
    steps = tuple(step for layer in section.sections for step in layer.steps)
    _, entries = split(steps)
    deltas = [s for s in entries if s.kind is Kind.DELTA]
    gradients = [s for s in entries if s.kind is Kind.GRADIENT]
    yield from in_brief(teller, [entry for step in deltas for entry in step.substeps])
    if deltas:
        yield teller.say("brief_deltas", loss=E)
    for step in (*deltas, *gradients):
        if gradients and step is gradients[0]:
            yield teller.say("matrix_gradients_brief", loss=E)
        chain = first_and_last(step) if teller.valuation is None else step.relations[:1]
        yield teller.equation(step, chain, "gradient")


def _upstream(teller: Teller, layer: Layer, step: Step, sentences: set[str]) -> Iterator[Block]:
    last = layer.index == len(teller.network.layers)
    count = layer.units if last else teller.network.layers[layer.index].units
    values: dict[str, Value] = {"loss": E, "count": count}
    if not last:
        values |= {"layer": teller.layer_name(layer),
                   "following": teller.layer_name(layer.index + 1)}  # fmt: skip
    yield teller.say("matrix_errors" if last else "matrix_upstream", **values)
    if last:
        yield from _worked_out(teller, step, 1)
    yield teller.equation(step, role="gradient")


def _worked_out(teller: Teller, step: Step, most: int) -> Iterator[Block]:
    """The local derivatives behind the first entries, a line or all lines of each."""
    locals_ = [s for outer in step.substeps for s in outer.walk() if s.kind is Kind.LOCAL]
    selection = [s for s in locals_ if s.substeps and not is_trivial(s)][:most]
    for local in selection:
        if teller.full:
            yield lines(teller, local)
        elif isinstance(local.result, Cases):
            yield short(local)


def _slopes(teller: Teller, layer: Layer, step: Step, sentences: set[str]) -> Iterator[Block]:
    softmax = layer.activation.function is None
    sentence = "matrix_jacobian" if softmax else "matrix_slopes"
    yield teller.say(sentence, layer=teller.layer_name(layer), count=layer.units)
    sort = f"{sentence} of one" if layer.units == 1 and not softmax else sentence
    if sort not in sentences:
        yield from _worked_out(teller, step, 2 if softmax else 1)
    sentences.add(sort)
    yield teller.equation(step, role="gradient")


def _rests(teller: Teller, layer: Layer, step: Step, sentences: set[str]) -> Iterator[Block]:
    yield teller.say("matrix_rests", layer=teller.layer_name(layer))
    yield teller.equation(step, role="gradient")


def _deltas(teller: Teller, layer: Layer, step: Step, sentences: set[str]) -> Iterator[Block]:
    use = layer.activation.name
    special = f"_{use}" if use in ("identity", "softmax") else ""
    if not special and layer.units > 1:
        special = "_again" if "matrix_deltas" in sentences else ""
        sentences.add("matrix_deltas")
    yield teller.say(f"matrix_deltas{special}", layer=teller.layer_name(layer), count=layer.units)
    first = step.substeps[0]
    if not cancels(first):
        chain = step.relations
        if not teller.full and use not in ("identity", "softmax"):
            chain = chain[:3]  # ⊙ says what stands at every place
        yield teller.equation(step, chain, "gradient", result=True)
        return
    yield Equation(step.relations[:-1], None, "gradient")
    sentence = "matrix_cancel_assuming" if step.assumes and layer.units > 1 else "matrix_cancel"
    yield teller.say(sentence, targets=teller.some(teller.graph.targets), count=layer.units)
    head = (first.relations[0], Relation("=", cancels(first)[0].subject))
    yield from rows(line_by_line(teller, first, head, numbers=False))
    yield teller.say("matrix_cancelled", count=layer.units)
    yield teller.equation(step, first_and_last(step), "gradient", result=True)


def _contrast(teller: Teller, layer: Layer, step: Step, sentences: set[str]) -> Iterator[Block]:
    """What cross-entropy would give in place of the loss that there is."""
    words, valuation = teller.words, teller.valuation
    title = teller.network.loss.title
    yield teller.remark("matrix_contrast", name=title)
    yield teller.equation(step, role="gradient", result=True)
    if valuation is None or layer.units > ROW_LIMIT:
        return
    numeric = teller.numeric(step)
    assert numeric is not None  # it has numbers where the network has
    header: list[Inline] = [words("matrix_sum"), words("matrix_with", name=title)]
    header.append(words("matrix_with", name=LOSSES["cross_entropy"].title))
    body = []
    for unit in range(layer.units):
        z = Quantity(PRE_ACTIVATION, layer.index, unit)
        place = (0, unit) if teller.network.layout == "from_to" else (unit, 0)
        own = valuation.examples[teller.example].displayed(delta_of(z)).number
        body.append(((z,), (own,), (entry(numeric.result, *place),)))
    caption = words("matrix_contrast_deltas", layer=teller.layer_name(layer))
    yield Table(tuple(header), tuple(body), "lrr", caption)


def _weights(teller: Teller, layer: Layer, step: Step, sentences: set[str]) -> Iterator[Block]:
    """One entry at length, then all of them."""
    first = step.substeps[0]
    w, z = first.about[:2]
    before = (
        teller.graph.inputs
        if layer.index == 1
        else activations(teller.network.layers[layer.index - 2])
    )
    name = teller.layer_name(layer)
    sentence = "matrix_entry_again" if "matrix_entry" in sentences else "matrix_entry"
    sentences.add(sentence)
    yield teller.say(sentence, w=w, z=z, input=before[w.source], layer=name)
    yield teller.equation(first, role="gradient")
    again = "_again" if sentence.endswith("_again") else ""
    yield teller.say(f"matrix_gradient{again}", layer=name)
    chain: Chain = step.relations
    if not teller.full:
        chain = (chain[0], *chain[2:])
    yield teller.equation(step, chain, "gradient", result=True)


def _biases(teller: Teller, layer: Layer, step: Step, sentences: set[str]) -> Iterator[Block]:
    b, z = step.substeps[0].about[:2]
    layer_, count = teller.layer_name(layer), layer.units
    yield teller.say("gradients_biases", layer=layer_, b=b, z=z, count=count)
    yield teller.equation(step, role="gradient", result=True)


def _shared(teller: Teller, layer: Layer, step: Step, sentences: set[str]) -> Iterator[Block]:
    b, z = step.about[:2]
    yield teller.say("gradients_shared_bias", layer=teller.layer_name(layer), b=b, z=z)
    yield teller.equation(step, role="gradient", result=True)


def _gradients(teller: Teller, layer: Layer, step: Step, sentences: set[str]) -> Iterator[Block]:
    """Of weights, of biases, or of a bias that the layer shares, which is no array."""
    if not step.of_array:
        yield from _shared(teller, layer, step, sentences)
    else:
        w = step.substeps[0].about[0]
        yield from (_weights if w.kind == WEIGHT else _biases)(teller, layer, step, sentences)


_TELL = {
    Kind.UPSTREAM: _upstream, Kind.LOCAL: _slopes, Kind.ROW_SUMS: _rests, Kind.DELTA: _deltas,
    Kind.CONTRAST: _contrast, Kind.GRADIENT: _gradients,
}  # fmt: skip


def updates(teller: Teller, section: Section) -> Iterator[Block]:
    """Every array: the rule, the old numbers put in, what comes out."""
    for step in section.steps:
        chain = step.relations if teller.full or step is section.steps[0] else step.relations[:1]
        yield teller.equation(step, chain)


def parameter_arrays(teller: Teller) -> Iterator[Block]:
    """Every array of parameters with its numbers."""
    yield teller.say("matrix_given")
    for array in _arrays(teller):
        yield Equation((Relation("", array), Relation("=", _old(teller, array))))


def before_and_after(teller: Teller) -> Iterator[Block]:
    """Every array of parameters with its numbers before the step and after it."""
    valuation = teller.valuation
    assert valuation is not None  # the caller has looked
    new = {w: displayed.number for w, displayed in valuation.updated.items()}
    if not teller.brief:
        frozen = any(layer.frozen for layer in teller.network.layers)
        yield teller.say("matrix_kept_frozen" if frozen else "matrix_kept")
    for array in _arrays(teller):
        chain = [Relation("", array), Relation("=", _old(teller, array))]
        trained = new.keys() >= set(array.children)
        if trained:
            chain.append(Relation("→", _numbers(array, new)))
        reason = "" if trained else teller.words.text("not_trained")
        yield Equation(tuple(chain), None, reason=reason)


def _arrays(teller: Teller) -> Iterator[Matrix]:
    """The weights and the biases of every layer; a bias that a layer shares once."""
    network = teller.network
    arrays = Arrays(network)
    for layer in network.layers:
        yield arrays.weights(layer, itself)
        biases = network.biases(layer.index)
        if biases:
            yield arrays.vector(biases)


def _old(teller: Teller, array: Matrix) -> Matrix:
    known = {q: teller.network.value(q) for q in quantities(array)}
    return _numbers(array, {q: value for q, value in known.items() if value is not None})


def _numbers(array: Matrix, values: Mapping[Quantity, Number]) -> Matrix:
    return entrywise(array, lambda q: values[q] if isinstance(q, Quantity) else q)

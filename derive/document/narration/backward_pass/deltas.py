"""A layer by deltas: δ for every neuron, then gradient = δ · input."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from derive.derivation.calculus.cancellation import cancels
from derive.derivation.steps import Kind, Relation, Section, Step
from derive.derivation.styles.deltas import delta_of
from derive.document.blocks import Block, Equation
from derive.document.narration.backward_pass.cancellation import line_by_line
from derive.document.narration.backward_pass.locals import Sort, each_sort_once, is_trivial, short
from derive.document.narration.pictures.places import step_figure
from derive.document.narration.teller import Teller, first_and_last, rows
from derive.expression.nodes import BIAS, WEIGHT, Quantity
from derive.graph import E, pre_activations


@dataclass
class Record:
    """What the page has said already: the record that its parts share.

    sentences  introductions that are not said twice
    steps      ids of local derivatives that were shown
    sorts      sorts of local derivatives that were worked out line by line
    """

    sentences: set[str] = field(default_factory=set)
    steps: set[str] = field(default_factory=set)
    sorts: set[Sort] = field(default_factory=set)


def layer_by_deltas(teller: Teller, section: Section, record: Record) -> Iterator[Block]:
    """Heading, the δs, the gradients."""
    name = teller.layer_name(section.layer)
    title = "too_many_paths" if section.kind == "too many paths" else "backward_layer"
    yield teller.heading(3, title, layer=name)
    if teller.derivation.style == "paths" and not record.sentences:
        record.sentences.add("too_many_paths")
        yield teller.say("too_many_paths", loss=E, count=_most_paths(teller))
    yield from step_figure(teller, section.layer)
    for inner in section.sections:
        if inner.kind == "deltas":
            yield from _deltas(teller, inner, record)
        else:
            yield from _gradients(teller, inner, record)


def _most_paths(teller: Teller) -> int:
    """From the parameter with the most paths, how many there are."""
    graph = teller.graph
    return max(graph.path_count(w, E) for w in teller.network.parameters())


def _deltas(teller: Teller, section: Section, record: Record) -> Iterator[Block]:
    last = section.layer == len(teller.network.layers)
    following = teller.layer_name(section.layer + 1) if not last else ""
    name = _introduction(teller, section.layer)
    count = 0 if last else teller.network.layers[section.layer].units
    sort = f"{name} of one" if count == 1 else name
    if name == "deltas_hidden" and sort in record.sentences:
        name = "deltas_hidden_again"
    record.sentences.add(sort)
    layer = teller.layer_name(section.layer)
    yield teller.say(name, layer=layer, following=following, loss=E, count=count)
    first = True
    for step in section.steps:
        if step.kind is Kind.UPSTREAM:
            yield teller.equation(step, role="gradient")
            continue
        (z,) = step.about
        yield from _delta(teller, step, z, first, record)
        first = False


def _introduction(teller: Teller, index: int) -> str:
    """Which sentence tells where the deltas of a layer come from."""
    layers = teller.network.layers
    use = layers[index - 1].activation
    if index == len(layers):
        return "deltas_output_softmax" if use.function is None else "deltas_output"
    if use.function is None:
        return "deltas_hidden_softmax"
    if use.name == "identity":
        return "deltas_hidden_identity"
    return "deltas_hidden"


def _delta(teller: Teller, step: Step, z: Quantity, first: bool, record: Record) -> Iterator[Block]:
    """The factors of a δ, each sort worked out once, and their product."""
    delta = delta_of(z)
    factors = [s for s in step.substeps if s not in cancels(step) and not is_trivial(s)]
    if teller.full:
        known = teller.words.listing(tuple(s.subject for s in factors if s.id in record.steps))
        sentence = "delta_neuron_known" if known else "delta_neuron"
        yield teller.say(sentence, z=z, delta=delta, known=known)
        new = [s for s in factors if s.id not in record.steps]
        yield from each_sort_once(teller, new, record.sorts)
        record.steps.update(local.id for local in factors)
    elif first:
        others = pre_activations(teller.network.layers[z.layer - 1])[1:]
        sentence = "delta_first" if others else "delta_neuron"
        yield teller.say(sentence, z=z, others=teller.some(others))
        yield from rows([short(local) for local in factors])
    if not cancels(step):
        yield teller.equation(step, role="gradient", result=True)
    elif first:  # the product, then the lines in which it shrinks
        yield Equation(step.relations[:-1], None, "gradient")
        sentence = "cancel_assuming" if step.assumes else "cancel"
        yield teller.say(sentence, delta=delta, targets=teller.some(teller.graph.targets))
        start = (Relation("", delta), Relation("=", cancels(step)[0].subject))
        yield from rows(line_by_line(teller, step, start))
    else:
        if "cancel_likewise" not in record.sentences:
            record.sentences.add("cancel_likewise")
            yield teller.say("cancel_likewise", count=len(teller.graph.outputs) - 1)
        yield teller.equation(step, role="gradient", result=True)


def _gradients(teller: Teller, section: Section, record: Record) -> Iterator[Block]:
    weights = [s for s in section.steps if s.about[0].kind == WEIGHT]
    biases = [s for s in section.steps if s.about[0].kind == BIAS]
    name = teller.layer_name(section.layer)
    if weights:
        w, z = weights[0].about[:2]
        yield teller.say("gradients_weights", layer=name, w=w, z=z, delta=delta_of(z))
        yield from _results(teller, weights, record)
    if biases:
        shared = biases[0].about[0].unit < 0
        b, z = biases[0].about[:2]
        sentence = "gradients_shared_bias" if shared else "gradients_biases"
        yield teller.say(sentence, layer=name, b=b, z=z, count=len(biases))
        yield from _results(teller, biases, record)


def _results(teller: Teller, steps: list[Step], record: Record) -> Iterator[Block]:
    """The first with its chain rule; the others, alike, with their result unless told in full."""
    if teller.full:
        locals_ = (local for step in steps for local in step.substeps)
        yield from each_sort_once(teller, locals_, record.sorts)
    first, *others = steps
    equations = [teller.equation(first, role="gradient")]
    for step in others:
        chain = None if teller.full else first_and_last(step)
        equations.append(teller.equation(step, chain, "gradient"))
    yield from rows(equations)

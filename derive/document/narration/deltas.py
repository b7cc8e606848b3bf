"""A layer by deltas: δ for every neuron, then gradient = δ · input."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from derive.derivation.cancellation import cancels
from derive.derivation.steps import Relation, Section, Step
from derive.derivation.styles.deltas import delta_of
from derive.document.blocks import Block, Equation
from derive.document.narration.cancellation import line_by_line
from derive.document.narration.figures import step_figure
from derive.document.narration.locals import Sort, each_sort_once, is_trivial, short
from derive.document.narration.teller import Teller, first_and_last, rows
from derive.expression.nodes import BIAS, WEIGHT, Quantity
from derive.graph import E, pre_activations


@dataclass
class Told:
    """What the page has said already.

    sentences  introductions that are not said twice
    steps      ids of local derivatives that were shown
    sorts      sorts of local derivatives that were worked out line by line
    """

    sentences: set[str] = field(default_factory=set)
    steps: set[str] = field(default_factory=set)
    sorts: set[Sort] = field(default_factory=set)


def layer_by_deltas(teller: Teller, section: Section, told: Told) -> Iterator[Block]:
    """Heading, the δs, the gradients."""
    name = teller.layer_name(section.layer)
    title = "too-many-paths" if section.kind == "too many paths" else "backward-layer"
    yield teller.heading(3, title, layer=name)
    if teller.derivation.style == "paths" and not told.sentences:
        told.sentences.add("too-many-paths")
        yield teller.say("too-many-paths", loss=E, count=_most_paths(teller))
    yield from step_figure(teller, section.layer)
    for inner in section.sections:
        if inner.kind == "deltas":
            yield from _deltas(teller, inner, told)
        else:
            yield from _gradients(teller, inner, told)


def _most_paths(teller: Teller) -> int:
    """From the parameter with the most paths, how many there are."""
    graph = teller.graph
    return max(graph.path_count(w, E) for w in teller.network.parameters())


def _deltas(teller: Teller, section: Section, told: Told) -> Iterator[Block]:
    last = section.layer == len(teller.network.layers)
    following = teller.layer_name(section.layer + 1) if not last else ""
    name = _introduction(teller, section.layer)
    if name in ("deltas-hidden", "deltas-hidden-one") and name in told.sentences:
        name += "-again"
    told.sentences.add(name)
    layer = teller.layer_name(section.layer)
    yield teller.say(name, layer=layer, following=following, loss=E)
    first = True
    for step in section.steps:
        if step.id.startswith("arriving/"):
            yield teller.equation(step, role="gradient")
            continue
        (z,) = step.about
        yield from _delta(teller, step, z, first, told)
        first = False


def _introduction(teller: Teller, index: int) -> str:
    """Which sentence tells where the deltas of a layer come from."""
    layers = teller.network.layers
    use = layers[index - 1].activation
    if index == len(layers):
        return "deltas-output-softmax" if use.function is None else "deltas-output"
    if use.function is None:
        return "deltas-hidden-softmax"
    if use.name == "identity":
        return "deltas-hidden-identity"
    return "deltas-hidden" if layers[index].units > 1 else "deltas-hidden-one"


def _delta(teller: Teller, step: Step, z: Quantity, first: bool, told: Told) -> Iterator[Block]:
    """The factors of a δ, each sort worked out once, and their product."""
    delta = delta_of(z)
    factors = [s for s in step.substeps if s not in cancels(step) and not is_trivial(s)]
    if teller.full:
        known = teller.words.listing(tuple(s.subject for s in factors if s.id in told.steps))
        sentence = "delta-neuron-known" if known else "delta-neuron"
        yield teller.say(sentence, z=z, delta=delta, known=known)
        new = [s for s in factors if s.id not in told.steps]
        yield from each_sort_once(teller, new, told.sorts)
        told.steps.update(local.id for local in factors)
    elif first:
        others = pre_activations(teller.network.layers[z.layer - 1])[1:]
        sentence = "delta-first" if others else "delta-neuron"
        yield teller.say(sentence, z=z, others=teller.some(others))
        yield from rows([short(local) for local in factors])
    if not cancels(step):
        yield teller.equation(step, role="gradient", result=True)
    elif first:  # the product, then the lines in which it shrinks
        yield Equation(step.relations[:-1], None, "gradient")
        sentence = "cancel-assuming" if step.assumes else "cancel"
        yield teller.say(sentence, delta=delta, targets=teller.some(teller.graph.targets))
        start = (Relation("", delta), Relation("=", cancels(step)[0].subject))
        yield from rows(line_by_line(teller, step, start))
    else:
        sentence = "cancel-likewise" if len(teller.graph.outputs) > 2 else "cancel-likewise-one"
        if sentence not in told.sentences:
            told.sentences.add(sentence)
            yield teller.say(sentence)
        yield teller.equation(step, role="gradient", result=True)


def _gradients(teller: Teller, section: Section, told: Told) -> Iterator[Block]:
    weights = [s for s in section.steps if s.about[0].kind == WEIGHT]
    biases = [s for s in section.steps if s.about[0].kind == BIAS]
    name = teller.layer_name(section.layer)
    if weights:
        w, z = weights[0].about[:2]
        yield teller.say("gradients-weights", layer=name, w=w, z=z, delta=delta_of(z))
        yield from _results(teller, weights, told)
    if biases:
        shared = biases[0].about[0].unit < 0
        b, z = biases[0].about[:2]
        own = "gradients-biases" if len(biases) > 1 else "gradients-biases-one"
        sentence = "gradients-shared-bias" if shared else own
        yield teller.say(sentence, layer=name, b=b, z=z)
        yield from _results(teller, biases, told)


def _results(teller: Teller, steps: list[Step], told: Told) -> Iterator[Block]:
    """The first with its chain rule; the others, alike, with their result unless told in full."""
    if teller.full:
        locals_ = (local for step in steps for local in step.substeps)
        yield from each_sort_once(teller, locals_, told.sorts)
    first, *others = steps
    shown = [teller.equation(first, role="gradient")]
    for step in others:
        chain = None if teller.full else first_and_last(step)
        shown.append(teller.equation(step, chain, "gradient"))
    yield from rows(shown)

"""A layer by deltas: δ for every neuron, then gradient = δ · input."""

from __future__ import annotations

from collections.abc import Iterator

from derive.derivation.graph import E, pre_activations
from derive.derivation.steps import Relation, Section, Step
from derive.derivation.styles.deltas import delta_of
from derive.document.blocks import Block, Equation
from derive.document.narration.figures import step_figure
from derive.document.narration.locals import is_trivial, lines, short, together
from derive.document.narration.teller import Teller, first_and_last, rows
from derive.expression.nodes import BIAS, WEIGHT, Quantity


def layer_by_deltas(teller: Teller, section: Section, told: set[str]) -> Iterator[Block]:
    """Heading, the δs, the gradients. ``told``: the introductions that were given before."""
    name = teller.layer_name(section.layer)
    title = "too-many-paths" if section.kind == "too many paths" else "backward-layer"
    yield teller.heading(3, title, layer=name)
    if teller.derivation.style == "paths" and not told:
        told.add("too-many-paths")
        yield teller.say("too-many-paths", loss=E, count=_most_paths(teller))
    yield from step_figure(teller, section.layer)
    for inner in section.sections:
        if inner.kind == "deltas":
            yield from _deltas(teller, inner, told)
        else:
            yield from _gradients(teller, inner)


def _most_paths(teller: Teller) -> int:
    """From the parameter with the most paths, how many there are."""
    graph = teller.graph
    return max(graph.path_count(w, E) for w in teller.network.parameters())


def _deltas(teller: Teller, section: Section, told: set[str]) -> Iterator[Block]:
    last = section.layer == len(teller.network.layers)
    following = teller.layer_name(section.layer + 1) if not last else ""
    name = _introduction(teller, section.layer)
    if name in ("deltas-hidden", "deltas-hidden-one") and name in told:
        name += "-again"
    told.add(name)
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


def _delta(teller: Teller, step: Step, z: Quantity, first: bool, told: set[str]) -> Iterator[Block]:
    """The factors of a δ, each worked out once, and their product. ``told`` remembers them."""
    delta = delta_of(z)
    factors = [s for s in step.substeps if "/simplify/" not in s.id and not is_trivial(s)]
    if teller.full:
        known = teller.words.listing(tuple(s.subject for s in factors if s.id in told))
        sentence = "delta-neuron-known" if known else "delta-neuron"
        yield teller.say(sentence, z=z, delta=delta, known=known)
        yield from together(lines(teller, s) for s in factors if s.id not in told)
        told.update(local.id for local in factors)
    elif first:
        others = pre_activations(teller.network.layers[z.layer - 1])[1:]
        sentence = "delta-first" if others else "delta-neuron"
        yield teller.say(sentence, z=z, others=teller.some(others))
        yield from rows([short(local) for local in factors])
    cancels = [s for s in step.substeps if "/simplify/" in s.id]
    if not cancels:
        yield teller.equation(step, role="gradient", result=True)
        return
    # The product first, then the lines in which it shrinks.
    before = step.relations[:-1]
    yield Equation(before, None, "gradient")
    sentence = "cancel-assuming" if step.assumes else "cancel"
    yield teller.say(sentence, delta=delta, targets=teller.some(teller.graph.targets))
    shrunk = [Relation("", delta), *(Relation("=", s.result) for s in cancels)]
    if not teller.full:
        shrunk = [shrunk[0], shrunk[-1]]
    yield teller.equation(step, tuple(shrunk), "gradient", result=True)


def _gradients(teller: Teller, section: Section) -> Iterator[Block]:
    weights = [s for s in section.steps if s.about[0].kind == WEIGHT]
    biases = [s for s in section.steps if s.about[0].kind == BIAS]
    name = teller.layer_name(section.layer)
    if weights:
        w, z = weights[0].about[:2]
        yield teller.say("gradients-weights", layer=name, w=w, z=z, delta=delta_of(z))
        yield from _results(teller, weights)
    if biases:
        shared = biases[0].about[0].unit < 0
        b, z = biases[0].about[:2]
        own = "gradients-biases" if len(biases) > 1 else "gradients-biases-one"
        sentence = "gradients-shared-bias" if shared else own
        yield teller.say(sentence, layer=name, b=b, z=z)
        yield from _results(teller, biases)


def _results(teller: Teller, steps: list[Step]) -> Iterator[Block]:
    """The first with its chain rule; the others, alike, with their result unless told in full."""
    if teller.full:
        for step in steps:
            for local in step.substeps:
                yield lines(teller, local)
    first, *others = steps
    told = [teller.equation(first, role="gradient")]
    for step in others:
        chain = None if teller.full else first_and_last(step)
        told.append(teller.equation(step, chain, "gradient"))
    yield from rows(told)

"""Questions that readers have, each where it applies to this network, with answers."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derive.derivation.calculus.local import Locals
from derive.derivation.numbers.rounding import is_zero, rounded
from derive.derivation.numbers.valuation import Valuation
from derive.derivation.styles.deltas import delta_of
from derive.derivation.trace import trace
from derive.document.blocks import Block, Equation, Heading, Inline, Paragraph, Table
from derive.document.narration.backward_pass.locals import short
from derive.document.narration.parts.references import cited, sigmoid_inside
from derive.document.narration.teller import Teller
from derive.document.wording import capital
from derive.expression.arithmetic import HIGH
from derive.expression.nodes import BIAS, WEIGHT, Number, Quantity, quantities
from derive.graph import E, pre_activations
from derive.network.description import Layer

_EQUAL = Number(Fraction(1, 2), "0.5")  # every weight, where all are equal
_NO_BIAS = Number(Fraction(0))
_QUARTER = Fraction(1, 4)


def questions(teller: Teller) -> Iterator[Block]:
    """Every question that applies, with its answer; nothing where none does."""
    blocks = [
        *_vanishing_bias(teller), *_bias(teller), *_batch(teller), *_vanishing(teller),
        *_equal(teller),
    ]  # fmt: skip
    if blocks:
        yield teller.heading(2, "questions")
        yield from blocks


def _question(teller: Teller, question: str) -> Heading:
    return Heading(3, teller.words(f"question_{question}"))


def _vanishing_bias(teller: Teller) -> Iterator[Block]:
    """∂z/∂w of a unit with a bias."""
    network, graph = teller.network, teller.graph
    for w in network.parameters():
        layer = network.layers[w.layer - 1]
        if w.kind != WEIGHT or layer.bias == "none":
            continue
        (z,) = graph.children[w]
        b = Quantity(BIAS, w.layer, -1 if layer.bias == "shared" else z.unit)
        step = Locals(graph).step(z, w)
        if b not in quantities(step.relations[1].expression):
            return  # too long a sum to be written out
        yield _question(teller, "bias_vanishes")
        yield teller.say("answer_bias_vanishes", z=z, b=b, w=w)
        yield short(step)
        kind = "frozen" if "biases" in layer.frozen else "trained"
        yield teller.say(f"answer_bias_{kind}", z=z, b=b)
        return


def _bias(teller: Teller) -> Iterator[Block]:
    """∂E/∂b = δ, or a sum of them."""
    if BIAS not in teller.extra:
        return
    step = teller.extra[BIAS]
    b, *receivers = step.about
    name = "bias_shared" if len(receivers) > 1 else "bias"
    yield _question(teller, name)
    yield teller.say(f"answer_{name}", b=b, z=receivers[0])
    yield Equation(step.relations, None, "gradient")


def _batch(teller: Teller) -> Iterator[Block]:
    """The gradient of a batch from those of its examples, for one weight."""
    network, valuation = teller.network, teller.valuation
    if not network.is_batch or not network.parameters():
        return
    yield _question(teller, "batch")
    loss, how = teller.graph.goal, network.over_examples
    n = network.example_count
    if valuation is None:
        yield teller.say(f"answer_batch_symbolic_{how}", loss=loss, n=n)
        return
    w = next(teller.extra[kind] for kind in (WEIGHT, BIAS) if kind in teller.extra).about[0]
    digits = valuation.rounding.digits
    each = [rounded(one.partial(E, w), digits).number for one in valuation.trace.examples]
    values = teller.words.listing(tuple(each))
    whole = valuation.gradient(w).number
    yield teller.say(f"answer_batch_{how}", loss=loss, w=w, n=n, values=values, whole=whole)


def _vanishing(teller: Teller) -> Iterator[Block]:
    """Sigmoids on the way back, and the size of this network's gradients layer by layer."""
    if not sigmoid_inside(teller):
        return
    layers = teller.network.layers
    count = sum(layer.activation.name == "sigmoid" for layer in layers)
    yield _question(teller, "vanishing")
    yield teller.say("answer_vanishing", loss=E, count=count, bound=Number(_QUARTER**count))
    if teller.valuation is not None:
        yield from _norms(teller, teller.valuation)
    yield from cited(teller, "cited_depth", "glorot")


def _norms(teller: Teller, valuation: Valuation) -> Iterator[Block]:
    words, digits = teller.words, valuation.rounding.digits
    trained = [w for w in teller.network.parameters() if w.kind == WEIGHT]
    norms = {}
    for layer in reversed(teller.network.layers):
        mine = [valuation.trace.partial(valuation.goal, w) for w in trained
                if w.layer == layer.index]  # fmt: skip
        if mine:
            squares = sum(slope**2 for slope in mine)
            norms[layer.index] = squares.context.sqrt(squares)
    if len(norms) < 2:
        return
    rows: list[tuple[Inline, ...]] = []
    for index, norm in norms.items():
        name = teller.layer_name(index)
        rows.append(((capital(name),), (rounded(norm, digits).number,)))
    yield Table((words("layer"), words("norm")), tuple(rows), "lr", words("norms"))
    (last, big), *_, (first, small) = norms.items()
    yield teller.say(
        "answer_vanishing_fell" if small < big else "answer_vanishing_rose",
        last=teller.layer_name(last), first=teller.layer_name(first),
        big=rounded(big, digits).number, small=rounded(small, digits).number,
    )  # fmt: skip


def _equal(teller: Teller) -> Iterator[Block]:
    """Units that begin alike stay alike."""
    hidden = [layer for layer in teller.network.layers[:-1] if layer.units > 1]
    if not hidden:
        return
    layer = hidden[0]
    yield _question(teller, "equal")
    biases = any(layer.bias != "none" for layer in teller.network.layers)
    name = "answer_equal" if biases else "answer_equal_none"
    yield teller.say(name, layer=teller.layer_name(layer))
    if teller.valuation is not None:
        yield from _copies(teller, teller.valuation, layer)


def _copies(teller: Teller, valuation: Valuation, layer: Layer) -> Iterator[Block]:
    """The deltas of a layer where all weights are equal, of the first example."""
    graph, words = teller.graph, teller.words
    changed = {
        q: HIGH.number((_EQUAL if q.kind == WEIGHT else _NO_BIAS).value) for q in graph.parameters
    }
    example = trace(graph, changed).examples[0]
    values = [example.quantity(delta_of(z)) for z in pre_activations(layer)]
    value = rounded(values[0], valuation.rounding.digits)
    biases = any(q.kind == BIAS for q in changed)
    sentence = words(
        "answer_equal_numbers", weight=_EQUAL, b=_NO_BIAS if biases else "", value=value.number,
        deltas=teller.some(teller.deltas(layer)), batch=teller.network.is_batch,
    )  # fmt: skip
    last = teller.network.layers[-1]
    if last.activation.function is None and last.units > 1 and is_zero(values[0]):
        sentence = (*sentence, " ", *words("answer_equal_zero"))
    yield Paragraph(sentence)

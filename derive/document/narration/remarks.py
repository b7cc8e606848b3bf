"""What was found: remarks at the end, each tied to a test of whether it is true here."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from derive.algebra.backward import shares
from derive.derivation.numbers.rounding import (
    Displayed,
    display,
    equal,
    exponent,
    is_zero,
    rounded,
    settled,
)
from derive.derivation.numbers.valuation import Valuation
from derive.derivation.steps import Kind
from derive.document.blocks import Block, Inline, Items, Paragraph
from derive.document.narration.cases import unused
from derive.document.narration.teller import ROW_LIMIT, Teller
from derive.document.wording import merged
from derive.expression.arithmetic import HIGH
from derive.expression.nodes import ACTIVATION, BIAS, PRE_ACTIVATION, WEIGHT, Number, Quantity
from derive.graph import E, NetworkGraph, pre_activations

_OPPOSED = HIGH.number(Fraction(1, 4))  # |sum| of opposing shares, relative to the sum of sizes
_FEW_TERMS = 4
_SHRUNK = 10  # how much smaller gradients are next to the inputs before it is worth a remark
_ONE = 0.005  # a factor so near to 1 is not told


def findings(teller: Teller) -> Iterator[Block]:
    """What the reader has seen, each sentence true of this network, and what was checked."""
    counts = checked(teller)
    if teller.brief:
        yield Paragraph(counts)
    else:
        yield teller.heading(2, "found")
        yield Items((*_always(teller), *_of_numbers(teller), counts))
    if teller.report.unchecked:
        yield teller.remark("unchecked", count=len(teller.report.unchecked))


def checked(teller: Teller) -> Inline:
    """How many equalities a machine has compared."""
    report = teller.report
    name = "checked_brief" if teller.brief else "checked_numbers" if teller.numbers else "checked"
    return teller.words(
        name, equalities=report.equalities, points=report.points,
        differences=report.differences, numbers=teller.numbers,
    )  # fmt: skip


def _always(teller: Teller) -> Iterator[Inline]:
    words, network = teller.words, teller.network
    style = teller.derivation.style
    count = len(network.parameters())
    of = _of_biases(teller) if style == "deltas" else ""
    yield words(f"found_{style}{of}", loss=E, count=count)
    if len(network.layers) > 1:
        yield words("found_reuse")
    if style == "nodes":  # which has no deltas
        return
    steps = teller.derivation.walk()
    if any(step.assumes for step in steps if step.kind is not Kind.CONTRAST):
        hot = "" if network.layers[-1].activation.temperature.value == 1 else "_temperature"
        yield words(
            f"found_cancel_softmax{hot}", temperature=network.layers[-1].activation.temperature
        )
    elif (network.layers[-1].activation.name, network.loss.name) == (
        "sigmoid", "binary_cross_entropy",
    ):  # fmt: skip
        yield words("found_cancel_sigmoid")
    last = network.layers[-1]
    if last.activation.function is None and last.units > 1:
        yield words("found_zero_sum", deltas=teller.some(teller.deltas(last)))


def _of_biases(teller: Teller) -> str:
    """What the sentence on deltas has to add: trained biases, some of them shared, or nothing."""
    biases = [w for w in teller.network.parameters() if w.kind == BIAS]
    if not biases:
        return ""
    return "_shared" if any(b.unit < 0 for b in biases) else "_biases"


def _of_numbers(teller: Teller) -> Iterator[Inline]:
    valuation = teller.valuation
    if valuation is None:
        return
    yield from largest(teller, valuation)
    if not teller.network.is_batch:
        yield from _opposed(teller, valuation)
        yield from _inactive(teller, valuation)
    yield from unused(teller, valuation)
    yield from _shrunk(teller, valuation)


def largest(teller: Teller, valuation: Valuation, name: str = "found_largest") -> Iterator[Inline]:
    """The parameters with the steepest gradient, unless every gradient is 0."""
    sizes = _sizes(teller, valuation, teller.derivation.graph.trained)
    steepest = max(sizes.values())
    ws = [w for w, size in sizes.items() if equal(size, steepest)]
    if is_zero(steepest) or len(ws) > ROW_LIMIT:
        return
    if len(ws) == 1:
        size = valuation.gradient(ws[0]).number
        yield teller.words(name, loss=valuation.goal, w=ws[0], size=size)
    else:
        size = _displayed(valuation, steepest).number
        listing = teller.words.listing(tuple(ws))
        yield teller.words(f"{name}_tie", loss=valuation.goal, ws=listing, size=size)


def _sizes(teller: Teller, valuation: Valuation, ws: tuple[Quantity, ...]) -> dict[Quantity, Any]:
    return {w: abs(valuation.trace.partial(valuation.goal, w)) for w in ws}


def _displayed(valuation: Valuation, value: Any) -> Displayed:
    return rounded(value, valuation.rounding.digits)


def _opposed(teller: Teller, valuation: Valuation) -> Iterator[Inline]:
    """A parameter whose shares of the single errors largely cancel: the one where most is lost."""
    graph, words = teller.graph, teller.words
    if not 2 <= len(graph.terms) <= _FEW_TERMS:
        return
    environment = valuation.examples[0].environment
    weight = HIGH.number(Fraction(1, len(graph.terms) if teller.network.loss.mean else 1))
    opposed = []
    for w in teller.network.parameters():
        shares = [environment.partial(e, w) * weight for e in graph.terms]
        sizes = sum(map(abs, shares))
        if w.kind == WEIGHT and sizes and abs(sum(shares)) <= _OPPOSED * sizes:
            opposed.append((abs(sum(shares)) / sizes, w, shares))
    if not opposed:
        return
    least = min(left for left, _, _ in opposed)
    _, w, shares = next(one for one in opposed if equal(one[0], least))
    sentences = tuple(
        words("found_share", value=_displayed(valuation, share).number, term=e)
        for e, share in zip(graph.terms, shares, strict=True)
    )
    total = _displayed(valuation, sum(shares)).number
    yield words("found_oppose", w=w, shares=words.listing(sentences), sum=total)


def _inactive(teller: Teller, valuation: Valuation) -> Iterator[Inline]:
    """The relu units whose derivative is 0 for this example."""
    environment = valuation.examples[0].environment
    off = [
        z
        for layer in teller.network.layers
        if layer.activation.name == "relu"
        for z in pre_activations(layer)
        if environment.quantity(z) <= 0
    ]
    if off:
        yield teller.words("found_inactive", units=teller.some(tuple(off)), count=len(off))


def _shrunk(teller: Teller, valuation: Valuation) -> Iterator[Inline]:
    """Next to the inputs the gradients are much smaller; of one example, also why."""
    layers = teller.network.layers
    if len(layers) < 2:
        return
    ends = []
    for layer in (layers[-1], layers[0]):
        mine = tuple(w for w in teller.network.parameters() if w.layer == layer.index)
        if not mine:
            return
        sizes = _sizes(teller, valuation, mine)
        ends.append(max(sizes, key=lambda w: sizes[w]))
    last, first = (abs(valuation.trace.partial(valuation.goal, w)) for w in ends)
    if is_zero(first) or last < _SHRUNK * first:
        return
    sentence = teller.words(
        "found_shrunk", at_last=ends[0], last=_displayed(valuation, last).number,
        at_first=ends[1], first=_displayed(valuation, first).number,
        times=_rough(last / first),
    )  # fmt: skip
    factors = () if teller.network.is_batch else shrinking(teller.graph, valuation, *ends)
    if factors:
        causes = tuple(
            teller.words(f"shrunk_{name}", factor=_rough(factor))
            for name, factor in factors
            if abs(factor - 1) > _ONE
        )
        why = teller.words("found_shrunk_why", factors=teller.words.listing(causes))
        sentence = merged((*sentence, " ", *why))
    yield sentence


def _rough(factor: Any) -> Number:
    """A factor to three significant digits."""
    value = settled(factor)
    return display(value, max(0, 2 - exponent(value)) if value else 0)


def shrinking(
    graph: NetworkGraph, valuation: Valuation, last: Quantity, first: Quantity
) -> tuple[tuple[str, Any], ...]:
    """|∂E/∂last| / |∂E/∂first| as factors; () where a layer lies between those of the two.

    values   what comes in at the one, over what comes in at the other: |a| / |x|
    slope    1 over the slope of the unit's activation
    cancel   Σ|δ·w| / |Σ δ·w| over the paths that lead back to the unit
    weights  |δ| of the last layer over Σ|δ·w|
    """
    if last.layer - first.layer != 1 or first.unit < 0 or last.unit < 0:
        return ()
    at = valuation.examples[0].environment
    a = Quantity(ACTIVATION, first.layer, first.unit)
    z = Quantity(PRE_ACTIVATION, first.layer, first.unit)
    if graph.network.layers[first.layer - 1].activation.function is None:
        return ()

    def weight(k: Quantity, a: Quantity) -> Any:
        return at.quantity(Quantity(WEIGHT, k.layer, k.unit, a.unit))

    by_path = shares(graph, a, lambda k: at.partial(E, k), weight)
    size, whole = sum(map(abs, by_path)), abs(sum(by_path))
    incoming = [abs(at.partial(graph.children[w][0], w)) for w in (last, first)]
    delta = abs(at.partial(E, graph.children[last][0]))
    return (
        ("values", incoming[0] / incoming[1]),
        ("slope", 1 / abs(at.partial(a, z))),
        ("cancel", size / whole),
        ("weights", delta / size),
    )

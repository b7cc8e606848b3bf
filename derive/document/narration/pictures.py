"""The pictures of a document: what is drawn, and what is said of it."""

from __future__ import annotations

from derive.derivation.graph import E
from derive.derivation.rounding import Shown
from derive.derivation.styles.deltas import pre_activation_of
from derive.document.blocks import Figure, Inline
from derive.document.narration.teller import ROW_LIMIT, Teller
from derive.expression.nodes import DELTA, Expression, Partial, Quantity
from derive.network.description import Layer
from derive.pictures.network import Layout, layout, network
from derive.pictures.picture import Content
from derive.pictures.plan import FIRST, MOST, SHARES, UNITS, Column, Plan
from derive.pictures.scene import Scene


def scene_of(teller: Teller) -> Scene:
    """The network with the numbers that the page displays."""
    if teller.valuation is None:
        return Scene(teller.graph, teller.names)
    numbers = teller.valuation.numbers(teller.example)
    known = teller.valuation.formulas

    def shown(quantity: Quantity) -> Shown:
        if quantity.kind == DELTA and quantity not in known:
            return numbers.shown(Partial(E, pre_activation_of(quantity)))
        return numbers.shown(quantity)

    return Scene(teller.graph, teller.names, shown)


def network_figure(teller: Teller) -> Figure:
    """The network with its names, weights and values."""
    words, scene = teller.words, scene_of(teller)
    found = layout(scene)
    sizes = "-".join(map(str, teller.network.sizes))
    title = content(words("picture-network-title", sizes=sizes))
    picture = network(
        scene, found, headings(teller, found.plan), words.text("picture-target"), title,
        described(teller, scene, found.plan, _weights(teller, scene)),
    )  # fmt: skip
    return Figure(picture, _caption(teller, scene, found))


def headings(teller: Teller, plan: Plan) -> tuple[Content, ...]:
    """What stands over every column."""
    return tuple((heading(teller, column),) for column in plan.columns)


def heading(teller: Teller, column: Column) -> str:
    """inputs, hidden layer 2, output layer, softmax, loss terms, loss."""
    words, last = teller.words, len(teller.network.layers)
    if column.kind != UNITS:
        return words.text(f"picture-{column.kind}")
    if column.layer == last:
        return words.text("picture-units-output")
    if last == 2:
        return words.text("picture-units-hidden")
    return words.text("picture-units-hidden-numbered", number=column.layer)


def described(teller: Teller, scene: Scene, plan: Plan, *more: Inline) -> Content:
    """The columns from left to right, and what else there is to be said, as one text."""
    words = teller.words
    columns = tuple(
        words(
            "picture-column", name=heading(teller, column),
            units=_units(teller, scene, column),
        )
        for column in plan.columns
    )  # fmt: skip
    return sentences(words("picture-columns", columns=words.listing(columns)), *more)


def _units(teller: Teller, scene: Scene, column: Column) -> Inline:
    """What the circles of a column send on, with values where these are few."""
    first = column.nodes[0].sent
    count = column.nodes[-1].sent.unit + 1
    every = tuple(Quantity(first.kind, first.layer, unit) for unit in range(count))
    if count > ROW_LIMIT:
        return teller.some(every)
    return teller.words.listing(tuple(map(scene.named, every)))


def sentences(*told: Inline) -> Content:
    """Sentences with spaces between them."""
    parts: list[str | Expression] = []
    for sentence in told:
        if sentence:
            parts += [" ", *content(sentence)] if parts else content(sentence)
    return tuple(parts)


def content(inline: Inline) -> Content:
    """Running text without emphasis."""
    return tuple(p if isinstance(p, (str, Expression)) else p.text for p in inline)


def _weights(teller: Teller, scene: Scene) -> Inline:
    """The weights with their values where these are few, else that lines stand for them."""
    words, network_ = teller.words, teller.network
    weights = [
        w
        for layer in network_.layers
        for w in sorted(network_.weights(layer.index), key=lambda w: (w.unit, w.source))
    ]
    if len(weights) > 2 * ROW_LIMIT:
        return words("picture-network-lines")
    return words("picture-weights", weights=words.listing(tuple(map(scene.named, weights))))


def _caption(teller: Teller, scene: Scene, found: Layout) -> Inline:
    words, plan = teller.words, found.plan
    told: list[Inline] = []
    if scene.shown is None:
        told.append(words("caption-network"))
    elif teller.network.is_batch:
        told.append(words("caption-network-example", n=teller.example + 1))
    else:
        told.append(words("caption-network-values"))
    if scene.shown is not None:
        kind = "negative" if any(map(below_zero, teller.network.layers)) else "positive"
        told.append(words(f"caption-lines-{kind}"))
    if not found.told:
        told.append(words("caption-too-many"))
    if any(column.kind == SHARES for column in plan.columns):
        told.append(words("caption-shares"))
    if plan.elided:
        told.append(words("caption-elided", most=words.number(MOST), first=words.number(FIRST)))
    return sentences(*told)


def below_zero(layer: Layer) -> bool:
    """Whether a layer has a weight below zero."""
    return any(w.value < 0 for row in layer.weights or () for w in row)

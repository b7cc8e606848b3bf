"""The pictures of a document: what is drawn, and what is said of it."""

from __future__ import annotations

from derive.derivation.delta_sign import meaning
from derive.derivation.numbers.rounding import Displayed
from derive.derivation.styles.deltas import delta_of, pre_activation_of
from derive.document.blocks import Figure, Inline
from derive.document.narration.teller import ROW_LIMIT, Teller
from derive.document.wording import Value
from derive.expression.nodes import DELTA, Expression, Partial, Quantity
from derive.graph import E
from derive.network.description import Layer
from derive.pictures import paths, steps
from derive.pictures.circuits import networks as circuits
from derive.pictures.network import Layout, layout, network
from derive.pictures.picture import Content
from derive.pictures.plan import FIRST, MOST, SHARES, UNITS, Column, Plan
from derive.pictures.scene import Scene

_LISTED = 4  # paths up to which they are described one by one


def scene_of(teller: Teller) -> Scene:
    """The network with the numbers that the page displays."""
    if teller.valuation is None:
        return Scene(teller.graph, teller.names)
    numbers = teller.valuation.numbers(teller.example)
    known = teller.valuation.formulas

    def displayed(of: Expression) -> Displayed:
        if isinstance(of, Quantity) and of.kind == DELTA and of not in known:
            return numbers.work_out(meaning(teller.network, pre_activation_of(of))).result
        if isinstance(of, (Quantity, Partial)):
            return numbers.displayed(of)
        return numbers.work_out(of).result

    return Scene(teller.graph, teller.names, displayed)


def network_figure(teller: Teller) -> Figure:
    """The network with its names, weights and values."""
    words, scene = teller.words, scene_of(teller)
    drawing = layout(scene)
    sizes = "-".join(map(str, teller.network.sizes))
    title = content(words("picture_network_title", sizes=sizes))
    picture = network(
        scene, drawing, headings(teller, drawing.plan), words.text("picture_target"), title,
        described(teller, scene, drawing.plan, _weights(teller, scene)),
    )  # fmt: skip
    return Figure(picture, _caption(teller, scene, drawing))


def path_figure(teller: Teller, w: Quantity) -> Figure:
    """The paths from one parameter to the loss."""
    words, graph, scene = teller.words, teller.graph, scene_of(teller)
    plan = paths.plan_of(scene, w)
    count = graph.path_count(w, E)
    values: dict[str, Value] = {"w": w, "loss": E, "count": count}
    routes = [_route(path) for path in graph.paths(w, E)] if count <= _LISTED else []
    description = [words("picture_paths", path=routes[0] if routes else (), **values)]
    if len(routes) > 1:
        description.append(words("picture_paths_listed", paths=words.listing(tuple(routes))))
    lost = tuple(term for term in graph.terms if not graph.reaches(w, term))
    caption = [words("caption_paths", **values)]
    if lost:
        caption.append(words("caption_paths_lost", lost=words.listing(lost)))
    caption += _elided(teller, plan)
    picture = paths.active(
        scene, plan, w, headings(teller, plan),
        content(words("picture_paths_title", **values)), sentences(*description),
    )  # fmt: skip
    return Figure(picture, sentences(*caption))


def _route(path: tuple[Quantity, ...]) -> Inline:
    """w → h1 → a_h1 → E."""
    route: list[str | Quantity] = []
    for quantity in reversed(path):
        route += [" → ", quantity] if route else [quantity]
    return tuple(route)


def step_figure(teller: Teller, layer: int) -> Figure:
    """The step of the backward pass in which the δ of a layer are found."""
    words, scene, layers = teller.words, scene_of(teller), teller.network.layers
    plan = steps.plan_of(scene)
    states = tuple(
        (words.text(f"picture_step_{steps.state(column, layer).value}"),) for column in plan.columns
    )
    last = layer == len(layers)
    name = teller.layer_name(layer)
    following = "" if last else teller.layer_name(layer + 1)
    description = [words("picture_step", deltas=_deltas(teller, scene, layer))]
    if not last:
        description.append(words("picture_step_before", deltas=_deltas(teller, scene, layer + 1)))
    picture = steps.backward_step(
        scene, plan, layer, headings(teller, plan), states,
        content(words("picture_step_title", layer=name)), sentences(*description),
    )  # fmt: skip
    caption = words(
        "caption_step_last" if last else "caption_step", layer=name, following=following,
        count=layers[layer - 1].units, senders=0 if last else layers[layer].units,
    )  # fmt: skip
    return Figure(picture, sentences(caption, *_elided(teller, plan)))


def _deltas(teller: Teller, scene: Scene, layer: int) -> Inline:
    """The δ of a layer, with values where these are few."""
    deltas = teller.deltas(teller.network.layers[layer - 1])
    if len(deltas) > ROW_LIMIT:
        return teller.some(deltas)
    return teller.words.listing(tuple(map(scene.named, deltas)))


def circuit_figure(teller: Teller) -> Figure:
    """The computation as a circuit, with values and derivatives."""
    words, scene, graph = teller.words, scene_of(teller), teller.graph
    whole = circuits.is_whole(graph)
    caption = [
        words(
            "caption_circuit" if scene.displayed is not None else "caption_circuit_symbolic", loss=E
        )
    ]
    if scene.displayed is not None and teller.network.is_batch:
        caption.append(words("caption_example", n=teller.example + 1))
    layers = teller.network.layers if whole else teller.network.layers[:1]
    if any(layer.bias == "shared" for layer in layers):
        caption.append(words("caption_circuit_shared"))
    if whole:
        title = words("picture_circuit_title", loss=E)
        description = [words("picture_circuit", loss=E)]
        deltas = tuple(d for layer in layers[::-1] for d in teller.deltas(layer))
    else:
        z = circuits.first_unit(graph)
        caption.append(words("caption_circuit_unit"))
        title = words("picture_circuit_title_unit")
        description = [words("picture_circuit_unit", z=scene.named(z))]
        deltas = (delta_of(z),)
    slopes = words.listing(tuple(map(scene.named, deltas)))
    description.append(words("picture_circuit_deltas", slopes=slopes))
    picture = circuits.circuit(scene, content(title), sentences(*description))
    return Figure(picture, sentences(*caption))


def headings(teller: Teller, plan: Plan) -> tuple[Content, ...]:
    """What stands over every column."""
    return tuple((heading(teller, column),) for column in plan.columns)


def heading(teller: Teller, column: Column) -> str:
    """inputs, hidden layer 2, output layer, softmax, loss terms, loss."""
    words, last = teller.words, len(teller.network.layers)
    if column.kind != UNITS:
        return words.text(f"picture_{column.kind}")
    if column.layer == last:
        return words.text("picture_units_output")
    if last == 2:
        return words.text("picture_units_hidden")
    return words.text("picture_units_hidden_numbered", number=column.layer)


def described(teller: Teller, scene: Scene, plan: Plan, *more: Inline) -> Content:
    """The columns from left to right, and what else there is to be said, as one text."""
    words = teller.words
    columns = tuple(
        words(
            "picture_column", name=heading(teller, column),
            units=_units(teller, scene, column),
        )
        for column in plan.columns
    )  # fmt: skip
    return sentences(words("picture_columns", columns=words.listing(columns)), *more)


def _units(teller: Teller, scene: Scene, column: Column) -> Inline:
    """What the circles of a column send on, with values where these are few."""
    first = column.nodes[0].sent
    count = column.nodes[-1].sent.unit + 1
    every = tuple(Quantity(first.kind, first.layer, unit) for unit in range(count))
    if count > ROW_LIMIT:
        return teller.some(every)
    return teller.words.listing(tuple(map(scene.named, every)))


def sentences(*inlines: Inline) -> Content:
    """Sentences with spaces between them."""
    parts: list[str | Expression] = []
    for sentence in inlines:
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
        return words("picture_network_lines")
    return words("picture_weights", weights=words.listing(tuple(map(scene.named, weights))))


def _caption(teller: Teller, scene: Scene, drawing: Layout) -> Inline:
    words, plan = teller.words, drawing.plan
    caption: list[Inline] = []
    if scene.displayed is None:
        caption.append(words("caption_network"))
    elif teller.network.is_batch:
        caption.append(words("caption_network_example", n=teller.example + 1))
    else:
        caption.append(words("caption_network_values"))
    if scene.displayed is not None:
        kind = "negative" if any(map(below_zero, teller.network.layers)) else "positive"
        caption.append(words(f"caption_lines_{kind}"))
    if not drawing.labelling:
        caption.append(words("caption_too_many"))
    if any(column.kind == SHARES for column in plan.columns):
        caption.append(words("caption_shares"))
    return sentences(*caption, *_elided(teller, plan))


def _elided(teller: Teller, plan: Plan) -> list[Inline]:
    """That not all units are drawn, where it is so."""
    words = teller.words
    if not plan.elided:
        return []
    return [words("caption_elided", most=MOST, first=FIRST)]


def below_zero(layer: Layer) -> bool:
    """Whether a layer has a weight below zero."""
    return any(w.value < 0 for row in layer.weights or () for w in row)

"""The head of a document: what it shows, the network, the symbols, the conventions."""

from __future__ import annotations

from collections.abc import Iterator

from derive.derivation.graph import RATE, E, activations, pre_activations
from derive.document.blocks import Block, Heading, Inline, Items, Paragraph, Table
from derive.document.conventions import conventions
from derive.document.narration.teller import ROW_LIMIT, Teller
from derive.document.wording import Value
from derive.expression.nodes import BATCH_LOSS, DELTA, Quantity

Row = tuple[Inline, ...]


def opening(teller: Teller) -> Iterator[Block]:
    """The title, and what the reader will learn."""
    network = teller.network
    yield Heading(1, (network.title,))
    yield teller.say(
        "opening-brief" if teller.brief else f"opening-{teller.derivation.style}",
        loss=Quantity(BATCH_LOSS) if network.is_batch else E,
        count=len(network.parameters()),
        sizes="-".join(map(str, network.sizes)),
    )


def setting(teller: Teller) -> Iterator[Block]:
    """The layers and the loss, in a paragraph."""
    if not teller.brief:
        yield teller.heading(2, "network")
    words, network = teller.words, teller.network
    parts: list[Inline] = []
    for layer in network.layers:
        parts.append(words(
            "layer-one" if layer.units == 1 else "layer-many",
            layer=teller.layer_name(layer),
            units=words.number(layer.units),
            activation=words.text(f"activation-{layer.activation.name}"),
        ))  # fmt: skip
    averaged = network.loss.mean and network.loss.name != "mean_squared_error"
    setting_ = words(
        "network-one-input" if network.sizes[0] == 1 else "network",
        inputs=words.number(network.sizes[0]), layers=words.listing(tuple(parts)),
        loss=network.loss.title + (words.text("loss-averaged") if averaged else ""),
    )  # fmt: skip
    if network.is_batch:
        setting_ = (*setting_, " ", *words("batch", n=words.number(network.example_count)))
    rounding = teller.valuation.rounding if teller.valuation else None
    told = tuple(conventions(network, teller.names, words, rounding))
    if teller.brief:
        described = (setting_, *told)
        yield Paragraph(tuple(part for sentence in described for part in (*sentence, " "))[:-1])
    else:
        yield Paragraph(setting_)
        yield Items(told)
    for remark in network.remarks:
        yield Paragraph((f"{remark[:1].upper()}{remark[1:]}".rstrip(".") + ".",), "remark")


def legend(teller: Teller) -> Iterator[Block]:
    """Every symbol, what it means, and its value where one is given."""
    if teller.brief:
        return
    words = teller.words
    values = teller.network.has_values and not teller.network.is_batch
    header: list[Inline] = [words("symbol"), words("meaning")]
    if values:
        header.append(words("value"))
    rows = [row[: len(header)] for row in _rows(teller)]
    yield Table(tuple(header), tuple(rows), "l" * len(header), words("where"))
    if teller.network.is_batch and teller.network.inputs is not None:
        yield from _data(teller)


def _rows(teller: Teller) -> Iterator[Row]:
    graph, words, network = teller.graph, teller.words, teller.network

    def row(quantities: tuple[Quantity, ...], means: str, **values: Value) -> Row:
        name = f"means-{means}" if len(quantities) > 1 else f"means-{means}-one"
        return _row(teller, quantities, words(name, **values))

    yield row(graph.inputs, "inputs")
    for layer in network.layers:
        name = teller.layer_name(layer)
        first, last = layer.index == 1, layer.index == len(network.layers)
        before = words.text("layer-inputs") if first else teller.layer_name(layer.index - 1)
        weights = _by_receiver(network.weights(layer.index))
        yield row(weights, "weights", before=before, layer=name)
        if layer.bias == "shared":
            shared = words("means-shared-bias", layer=name)
            yield _row(teller, network.biases(layer.index), shared)
        elif layer.bias == "neuron":
            yield row(network.biases(layer.index), "biases", layer=name)
        yield row(pre_activations(layer), "pre", layer=name)
        yield row(activations(layer), "outputs" if last else "activations", layer=name)
    yield row(graph.targets, "targets")
    if graph.terms:
        yield _row(teller, graph.terms, words("means-terms"))
    yield (E,), words("means-loss"), ()
    if network.is_batch:
        yield (Quantity(BATCH_LOSS),), words("means-batch-loss"), ()
    deltas = tuple(
        Quantity(DELTA, z.layer, z.unit)
        for layer in reversed(network.layers)
        for z in pre_activations(layer)
    )
    yield row(deltas, "delta", loss=E)
    if network.learning_rate is not None or not network.has_values:
        yield _row(teller, (RATE,), words("means-rate"))


def _by_receiver(weights: tuple[Quantity, ...]) -> tuple[Quantity, ...]:
    return tuple(sorted(weights, key=lambda w: (w.unit, w.source)))


def _row(teller: Teller, quantities: tuple[Quantity, ...], meaning: Inline) -> Row:
    values = [teller.network.value(q) for q in quantities]
    given: Inline = ()
    if all(value is not None for value in values) and len(values) <= ROW_LIMIT:
        given = teller.words.listing(tuple(value for value in values if value is not None))
    elif values[0] is not None:
        given = teller.words("see-equations")
    return teller.some(quantities), meaning, given


def _data(teller: Teller) -> Iterator[Block]:
    """The examples of a batch, a row each."""
    network, graph = teller.network, teller.graph
    if network.inputs is None or network.targets is None:
        return
    header: list[Inline] = [teller.words("example")]
    header += [(q,) for q in (*graph.inputs, *graph.targets)]
    rows: list[Row] = []
    pairs = zip(network.inputs, network.targets, strict=True)
    for number, (inputs, targets) in enumerate(pairs, start=1):
        rows.append(((str(number),), *((n,) for n in (*inputs, *targets))))
    yield Table(tuple(header), tuple(rows), "r" * len(header), teller.words("data"))

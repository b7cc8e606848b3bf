"""The head of a document: what it shows, the network, the symbols, the conventions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from derive.derivation.calculus.cancellation import output_delta_simplified
from derive.derivation.styles.forms import ONES, Forms
from derive.document.blocks import Block, Heading, Inline, Items, Paragraph, Table
from derive.document.conventions import conventions
from derive.document.narration.backward_pass import matrices
from derive.document.narration.teller import ROW_LIMIT, Teller
from derive.document.wording import Value, capital
from derive.expression.matrices import Named
from derive.expression.nodes import (
    ACTIVATION,
    BATCH_LOSS,
    BIAS,
    DELTA,
    PRE_ACTIVATION,
    WEIGHT,
    Quantity,
)
from derive.graph import RATE, E, activations, pre_activations
from derive.network.description import Layer

Row = tuple[Inline, ...]
_GIVEN = 3 * ROW_LIMIT  # so many numbers a sentence holds


def opening(teller: Teller) -> Iterator[Block]:
    """The title, and what the reader will learn."""
    yield Heading(1, (teller.network.title,))
    if not teller.brief:
        yield Paragraph(_what_for(teller, f"opening_{teller.derivation.style}"))


def _what_for(teller: Teller, sentence: str) -> Inline:
    network = teller.network
    count = len(network.parameters())
    return teller.words(
        sentence,
        loss=Quantity(BATCH_LOSS) if network.is_batch else E,
        name=loss_title(teller),
        count=count,
        sizes="-".join(map(str, network.sizes)),
    )


def setting(teller: Teller, aim: bool = True) -> Iterator[Block]:
    """The layers and the loss, in a paragraph; in brief all that comes before the formulas.

    aim  whether it says in brief what the page derives; a worksheet asks for something else
    """
    if not teller.brief:
        yield teller.heading(2, "network")
    words, network = teller.words, teller.network
    parts: list[Inline] = []
    for layer in network.layers:
        parts.append(words(
            "layer_of_units",
            layer=_introduced(teller, layer),
            units=layer.units,
            activation=words.activation(layer.activation),
        ))  # fmt: skip
    setting_ = words(
        "network", inputs=network.sizes[0], layers=words.listing(tuple(parts)),
        loss=loss_title(teller),
    )  # fmt: skip
    if network.is_batch:
        name = "batch" if teller.valuation is not None else "batch_symbolic"
        setting_ = (*setting_, " ", *words(name, n=network.example_count))
    rounding = teller.valuation.rounding if teller.valuation else None
    in_force = tuple(conventions(network, teller.names, words, rounding))
    if teller.brief:
        aims = (_what_for(teller, "opening_brief"),) if aim else ()
        described = (*aims, setting_, *in_force, *_known_values(teller))
        yield Paragraph(tuple(part for sentence in described for part in (*sentence, " "))[:-1])
    else:
        yield Paragraph(setting_)
        yield Items(in_force)
    if "references" in teller.parts:
        from derive.document.narration.parts.references import agreement_with_mazur, cited

        name = (
            "cited_example_weights"
            if agreement_with_mazur(teller) == "weights"
            else "cited_example"
        )
        yield from cited(teller, name, "mazur")
    for remark in network.remarks:
        yield Paragraph((capital(remark).rstrip(".") + ".",), "remark")


def _introduced(teller: Teller, layer: Layer) -> str:
    """A layer that has not been spoken of: an output layer, a hidden layer, hidden layer 2."""
    layers = len(teller.network.layers)
    if layer.index == layers:
        return teller.words.text("layer_an_output")
    return teller.words.text("layer_a_hidden") if layers == 2 else teller.layer_name(layer)


def _known_values(teller: Teller) -> Iterator[Inline]:
    """What is given and not in the table of trained parameters, where a sentence can hold it."""
    network = teller.network
    trained = set(network.parameters())
    formulas = network.target_formulas is not None
    quantities = (
        *teller.graph.inputs,
        *(q for layer in network.layers
          for q in (*network.weights(layer.index), *network.biases(layer.index))
          if q not in trained),
        *(() if formulas else teller.graph.targets),
    )  # fmt: skip
    values = tuple(_with_value(teller, q) for q in quantities)
    if network.has_values and not network.is_batch and len(values) <= _GIVEN:
        yield teller.words("given", values=teller.words.listing(values))


def loss_title(teller: Teller) -> str:
    """The loss's name, and that it is averaged where its name does not say so."""
    loss = teller.network.loss
    averaged = loss.mean and loss.name != "mean_squared_error"
    return loss.title + (teller.words.text("loss_averaged") if averaged else "")


def legend(teller: Teller) -> Iterator[Block]:
    """Every symbol, what it means, and its value where one is given."""
    if teller.brief:
        return
    if "symbols" not in teller.without:
        yield _symbols(teller)
    if teller.by_matrices and teller.network.layout == "from_to":
        yield teller.say("matrix_turned")
    if not teller.by_matrices:
        yield from _matrices(teller)
    elif teller.network.has_values:
        yield from matrices.parameter_arrays(teller)
    if teller.network.is_batch and teller.network.inputs is not None:
        yield from _data(teller)


def _symbols(teller: Teller) -> Table:
    words = teller.words
    header: list[Inline] = [words("symbol"), words("meaning")]
    if teller.network.has_values:
        header.append(words("value"))
    rows = [row[: len(header)] for row in _rows(teller)]
    return Table(tuple(header), tuple(rows), "l" * len(header), words("where"))


def _rows(teller: Teller) -> Iterator[Row]:
    graph, network = teller.graph, teller.network
    yield _row(teller, graph.inputs, "inputs")
    for layer in network.layers:
        name, before = teller.layer_name(layer), teller.before(layer)
        weights = _by_receiver(network.weights(layer.index))
        yield _row(teller, weights, "weights", before=before, layer=name)
        if layer.bias != "none":
            kind = "shared_bias" if layer.bias == "shared" else "biases"
            yield _row(teller, network.biases(layer.index), kind, layer=name)
        yield _row(teller, pre_activations(layer), "pre", layer=name)
        last = layer.index == len(network.layers)
        yield _row(teller, activations(layer), "outputs" if last else "activations", layer=name)
    yield _row(teller, graph.targets, "targets")
    if graph.terms:
        yield _row(teller, graph.terms, "terms")
    yield _row(teller, (E,), "loss")
    if network.is_batch:
        yield _row(teller, (Quantity(BATCH_LOSS),), "batch_loss")
    if teller.derivation.style != "nodes":
        yield from _deltas(teller)
    if teller.by_matrices:
        yield from named_arrays(teller)
    if network.learning_rate is not None or not network.has_values:
        yield _row(teller, (RATE,), "rate")


def _deltas(teller: Teller) -> Iterator[Row]:
    """The deltas, from the output back; where they are many, layer by layer."""
    layers = teller.network.layers[::-1]
    by_layer = [teller.deltas(layer) for layer in layers]
    if sum(map(len, by_layer)) <= ROW_LIMIT:
        every = tuple(delta for deltas in by_layer for delta in deltas)
        yield _row(teller, every, "delta", loss=E)
        return
    kind = "delta_layer"
    for layer, deltas in zip(layers, by_layer, strict=True):
        yield _row(teller, deltas, kind, loss=E, layer=teller.layer_name(layer))
        kind = "delta_layer_more"


def named_arrays(teller: Teller) -> Iterator[Row]:
    """The names of vectors and matrices, of a layer l, what their entries are, and their shapes."""
    network, words, forms = teller.network, teller.words, Forms(teller.graph)
    layers = range(1, len(network.layers) + 1)
    way = "rows" if forms.rows else "columns"

    def shapes(arrays: Iterable[Named]) -> Inline:
        sizes = ((len(a.matrix.rows), len(a.matrix.rows[0])) for a in arrays)
        return words.listing(tuple(f"{rows} × {columns}" for rows, columns in sizes))

    vectors = tuple(forms.any_layer(kind) for kind in (PRE_ACTIVATION, ACTIVATION, DELTA))
    inputs = forms.values(0)
    yield (
        words.listing((inputs.symbol, *vectors)),
        words(f"means_array_{way}", inputs=shapes([inputs]), sums=shapes(map(forms.sums, layers))),
        (),
    )
    yield (
        (forms.any_layer(WEIGHT),),
        words(f"means_array_weights_{network.layout}", shapes=shapes(map(forms.weights, layers))),
        (),
    )
    if any(layer.has_own_biases for layer in network.layers):
        yield (forms.any_layer(BIAS),), words(f"means_array_biases_{way}"), ()
    if any(layer.bias == "shared" for layer in network.layers):
        yield (ONES,), words("means_array_ones"), ()
    if output_delta_simplified(teller.graph, pre_activations(network.layers[-1])[0]):
        yield (forms.targets().symbol,), words(f"means_array_targets_{way}"), ()


def _by_receiver(weights: tuple[Quantity, ...]) -> tuple[Quantity, ...]:
    return tuple(sorted(weights, key=lambda w: (w.unit, w.source)))


def _row(teller: Teller, quantities: tuple[Quantity, ...], kind: str, **values: Value) -> Row:
    """The names of some quantities, what they are, and their values where they are given here."""
    words, network = teller.words, teller.network
    meaning = words(f"means_{kind}", count=len(quantities), **values)
    numbers = [network.value(q) for q in quantities]
    known = tuple(value for value in numbers if value is not None)
    elsewhere = _in_matrix(teller, quantities) or (
        kind in ("inputs", "targets") and network.is_batch
    )
    cell = words.listing(known) if len(known) == len(numbers) and not elsewhere else ()
    return teller.some(quantities), meaning, cell


def _in_matrix(teller: Teller, quantities: tuple[Quantity, ...]) -> bool:
    """Whether the values of some parameters stand in a matrix below the legend."""
    if teller.by_matrices:
        return quantities[0].kind in (WEIGHT, BIAS)
    return quantities[0].kind == WEIGHT and len(quantities) > ROW_LIMIT


def _matrices(teller: Teller) -> Iterator[Block]:
    """The values of many weights: a row per sending unit, a column per receiving unit."""
    network, words = teller.network, teller.words
    before: tuple[Quantity, ...] = teller.graph.inputs
    for layer in network.layers:
        weights = network.weights(layer.index)
        if _in_matrix(teller, weights) and network.value(weights[0]) is not None:
            cells = {(w.source, w.unit): _with_value(teller, w) for w in weights}
            receivers = pre_activations(layer)
            header: tuple[Inline, ...] = ((), *((z,) for z in receivers))
            body = tuple(
                ((sender,), *(cells[i, z.unit] for z in receivers))
                for i, sender in enumerate(before)
            )
            caption = words(
                "values_weights", before=teller.before(layer), layer=teller.layer_name(layer)
            )
            yield Table(header, body, "l" * len(header), caption)
        before = activations(layer)


def _with_value(teller: Teller, q: Quantity) -> Inline:
    value = teller.network.value(q)
    return (q,) if value is None else (q, " = ", value)


def _data(teller: Teller) -> Iterator[Block]:
    """The examples of a batch, a row each."""
    network, graph = teller.network, teller.graph
    if network.inputs is None or network.targets is None:
        return
    header = (teller.words("example"), *((q,) for q in (*graph.inputs, *graph.targets)))
    rows: list[Row] = []
    pairs = zip(network.inputs, network.targets, strict=True)
    for number, (inputs, targets) in enumerate(pairs, start=1):
        rows.append(((str(number),), *((n,) for n in (*inputs, *targets))))
    yield Table(header, tuple(rows), "r" * len(header), teller.words("data"))

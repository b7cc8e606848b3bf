"""A batch: what every example contributes, their mean, and the same by matrices."""

from __future__ import annotations

from collections.abc import Iterator

from derive.derivation.numbers.batches import MOST_ROWS, array, worked_out
from derive.derivation.numbers.valuation import Valuation
from derive.derivation.steps import Kind, Relation, Step
from derive.derivation.styles.deltas import delta_of
from derive.derivation.styles.forms import Forms
from derive.document.blocks import Block, Equation, Inline, Table
from derive.document.narration.teller import Teller, rows
from derive.expression.matrices import Named
from derive.expression.nodes import BATCH_LOSS, Partial, Quantity
from derive.graph import E, pre_activations


def batch(teller: Teller) -> Iterator[Block]:
    """The gradient of the batch: the average (or sum) of its examples' gradients."""
    network = teller.network
    how = network.over_examples
    yield teller.heading(3, f"averages_{how}")
    if teller.valuation is not None:
        yield teller.say("batch_examples", loss=E)
        yield _every_example(teller, teller.valuation)
    yield teller.say(f"averages_{how}", loss=Quantity(BATCH_LOSS), n=network.example_count)
    section = teller.derivation.section("averages")
    steps = section.steps if teller.valuation is not None else section.steps[:1]
    equations = [teller.equation(step, role="gradient") for step in steps]
    yield from equations if teller.by_matrices else rows(equations)
    yield from _by_matrices(teller)


def _every_example(teller: Teller, valuation: Valuation) -> Table:
    """Every δ and every gradient, a column for each example."""
    network, words = teller.network, teller.words
    count = network.example_count
    lowest = min(w.layer for w in network.parameters())
    by_name: dict[Quantity, Quantity | Partial] = {}
    for layer in reversed(network.layers[lowest - 1 :]):
        by_name |= {delta_of(z): delta_of(z) for z in pre_activations(layer)}
    averages = teller.derivation.section("averages").walk()
    slopes = [step.subject for step in averages if isinstance(step.subject, Partial)]
    by_name |= {slope.by: Partial(E, slope.by) for slope in slopes}
    header: list[Inline] = [words("batch_row")]
    header += [words("example_number", n=str(n + 1)) for n in range(count)]
    body = tuple(
        ((name,), *((valuation.examples[n].displayed(one).number,) for n in range(count)))
        for name, one in by_name.items()
    )
    return Table(tuple(header), body, "l" + "r" * count, words("batch_values", loss=E))


def _by_matrices(teller: Teller) -> Iterator[Block]:
    """The arrays with a row for every example, the rules in them, and ∂E/∂W with its numbers."""
    network, valuation = teller.network, teller.valuation
    steps = teller.derivation.section("batch").steps
    fits = network.example_count <= MOST_ROWS
    yield teller.heading(4, "batch_matrices")
    yield teller.say(f"batch_matrices_{network.layout}", n=network.example_count)
    if not teller.by_matrices and not teller.brief:
        yield from rows([
            Equation((Relation("", one), Relation("=", one.of))) for one in _parameters(teller)
        ])  # fmt: skip
    yield from rows([Equation(step.relations, None, "gradient") for step in steps])
    if valuation is None or teller.brief or not fits:
        return
    gradients = [step for step in steps if step.kind is Kind.GRADIENT]
    numeric = [(step, worked_out(valuation, step)) for step in gradients]
    if not any(numbers for _, numbers in numeric):
        return
    yield teller.say("batch_numbers")
    for one in _arrays(teller, steps):
        yield Equation((Relation("", one), array(valuation, one.matrix)))
    for step, numbers in numeric:
        yield Equation((*step.relations, *numbers), None, "gradient", result=True)


def _parameters(teller: Teller) -> Iterator[Named]:
    """W and b of every layer, by name."""
    forms = Forms(teller.graph)
    for layer in teller.network.layers:
        yield forms.weights(layer.index)
        if layer.has_own_biases:
            yield forms.bias_vector(layer.index)


def _arrays(teller: Teller, steps: tuple[Step, ...]) -> Iterator[Named]:
    """X, and the arrays that the steps make; but for style matrices only those multiplied last."""
    forms = Forms(teller.graph, batch=True)
    yield forms.values(0)
    kinds = ("sums", "activations", "deltas") if teller.by_matrices else ("deltas",)
    for layer in teller.network.layers:
        if "sums" in kinds:
            yield forms.sums(layer.index)
        if "sums" in kinds or layer.index < len(teller.network.layers):
            yield forms.values(layer.index)
    yield forms.targets()
    for layer in reversed(teller.network.layers):
        deltas = forms.deltas(layer.index)
        if any(step.subject == deltas for step in steps):
            yield deltas

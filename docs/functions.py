"""Writes docs/catalogue/: every activation and loss with its formula, its derivative, the steps
from one to the other, a plot, and where it comes from.

python -m docs.functions [FOLDER]

The steps are those of the lemmas on pages, and are checked as they are.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

import derive
from derive.derivation.steps import chain
from derive.document.blocks import (
    Block,
    Document,
    Equation,
    Equations,
    Figure,
    Heading,
    Items,
    Paragraph,
)
from derive.expression.functions import X
from derive.expression.nodes import Apply, Partial
from derive.files import write_whole
from derive.network.catalogue import ACTIVATIONS, LOSSES, Activation, Loss
from derive.network.intervals import REAL
from derive.network.sources import SOURCES
from derive.notation import names
from derive.notation.shape import Shape as Sizes
from derive.pictures.charts.curves import PENS, straightened
from derive.pictures.charts.frame import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, frame, legend
from derive.pictures.charts.scales import Scale
from derive.pictures.picture import Line, Picture, Point, Shape
from derive.rendering import narrated
from derive.writers import write_files

if TYPE_CHECKING:
    from derive.network.literals import ActivationName, LossName

FOLDER = Path(__file__).with_name("catalogue")
PAGE = "catalogue.md"
COMMAND = "python -m docs.functions"
_ENDS = (-4.0, 4.0)
_POINTS = 401
_JUMP = 0.25  # between neighbours, which nothing here is steep enough for

_HEAD = (
    "The activations and losses that a network file may name. Each derivative is led to from its "
    "formula by the rules of calculus, and a machine has checked every line, as it does on the "
    "pages of a network. Formulas of your own are taken in the same places, differentiated and "
    "checked in the same way; the reference of network files says how."
)

Row = Activation | Loss


def build() -> dict[str, str]:
    """Name of a file → content, the page first."""
    blocks: list[Block] = [Paragraph((_HEAD,)), Heading(2, ("Activations",))]
    for row in ACTIVATIONS.values():
        network = _network(2, row.name, "half_squared_error")
        blocks += _activation(row, network)
    blocks.append(Heading(2, ("Losses",)))
    for loss in LOSSES.values():
        activation = "identity" if loss.domain == REAL else "sigmoid"
        network = _network(2, activation, loss.name)
        blocks += _loss(loss, network)
    document = Document(("Activations and losses",), tuple(blocks), "en")
    return write_files(document, names("numbered", Sizes((2, 2), ("neuron",))), PAGE)


def _network(
    units: int, activation: str, loss: str, weights: list[list[int]] | None = None
) -> derive.Network:
    """One layer; without biases where there are weights."""
    bias: Literal["none", "neuron"] = "none" if weights else "neuron"
    layer = derive.Dense(units, cast("ActivationName", activation), bias, weights)
    return derive.Network(
        units, [layer], cast("LossName", loss), targets=[0] * units if weights else None
    )


def _activation(row: Activation, network: derive.Network) -> Iterator[Block]:
    yield Heading(3, (row.name,))
    function = network.layers[0].activation.function
    lemma = lemmas(network)[:-1]
    if function is not None:
        assert function.definition is not None
        yield Equation(chain(Apply(function, (X,)), function.definition))
    else:
        yield _definition(lemma[0])
    yield from _facts(row, [f"Values in {row.range}."])
    for blocks in lemma:
        yield from blocks[1:]
    if function is not None:
        yield Figure(plot(row.name))


def _loss(row: Loss, network: derive.Network) -> Iterator[Block]:
    lemma = lemmas(network)[-1]
    yield Heading(3, (row.name,))
    yield _definition(lemma)
    facts = [f"The loss is the {'mean' if row.mean else 'sum'} of such terms over the outputs."]
    if row.domain != REAL:
        facts.append(f"Outputs in {row.domain}.")
    if row.target_values:
        facts.append(f"Targets: {' or '.join(map(str, row.target_values))}.")
    elif row.targets != REAL:
        facts.append(f"Targets in {row.targets}.")
    yield from _facts(row, facts)
    yield from lemma[1:]


def lemmas(network: derive.Network) -> list[list[Block]]:
    """What a page of the network says of each derivative, its activations' first."""
    document, _ = narrated(derive.derive(network), parts=("lemmas",))
    found: list[list[Block]] = []
    for block in document.blocks:
        if isinstance(block, Heading) and found:
            break
        if isinstance(block, Paragraph) and getattr(block.content[0], "text", "").startswith(
            "Lemma"
        ):
            found.append([])
        if found:
            found[-1].append(block)
    return found


def _facts(row: Row, facts: list[str]) -> Iterator[Block]:
    facts += [f"Parameter {name}, {value} where the file says nothing." for name, value in
              row.parameters]  # fmt: skip
    if row.name in SOURCES:
        facts.append(f"Source: {SOURCES[row.name]}.")
    yield Items(tuple((fact,) for fact in facts))


def _definition(lemma: Sequence[Block]) -> Block:
    """What a lemma differentiates: its proof begins with ∂y/∂x = ∂(formula)/∂x."""
    proof = next(block for block in lemma if isinstance(block, Equations) and _begins(block))
    value, formula = (r.expression for r in proof.rows[0].chain[:2])
    assert isinstance(value, Partial) and isinstance(formula, Partial)
    return Equation(chain(value.of, formula.of))


def _begins(block: Equations) -> bool:
    return all(isinstance(relation.expression, Partial) for relation in block.rows[0].chain[:2])


# -- plots -----------------------------------------------------------------------------------------


def plot(name: str) -> Picture:
    """The function and its derivative, each with a dash of its own."""
    network = _network(1, name, "half_squared_error", weights=[[1]])
    function = derive.compile(network, backend="python")
    low, high = _ENDS
    places = [low + (high - low) * k / (_POINTS - 1) for k in range(_POINTS)]
    values = [[function.forward([x])[0] for x in places],
              [function.jacobian([x])[0][0] for x in places]]  # fmt: skip
    every = [value for curve in values for value in curve]
    x = Scale(low, high, LEFT, RIGHT)
    y = Scale(min(*every, -0.2), max(*every, 1.2), BOTTOM, TOP)
    shapes: list[Shape] = [*frame(x, y, (X,), ())]
    for curve, pen in zip(values, PENS, strict=False):
        points = [(x(at), y(value)) for at, value in zip(places, curve, strict=True)]
        for part in whole_parts(points, abs(y(0) - y(_JUMP))):
            shapes.append(Line(straightened(part), pen))
    words = ("the function", "its derivative")
    samples = [([Line(((0, 0), (22, 0)), pen)], (text,)) for pen, text in
               zip(PENS, words, strict=False)]  # fmt: skip
    shapes += legend(samples, 27)
    description = f"{name} and its derivative for x from {low:g} to {high:g}."
    return Picture(name, (name,), (description,), (WIDTH, HEIGHT), tuple(shapes))


def whole_parts(points: Sequence[Point], jump: float) -> Iterator[list[Point]]:
    """A curve cut where its values jump."""
    part: list[Point] = []
    for point in points:
        if part and abs(point[1] - part[-1][1]) > jump:
            yield part
            part = []
        part.append(point)
    yield part


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    write_whole({folder / name: content for name, content in build().items()})


if __name__ == "__main__":
    main()

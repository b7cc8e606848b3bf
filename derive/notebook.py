"""What a notebook shows of an object that a cell ends with.

Each of these is asked for by the object's own ``_repr_markdown_``, and only there: the modules that
write are loaded when there is something to write. None of them raises: what cannot be written, or
is longer than anybody reads in a cell, is shown by its one line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from derive.compute.training.settings import shown_rate
from derive.expression.errors import DeriveError
from derive.expression.nodes import NAMED, Expression, Quantity
from derive.extent import page_extent
from derive.network.description import Network
from derive.notation import Names, names
from derive.notation.shape import Shape
from derive.rendering import render
from derive.writers.expressions.latex import latex
from derive.writers.expressions.text import text

if TYPE_CHECKING:
    from derive.compute.formulas.function import GraphFunction
    from derive.compute.function import GradientFunction
    from derive.compute.training import Restarts, Training
    from derive.derivation.derivation import Derivation

MOST_LINES = 400  # of a page in a cell
_MOST_ROWS = 12
_MOST_NAMES = 40
_MOST_CHARACTERS = 300


def network(network: Network) -> str:
    """The text of its file."""
    if len(network.parameters()) > MOST_LINES:
        return code(repr(network))
    return tried(network, lambda: code(network.text().rstrip("\n"), "yaml"))


def derivation(derivation: Derivation) -> str:
    """The page, checked, in brief."""
    if _lines(derivation) > MOST_LINES:
        return f"{code(repr(derivation))}\n\nFor the whole page: `derive.render(…)`"
    return tried(derivation, lambda: render(derivation, detail="brief", dialect="plain"))


def _lines(derivation: Derivation) -> int:
    """How long a page in brief would be, roughly."""
    if isinstance(derivation.source, Network):
        return page_extent(derivation.source, derivation.style, "brief").lines
    return sum(map(len, derivation.graph.parents.values()))


def expression_text(expression: Expression) -> str:
    """An expression on a line, cut where it is long.

    It knows no network: names are those of the notation "layered", which say of a quantity its
    layer and unit, or as they were typed.
    """
    line = text(expression, _own_names(expression))
    return line if len(line) <= _MOST_CHARACTERS else f"{line[:_MOST_CHARACTERS]}…"


def expression_latex(expression: Expression) -> str:
    """An expression as a formula, in the same names."""
    return f"$\\displaystyle {latex(expression, _own_names(expression))}$"


def _own_names(expression: Expression) -> Names:
    """Of a network as large as the expression shows it, in which no layer is known as the last."""
    there = [q for q in expression.walk() if isinstance(q, Quantity)]
    units = 1 + max((max(q.unit, q.source) for q in there), default=0)
    layers = 2 + max((q.layer for q in there), default=0)
    typed = tuple((q, q.name) for q in there if q.kind == NAMED)
    return names("layered", Shape((units,) * layers, names=typed))


def function(f: GradientFunction) -> str:
    """The names of what is in theta, in order, and the back end."""
    rows = [
        ("network", f"`{'-'.join(map(str, f.network.sizes))}`"),
        ("back end", f"`{f.backend}`"),
        ("numbers", f"`{f.dtype}`"),
        (f"theta, {len(f.names)}", _some(f.names)),
    ]
    return table(("", "loss, gradients = f(inputs, targets, parameters)"), rows, "ll")


def graph_function(f: GraphFunction) -> str:
    """The names of the formulas and leaves, and the back end."""
    formulas = tuple(q.name for q in f.graph.definitions)
    rows = [
        (f"formulas, {len(formulas)}", _some(formulas)),
        (f"theta, {len(f.names)}", _some(f.names)),
        *([(f"inputs, {len(f.inputs)}", _some(f.inputs))] if f.inputs else []),
        ("back end", f"`{f.backend}`"),
    ]
    return table(("", "loss, gradients = f(values)"), rows, "ll")


def _some(names: Sequence[str]) -> str:
    more = ", …" if len(names) > _MOST_NAMES else ""
    return f"`{', '.join(names[:_MOST_NAMES])}{more}`"


def training(training: Training) -> str:
    """For each learning rate the losses at both ends, and how it ended."""
    rows = [
        (shown_rate(run.rate), str(run.epochs), f"{run.losses[0]:.6g}", f"{run.losses[-1]:.6g}",
         run.ending)
        for run in training.runs[:_MOST_ROWS]
    ]  # fmt: skip
    if len(training.runs) > _MOST_ROWS:
        rows.append(("…",) * 4 + (f"{len(training.runs)} in all",))
    head = ("learning rate", "epochs", "loss at the start", "loss at the end", "ending")
    return table(head, rows, "rrrrl")


def curves(training: Training, log: bool) -> str:
    """The loss curves in SVG, on one of the two scales."""
    from derive.derivation.numbers.rounding import rounding_of
    from derive.document.training import LINEAR, LOG
    from derive.graph.conversion import graph_of
    from derive.graph.names import names_of
    from derive.trained import Look, svg_files

    look = Look(names_of(graph_of(training.network)), rounding_of(training.network).digits)
    return str(svg_files(training, look, "")[f"-{LOG if log else LINEAR}.svg"])


def restarts(restarts: Restarts) -> str:
    """For each learning rate how many starts succeed, and quantiles of their final losses."""
    shares = (0.0, 0.25, 0.5, 0.75, 1.0)
    rows = [
        (shown_rate(one.rate), f"{len(one.restarts):,}", f"{one.successes:,}",
         *(f"{loss:.6g}" for loss in one.quantiles(shares)))
        for one in restarts.outcomes[:_MOST_ROWS]
    ]  # fmt: skip
    if len(restarts.outcomes) > _MOST_ROWS:
        rows.append(("…",) * 7 + (f"{len(restarts.outcomes)} in all",))
    head = ("learning rate", "starts", f"final loss ≤ {restarts.target:.3g}", "lowest",
            "lower quartile", "median", "upper quartile", "highest")  # fmt: skip
    return table(head, rows, "rrrrrrrr")


def tried(thing: object, write: Callable[[], str]) -> str:
    """What is written, or the object's one line and why there is no more."""
    try:
        return write()
    except (DeriveError, OSError) as error:
        return code(f"{thing!r}\n{error}")


def code(text: str, language: str = "text") -> str:
    """Text as it stands, whatever is in it."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text}\n{fence}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], align: str) -> str:
    """A pipe table; ``align`` has l or r for each column."""
    rule = [{"l": ":--", "r": "--:"}[side] for side in align]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))

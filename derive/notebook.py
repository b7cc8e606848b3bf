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
from derive.extent import page_extent
from derive.network.description import Network
from derive.rendering import render

if TYPE_CHECKING:
    from derive.compute.formulas.function import GraphFunction
    from derive.compute.function import GradientFunction
    from derive.compute.training import Restarts, Training
    from derive.derivation.derivation import Derivation

MOST_LINES = 400  # of a page in a cell
_MOST_ROWS = 12
_MOST_NAMES = 40


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


def function(f: GradientFunction) -> str:
    """The names of what is in theta, in order, and the back end."""
    rows = [
        ("network", f"`{'-'.join(map(str, f.network.sizes))}`"),
        ("back end", f"`{f.backend}`"),
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

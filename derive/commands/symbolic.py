"""derive symbolic: the network as SymPy expressions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from derive.commands import options
from derive.commands.delivery import deliver, refuse_to_overwrite

if TYPE_CHECKING:
    from derive.algebra.symbolic import Form


@click.command()
@options.network
@click.option(
    "--form",
    type=click.Choice(["named", "explicit", "expanded"]),
    default="named",
    show_default=True,
    help="In the names of quantities and derivatives; in inputs and parameters alone; the same "
    "with every activation written out.",
)
@click.option("--simplify", is_flag=True, help="Simplify each line.")
@click.option(
    "--to",
    type=click.Choice(["sympy", "text", "latex", "json"]),
    default="sympy",
    show_default=True,
    help="sympy is one line each, as SymPy writes itself.",
)
@options.output("FILE", "The file to write; stdout if left out.")
@options.force
def symbolic(
    network: str, form: Form, simplify: bool, to: str, output: str | None, force: bool
) -> None:
    """Print the loss and every ∂E/∂w as SymPy expressions."""
    places = [Path(output)] if output else None
    refuse_to_overwrite(places, force)
    from derive.algebra.printed import printed
    from derive.algebra.symbolic import symbolic as algebra_of

    deliver([printed(algebra_of(network), form, to, simplify=simplify)], places)

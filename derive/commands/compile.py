"""derive compile: loss and gradients as code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from derive.commands import options
from derive.commands.delivery import deliver, spare

if TYPE_CHECKING:
    from derive.compute.standalone import Language


@click.command("compile")
@options.network
@click.option(
    "--to",
    callback=options.back_end_named,
    required=True,
    metavar=options.BACK_ENDS,
    help="The kind of code.",
)
@options.output("FILE", "The file to write; stdout if left out.")
@options.force
def compile_(network: str, to: Language, output: str | None, force: bool) -> None:
    """Write the loss and its gradients as stand-alone code."""
    places = [Path(output)] if output else None
    spare(places, force)
    import derive

    deliver([derive.standalone(network, to)], places)

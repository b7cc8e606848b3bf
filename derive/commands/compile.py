"""derive compile: loss and gradients as code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from derive.commands import options
from derive.commands.delivery import deliver, refuse_to_overwrite

if TYPE_CHECKING:
    from derive.algebra.languages.catalogue import Language


@click.command("compile")
@options.network
@click.option(
    "--to",
    callback=options.language_named,
    required=True,
    metavar=options.LANGUAGES,
    help="The language; `derive catalog` says more of each.",
)
@options.output("FILE", "The file to write; stdout if left out.")
@options.force
def compile_(network: str, to: Language, output: str | None, force: bool) -> None:
    """Write the loss and its gradients as stand-alone code."""
    places = [Path(output)] if output else None
    refuse_to_overwrite(places, force)
    import derive

    deliver([derive.standalone(network, to)], places)

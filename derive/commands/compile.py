"""derive compile: loss and gradients as code."""

from __future__ import annotations

from pathlib import Path

import click

from derive.commands import options
from derive.commands.delivery import deliver, spare


@click.command("compile")
@options.network
@click.option("--to", callback=options.back_end_named, required=True, help="python or numpy.")
@click.option("-o", "--output", metavar="FILE", help="A file; stdout if left out.")
@options.force
def compile_(network: str, to: str, output: str | None, force: bool) -> None:
    """Write loss and gradients as code that stands alone."""
    places = [Path(output)] if output else None
    spare(places, force)
    import derive
    from derive.compute import standalone

    source = standalone(derive.load(network), to)
    deliver([source], places)

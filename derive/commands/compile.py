"""derive compile: loss and gradients as code."""

from __future__ import annotations

from pathlib import Path

import click

from derive.commands import options
from derive.commands.delivery import deliver


@click.command("compile")
@options.network
@click.option("--to", callback=options.back_end_named, required=True, help="python or numpy.")
@click.option("-o", "--output", metavar="FILE", help="A file; stdout if left out.")
def compile_(network: str, to: str, output: str | None) -> None:
    """Write loss and gradients as code that stands alone."""
    import derive
    from derive.compute import standalone

    source = standalone(derive.load(network), to)
    deliver([source], [Path(output)] if output else None)

"""derive catalog: what there is to choose from."""

from __future__ import annotations

import click

from derive.commands import options
from derive.commands.delivery import dumped


@click.command()
@options.as_json
def catalog(as_json: bool) -> None:
    """List the activations, losses, notations and so on."""
    from derive.listing import as_text, listing

    tables = listing()
    click.echo(dumped(tables) if as_json else as_text(tables))

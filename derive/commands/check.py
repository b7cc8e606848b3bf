"""derive check: every equality, counted."""

from __future__ import annotations

import click

from derive.commands import options
from derive.commands.delivery import dumped


@click.command()
@options.network
@click.option("--style", callback=options.style_named, help="This style alone; else every one.")
@options.as_json
def check(network: str, style: str | None, as_json: bool) -> None:
    """Check every equality, and say what is taken for granted."""
    from derive.checking import as_data, as_text, examine

    found = examine(network, style)
    click.echo(dumped(as_data(found)) if as_json else as_text(found))

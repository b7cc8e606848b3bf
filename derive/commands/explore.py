"""derive explore: the page to play with."""

from __future__ import annotations

from typing import Any

import click

from derive.commands import options
from derive.commands.render import render


@click.command()
@options.network
@options.style
@options.notation
@options.templates
@options.output("FILE", "The page to write; stdout if left out.")
@options.force
@click.pass_context
def explore(context: click.Context, /, **arguments: Any) -> None:
    """Write the derivation as a web page to play with: every number can be changed.

    The same as derive render --to html --with explore.
    """
    context.invoke(render, to=("html",), parts=("explore",), **arguments)

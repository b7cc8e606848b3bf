"""derive check: every equality, counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from derive.commands import options
from derive.commands.delivery import dumped, progress

if TYPE_CHECKING:
    from derive.derivation.derivation import StyleName


@click.command()
@options.network
@click.option(
    "--style",
    callback=options.style_named,
    metavar=options.STYLES,
    help="Check only this style, instead of every one.",
)
@options.as_json
def check(network: str, style: StyleName | None, as_json: bool) -> None:
    """Check every equality, and list the conventions in force.

    NETWORK is a network file, a file of formulas, or a family of networks, of which each is
    checked.
    """
    from derive.network.loader import is_family, text_of

    if is_family(text_of(network)[1]):
        from derive.checking_families import examine_family, family_data, family_text
        from derive.worksheets.recipes.family_files import read_family

        whole = examine_family(read_family(network), style, progress("networks"))
        click.echo(dumped(family_data(whole)) if as_json else family_text(whole))
        return
    from derive.checking import as_data, as_text, examine
    from derive.graph.conversion import network_or_formulas

    examination = examine(network_or_formulas(network), style)
    click.echo(dumped(as_data(examination)) if as_json else as_text(examination))

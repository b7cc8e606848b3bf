"""derive render: the derivation as documents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from derive.commands import options
from derive.commands.delivery import deliver, destinations, refuse_to_overwrite

if TYPE_CHECKING:
    from derive.derivation.derivation import StyleName


@click.command()
@options.network
@click.option(
    "--to",
    callback=options.formats_named,
    default="markdown",
    show_default=True,
    metavar=options.FORMATS,
    help="Formats, separated by commas; svg is the pictures alone.",
)
@options.style
@options.notation
@click.option(
    "--detail",
    type=click.Choice(["brief", "normal", "full"]),
    default="normal",
    show_default=True,
    help="How much is written out.",
)
@click.option("--digits", type=click.IntRange(1, 30), help="Decimal places shown.")
@click.option(
    "--rounding",
    type=click.Choice(["exact", "carried"]),
    help="carried: continue with the rounded numbers, as when calculating by hand.",
)
@click.option(
    "--dialect",
    type=click.Choice(["github", "plain"]),
    default="github",
    show_default=True,
    help="The kind of Markdown; plain is for notebooks and pandoc.",
)
@click.option(
    "--max-paths",
    type=click.IntRange(1),
    help="In the style paths: use deltas where a weight has more paths than this.",
)
@click.option(
    "--with",
    "parts",
    callback=options.parts_named,
    metavar="PARTS",
    help="Parts to add, separated by commas, or all; derive catalog lists them.",
)
@click.option(
    "--without",
    callback=options.omissions_named,
    metavar="PARTS",
    help="What to leave out: symbols, found, separated by commas.",
)
@options.templates
@options.output("PATH", "The file to write, or a folder ending in /.")
@options.force
def render(
    network: str, to: tuple[Any, ...], style: StyleName | None, max_paths: int | None,
    output: str | None, force: bool, **arguments: Any,
) -> None:  # fmt: skip
    """Derive every gradient, check every step, and write the document."""
    from derive.writers.registry import format_named

    formats = [format_named(name) for name in to]
    places = destinations(output, Path(network).stem, formats)
    refuse_to_overwrite(places, force)
    import derive
    from derive.derivation.derivation import usual_style
    from derive.extent import before_the_work
    from derive.graph.conversion import network_or_formulas
    from derive.rendering import GRAPH_PARTS, PARTS, refuse

    loaded = network_or_formulas(network)
    for name in to:
        refuse(loaded, name, arguments["parts"])
    pages = any(row.document for row in formats)
    if pages and isinstance(loaded, derive.Network):
        warning = before_the_work(loaded, style or usual_style(loaded), arguments["detail"])
        if warning:
            click.echo(warning, err=True)
    limits = {} if max_paths is None else {"max_paths": max_paths}
    # What is made from the network itself waits for no derivation.
    derivation = derive.derive(loaded, style, **limits) if pages else loaded
    keywords = {name: value for name, value in arguments.items() if value is not None}
    if not isinstance(loaded, derive.Network) and set(PARTS) <= set(arguments["parts"]):
        more = [part for part in arguments["parts"] if part not in PARTS]
        keywords["parts"] = (*GRAPH_PARTS, *more)  # all that there are
    if places is None:
        if to[0] == "svg":
            click.echo("this is the first picture: add -o DIR/ for all of them", err=True)
        elif formats[0].beside and "pictures" in keywords.get("parts", ()):
            click.echo("the pictures are left out: they are files, add -o DIR/ for them", err=True)
        deliver([derive.render(derivation, to[0], **keywords)], None)
        return
    files = {
        place.parent / file: content
        for place, name in zip(places, to, strict=True)
        for file, content in derive.render_files(derivation, place.name, name, **keywords).items()
    }
    refuse_to_overwrite(list(files), force)
    deliver(list(files.values()), list(files))

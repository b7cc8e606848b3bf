"""derive worksheet: sheets and their keys."""

from __future__ import annotations

from pathlib import Path

import click

from derive.commands import options
from derive.commands.delivery import spare, tell


@click.command()
@options.network
@click.option("--variants", type=click.IntRange(1, 1000), default=30, show_default=True)
@click.option("--seed", type=int, default=7, show_default=True, help="Same seed, same sheets.")
@click.option(
    "--to",
    callback=options.formats_named,
    default="markdown,latex",
    show_default=True,
    help="Formats, with commas between.",
)
@click.option(
    "--recipe",
    metavar="FILE|NAME",
    help="What is asked: a file, or a name from `derive catalog`; everything if left out.",
)
@options.templates
@click.option("-o", "--output", metavar="DIR", required=True, help="The folder they go to.")
@options.force
def worksheet(
    network: str, variants: int, seed: int, to: tuple[str, ...], recipe: str | None,
    templates: Path | None, output: str, force: bool,
) -> None:  # fmt: skip
    """Write worksheets with numbers of their own, and keys."""
    import derive
    from derive.worksheets.worksheet import file_names

    spare([Path(output) / name for *_, name in file_names(variants, to)], force)
    made = derive.worksheet(
        derive.load(network), recipe, variants=variants, seed=seed, templates=templates
    )  # fmt: skip
    tell(made.write(output, to))

"""The command line: data on stdout, messages on stderr; 0 done, 1 the input is wrong, 2 usage.

Whatever a command needs is imported inside it, so that ``derive --help`` loads Click alone.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.resources import files
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from derive import __version__

if TYPE_CHECKING:
    from derive.writers.registry import Format

# What a wrong input raises: told in words, without a traceback.
_INPUT_ERRORS = (
    ("derive.network.errors", "NetworkError"),
    ("derive.notation.errors", "NotationError"),
    ("derive.writers.errors", "WriterError"),
    ("derive.document.wording", "WordingError"),
    ("derive.worksheets.recipe", "WorksheetError"),
    ("derive.compute.arguments", "ArgumentError"),
    ("derive.derivation.check.failure", "CheckFailed"),
)


class _Commands(click.Group):
    """Reports wrong input as lines on stderr and exit code 1; a fault of derive still shows."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            click.echo(f"{place}{error.strerror or error}", err=True)
        except Exception as error:
            # What has been raised has been loaded.
            loaded = ((sys.modules.get(home), name) for home, name in _INPUT_ERRORS)
            if not isinstance(error, tuple(getattr(home, name) for home, name in loaded if home)):
                raise
            click.echo(str(error), err=True)
        ctx.exit(1)


def _look_up(what: str, names: Sequence[str], home: str, table: str) -> None:
    """Raise BadParameter, listing what there is, for a name that a table does not have."""
    there: Mapping[str, object] = getattr(import_module(home), table)
    for name in names:
        if name not in there:
            listed = ", ".join(there)
            raise click.BadParameter(f"there is no {what} {name!r}; those there are: {listed}")


def _style_named(_: click.Context, __: click.Parameter, name: str | None) -> str | None:
    _look_up("style", [name] if name else [], "derive.derivation", "STYLES")
    return name


def _formats_named(_: click.Context, __: click.Parameter, given: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in given.split(",")))
    _look_up("format", names, "derive.writers", "FORMATS")
    return names


def _parts_named(_: click.Context, __: click.Parameter, given: str | None) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in (given or "").split(",") if name.strip()))
    if names == ("all",):
        from derive.rendering import PARTS

        return tuple(PARTS)
    _look_up("part", names, "derive.rendering", "PARTS")
    return names


def _back_end_named(_: click.Context, __: click.Parameter, name: str) -> str:
    _look_up("back end", [name], "derive.compute", "BACK_ENDS")
    return name


_network = click.argument("network", metavar="NETWORK", type=click.Path())
_style = click.option(
    "--style",
    callback=_style_named,
    default="deltas",
    show_default=True,
    help="How the derivation goes: deltas, paths.",
)
_notation = click.option(
    "--notation", help="A built-in notation or a file; the network's own if left out."
)
_templates = click.option(
    "--templates", type=click.Path(path_type=Path), help="A folder of your own wording and layout."
)
_json = click.option("--json", "as_json", is_flag=True, help="For a program to read.")


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="derive %(version)s")
def commands() -> None:
    """Backpropagation derived step by step, every equality checked, and compiled."""


@commands.command()
@_network
@click.option(
    "--to",
    callback=_formats_named,
    default="markdown",
    show_default=True,
    help="Formats, with commas between: markdown, latex, text.",
)
@_style
@_notation
@click.option(
    "--detail",
    type=click.Choice(["brief", "normal", "full"]),
    default="normal",
    show_default=True,
    help="How much is shown.",
)
@click.option("--digits", type=click.IntRange(1, 30), help="Digits shown after the point.")
@click.option(
    "--rounding",
    type=click.Choice(["exact", "carried"]),
    help="Carried goes on with the rounded numbers, as by hand.",
)
@click.option(
    "--dialect",
    type=click.Choice(["github", "plain"]),
    default="github",
    show_default=True,
    help="Of Markdown; plain is for notebooks and pandoc.",
)
@click.option(
    "--max-paths",
    type=click.IntRange(1),
    help="In the style paths: more paths of one weight than this are told as deltas.",
)
@click.option(
    "--with",
    "parts",
    callback=_parts_named,
    metavar="PARTS",
    help="What to add, with commas between, or all; derive catalog lists them.",
)
@_templates
@click.option("-o", "--output", metavar="PATH", help="A file, or a folder ending in /.")
def render(
    network: str, to: tuple[str, ...], style: str, max_paths: int | None, output: str | None,
    **asked: Any,
) -> None:  # fmt: skip
    """Derive every gradient, check every step, write the document."""
    from derive.writers.registry import format_named

    formats = [format_named(name) for name in to]
    places = _destinations(output, Path(network).stem, formats)
    import derive

    limits = {} if max_paths is None else {"max_paths": max_paths}
    derivation = derive.derive(derive.load(network), style, **limits)
    options = {name: value for name, value in asked.items() if value is not None}
    pages = [derive.render(derivation, name, **options) for name in to]
    _deliver(pages, places)


@commands.command()
@_network
@click.option("--style", callback=_style_named, help="This style alone; else every one.")
@_json
def check(network: str, style: str | None, as_json: bool) -> None:
    """Check every equality, and say what is taken for granted."""
    from derive.checking import as_data, as_text, examine

    found = examine(network, style)
    click.echo(_dumped(as_data(found)) if as_json else as_text(found))


@commands.command("compile")
@_network
@click.option("--to", callback=_back_end_named, required=True, help="python or numpy.")
@click.option("-o", "--output", metavar="FILE", help="A file; stdout if left out.")
def compile_(network: str, to: str, output: str | None) -> None:
    """Write loss and gradients as code that stands alone."""
    import derive
    from derive.compute import standalone

    source = standalone(derive.load(network), to)
    _deliver([source], [Path(output)] if output else None)


@commands.command()
@_network
@click.option("--variants", type=click.IntRange(1, 1000), default=30, show_default=True)
@click.option("--seed", type=int, default=7, show_default=True, help="Same seed, same sheets.")
@click.option(
    "--to",
    callback=_formats_named,
    default="markdown,latex",
    show_default=True,
    help="Formats, with commas between.",
)
@_templates
@click.option("-o", "--output", metavar="DIR", required=True, help="The folder they go to.")
def worksheet(
    network: str, variants: int, seed: int, to: tuple[str, ...], templates: Path | None, output: str
) -> None:
    """Write worksheets with numbers of their own, and keys."""
    import derive

    made = derive.worksheet(
        derive.load(network), variants=variants, seed=seed, templates=templates
    )  # fmt: skip
    _tell(made.write(output, to))


@commands.command()
@click.option("-o", "--output", metavar="FILE", help="A new file; stdout if left out.")
def new(output: str | None) -> None:
    """Write a commented network file to start from."""
    if output and os.path.exists(output):
        raise click.UsageError(f"{output} is there already; choose another name")
    text = (files("derive") / "starter.yaml").read_text(encoding="utf-8")
    _deliver([text], [Path(output)] if output else None)


@commands.command()
@_json
def catalog(as_json: bool) -> None:
    """List the activations, losses, notations and so on."""
    from derive.listing import as_text, listing

    found = listing()
    click.echo(_dumped(found) if as_json else as_text(found))


def _destinations(output: str | None, stem: str, formats: Sequence[Format]) -> list[Path] | None:
    """Where each format goes: DIR/stem.suffix, or the file itself, or name.suffix; None: stdout."""
    if output is None:
        if len(formats) > 1:
            raise click.UsageError("several formats need a folder: add -o DIR/")
        return None
    if output.endswith(("/", os.sep)) or os.path.isdir(output):
        return [Path(output) / f"{stem}{row.suffix}" for row in formats]
    from derive.writers.registry import REGISTRY

    suffix = Path(output).suffix
    other = {row.suffix: row.name for row in REGISTRY.values()}.get(suffix)
    if len(formats) > 1:
        if other is not None:
            raise click.UsageError(
                f"several formats cannot all go to {output}: give a folder, or leave out {suffix}"
            )
        return [Path(f"{output}{row.suffix}") for row in formats]
    if other is not None and other != formats[0].name:
        raise click.UsageError(
            f"{output} is a name for {other}, but {formats[0].name} is asked for: add --to {other}"
        )
    return [Path(output)]


def _deliver(pages: Sequence[str | bytes], places: Sequence[Path] | None) -> None:
    """To stdout, or all pages to their files, told on stderr."""
    if places is None:
        for page in pages:
            click.echo(page, nl=False)
        return
    from derive.files import write_whole

    write_whole(dict(zip(places, pages, strict=True)))
    _tell(places)


def _tell(places: Sequence[Path]) -> None:
    for place in places:
        click.echo(f"wrote {place}", err=True)


def _dumped(data: object) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False)


def main() -> None:
    """The entry point: what is printed is UTF-8 wherever it goes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    commands(prog_name="derive")

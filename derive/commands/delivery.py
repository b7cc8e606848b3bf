"""Where what a command makes goes to: stdout, or files written whole and told on stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

_NAMED = 5  # names that are told one by one

if TYPE_CHECKING:
    from derive.document.blocks import Person
    from derive.trained import Output
    from derive.writers.registry import Format


def destinations(
    output: str | None,
    stem: str,
    formats: Sequence[Format | Output],
    known: Mapping[str, str] | None = None,
) -> list[Path] | None:
    """Where each format goes: DIR/stem.suffix, or the file itself, or name.suffix; None: stdout.

    known  suffix → name of every format there is; those of documents unless given
    """
    if output is None:
        if len(formats) > 1:
            raise click.UsageError("several formats need a folder: add -o DIR/")
        if formats[0].binary and sys.stdout.isatty():
            name, suffix = formats[0].name, formats[0].suffix
            raise click.UsageError(f"{name} cannot be read in a terminal: add -o FILE{suffix}")
        return None
    if output.endswith(("/", os.sep)) or os.path.isdir(output):
        return [Path(output) / f"{stem}{row.suffix}" for row in formats]
    from derive.writers.registry import REGISTRY

    suffix = Path(output).suffix
    known = known or {row.suffix: row.name for row in REGISTRY.values()}
    other = known.get(suffix)
    if len(formats) > 1:
        if other is not None:
            raise click.UsageError(
                f"several formats cannot all be written to {output}: "
                f"give a folder, or leave out {suffix}"
            )
        return [Path(f"{output}{row.suffix}") for row in formats]
    if other is not None and other != formats[0].name:
        instead = f", or end the name in {formats[0].suffix}" if formats[0].suffix else ""
        raise click.UsageError(
            f"{output} is a name for {other}, but {formats[0].name} is asked for: "
            f"add --to {other}{instead}"
        )
    return [Path(output)]


def refuse_to_overwrite(places: Sequence[Path] | None, force: bool) -> None:
    """Raise UsageError, before any work is done, where a file would be overwritten unasked.

    What is no regular file, such as /dev/stdout or a pipe, is written to all the same.
    """
    there = [str(place) for place in places or () if place.is_file()]
    if there and not force:
        names = ", ".join(there[:3]) + (f" and {len(there) - 3} more" if len(there) > 3 else "")
        verb, them = ("is", "it") if len(there) == 1 else ("are", "them")
        raise click.UsageError(
            f"{names} {verb} there already: add --force to overwrite {them}, or give -o another "
            "name"
        )


def deliver(pages: Sequence[str | bytes], places: Sequence[Path] | None) -> None:
    """To stdout, or all pages to their files, told on stderr."""
    if places is None:
        for page in pages:
            click.echo(page, nl=False)
        return
    from derive.files import write_whole

    write_whole(dict(zip(places, pages, strict=True)))
    tell(places)


def clear(left: Sequence[Path], of: str) -> None:
    """Take away what belongs to something that was written over, and say so on stderr."""
    for path in left:
        path.unlink(missing_ok=True)
    if left:
        named = ", ".join(path.name for path in left[:3])
        more = f" and {len(left) - 3} more" if len(left) > 3 else ""
        click.echo(f"removed {named}{more} of {of}", err=True)


def tell(places: Sequence[Path]) -> None:
    for place in places:
        click.echo(f"wrote {place}", err=True)


def tell_names(people: Iterable[Person], to: Collection[str]) -> None:
    """Which names some of the formats cannot print, on stderr."""
    known = list(people)
    if "latex" in to:
        from derive.writers.latex import names

        _tell_names(known, "pdflatex", names.latin, names.stand_in, "lualatex prints")
    if "pdf" in to:
        from derive.writers.typst import text

        _tell_names(known, "pdf", text.printable, text.stand_in, "docx and html have")


def _tell_names(
    people: Iterable[Person], what: str, printed: Callable[[str], object],
    stand_in: Callable[[Sequence[str]], str], others_do: str,
) -> None:  # fmt: skip
    others = [f"{one} ({stand_in(one.instead)})" for one in people if not printed(str(one))]
    if others:
        more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        click.echo(
            f"{what} has no letters for {', '.join(others[:_NAMED])}{more}, and prints what "
            f"stands in brackets; {others_do} the names",
            err=True,
        )


def progress(what: str) -> Callable[[int, int], None] | None:
    """A line on the terminal that is written over, and away in the end; None where none looks."""

    def write_over(done: int, of: int) -> None:
        text = "" if done == of else f"{done} of {of} {what}"
        click.echo(f"\r{text:<30}" + ("\r" if done == of else ""), nl=False, err=True)

    return write_over if sys.stderr.isatty() else None


def dumped(data: object) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False)

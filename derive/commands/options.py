"""Options that several commands take, and the names that they may give."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

# What there is to choose from, in words: the tables are loaded where a choice is made.
STYLES = "[deltas|paths|matrices|nodes]"
NOTATIONS = "[numbered|plain|letters|indexed|layered]"
FORMATS = "[markdown|latex|html|ipynb|text|pdf|docx|xlsx|svg],…"
LANGUAGES = "[python|numpy|c|javascript|julia|r|octave|rust|fortran|jax|torch]"


def look_up(what: str, names: Sequence[str], home: str, table: str) -> None:
    """Raise BadParameter, listing what there is, for a name that a table does not have."""
    there: Mapping[str, object] = getattr(import_module(home), table)
    for name in names:
        if name not in there:
            known = ", ".join(there)
            raise click.BadParameter(f"there is no {what} {name!r}; choose one of: {known}")


def style_named(_: click.Context, __: click.Parameter, name: str | None) -> str | None:
    look_up("style", [name] if name else [], "derive.derivation", "STYLES")
    return name


def formats_named(_: click.Context, __: click.Parameter, value: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in value.split(",")))
    look_up("format", names, "derive.writers", "FORMATS")
    return names


def document_formats_named(
    context: click.Context, parameter: click.Parameter, value: str
) -> tuple[str, ...]:
    from derive.writers.errors import UnknownFormat
    from derive.writers.registry import document_format

    names = formats_named(context, parameter, value)
    for name in names:
        try:
            document_format(name)
        except UnknownFormat as error:
            raise click.BadParameter(str(error)) from None
    return names


def output(metavar: str, description: str) -> Callable[[F], F]:
    """Where a command writes to; "-" is stdout, as everywhere."""
    return click.option("-o", "--output", metavar=metavar, help=description, callback=place_named)


def place_named(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    try:
        possible = b"\0" not in os.fsencode(value or "")
    except UnicodeEncodeError:  # half of a surrogate pair
        possible = False
    if not possible:
        raise click.BadParameter(f"{value!a} cannot be a name here; take another one")
    return None if value == "-" else value


def parts_named(_: click.Context, __: click.Parameter, value: str | None) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in (value or "").split(",") if name.strip()))
    if "all" in names:
        from derive.rendering import PARTS

        names = tuple(dict.fromkeys((*PARTS, *(name for name in names if name != "all"))))
    look_up("part", names, "derive.rendering", "EVERY_PART")
    return names


def omissions_named(_: click.Context, __: click.Parameter, value: str | None) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in (value or "").split(",") if name.strip()))
    look_up("section", names, "derive.rendering", "OMISSIONS")
    return names


def language_named(_: click.Context, __: click.Parameter, name: str) -> str:
    look_up("language", [name], "derive.algebra.languages.catalogue", "LANGUAGES")
    return name


network = click.argument("network", metavar="NETWORK")
style = click.option(
    "--style",
    callback=style_named,
    metavar=STYLES,
    help="How the derivation goes: a δ for each unit (usual of a network), path by path, layer by "
    "layer, or node by node (usual of formulas).",
)
notation = click.option(
    "--notation",
    metavar=f"{NOTATIONS[:-1]}|FILE]",
    help="A built-in notation or a file; the network's own if left out.",
)
templates = click.option(
    "--templates",
    type=Path,
    metavar="PATH",
    help="A folder with your own wording and layout.",
)
force = click.option("--force", is_flag=True, help="Overwrite existing files.")
as_json = click.option("--json", "as_json", is_flag=True, help="Write JSON, for programs.")

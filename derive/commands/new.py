"""derive new: a network file to start from."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

import click

from derive.commands.delivery import deliver


@click.command()
@click.option("-o", "--output", metavar="FILE", help="A new file; stdout if left out.")
def new(output: str | None) -> None:
    """Write a commented network file to start from."""
    if output and os.path.exists(output):
        raise click.UsageError(f"{output} is there already; choose another name")
    text = (files("derive") / "starter.yaml").read_text(encoding="utf-8")
    deliver([text], [Path(output)] if output else None)

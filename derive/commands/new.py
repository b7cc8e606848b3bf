"""derive new: a network file to start from."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click

from derive.commands import options
from derive.commands.delivery import deliver, refuse_to_overwrite


@click.command()
@options.output("FILE", "The file to write; stdout if left out.")
@options.force
def new(output: str | None, force: bool) -> None:
    """Write a commented network file to start from."""
    places = [Path(output)] if output else None
    refuse_to_overwrite(places, force)
    text = (files("derive") / "starter.yaml").read_text(encoding="utf-8")
    deliver([text], places)

"""The command line: data on stdout, messages on stderr; 0 done, 1 the input is wrong, 2 usage.

Whatever a command needs is imported inside it, so that ``derive --help`` loads Click alone.
"""

from __future__ import annotations

import errno
import gc
import signal
import sys
from io import TextIOWrapper
from itertools import pairwise
from typing import Any

import click

from derive import __version__
from derive.commands.catalog import catalog
from derive.commands.check import check
from derive.commands.compile import compile_
from derive.commands.explore import explore
from derive.commands.mark import mark
from derive.commands.new import new
from derive.commands.render import render
from derive.commands.symbolic import symbolic
from derive.commands.train import train
from derive.commands.worksheet import worksheet
from derive.expression.errors import DeriveError
from derive.reading import named

# What to do where the system does not read or write: what derive itself looks for has been told.
_REMEDIES = {
    errno.ENOSPC: "make room, or write to another disk",
    errno.EDQUOT: "make room, or write to another disk",
    errno.EFBIG: "allow larger files, or write to another disk",
    errno.EISDIR: "give the name of a file",
    errno.ENOENT: "check the path",
    errno.ENOTDIR: "a part of the path is a file; give a folder",
    errno.EEXIST: "a part of the path is a file; give a folder",
    errno.ENAMETOOLONG: "take a shorter name",
    errno.EACCES: "take a place that you may use",
    errno.EPERM: "take a place that you may use",
    errno.EROFS: "take a place that you may use",
}  # fmt: skip


class _Commands(click.Group):
    """Reports wrong input as lines on stderr and exit code 1; a fault of derive still shows."""

    def list_commands(self, _: click.Context) -> list[str]:
        """In the order in which one meets them, not in that of the alphabet."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Refuses what is empty: as a path it would be this folder, and else count as left out."""
        for before, value in pairwise(args):
            if not value or (value.startswith("--") and value.endswith("=")):
                of = value.rstrip("=") or (before if before.startswith("-") else "an argument")
                raise click.UsageError(f"{of}: got nothing; give a value, or leave it out", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise
        except OSError as error:
            place = named(error.filename) if error.filename is not None else "the output"
            remedy = _REMEDIES.get(error.errno or 0, "take another place")
            click.echo(f"{place}: {error.strerror or error}; {remedy}", err=True)
        except DeriveError as error:
            click.echo(str(error), err=True)
        ctx.exit(1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="derive %(version)s")
def commands() -> None:
    """Backpropagation derived step by step, every equality checked, and compiled.

    Start with a network file, and change what you like in it:

    \b
      derive new -o mine.yaml
      derive render mine.yaml --to text
      derive check mine.yaml

    What a file may say is listed by derive catalog.
    """


for _command in (
    new, render, explore, check, symbolic, train, compile_, worksheet, mark, catalog,
):  # fmt: skip
    commands.add_command(_command)


def _stop(number: int, _: object) -> None:
    """Leave as after an error: workers end, and what is half-written goes away."""
    raise SystemExit(128 + number)


def main() -> None:
    """The entry point: what is printed is UTF-8 wherever it goes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _stop)
    try:
        commands(prog_name="derive")
    finally:
        gc.freeze()  # the process ends: its last collection has nothing to go through

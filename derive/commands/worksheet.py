"""derive worksheet: sheets and their keys."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from derive.commands import options
from derive.commands.delivery import clear, progress, refuse_to_overwrite, tell, tell_names

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from derive.worksheets.classes.bundle import Bundle

WORTH_PROCESSES = 24  # variants from which it pays to start processes for them
MOST_TOLD = 20  # files that are told one by one


@click.command()
@click.argument("network", metavar="[NETWORK]", type=click.Path(), required=False)
@click.option(
    "--variants", type=click.IntRange(1, 1000), help="The number of sheets. [default: 30]"
)
@click.option("--roster", metavar="FILE", help="A table of students; each of them gets a sheet.")
@click.option(
    "--seed", type=int,
    help="For demonstrations: same seed, same sheets, and every page says that anyone can make the "
    "key. Without it a secret is made and kept in bundle.json.",
)  # fmt: skip
@click.option(
    "--from",
    "bundle",
    metavar="BUNDLE",
    help="Make the sheets of a bundle.json again, instead of those of a NETWORK.",
)
@click.option(
    "--variant", metavar="NUMBER|FORM", help="With --from: only this sheet; its form is on it."
)
@click.option(
    "--to",
    callback=options.document_formats_named,
    default="markdown,latex",
    show_default=True,
    help="Formats, separated by commas.",
)
@click.option(
    "--recipe",
    metavar="FILE|NAME",
    help="What is asked: a file, or a name from `derive catalog`; if left out, everything.",
)
@click.option(
    "--one-file", is_flag=True, help="All sheets in one file for printing, all keys in another."
)
@click.option(
    "--answer-sheet",
    type=click.Choice(["csv", "xlsx"]),
    help="Also write a table for the answers of the class, to be filled in for derive mark.",
)
@options.templates
@click.option("-o", "--output", metavar="DIR", required=True, help="The folder to write to.")
@options.force
def worksheet(
    network: str | None, variants: int | None, roster: str | None, seed: int | None,
    bundle: str | None, variant: str | None, to: tuple[str, ...], recipe: str | None,
    one_file: bool, answer_sheet: str | None, templates: Path | None, output: str, force: bool,
) -> None:  # fmt: skip
    """Write worksheets, each with its own numbers, and their keys.

    NETWORK is a network file, or a family of networks, of which each sheet draws one.
    """
    if (network is None) == (bundle is None):
        raise click.UsageError("give either a NETWORK or --from BUNDLE")
    if variants and roster:
        raise click.UsageError("give either --variants or --roster: a roster says how many")
    if roster == "":
        raise click.UsageError("--roster: got no name; give the file of a table, or leave it out")
    if bundle and (variants or roster or recipe or seed is not None):
        raise click.UsageError(
            "--variants, --roster, --recipe and --seed are in the bundle: leave them out"
        )
    if variant and (not bundle or one_file or answer_sheet):
        raise click.UsageError("--variant goes with --from, and without --one-file, --answer-sheet")
    from derive.worksheets.classes.bundle import bundle_of, read_bundle
    from derive.worksheets.classes.handout import UNTOLD, Order, file_names, hand_out, is_private
    from derive.worksheets.classes.roster import read_roster

    again = read_bundle(bundle) if bundle else None
    people = read_roster(roster) if roster else None
    count = again.count if again else len(people.students) if people else variants or 30
    only = _number(variant, again) if variant and again else 0
    suffix = f".{answer_sheet}" if answer_sheet else ""
    files = file_names(count, to, one_file, suffix, only)
    refuse_to_overwrite([Path(output) / name for name in files], force)
    if people and people.told:
        click.echo(people.told, err=True)
    from derive.network.description import Network
    from derive.worksheets.recipes.family_files import described_by
    from derive.worksheets.recipes.files import recipe_from
    from derive.worksheets.recipes.recipe import Recipe
    from derive.worksheets.recipes.units import cure
    from derive.worksheets.source import Source, new_secret

    if again:
        made = again
    else:
        asked = recipe_from(recipe) if recipe is not None else Recipe()
        about = described_by(str(network))
        if isinstance(about, Network) and about.is_batch:
            click.echo(f"{network}: a batch; each sheet takes one example of it", err=True)
        source = new_secret() if seed is None else Source(seed=seed)
        whose = (people.students, people.columns) if people else ()
        made = bundle_of(about, asked, source, count, *whose)
    from derive.worksheets.classes.earlier_files import earlier_in

    before = None if variant else earlier_in(Path(output))
    order = Order(made, to, one_file, suffix, templates, only)
    with _workers(len(order.numbers)) as executor:
        handed_out = hand_out(
            order,
            Path(output),
            executor,
            progress("variants"),
            lambda all_: refuse_to_overwrite(all_, force),
        )  # fmt: skip
    _tell(handed_out.paths)
    _tell_secrets([path for path in handed_out.paths if is_private(path.name)], made)
    if before is not None:
        clear(before.left(handed_out.bundle, handed_out.paths), "the worksheet that was there")
    if handed_out.untold:
        listed = "" if variant else f", and in {Path(output) / UNTOLD}"
        click.echo(
            f"on {handed_out.untold} of {len(order.numbers)} sheets a common mistake leads to the "
            f"right number somewhere: listed at the end of each key{listed}",
            err=True,
        )
        if remedy := cure(made.maker().exercise.structure, made.maker().recipe.units):
            click.echo(remedy, err=True)
    if "latex" in to:
        tell_names(order.people)


@contextmanager
def _workers(variants: int) -> Iterator[Executor | None]:
    """As many processes as there are cores, where that pays."""
    if variants < WORTH_PROCESSES or (os.cpu_count() or 1) < 2:
        yield None
        return
    from derive.worksheets.classes.workers import workers

    with workers() as executor:
        try:
            yield executor
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            raise


def _number(variant: str, bundle: Bundle) -> int:
    """The variant that a number or a form means. Raises UsageError."""
    number = bundle.number_of_form(variant)
    if number is None and variant.isascii() and variant.isdecimal() and len(variant) < 5:
        number = int(variant)
    if number is None or not 1 <= number <= bundle.count:
        raise click.UsageError(
            f"--variant: got {variant[:60]!r}; allowed are 1 to {bundle.count}, or the form that "
            "stands on a sheet of this bundle"
        )
    return number


def _tell_secrets(private: list[Path], bundle: Bundle) -> None:
    """What a teacher has to know about keys that are not as secret as they should be."""
    from derive.files import open_to_others

    if there := open_to_others(private):
        click.echo(
            f"this system lets others read {there[0]}: keep the keys and bundle.json where "
            "students have no access",
            err=True,
        )
    if bundle.source.seed is not None:
        click.echo(
            "made with a seed: anyone who guesses it can make the keys; without --seed they are "
            "secret",
            err=True,
        )


def _tell(written: list[Path]) -> None:
    if len(written) <= MOST_TOLD:
        tell(written)
    else:
        click.echo(f"wrote {len(written)} files to {written[0].parent}", err=True)

"""derive worksheet: sheets and their keys."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from derive.commands import options
from derive.commands.delivery import clear, progress, refuse_to_overwrite, tell, tell_names

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from derive.worksheets.classes.bundle import Bundle
    from derive.worksheets.classes.handout import Order
    from derive.worksheets.classes.roster import Roster

WORTH_PROCESSES = 24  # variants from which it pays to start processes for them
MOST_TOLD = 20  # files that are told one by one


@click.command()
@click.argument("network", metavar="[NETWORK]", required=False)
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
@click.option(
    "-o", "--output", metavar="DIR", required=True, callback=options.place_named,
    help="The folder to write to.",
)  # fmt: skip
@options.force
def worksheet(
    network: str | None, variants: int | None, roster: str | None, seed: int | None,
    bundle: str | None, variant: str | None, to: tuple[str, ...], recipe: str | None,
    one_file: bool, answer_sheet: str | None, templates: Path | None, output: str, force: bool,
) -> None:  # fmt: skip
    """Write worksheets, each with its own numbers, and their keys.

    NETWORK is a network file, or a family of networks, of which each sheet draws one.
    """
    _refuse_contradictions(click.get_current_context().params)
    from derive.worksheets.classes.bundle_files import read_bundle
    from derive.worksheets.classes.handout import Order, file_names, hand_out, is_private
    from derive.worksheets.classes.roster import read_roster
    from derive.worksheets.source import USUAL_VARIANTS

    again = read_bundle(bundle) if bundle else None
    people = read_roster(roster) if roster else None
    students = len(people.students) if people else variants or USUAL_VARIANTS
    count = again.count if again else students
    only = _number(variant, again) if variant and again else 0
    suffix = f".{answer_sheet}" if answer_sheet else ""
    files = file_names(count, to, one_file, suffix, only)
    refuse_to_overwrite([Path(output) / name for name in files], force)
    if people and people.notice:
        click.echo(people.notice, err=True)
    made_of = again or _new_bundle(str(network), recipe, seed, count, people)
    from derive.worksheets.classes.earlier_files import earlier_in

    earlier = None if variant else earlier_in(Path(output))
    order = Order(made_of, to, one_file, suffix, templates, only)
    with _workers(len(order.numbers)) as executor:
        handed_out = hand_out(
            order,
            Path(output),
            executor,
            progress("variants"),
            lambda all_: refuse_to_overwrite(all_, force),
        )
    _tell(handed_out.paths)
    _tell_secrets([path for path in handed_out.paths if is_private(path.name)], made_of)
    if earlier is not None:
        leftovers = earlier.leftovers(handed_out.bundle, handed_out.paths)
        clear(leftovers, "the worksheet that was there")
    if handed_out.untold:
        _tell_untold(handed_out.untold, order, Path(output))
    tell_names(order.people, to)


def _refuse_contradictions(options: Mapping[str, Any]) -> None:
    """Raises UsageError for options that do not go together."""
    bundle, roster = options["bundle"], options["roster"]
    in_bundle = options["variants"] or roster or options["recipe"] or options["seed"] is not None
    of_a_class = options["one_file"] or options["answer_sheet"]
    for is_wrong, message in (
        ((options["network"] is None) == (bundle is None),
         "give either a NETWORK or --from BUNDLE"),
        (options["variants"] and roster,
         "give either --variants or --roster: a roster says how many"),
        (bundle and in_bundle,
         "--variants, --roster, --recipe and --seed are in the bundle: leave them out"),
        (options["variant"] and (not bundle or of_a_class),
         "--variant goes with --from, and without --one-file, --answer-sheet"),
    ):  # fmt: skip
        if is_wrong:
            raise click.UsageError(message)


def _new_bundle(
    network: str, recipe: str | None, seed: int | None, count: int, people: Roster | None
) -> Bundle:
    """The bundle of a new worksheet. Raises NetworkError, WorksheetError."""
    from derive.network.description import Network
    from derive.worksheets.classes.bundle import bundle_of
    from derive.worksheets.recipes.family_files import described_by
    from derive.worksheets.recipes.files import recipe_from
    from derive.worksheets.recipes.recipe import Recipe
    from derive.worksheets.source import Source, new_secret

    questions = recipe_from(recipe) if recipe is not None else Recipe()
    about = described_by(network)
    if isinstance(about, Network) and about.is_batch:
        click.echo(f"{network}: a batch; each sheet takes one example of it", err=True)
    source = new_secret() if seed is None else Source(seed=seed)
    whose = (people.students, people.columns) if people else ()
    return bundle_of(about, questions, source, count, *whose)


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


def _tell_untold(sheets: int, order: Order, folder: Path) -> None:
    """On how many sheets a common mistake does not show, and what would show it."""
    from derive.worksheets.classes.handout import UNTOLD
    from derive.worksheets.recipes.units import cure

    table = "" if order.only else f", and in {folder / UNTOLD}"
    click.echo(
        f"on {sheets} of {len(order.numbers)} sheets a common mistake leads to the right number "
        f"somewhere: listed at the end of each key{table}",
        err=True,
    )
    maker = order.bundle.maker()
    if remedy := cure(maker.exercise.structure, maker.recipe.units):
        click.echo(remedy, err=True)


def _tell(paths: list[Path]) -> None:
    if len(paths) <= MOST_TOLD:
        tell(paths)
    else:
        click.echo(f"wrote {len(paths)} files to {paths[0].parent}", err=True)

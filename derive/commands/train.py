"""derive train: gradient descent, its table, its curves and what they show."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from derive.commands import options
from derive.commands.bar import Bar
from derive.commands.delivery import destinations, refuse_to_overwrite, tell

if TYPE_CHECKING:
    from derive.compute.training import Restarts, Training
    from derive.expression.nodes import Number
    from derive.graph import FormulaGraph
    from derive.network.description import Network
    from derive.trained import Look, Output

DIGITS = 5  # of a graph of formulas, which says none
INTERRUPTED = 130  # as a shell reports what Ctrl-C ended


def _outputs_named(
    _: click.Context, __: click.Parameter, value: str | None
) -> tuple[str, ...] | None:
    if value is None:
        return None
    from derive.trained import output_named

    rows = [output_named(name.strip()) for name in value.split(",")]
    names = [name.strip() for name, row in zip(value.split(","), rows, strict=True) if row is None]
    options.look_up("format", names, "derive.trained", "OUTPUTS")
    return tuple(dict.fromkeys(row.name for row in rows if row is not None))


def _rates_given(
    _: click.Context, __: click.Parameter, value: str | None
) -> tuple[Number, ...] | None:
    if value is None:
        return None
    from derive.compute.arguments import ArgumentError
    from derive.compute.training.settings import learning_rates

    try:
        return learning_rates(part.strip() for part in value.split(","))
    except ArgumentError as error:
        raise click.BadParameter(
            f"got {error.got}; allowed: {error.allowed}; as in 0.1,0.5,1.0"
        ) from None


def _two_named(_: click.Context, __: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    if value is None:
        return None
    names = tuple(name.strip() for name in value.split(","))
    if len(names) != 2 or not all(names):
        raise click.BadParameter(f"got {value!r}; allowed: two names, as in w1,w5")
    return names


@click.command()
@options.network
@click.option(
    "--rates",
    callback=_rates_given,
    metavar="RATES",
    help="Learning rates, separated by commas; if left out, the network's own, or 0.5.",
)
@click.option(
    "--epochs",
    type=click.IntRange(1),
    default=1000,
    show_default=True,
    help="The largest number of epochs.",
)
@click.option(
    "--data",
    metavar="FILE",
    help="A CSV file of examples, with a column for each input and target, under its name.",
)
@click.option(
    "--batch-size",
    type=click.IntRange(1),
    help="How many examples an update uses; all if left out.",
)
@click.option(
    "--order",
    type=click.Choice(["shuffled", "given"]),
    default="shuffled",
    show_default=True,
    help="Of the examples of smaller updates; given takes them one after the other.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="For drawing the order of the examples.",
)
@click.option(
    "--initial",
    metavar="SEED",
    type=click.IntRange(0),
    help="Draw the missing weights with this seed: He for relu and similar, otherwise Glorot.",
)
@click.option(
    "--starts",
    metavar="N",
    type=click.IntRange(1),
    help="Begin at N random starts, and report how many succeed and where they end.",
)
@click.option(
    "--map",
    "map_",
    metavar="A,B",
    callback=_two_named,
    help="With --starts: the two weights of the map; if left out, the first two that are drawn.",
)
@click.option(
    "--landscape",
    metavar="A,B",
    callback=_two_named,
    help="Draw the loss over two weights, and the way of the descent: --to svg, csv or json.",
)
@click.option(
    "--target-loss", metavar="LOSS", type=float, help="End a run when its loss is this or less."
)
@click.option(
    "--patience",
    metavar="EPOCHS",
    type=click.IntRange(1),
    help="End a run after this many epochs without a new lowest loss.",
)
@click.option(
    "--improvement",
    metavar="LOSS",
    type=float,
    default=0.0,
    help="With --patience: how much lower a loss must be to count.",
)
@click.option(
    "--on-divergence",
    type=click.Choice(["stop", "continue"]),
    default="stop",
    show_default=True,
    help="stop: start no other rate, and exit with code 1; continue: go on with the next.",
)
@click.option(
    "--every",
    metavar="EPOCHS",
    type=click.IntRange(1),
    default=1,
    help="How many epochs lie between rows in csv, and between parameters in json.",
)
@click.option(
    "--to",
    callback=_outputs_named,
    help="Formats, separated by commas: markdown (if left out), latex, text, csv, json, xlsx, svg.",
)
@options.notation
@click.option("--digits", type=click.IntRange(1, 30), help="Decimal places shown.")
@options.templates
@options.output("PATH", "The file to write, or a folder ending in /.")
@options.force
def train(
    network: str, rates: tuple[Number, ...] | None, to: tuple[str, ...] | None, data: str | None,
    notation: str | None, digits: int | None, templates: Path | None, output: str | None,
    force: bool, starts: int | None, map_: tuple[str, ...] | None,
    landscape: tuple[str, ...] | None, **settings: Any,
) -> None:  # fmt: skip
    """Train by gradient descent, and report the losses and the parameters.

    One run for each learning rate, all from the same start. Ctrl-C ends the training after the
    epochs under way; what was computed by then is written.
    """
    from derive.graph.conversion import network_or_formulas

    _check_kind(starts, map_, landscape)
    described = network_or_formulas(network)
    chosen: tuple[Any, ...] = rates or (described.learning_rate or 0.5,)
    rows = _rows(to, len(chosen), starts, landscape)
    places = _places(output, Path(network).stem, rows)
    refuse_to_overwrite([place for row, file in zip(rows, places or [], strict=False)
           for place in _written(row, file)], force)  # fmt: skip
    import derive

    examples: dict[str, Any] = {}
    count = described.example_count
    if data is not None:
        examples, count, passed_over = _examples(data, described)
        if passed_over:
            unused = ", ".join(repr(name) for name in passed_over)
            click.echo(f"{data}: passed over: column {unused}", err=True)
    if starts is None:
        _refuse_too_large(described, rows, chosen, count, settings)
    if landscape and len(chosen) > 1:
        raise click.UsageError("--landscape is about one run: give one learning rate")
    look = _look(described, notation, digits, templates)
    _check_names(described, map_ or landscape)
    with Bar(len(chosen), settings["epochs"] * (starts or 1)) as bar:
        result = derive.train(
            described, chosen, **examples, **settings, starts=starts, progress=bar.progress
        )
    _write(_viewed(result, map_, landscape), look, rows, places)
    _report(result)


def _check_kind(starts: int | None, map_: Any, landscape: Any) -> None:
    if map_ and starts is None:
        raise click.UsageError("--map is about many starts: add --starts N")
    if landscape and starts is not None:
        raise click.UsageError("--landscape is about one run: leave out --starts")


def _check_names(described: Network | FormulaGraph, names: tuple[str, ...] | None) -> None:
    """Raises UnknownName, ArgumentError, before any work, for what is not trained."""
    if names:
        from derive.compute.training.restarts import places_of

        places_of(names, described)


def _rows(
    to: tuple[str, ...] | None, rates: int, starts: int | None, landscape: Any
) -> list[Output]:
    """The formats that were asked for, of what is to be written."""
    if starts is not None:
        from derive.restarts import outputs

        table, option = outputs(rates), "--starts"
    elif landscape:
        from derive.landscapes import OUTPUTS as table

        option = "--landscape"
    else:
        from derive.trained import OUTPUTS as table

        option = ""
    for name in to or ():
        if name not in table:
            raise click.UsageError(f"--to {name} is not for {option}; allowed: {', '.join(table)}")
    return [table[name] for name in to or ("svg" if landscape else "markdown",)]


def _refuse_too_large(
    described: Network | FormulaGraph, rows: list[Output], chosen: tuple[Any, ...], count: int,
    settings: dict[str, Any],
) -> None:  # fmt: skip
    """Raises before any work for a table of iterations that is too long."""
    from derive.compute.training.training import columns
    from derive.trained import refuse_too_large

    for row in rows:
        refuse_too_large(
            row, len(columns(described, count > 1)), len(chosen), settings["epochs"],
            settings["every"],
        )  # fmt: skip
    if any(row.name == "xlsx" for row in rows):
        from derive.compute.training.settings import batch_size
        from derive.spreadsheet import check
        from derive.spreadsheet.making import layered

        size = batch_size(settings["batch_size"], settings["order"])
        check(layered(described), chosen, settings["epochs"], count, size)


def _viewed(result: Any, map_: tuple[str, ...] | None, landscape: tuple[str, ...] | None) -> Any:
    """What the formats are made from. Raises UnknownName, ArgumentError."""
    from derive.compute.training import Restarts

    if isinstance(result, Restarts):
        from derive.restarts import view

        return view(result, map_ or ())
    if landscape:
        from derive.landscapes import View

        return View(result, result.landscape(*landscape))
    return result


def _examples(
    data: str, described: Network | FormulaGraph
) -> tuple[dict[str, Any], int, tuple[str, ...]]:
    """What a data file says, how many examples it has, and the columns that were passed over."""
    from derive.graph import FormulaGraph

    if isinstance(described, FormulaGraph):
        from derive.compute.training.leaf_data import read_leaves

        leaves = read_leaves(data, described)
        return {"inputs": leaves.inputs}, leaves.count, leaves.unused
    from derive.compute.training.data import read_data

    examples = read_data(data, described)
    return (
        {"inputs": examples.inputs, "targets": examples.targets},
        len(examples.inputs),
        examples.unused,
    )


def _look(
    described: Network | FormulaGraph, notation: str | None, digits: int | None,
    templates: Path | None,
) -> Look:  # fmt: skip
    from derive.graph import FormulaGraph
    from derive.notation import names
    from derive.trained import Look

    if isinstance(described, FormulaGraph):
        from derive.graph.names import names_of

        return Look(names_of(described, notation), digits or DIGITS, templates=templates)
    written = described.notation if notation is None else notation
    naming = names(written, described.shape, described.layout)
    return Look(naming, digits or described.digits, templates=templates)


def _places(output: str | None, stem: str, rows: list[Output]) -> list[Path] | None:
    """Where each format goes; None: stdout."""
    from derive.trained import OUTPUTS

    if output is None and any(not row.suffix for row in rows):
        raise click.UsageError("curves are files: add -o DIR/")
    known = {row.suffix: row.name for row in OUTPUTS.values() if row.suffix}
    return destinations(output, stem, rows, known)


def _written(row: Output, file: Path) -> list[Path]:
    """Every file that a format writes."""
    stem = file.with_suffix("") if file.suffix in (row.suffix, ".svg") else file
    beside = [file.with_name(f"{stem.name}{end}") for end in row.beside]
    return [file, *beside] if row.suffix else beside


def _write(training: Training, look: Any, rows: list[Output], places: list[Path] | None) -> None:
    if places is None:
        for content in rows[0].files(training, look, "").values():
            click.echo(content, nl=False)
        return
    from derive.files import write_whole

    contents = {
        place.with_name(name): content
        for row, place in zip(rows, places, strict=True)
        for name, content in row.files(training, look, place.name).items()
    }
    write_whole(contents)
    tell(list(contents))


def _report(training: Training | Restarts) -> None:
    """What went wrong, on stderr and as the exit code."""
    from derive.compute.training import Training
    from derive.compute.training.settings import shown_rate

    if not isinstance(training, Training):
        if training.interrupted:
            begun = sum(len(one.restarts) for one in training.outcomes)
            click.echo(
                f"interrupted: {begun} of {training.starts * len(training.settings.rates)} runs "
                "were begun; what was computed by then is kept", err=True,
            )  # fmt: skip
            sys.exit(INTERRUPTED)
        return
    for run in training.diverged:
        click.echo(
            f"rate {shown_rate(run.rate)} diverged: the loss is {run.losses[-1]:.3g} at epoch "
            f"{run.epochs}; take a smaller rate", err=True,
        )  # fmt: skip
    left = training.settings.rates[len(training.runs) :]
    if left:
        remedy = "" if training.interrupted else "; --on-divergence continue goes on with them"
        rates = ", ".join(map(shown_rate, left))
        click.echo(f"not begun: rate {rates}{remedy}", err=True)
    if training.interrupted:
        run = training.runs[-1]
        click.echo(
            f"interrupted: rate {shown_rate(run.rate)} at epoch {run.epochs}; what was computed "
            "by then is kept", err=True,
        )  # fmt: skip
        sys.exit(INTERRUPTED)
    if training.diverged and training.settings.on_divergence == "stop":
        sys.exit(1)

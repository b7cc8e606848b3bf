"""What ``derive train`` writes: a row for each format, and the functions behind the rows.

A new format is one row here and one function

    files(training, look, file) -> {name of a file: content}

whose first file is called ``file``; without a name, for stdout, there is only that one. The
function may be in a module of its own, which is loaded when it is asked for.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from derive.compute.arguments import ArgumentError
from derive.compute.training import Training
from derive.compute.training.settings import shown_rate
from derive.document.blocks import Document
from derive.document.training import LINEAR, LOG, account, pictures, report
from derive.document.wording import Wording, wording
from derive.expression.nodes import Expression, Partial, Quantity
from derive.graph import FormulaGraph
from derive.network.description import Network
from derive.notation import Names
from derive.writers.expressions.text import text

MAX_CELLS = 10_000_000  # of a CSV or JSON file: some 200 MB


@dataclass(frozen=True, slots=True)
class Look:
    """How documents and pictures are to look; data takes no notice but of the names."""

    names: Names
    digits: int
    templates: Path | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """A row: a format of what was trained.

    suffix  of its file
    home    module and name of the function that makes it
    beside  what else it writes: files whose names end so
    cells   it has values for each epoch that is kept, so that it may become too large
    losses  and the loss of every epoch, kept or not
    binary  it is bytes, and nothing to read in a terminal
    """

    name: str
    description: str
    suffix: str
    home: tuple[str, str]
    beside: tuple[str, ...] = ()
    cells: bool = False
    losses: bool = False
    binary: bool = False

    def files(self, result: Any, look: Look, file: str) -> Mapping[str, str | bytes]:
        """The files of a training, or of what else its module is about: name → content, the one
        called ``file`` first."""
        module, name = self.home
        make: Callable[..., Mapping[str, str | bytes]] = getattr(import_module(module), name)
        return make(result, look, file)


_HERE = "derive.trained"
_CURVES = (f"-{LINEAR}.svg", f"-{LOG}.svg")
OUTPUTS = {
    row.name: row
    for row in (
        Output(
            "markdown", "a report with tables, curves and a reading of them", ".md",
            (_HERE, "markdown_files"), _CURVES,
        ),
        Output("latex", "the same report for pdflatex", ".tex", (_HERE, "latex_files")),
        Output("text", "the same report as plain text, without curves", ".txt",
               (_HERE, "text_files")),
        Output("csv", "a row for each rate and epoch, every value in full", ".csv",
               (_HERE, "csv_files"), cells=True),
        Output("json", "settings, losses and parameters, for a program", ".json",
               (_HERE, "json_files"), cells=True, losses=True),
        Output("xlsx", "a live spreadsheet: a row an epoch, every cell a formula", ".xlsx",
               ("derive.spreadsheet", "training_files"), binary=True),
        Output("svg", "the loss curves, linear and logarithmic", "", (_HERE, "svg_files"), _CURVES),
    )
}  # fmt: skip


def output_named(name: str) -> Output | None:
    """The row of a format, by its name or by the suffix of its files: markdown or md."""
    by_suffix = {row.suffix.removeprefix("."): row for row in OUTPUTS.values() if row.suffix}
    return OUTPUTS.get(name) or by_suffix.get(name)


def markdown_files(training: Training, look: Look, file: str) -> Mapping[str, str]:
    """The report in Markdown and its pictures."""
    return _document(training, look, file, "markdown")


def latex_files(training: Training, look: Look, file: str) -> Mapping[str, str]:
    """The report in LaTeX, its pictures inside it."""
    return _document(training, look, file, "latex")


def text_files(training: Training, look: Look, file: str) -> Mapping[str, str]:
    """The report as plain text."""
    return _document(training, look, file, "text")


def _document(training: Training, look: Look, file: str, to: str) -> Mapping[str, str]:
    return written(report(training, words_of(training.network, look), look.digits), look, file, to)


def written(document: Document, look: Look, file: str, to: str) -> Mapping[str, str]:
    """A document and its pictures in a format; without a file the document alone."""
    from derive.writers import write, write_files

    if not file:
        return {file: write(document, look.names, to, templates=look.templates)}
    return write_files(document, look.names, file, to, templates=look.templates)


def words_of(given: Network | FormulaGraph, look: Look) -> Wording:
    """The words for what is said of a network, or of a graph of formulas."""
    network = given if isinstance(given, Network) else None
    return wording(network, look.names, look.templates)


def svg_files(training: Training, look: Look, file: str) -> Mapping[str, str]:
    """The curves alone: FILE-loss-linear.svg and FILE-loss-log.svg."""
    from derive.writers.drawings.svg import svg

    context = account(training, words_of(training.network, look), look.digits)
    stem = file.removesuffix(".svg")
    return {
        f"{stem}-{picture.name}.svg": svg(picture, look.names) for picture, _ in pictures(context)
    }


def csv_files(training: Training, look: Look, file: str) -> Mapping[str, str]:
    """rate, epoch, then every column of the table; numbers in the digits that make them again.

    A row for each rate and for each epoch whose parameters are kept.
    """
    lines = io.StringIO()
    table = csv.writer(lines, lineterminator="\n")
    table.writerow(["rate", "epoch", *(column_name(c, look.names) for c in training.columns)])
    for run in training.runs:
        rate = shown_rate(run.rate)
        for epoch, *values in training.table(float(run.rate.value)):
            table.writerow([rate, int(epoch), *map(repr, values)])
    return {file: lines.getvalue()}


def column_name(column: Expression, names: Names) -> str:
    """What a column is called in a file: w1, out_h1, dE_Total_dw1."""
    if isinstance(column, Partial):
        assert isinstance(column.of, Quantity)
        return f"d{names.code(column.of)}_d{names.code(column.by)}"
    assert isinstance(column, Quantity)
    return names.code(column)


def json_files(training: Training, look: Look, file: str) -> Mapping[str, str]:
    """One object; what is no finite number is null.

    title       of the network or graph
    settings    epochs, batch_size, order, seed, initial, target_loss, patience, improvement,
                on_divergence, every, as asked for
    examples    how many there are
    start       name of a trained parameter → its value before the first update
    runs        one for each rate that was begun: rate, ending ("finished", "target met",
                "no progress", "diverged", "interrupted"), epochs (how many were run), losses
                (after 0, 1, 2, … epochs), kept (epochs whose parameters follow), parameters
                (name → values at these epochs)
    not_begun   rates whose run was not begun
    reading     what the losses show, a sentence each
    """
    names = [look.names.code(q) for q in training.subject.trained]
    begun = [run.rate for run in training.runs]
    settings = training.settings
    data = {
        "title": training.subject.title,
        "settings": {
            key: getattr(settings, key)
            for key in ("epochs", "batch_size", "order", "seed", "initial", "target_loss",
                        "patience", "improvement", "on_divergence", "every")
        },
        "examples": len(training.inputs),
        "start": dict(zip(names, training.start.theta, strict=True)),
        "runs": [_run(run, names) for run in training.runs],
        "not_begun": [float(rate.value) for rate in settings.rates if rate not in begun],
        "reading": _reading(training, look),
    }  # fmt: skip
    return {file: json.dumps(data, ensure_ascii=False, allow_nan=False) + "\n"}


def _run(run: Any, names: list[str]) -> dict[str, Any]:
    history = [run.theta(epoch) for epoch in run.kept]
    return {
        "rate": float(run.rate.value),
        "ending": run.ending,
        "epochs": run.epochs,
        "losses": finite(run.losses),
        "kept": list(run.kept),
        "parameters": {
            name: finite([theta[k] for theta in history]) for k, name in enumerate(names)
        },
    }


def finite(values: Iterable[float]) -> list[float | None]:
    """None for what is no finite number."""
    return [value if math.isfinite(value) else None for value in values]


def _reading(training: Training, look: Look) -> list[str]:
    from derive.document.blocks import Strong
    from derive.document.training.reading import sentences

    context = account(training, words_of(training.network, look), look.digits)
    return [
        "".join(
            part if isinstance(part, str)
            else part.text if isinstance(part, Strong)
            else text(part, look.names)
            for part in sentence
        )
        for sentence in sentences(context)
    ]  # fmt: skip


def refuse_too_large(row: Output, columns: int, rates: int, epochs: int, every: int) -> None:
    """Raise ArgumentError, before any work, for a file with too many values."""
    if not row.cells:
        return
    always = rates * epochs if row.losses else 0
    count = always + rates * (epochs // every + 2) * (columns + 2)
    if count > MAX_CELLS:
        free = MAX_CELLS - always - 2 * rates * (columns + 2)
        least = math.ceil(rates * epochs * (columns + 2) / free) if free > 0 else 0
        thinner = f"write every so many epochs (--every {least}), or " if least else "ask for "
        raise ArgumentError(
            row.name, f"a file of {count} values", f"at most {MAX_CELLS}",
            f"{thinner}fewer epochs or rates",
        )  # fmt: skip

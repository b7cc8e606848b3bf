"""The workbook: what it is, its settings, a row for every epoch, the formulas, the sweep."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from derive.compute.blocks import blocks
from derive.compute.engines import Defaults, ScalarEngine
from derive.document.wording import wording
from derive.graph import RATE, FormulaGraph
from derive.network.description import Network
from derive.notation import Names, names
from derive.spreadsheet.cell_styles import Look
from derive.spreadsheet.cells import CellNames, Given, Start, starts
from derive.spreadsheet.columns import plan
from derive.spreadsheet.contents import Contents
from derive.spreadsheet.errors import SpreadsheetError
from derive.spreadsheet.limits import check_size, fewest_columns

if TYPE_CHECKING:
    from derive.compute.training import Training

RATES = (0.1, 0.2, 0.5, 0.8, 1.0, 2.0)  # of the sweep, where none are asked for
EPOCHS = 100
USUAL_RATE = 0.5  # where the network says none


def check(
    network: Network,
    rates: Sequence[object] | None = None,
    epochs: int = EPOCHS,
    examples: int | None = None,
    batch_size: int | None = None,
) -> None:
    """Raise SpreadsheetError, before any work, where no such workbook can be made."""
    _library()
    runs = 1 + (len(RATES) if rates is None else len(rates) if len(rates) > 1 else 0)
    count = network.example_count if examples is None else examples
    if batch_size is not None and batch_size < count:
        raise SpreadsheetError(
            f"xlsx: a row is an update with all {count} examples, and this training takes "
            f"{batch_size} at a time; leave out the batch size and the order "
            "(--batch-size, --order), or xlsx"
        )
    check_size(fewest_columns(network, count), epochs, runs, at_least=True)


def workbook(
    network: Network,
    rates: Sequence[float] | None = None,
    epochs: int = EPOCHS,
    *,
    notation: str | Path | Names | None = None,
    digits: int | None = None,
    templates: str | Path | None = None,
    given: Given = Given(),  # noqa: B008 (immutable)
) -> bytes:
    """Gradient descent as an .xlsx file in which everything follows from a few cells.

    rates   the first sheet of rows has the network's own rate where it is among these, else the
            first of them; with several there is a sweep. Left out: the network's own rate, and a
            sweep over RATES
    epochs  rows after the first
    digits  shown after the point; the network's own unless said
    given   examples and starting weights other than the network's own; what the network has no
            numbers for is made up, and the workbook says so

    The same arguments give the same bytes. Raises SpreadsheetError where XlsxWriter is not
    installed, or where the workbook would be too large; NotationError, WordingError.
    """
    count = network.example_count if given.inputs is None else len(given.inputs)
    check(network, rates, epochs, count)
    import xlsxwriter

    from derive.spreadsheet import sheets

    if isinstance(notation, Names):
        naming = notation
    else:
        chosen = network.notation if notation is None else notation
        naming = names(chosen, network.shape, network.layout)
    by_formula = network.target_formulas is not None and given.targets is None
    planned = plan(network, naming, count, by_formula)
    swept = _swept(rates)
    check_size(1 + len(planned.columns), epochs, 1 + len(swept))
    rate_is_made_up = rates is None and network.learning_rate is None
    start = starts(planned, naming, _first(network, rates), rate_is_made_up, given)
    contents = Contents(
        planned, naming,
        wording(network, naming, None if templates is None else Path(templates)), start,
        _cells(naming, start, swept), epochs, network.digits if digits is None else digits,
    )  # fmt: skip
    target = BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    book.set_properties({"title": network.title, "created": datetime(2000, 1, 1)})
    sheets.write(book, Look(book, contents.digits), contents)
    book.close()
    return target.getvalue()


def of_training(
    training: Training,
    *,
    notation: str | Path | Names | None = None,
    digits: int | None = None,
    templates: str | Path | None = None,
) -> bytes:
    """The workbook of a training: its examples, starting weights, rates and epochs.

    It goes on to the last epoch asked for, also where a run was ended before. Raises
    SpreadsheetError where an update takes fewer than all examples, and as ``workbook`` does.
    """
    network, start, settings = layered(training.network), training.start, training.settings
    check(network, settings.rates, settings.epochs, len(training.inputs), settings.batch_size)
    frozen = [q for block in blocks(network) if block.frozen for q in block.quantities]
    parameters = dict(zip(network.parameters(), start.theta, strict=True))
    parameters |= zip(frozen, start.fixed, strict=True)
    by_formula = network.target_formulas is not None and _follow(network, training)
    return workbook(
        network,
        [float(rate.value) for rate in settings.rates],
        settings.epochs,
        notation=notation, digits=digits, templates=templates,
        given=Given(training.inputs, None if by_formula else training.targets, parameters),
    )  # fmt: skip


def layered(source: Network | FormulaGraph) -> Network:
    """The network itself. Raises SpreadsheetError for a graph of formulas."""
    if isinstance(source, FormulaGraph):
        raise SpreadsheetError(
            "xlsx: got a graph of formulas; allowed is a network with layers; write csv, or a "
            "report in markdown"
        )
    return source


def training_files(training: Training, look: Any, file: str) -> dict[str, bytes]:
    """{file: the workbook of a training}, in the names, digits and words of a ``Look``."""
    book = of_training(
        training, notation=look.names, digits=look.digits, templates=look.templates
    )  # fmt: skip
    return {file: book}


def _follow(network: Network, training: Training) -> bool:
    """Whether a training's targets are what the network's formulas make of its inputs."""
    target_values = ScalarEngine(Defaults(network)).target_values(training.inputs)
    return [list(row) for row in training.targets] == target_values


def _swept(rates: Sequence[float] | None) -> Sequence[float]:
    """The learning rates of the sweep: none for a single one."""
    if rates is None:
        return RATES
    return rates if len(rates) > 1 else ()


def _first(network: Network, rates: Sequence[float] | None) -> float:
    """The learning rate of the training sheet."""
    own = None if network.learning_rate is None else float(network.learning_rate.value)
    if rates is None:
        return USUAL_RATE if own is None else own
    return own if own is not None and own in rates else rates[0]


def _library() -> None:
    try:
        import xlsxwriter  # noqa: F401
    except ImportError:
        raise SpreadsheetError(
            "xlsx needs XlsxWriter, which is not installed: "
            'install it with: pip install "derive[xlsx]"'
        ) from None


def _cells(naming: Names, start: Sequence[Start], rates: Sequence[float]) -> tuple[Start, ...]:
    cell = CellNames()
    for one in start:
        cell(one.name)
    code = naming.code(RATE)
    return tuple(
        Start(RATE, cell(f"{code}_run_{number}"), rate, False)
        for number, rate in enumerate(rates, start=1)
    )

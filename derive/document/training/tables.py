"""The tables: the iterations of one run, the losses of all, the parameters before and after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from derive.compute.training.runs import sequence
from derive.document.blocks import Block, Inline, Table
from derive.document.training.account import Account
from derive.expression.nodes import (
    Partial,
    Quantity,
)

COLUMNS = 24  # past which a table of iterations says less than it is long
ROWS = 60  # and a table of parameters

Row = tuple[Inline, ...]


def iterations(account: Account) -> Iterator[Block]:
    """Some epochs of one run: parameters, forward pass and gradients, a table each."""
    training, run = account.training, account.run
    epochs = [epoch for epoch in sequence(run.epochs) if epoch in run.kept]
    rows = list(training.table(float(run.rate.value), epochs))
    some = "" if len(epochs) == run.epochs + 1 else "_some"
    yield account.say(f"training_iterations{some}", rate=account.rate(run), loss=training.loss)
    trained = set(training.subject.trained)
    source = training.subject.source()
    leaves = {*source.inputs, *source.targets, *training.subject.tabled}
    worked_out = {c for c in training.columns if isinstance(c, Quantity)} - leaves
    forward = "training_table_loss" if len(worked_out) == 1 else "training_table_forward"
    wide: list[int] = []
    slopes = {c for c in training.columns if isinstance(c, Partial)}
    tables: tuple[tuple[str, set[Any]], ...] = (
        ("training_table_parameters", trained), (forward, worked_out),
        ("training_table_gradients", slopes),
    )  # fmt: skip
    for caption, columns in tables:
        places = [k for k, column in enumerate(training.columns) if column in columns]
        if len(places) > COLUMNS:
            wide.append(len(places))
        else:
            yield _part(account, caption, rows, places)
    if wide:
        counts = account.words.listing(tuple(wide))
        yield account.say("training_wide", counts=counts, count=len(wide))


def _part(
    account: Account, caption: str, rows: Sequence[Sequence[float]], places: Sequence[int]
) -> Table:
    training = account.training
    header = (account.words("training_epoch"), *((training.columns[k],) for k in places))
    body = tuple(
        ((str(int(row[0])),), *(account.number(row[k + 1]) for k in places)) for row in rows
    )
    return Table(header, body, "r" * len(header), account.words(caption))


def losses(account: Account) -> Iterator[Block]:
    """The loss after some epochs, a column for each rate."""
    training = account.training
    header = (account.words("training_epoch"), *(account.rate(run) for run in training.runs))
    last = max(run.epochs for run in training.runs)
    epochs = sorted({*sequence(last), *(run.epochs for run in training.runs)})
    body = tuple(
        ((str(epoch),), *(("—",) if x is None else account.number(x) for x in row))
        for epoch, row in training.sweep(epochs)
    )
    ended = any(run.epochs < last for run in training.runs)
    caption = account.words(
        "training_losses_ended" if ended else "training_losses", loss=training.loss,
        count=len(training.runs),
    )  # fmt: skip
    yield Table(header, body, "r" * len(header), caption)


def parameters(account: Account) -> Iterator[Block]:
    """What every parameter was at the start, and is at the end of each run."""
    training, words = account.training, account.words
    if len(training.subject.trained) > ROWS:
        return
    header = (words("parameter"), words("training_start"), *map(account.rate, training.runs))
    places = {w: k for k, w in enumerate(training.subject.trained)}
    ends = [run.theta() for run in training.runs]
    body: tuple[Row, ...] = tuple(
        (
            (w,),
            account.as_typed(training.start.theta[places[w]]),
            *(account.number(end[places[w]]) for end in ends),
        )
        for w in training.subject.tabled
        if w in places
    )
    yield Table(header, body, "l" + "r" * (len(header) - 1), words("training_parameters"))

"""What ``derive train --landscape`` writes: a row for each format, as in ``derive.trained``."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from derive.compute.training import Training
from derive.compute.training.landscape import Landscape
from derive.document.training.landscape import landscape_picture
from derive.trained import Look, Output, finite, words_of
from derive.writers.drawings.svg import svg

_HERE = "derive.landscapes"
OUTPUTS = {
    row.name: row
    for row in (
        Output("svg", "the loss over two weights, and the way of the descent", ".svg",
               (_HERE, "svg_files")),
        Output("csv", "the loss at every point, then the way, every value in full", ".csv",
               (_HERE, "csv_files")),
        Output("json", "the points, the losses and the way, for a program", ".json",
               (_HERE, "json_files")),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class View:
    """A training, and the loss over two of its parameters."""

    training: Training
    plan: Landscape


def svg_files(view: View, look: Look, file: str) -> Mapping[str, str]:
    """The picture."""
    words = words_of(view.training.network, look)
    picture = landscape_picture(view.training, view.plan, words, look.digits)
    return {file: svg(picture, look.names)}


def csv_files(view: View, look: Look, file: str) -> Mapping[str, str]:
    """what, epoch, the two parameters, the loss.

    what   "point" of the landscape, or "way": where the run was after an epoch, with its own loss
    epoch  of the way alone
    """
    plan = view.plan
    lines = io.StringIO()
    table = csv.writer(lines, lineterminator="\n")
    names = [look.names.code(q) for q in (plan.first, plan.second, view.training.loss)]
    table.writerow(["what", "epoch", *names])
    for b, row in zip(plan.up, plan.losses, strict=True):
        for a, loss in zip(plan.across, row, strict=True):
            table.writerow(["point", "", *map(repr, (a, b, loss))])
    for epoch, (a, b) in zip(plan.epochs, plan.way, strict=True):
        table.writerow(["way", epoch, *map(repr, (a, b, plan.run.losses[epoch]))])
    return {file: lines.getvalue()}


def json_files(view: View, look: Look, file: str) -> Mapping[str, str]:
    """One object; what is no finite number is null.

    title           of the network or graph
    first, second   the two parameters: name, values along the side
    losses          losses[j][i] at the values first[i] and second[j]
    fixed           name → value of the other trained parameters
    rate, way       the run: its learning rate; epochs, first, second, losses, a list each
    """
    plan = view.plan
    data: dict[str, Any] = {
        "title": view.training.subject.title,
        "first": {"name": look.names.code(plan.first), "values": list(plan.across)},
        "second": {"name": look.names.code(plan.second), "values": list(plan.up)},
        "losses": [finite(row) for row in plan.losses],
        "fixed": {look.names.code(q): value for q, value in plan.fixed.items()},
        "rate": float(plan.run.rate.value),
        "way": {
            "epochs": list(plan.epochs),
            "first": [a for a, _ in plan.way],
            "second": [b for _, b in plan.way],
            "losses": finite([plan.run.losses[epoch] for epoch in plan.epochs]),
        },
    }
    return {file: json.dumps(data, ensure_ascii=False, allow_nan=False) + "\n"}

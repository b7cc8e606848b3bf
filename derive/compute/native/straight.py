"""Programs of graphs as straight lines of instructions, one example at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from derive.compute.native.expressions import key, run
from derive.compute.native.kernel import needed
from derive.compute.native.values import Body, Value
from derive.compute.programs.program import Program
from derive.expression.nodes import Quantity


@dataclass(frozen=True, slots=True)
class Task:
    """What is worked out of one example.

    program   in statements
    given     argument → the quantities that lie in it, one double after the other
    loss      what is returned
    results   what is written, one double after the other
    """

    program: Program
    given: Mapping[str, Sequence[Quantity]]
    loss: Quantity
    results: Sequence[Quantity]


def one_example(task: Task, name: str) -> list[str]:
    """double name(theta*, inputs*, …, results*, room*); it needs no room to work in."""
    body = Body()
    values = {
        key(q): load(body, f"%{argument}", place)
        for argument, quantities in task.given.items()
        for place, q in enumerate(quantities)
    }
    run(task.program.only((task.loss, *task.results)), body, values)
    for place, q in enumerate(task.results):
        store(body, values[key(q)], "%results", place)
    arguments = ", ".join(
        f"ptr noalias %{argument}" for argument in (*task.given, "results", "room")
    )
    loss = values[key(task.loss)]
    return [
        *needed(body),
        f"define double @{name}({arguments}) {{",
        *body.lines,
        f"  ret double {loss.name}",
        "}",
    ]


def load(body: Body, pointer: str, place: int) -> Value:
    at = body.emit(f"getelementptr double, ptr {pointer}, i64 {place}")
    return body.value(f"load double, ptr {at}, align 8")


def store(body: Body, value: Value, pointer: str, place: int) -> None:
    at = body.emit(f"getelementptr double, ptr {pointer}, i64 {place}")
    body.lines.append(f"  store double {value.name}, ptr {at}, align 8")

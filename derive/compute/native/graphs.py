"""A graph of formulas in machine code: one example, its numbers those of the graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from derive.compute.native.builtin.call import VARIABLES, Signature, call_source
from derive.compute.native.builtin.method import builtin, set_variables
from derive.compute.native.machine import Linked, object_code
from derive.compute.native.straight import Task, one_example
from derive.compute.programs.program import gradient
from derive.compute.sources.source import OneSource

_DOCUMENTATION = """flat(theta, values=None)
--

The loss and its gradient by theta, a list or 1-D array like theta itself.

A list or an array of doubles is read by machine code, with the graph's own numbers for its inputs;
whatever else is given goes the way of the other back ends. Raises ArgumentError."""


def flat_of_graph(
    source: OneSource, inputs: Sequence[float], slow: Callable[..., Any]
) -> Callable[..., Any]:
    """``GraphFunction.flat`` as a builtin; what it does not take, ``slow`` gets.

    inputs  the numbers of what is not trained, which lie where a network has its frozen ones
    """
    results = [gradient(q) for q in source.theta]
    given = {"theta": source.theta, "inputs": (), "targets": (), "fixed": source.inputs}
    lines = [
        *one_example(Task(source.program, given, source.loss, results), "one"),
        *call_source(
            "one", Signature(len(source.theta), 0, 0, len(source.inputs), len(results), room=0)
        ),
    ]
    linked = Linked(object_code("\n".join(lines)), ("one", "one_call", *VARIABLES))
    variables = set_variables(linked, inputs, ([()], [()]))
    return builtin(linked, "one_call", _DOCUMENTATION, slow, len(results), variables)

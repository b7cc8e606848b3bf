"""What a compiled function runs, as source that runs alone: ``f.source``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from derive.algebra.languages.manners import MANNERS
from derive.algebra.languages.statements import INDENT, Statements
from derive.algebra.languages.texts import imports
from derive.compute.blocks import Block, blocks
from derive.compute.sources import made_up
from derive.compute.sources.source import LayerSource, ScalarSource
from derive.network.description import Network

_LAYOUT = Statements(MANNERS["python"])


def runnable(network: Network, to: Literal["python", "numpy"]) -> str:
    """loss_and_gradient(theta, inputs, targets) alone, with all that it calls: exec defines it.

    to  "python": of one example; "numpy": of many, over whose losses it takes the mean or sum
    """
    frozen = [block for block in blocks(network) if block.frozen]
    known = all(block.numbers(network.layers[block.layer - 1]) is not None for block in frozen)
    fixed = _fixed(network) if known else []
    default = None if not frozen else "FIXED" if known else ""
    if to == "python":
        body = ScalarSource(network).lines(("loss_and_gradient",), remarks=True, default=default)
        return _text([*imports(body), *fixed, *([""] * 2 if fixed else []), *body])
    code = LayerSource(network)
    body = code.lines(("loss_and_gradient",), remarks=True)
    head = ["import math", ""] if any("math." in line for line in body) else []
    faces = _faces(code.blocks, ("loss_and_gradient",), default == "")
    return _text([*head, "import numpy as np", "", *fixed, "", "", *body, "", "", *faces])


def _text(lines: Iterable[str]) -> str:
    return "\n".join(line.rstrip() for line in lines).rstrip() + "\n"


def _fixed(network: Network) -> list[str]:
    """The frozen numbers; no line where there are none."""
    frozen = [block for block in blocks(network) if block.frozen]
    numbers = [
        repr(made_up.number(network, q, k)) for b in frozen for k, q in enumerate(b.quantities)
    ]
    return [_LAYOUT.wrapped_list("FIXED = [", numbers, "]")] if numbers else []


def _faces(
    every: Sequence[Block], functions: Sequence[str] = ("loss_and_gradient", "forward"),
    lacking: bool = False,
) -> list[str]:  # fmt: skip
    """The functions on theta, on top of those on the arrays it is made of.

    lacking  the frozen numbers are not there: they are one more argument
    """
    trained = [block.key for block in every if not block.frozen]
    source, argument = ("fixed", ", fixed") if lacking else ("FIXED", "")
    fixed, start = [], 0
    for block in every:
        if block.frozen:
            part = f"{source}[{start}:{start + block.size}]"
            fixed.append(f"{INDENT}{block.key} = np.array({part}).reshape({block.shape})")
            start += block.size
    unpacked = ", ".join(trained) + ("," if len(trained) == 1 else "")
    return [
        f"def parameters_of(theta{argument}):",
        '    """Every array of weights and biases, in the order of the layers."""',
        *([f"    {unpacked} = views(np.asarray(theta, dtype=float))"] if trained else []),
        *fixed,
        _LAYOUT.wrapped_list(
            "return (", [block.key for block in every], ",)" if len(every) == 1 else ")", INDENT
        ),
        *(line for name in functions
          for line in ("", "", *_FACES[name].format(fixed=argument).splitlines())),
    ]  # fmt: skip


_FACES = {
    "loss_and_gradient": '''\
def loss_and_gradient(theta, inputs, targets{fixed}):
    """The loss, and its gradient with respect to theta, an array like theta.

    inputs (n_in,) or (examples, n_in), targets (n_out,) or (examples, n_out)
    """
    inputs = np.atleast_2d(np.asarray(inputs, dtype=float))
    targets = np.atleast_2d(np.asarray(targets, dtype=float))
    return loss_and_gradient_of_batch(parameters_of(theta{fixed}), inputs, targets)
''',
    "forward": '''\
def forward(theta, inputs{fixed}):
    """The outputs, (examples, n_out), for inputs (n_in,) or (examples, n_in)."""
    inputs = np.atleast_2d(np.asarray(inputs, dtype=float))
    return forward_of_batch(parameters_of(theta{fixed}), inputs)
''',
}

"""Whole derivations as text, step by step with their numbers: to be read when they change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from derive.derivation.derivation import Derivation, derive
from derive.derivation.numbers.rounding import Rounding
from derive.derivation.numbers.valuation import Valuation
from derive.derivation.steps import Chain, Section, Step
from derive.network.description import Dense, Network
from derive.notation import Names, names
from derive.writers.expressions.text import text
from tests.derivation.networks import two_two_two


def told(derivation: Derivation, rounding: Rounding) -> str:
    """Every section, step, line and numeric chain, one a row."""
    called = names("plain", derivation.network.shape)
    valuation = Valuation(derivation, rounding)
    rows = [row for section in derivation.sections for row in _section(section, valuation, called)]
    return "\n".join(rows) + "\n"


def _section(
    section: Section, valuation: Valuation, called: Names, depth: int = 0
) -> Iterator[str]:
    about = " ".join(text(q, called) for q in section.about)
    layer = f"layer {section.layer}" if section.layer else ""
    heading = " ".join(filter(None, (section.kind, about, "" if about else layer)))
    yield f"{'  ' * depth}[{heading}]"
    for step in section.steps:
        yield from _step(step, valuation, called, depth + 1)
    for inner in section.sections:
        yield from _section(inner, valuation, called, depth + 1)


def _step(step: Step, valuation: Valuation, called: Names, depth: int) -> Iterator[str]:
    number = f" ({step.number})" if step.number is not None else ""
    uses = f"  uses {', '.join(step.uses)}" if step.uses else ""
    assumes = f"  assuming {', '.join(step.assumes)}" if step.assumes else ""
    pad = "  " * depth
    yield f"{pad}{step.id} {step.rule.value}{number}{uses}{assumes}"
    yield f"{pad}  {_chain(step.relations, called)}"
    for line in step.substeps:
        if line.substeps:
            yield from _step(line, valuation, called, depth + 2)
        else:
            yield f"{pad}    {line.rule.value}: {_chain(line.relations[-1:], called)}"
    numeric = valuation.step(step)
    if numeric is not None:
        yield f"{pad}  numbers: {_chain(numeric.relations, called)}"


def _chain(relations: Chain, called: Names) -> str:
    return " ".join(f"{r.sign} {text(r.expression, called)}".strip() for r in relations)


def test_the_two_two_two_network_by_paths(golden: Callable[[str, str], None]) -> None:
    derivation = derive(two_two_two(learning_rate=Decimal("0.5")), "paths")
    derivation.check()
    golden("two-two-two-paths.txt", told(derivation, Rounding()))


def test_a_relu_softmax_network_by_deltas(golden: Callable[[str, str], None]) -> None:
    network = Network(
        [[1, 2]],
        [
            Dense(2, "relu", "none", weights=[[1, -1], [0.5, 0.25]]),
            Dense(2, "softmax", "shared", weights=[[0.5, -0.3], [1, 0.2]], biases=0.1),
        ],
        "cross_entropy", targets=[[1, 0]], learning_rate=0.1,
    )  # fmt: skip
    derivation = derive(network, "deltas")
    derivation.check()
    golden("relu-softmax-deltas.txt", told(derivation, Rounding(4, carried=True)))


def test_a_softmax_network_by_matrices(golden: Callable[[str, str], None]) -> None:
    network = Network(
        [[1, 2]],
        [
            Dense(2, "tanh", "none", weights=[[1, -1], [0.5, 0.25]]),
            Dense(2, "softmax", weights=[[0.5, -0.3], [1, 0.2]], biases=[0.1, 0]),
        ],
        "binary_cross_entropy", targets=[[1, 0]], learning_rate=0.1,
    )  # fmt: skip
    derivation = derive(network, "matrices")
    derivation.check()
    golden("tanh-softmax-matrices.txt", told(derivation, Rounding(4)))

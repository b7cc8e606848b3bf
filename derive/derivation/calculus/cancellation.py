"""Where the derivatives of output activation and loss cancel: from their product to y − t.

sigmoid with binary cross-entropy

    (−t/y + (1 − t)/(1 − y))·y·(1 − y)
    = −t·(1 − y) + (1 − t)·y              the denominators cancel
    = −t + t·y + y − t·y                  multiplied out
    = y − t

softmax with cross-entropy: y_k depends on z_j for every k

    (−t₁/y₁)·y₁·(1 − y₁) + (−t₂/y₂)·(−y₂·y₁)
    = −t₁·(1 − y₁) + t₂·y₁                the denominators cancel
    = −t₁ + t₁·y₁ + t₂·y₁                 multiplied out
    = y₁·(t₁ + t₂) − t₁                   y₁ taken out
    = y₁ − t₁                             as t₁ + t₂ = 1

with a temperature every line is divided by it
"""

from __future__ import annotations

from derive.derivation.calculus.differentiator import Line
from derive.derivation.steps import SUM_TO_ONE, Kind, Rule, Step, chain
from derive.expression.constructors import ONE
from derive.expression.nodes import Expression, Negative, Product, Quantity, Sum
from derive.graph import NetworkGraph, over

_OF_DISTRIBUTIONS = ("cross_entropy", "kl_divergence")


def output_delta_simplified(
    graph: NetworkGraph, z: Quantity
) -> tuple[tuple[Line, ...], tuple[str, ...]] | None:
    """The lines behind the product of an output's derivatives, and what the last one assumes.

    None where output activation and loss do not cancel.
    """
    network = graph.network
    if z.layer != len(network.layers):
        return None
    pair = (network.layers[-1].activation.name, network.loss.name)
    if pair == ("sigmoid", "binary_cross_entropy"):
        return _averaged(graph, _of_sigmoid(graph, z)), ()
    if pair[0] != "softmax" or pair[1] not in _OF_DISTRIBUTIONS or len(graph.outputs) == 1:
        return None
    lines = _of_softmax(graph, z)
    if not targets_sum_to_one(graph):
        return _averaged(graph, lines), ()
    lines.append(Line(Rule.SIMPLIFY, _difference(graph, z)))
    return _averaged(graph, lines), (SUM_TO_ONE,)


def _difference(graph: NetworkGraph, z: Quantity) -> Expression:
    return Sum((graph.outputs[z.unit], Negative(graph.targets[z.unit])))


def _of_sigmoid(graph: NetworkGraph, z: Quantity) -> list[Line]:
    y, t = graph.outputs[z.unit], graph.targets[z.unit]
    short = Sum((
        Negative(Product((t, Sum((ONE, Negative(y)))))),
        Product((Sum((ONE, Negative(t))), y)),
    ))  # fmt: skip
    out = Sum((Negative(t), Product((t, y)), y, Negative(Product((t, y)))))
    return [
        Line(Rule.CANCEL, short),
        Line(Rule.EXPAND, out),
        Line(Rule.SIMPLIFY, _difference(graph, z)),
    ]


def _of_softmax(graph: NetworkGraph, z: Quantity) -> list[Line]:
    """Down to the line in which the targets stand as a sum."""
    y, own = graph.outputs[z.unit], graph.targets[z.unit]
    short: list[Expression] = []
    out: list[Expression] = []
    for t in graph.targets:
        if t == own:
            short.append(Negative(Product((t, Sum((ONE, Negative(y)))))))
            out.append(Negative(t))
        else:
            short.append(Product((t, y)))
        out.append(Product((t, y)))
    collected = Sum((Product((y, Sum(graph.targets))), Negative(own)))
    return [
        Line(Rule.CANCEL, Sum(tuple(short))),
        Line(Rule.EXPAND, Sum(tuple(out))),
        Line(Rule.COLLECT, collected),
    ]


def _averaged(graph: NetworkGraph, lines: list[Line]) -> tuple[Line, ...]:
    """The lines with the mean over the outputs, and the temperature of a softmax."""
    temperature = graph.network.layers[-1].activation.temperature
    return tuple(
        Line(line.rule, graph.averaged(over(line.expression, temperature))) for line in lines
    )


def targets_sum_to_one(graph: NetworkGraph) -> bool:
    """Whether Σt = 1 holds for the targets given, or may be assumed of symbolic ones.

    Of targets that are formulas it is not assumed: what holds for the inputs given need not hold
    for others.
    """
    if graph.network.target_formulas is not None:
        return False
    targets = graph.network.targets
    return targets is None or all(sum(t.value for t in row) == 1 for row in targets)


def cancelling_steps(
    name: str, start: Expression, lines: tuple[Line, ...], assumes: tuple[str, ...]
) -> tuple[Step, ...]:
    """The lines of a cancellation as substeps; the assumption belongs to the last."""
    steps = []
    before = start
    for position, line in enumerate(lines):
        last = position == len(lines) - 1
        steps.append(
            Step(
                f"{name}/simplify/{position + 1}",
                Kind.CANCELLING,
                line.rule,
                chain(before, line.expression),
                assumes=assumes if last else (),
            )
        )
        before = line.expression
    return tuple(steps)


def cancels(step: Step) -> tuple[Step, ...]:
    """The lines of a step in which its result cancels, () where it does not."""
    return tuple(inner for inner in step.substeps if inner.kind is Kind.CANCELLING)

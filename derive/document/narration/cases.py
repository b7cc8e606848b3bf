"""Which cases of an activation's derivative the numbers of a page never come to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import starmap
from typing import Any

from derive.derivation.calculus.local import lemma
from derive.derivation.numbers.valuation import Valuation
from derive.derivation.styles.common import functions_in_use
from derive.document.blocks import Inline
from derive.document.narration.teller import Teller
from derive.expression.evaluate import Bindings, chosen
from derive.expression.functions import Function
from derive.expression.nodes import Cases, Comparison, Expression
from derive.graph import pre_activations


def unused(teller: Teller, valuation: Valuation) -> Iterator[Inline]:
    """A sentence for every activation of which a page shows only some cases.

    Not for relu units of a single example that are off: they are told by name.
    """
    for use in functions_in_use(teller.graph):
        assert use.function is not None  # one of a variable
        step = lemma(use)
        (x,) = use.function.parameters
        sums = [Bindings({x: value}) for value in _sums(teller, valuation, use.function)]
        by_name = use.name == "relu" and not teller.network.is_batch
        for name, cases in dict.fromkeys(starmap(_sentence, _met(step.result, sums))):
            if cases and not (by_name and name != "found_only_case"):
                listing, count = teller.words.listing(cases), len(cases)
                yield teller.words(name, cases=listing, derivative=step.subject, count=count)


def _sums(teller: Teller, valuation: Valuation, function: Function) -> list[Any]:
    """What a function is applied to, in every unit and every example."""
    return [
        example.environment.quantity(z)
        for example in valuation.examples
        for layer in teller.network.layers
        if layer.activation.function == function
        for z in pre_activations(layer)
    ]


def _met(expression: Expression, sums: list[Bindings]) -> Iterator[tuple[Cases, set[int]]]:
    """The distinctions that some of the sums come to, each with the cases that they take."""
    if not isinstance(expression, Cases):
        for child in expression.children:
            yield from _met(child, sums)
        return
    by_case: dict[int, list[Bindings]] = {}
    for one in sums:
        by_case.setdefault(chosen(expression, one), []).append(one)
    yield expression, set(by_case)
    for position, some in sorted(by_case.items()):
        yield from _met(expression.values[position], some)


def _sentence(cases: Cases, branches: set[int]) -> tuple[str, tuple[Comparison, ...]]:
    """The name of a sentence and the cases it lists: those that occur, where the last, which has
    no condition, does not; else those that do not. The tie of a < and a > is nothing to miss."""
    last = len(cases.conditions)
    missing = [c for i, c in enumerate(cases.conditions) if i not in branches]
    if last in branches or _is_tie(cases):
        return "found_unused_case", tuple(missing)
    return "found_only_case", tuple(cases.conditions[i] for i in sorted(branches))


def _is_tie(cases: Cases) -> bool:
    """Whether what no condition covers is that two sides are equal."""
    signs = {(c.left, c.right, c.sign) for c in cases.conditions}
    return any((left, right, ">") in signs for left, right, sign in signs if sign == "<")

"""Chains of relations, read from data and judged: what the page says is true, or is not there.

A text may hold chains between ``[[`` and ``]]``:

    [[a_2 = sigmoid(1.87) ~ 0.86646]]     each relation is compared
    [[Loss ~ ?]]                          ? is our value, as our pages display it; ?7: 7 decimals
    [[dE_Total_dW6 = @factors]]           @ is what our own step about it ends in, that of a kind
    [[write-up-002-cross-entropy| E_total ~ 1.617234]]      in another network

Signs: ``=`` equal, ``~`` equal to all digits shown, ``!=`` and ``!~`` not so, ``<``, ``>``.
Where both sides speak of the network, a relation is judged at its own values and at random
points; where one is made of numbers alone, at its own values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from derive.derivation.numbers.rounding import half_unit, rounded
from derive.document.blocks import Inline
from derive.expression.arithmetic import HIGH
from derive.expression.evaluate import evaluate
from derive.expression.nodes import VARIABLE, Expression, Number, Quantity
from docs.errata.scope import AFTER, Point, Scope, is_literal

SIGNS = {"=": "=", "~": "≈", "!=": "≠", "!~": "≉", "<": "<", ">": ">"}
DIGITS = 5  # decimals of a value, unless said
HOLDS, FAILS, MIXED = "holds", "fails", "holds at some points only"

_CHAIN = re.compile(r"\[\[(.+?)\]\](?!\])")
_SIGN = re.compile(r" (!=|!~|=|~|<|>) ")
_EQUAL = Fraction(1, 10**40)  # relative; both sides have sixty digits
_OTHER = Fraction(1, 10**9)  # relative: what is not equal differs by more


@dataclass(frozen=True, slots=True)
class Relation:
    """left sign right, and how it was judged."""

    left: Expression
    sign: str
    right: Expression
    verdict: str


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain as it is printed, and its relations as they were judged."""

    text: str
    shown: Inline
    relations: tuple[Relation, ...]

    @property
    def true(self) -> bool:
        return all(relation.verdict == HOLDS for relation in self.relations)

    @property
    def false(self) -> bool:
        """Its last relation fails wherever it was judged."""
        return self.relations[-1].verdict == FAILS

    @property
    def said(self) -> str:
        """The chain with its verdicts, for an error."""
        verdicts = ", ".join(relation.verdict for relation in self.relations)
        return f"[[{self.text}]]: {verdicts or 'no relation'}"


def chains(text: str, scopes: Callable[[str], Scope], letters: tuple[str, ...]) -> list[Chain]:
    """Every chain of a text, judged. ``scopes``: name → network, "" for the row's own."""
    return [chain for chain in pieces(text, scopes, letters) if isinstance(chain, Chain)]


def pieces(
    text: str, scopes: Callable[[str], Scope], letters: tuple[str, ...]
) -> Iterator[str | Chain]:
    """The words of a text and its chains, in order."""
    position = 0
    for match in _CHAIN.finditer(text):
        if match.start() > position:
            yield text[position : match.start()]
        network, bar, rest = match[1].partition("|")
        yield _chain(rest if bar else match[1], scopes(network if bar else ""), letters)
        position = match.end()
    if position < len(text):
        yield text[position:]


def _chain(text: str, scope: Scope, letters: tuple[str, ...]) -> Chain:
    first, *others = _SIGN.split(text.strip())
    subject = scope.read(first.strip(), letters)
    members: list[Expression] = [subject]
    out: list[Any] = [scope.printed(subject)]
    relations = []
    for sign, member in zip(others[::2], others[1::2], strict=True):
        right, sign = _member(member.strip(), sign, subject, scope, letters)
        verdict = judged(members[-1], sign, right, scope)
        relations.append(Relation(members[-1], sign, right, verdict))
        out += [f" {SIGNS[sign]} ", scope.printed(right)]
        members.append(right)
    return Chain(text.strip(), tuple(out), tuple(relations))


def _member(
    text: str, sign: str, subject: Expression, scope: Scope, letters: tuple[str, ...]
) -> tuple[Expression, str]:
    """A member after a sign; what is asked for (? and @) is filled in."""
    if text.startswith("?"):
        value = evaluate(subject, scope.own)
        mine = rounded(value, int(text[1:] or DIGITS))
        return mine.number, "=" if mine.exact else "~"
    if text.startswith("@"):
        return scope.step(subject, text[1:]).result, sign
    return scope.read(text, letters), sign


def judged(left: Expression, sign: str, right: Expression, scope: Scope) -> str:
    """How a relation does: at the network's own values, at random points, or at both.

    A letter that the network gives no value to has one at random points alone.
    """
    free = _free(left) or _free(right)
    here: list[Point] = [] if free else [scope.own]
    if free or (_speaks(left) and _speaks(right)):
        here += scope.points
    found = {_true(left, sign, right, point) for point in here}
    return MIXED if len(found) == 2 else HOLDS if found == {True} else FAILS


def _free(expression: Expression) -> bool:
    return any(
        isinstance(node, Quantity) and node.kind == VARIABLE and AFTER not in node.name
        for node in expression.walk()
    )


def _speaks(expression: Expression) -> bool:
    """Whether it mentions a quantity whose value follows from what is given."""
    return any(
        isinstance(node, Quantity) and not (node.kind == VARIABLE and AFTER in node.name)
        for node in expression.walk()
    )


def _true(left: Expression, sign: str, right: Expression, point: Point) -> bool:
    a, b = evaluate(left, point), evaluate(right, point)
    if sign in "<>":
        return bool(a < b if sign == "<" else a > b)
    if sign in ("~", "!~"):
        if not (is_literal(right) and isinstance(right, Number)):
            raise ValueError(f"after ~ stands a number, not {right!r}")
        near = abs(a - b) <= HIGH.number(half_unit(right)) * (1 + HIGH.number(_EQUAL))
        return bool(near) == (sign == "~")
    size = max(abs(a), abs(b))
    limit = HIGH.number(_EQUAL if sign == "=" else _OTHER)
    equal = bool(abs(a - b) <= limit * size)
    return equal == (sign == "=")

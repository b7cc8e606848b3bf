"""The way back through a graph: what each formula does to the gradient, quantity by quantity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from derive.derivation.calculus.gates import Gate, gate
from derive.derivation.steps import Relation, Section, Step
from derive.document.blocks import Block, Equation, Equations, Inline, Paragraph
from derive.document.narration.backward_pass.locals import lines, short
from derive.document.narration.teller import Teller, first_and_last, rows, tail
from derive.document.wording import merged
from derive.expression.constructors import variable
from derive.expression.evaluate import evaluate
from derive.expression.nodes import (
    Apply,
    Comparison,
    Expression,
    Number,
    Partial,
    Quantity,
    quantities,
)
from derive.expression.rewriting import rewrite

_X = variable("x")
_HELD, _AT_LOSS = ("held still",), ("at the loss",)  # what is explained once
_FEW = 2  # formulas that a sentence has room for
_SHORT = 9  # nodes of a formula that stands in a sentence
Likeness = tuple[object, ...]


@dataclass(frozen=True)
class Visit:
    """A quantity on the way back: the formulas that use it, and the steps of its derivative."""

    q: Quantity
    users: tuple[Quantity, ...]
    locals: tuple[Step, ...]
    gradient: Step


def visits(section: Section) -> list[Visit]:
    """The quantities of a backward pass, from the loss back."""
    order = []
    for node in section.sections:
        *local, gradient = node.steps
        order.append(Visit(node.about[0], gradient.about[1:], tuple(local), gradient))
    return order


def in_brief(teller: Teller, section: Section) -> Iterator[Block]:
    """Only what comes out: every gradient."""
    yield from rows([
        gradient(teller, visit.gradient, first_and_last(visit.gradient))
        for visit in visits(section)
    ])  # fmt: skip


def through_nodes(teller: Teller, section: Section) -> Iterator[Block]:
    """Every quantity, those together that one formula uses in one way."""
    explained: set[Likeness] = set()

    def alike(visit: Visit) -> object:
        if len(visit.users) > 1:
            return visit.q
        (user,) = visit.users
        return user, gate_in(teller, user, visit.q)

    for _, group in groupby(visits(section), alike):
        run = list(group)
        if len(run[0].users) > 1:
            yield from _several_uses(teller, run[0], explained)
        else:
            yield from _one_use(teller, run, explained)


def gate_in(teller: Teller, user: Quantity, q: Quantity) -> Gate:
    return gate(teller.derivation.graph.definitions[user], q)


def _one_use(teller: Teller, run: list[Visit], explained: set[Likeness]) -> Iterator[Block]:
    """Quantities that one formula uses, all in the same way."""
    (user,) = run[0].users
    qs = tuple(visit.q for visit in run)
    steps = [visit.locals[0] for visit in run]
    kind = gate_in(teller, user, qs[0])
    loss = teller.derivation.graph.loss
    sentences = [_why(teller, kind, qs, (user,), steps, explained)]
    if user == loss and _AT_LOSS not in explained:
        explained.add(_AT_LOSS)
        sentences.insert(0, teller.words("upstream_is_one", loss=loss))
    yield Paragraph(joined(sentences))
    for visit, block in zip(run, _blocks(teller, kind, steps, explained), strict=True):
        if block is not None:
            yield block
        if user == loss:  # the local derivative is the gradient
            chain = first_and_last(visit.gradient) if block is not None else None
            yield gradient(teller, visit.gradient, chain)
            continue
        equations = [] if block is not None else [local(teller, visit.locals[0])]
        yield from rows([*equations, gradient(teller, visit.gradient)])


def _several_uses(teller: Teller, visit: Visit, explained: set[Likeness]) -> Iterator[Block]:
    """A quantity that several formulas use: what comes from each, and the sum."""
    words, q = teller.words, visit.q
    sentences = [words("uses_add_up", q=q, count=len(visit.users), of=words.listing(visit.users))]
    by_gate: dict[Gate, list[int]] = {}
    for position, user in enumerate(visit.users):
        by_gate.setdefault(gate_in(teller, user, q), []).append(position)
    blocks: list[Equations | None] = [None] * len(visit.users)
    for kind, positions in by_gate.items():
        users = tuple(visit.users[p] for p in positions)
        steps = [visit.locals[p] for p in positions]
        sentences.append(_why(teller, kind, (q,), users, steps, explained))
        for p, block in zip(positions, _blocks(teller, kind, steps, explained), strict=True):
            blocks[p] = block
    sentences += _held_still(teller, visit, explained)
    yield Paragraph(joined(sentences))
    yield from filter(None, blocks)
    equations = [
        local(teller, step)
        for step, block in zip(visit.locals, blocks, strict=True) if block is None
    ]  # fmt: skip
    yield from rows([*equations, gradient(teller, visit.gradient)])


def _why(
    teller: Teller, kind: Gate, qs: tuple[Quantity, ...], users: tuple[Quantity, ...],
    steps: list[Step], explained: set[Likeness],
) -> Inline:  # fmt: skip
    """Why the local derivatives are what they are."""
    words, name = teller.words, f"gate_{kind.value}"
    if kind is Gate.FUNCTION and users[0] in quantities(steps[0].result):
        name = "gate_function_own"
    if kind is Gate.OTHER and all(likeness(step) in explained for step in steps):
        name = "gate_other_again"
    few = len(users) <= _FEW
    formulas = tuple(_written(teller, user) if few else (user,) for user in users)
    sentence = words(
        name, qs=words.listing(qs), count=len(qs), of=words.listing(formulas), uses=len(users),
        names=words.listing(users),
    )  # fmt: skip
    if kind is Gate.ROUTE:
        return joined([sentence, *(_chosen(teller, user) for user in users)])
    return sentence


def _written(teller: Teller, user: Quantity) -> Inline:
    """q = x + y, or the name alone where the formula is long."""
    formula = teller.derivation.graph.definitions[user]
    short = sum(1 for _ in formula.walk()) <= _SHORT
    return (user, " = ", formula) if short else (user,)


def _chosen(teller: Teller, user: Quantity) -> Inline:
    """Which argument of a maximum is larger, or that they are equal; () without numbers."""
    formula = teller.derivation.graph.definitions[user]
    if teller.valuation is None or not isinstance(formula, Apply):
        return ()
    here = teller.valuation.numbers(teller.example).environment
    u, v = formula.arguments
    order = here.arithmetic.compare(evaluate(u, here), evaluate(v, here))
    sign = {-1: "<", 0: "==", 1: ">"}[order]
    name = "gate_routed" if order else "gate_tied"
    return teller.words(name, relation=Comparison(u, sign, v))


def _held_still(teller: Teller, visit: Visit, explained: set[Likeness]) -> Iterator[Inline]:
    """What ∂(a + x)/∂x leaves to others, where x reaches a as well; explained once."""
    graph = teller.derivation.graph
    again: list[Expression] = []
    for user, step in zip(visit.users, visit.locals, strict=True):
        if not isinstance(step.subject, Partial) or step.subject.of == user:
            continue
        if _HELD in explained:
            again.append(step.subject)
            continue
        explained.add(_HELD)
        held = tuple(p for p in graph.parents[user] if p != visit.q and graph.reaches(visit.q, p))
        yield teller.words(
            "held_still", slope=step.subject, held=teller.words.listing(held), of=user, q=visit.q
        )
    if again:
        slopes = teller.words.listing(tuple(again))
        yield teller.words("held_still_again", slopes=slopes, q=visit.q, count=len(again))


def _blocks(
    teller: Teller, kind: Gate, steps: list[Step], explained: set[Likeness]
) -> list[Equations | None]:
    """Rule by rule, what no word explains, or where all is told in full; each sort once."""
    blocks: list[Equations | None] = []
    for step in steps:
        like = likeness(step)
        at_length = (teller.full or kind is Gate.OTHER) and len(step.substeps) > 1
        blocks.append(lines(teller, step) if at_length and like not in explained else None)
        explained.add(like)
    return blocks


def likeness(step: Step) -> Likeness:
    """What local derivatives share that the same lines lead to, in other names."""
    opened = step.relations[-2].expression  # with the formula, and no result yet
    form = rewrite(opened, lambda node: _X if isinstance(node, Quantity) else node)
    return form, tuple(line.rule for line in step.substeps)


def local(teller: Teller, step: Step) -> Equation:
    """∂q/∂p = ∂(formula)/∂p = result, and its number."""
    return _numbered(teller, short(step), step)


def gradient(teller: Teller, step: Step, chain: tuple[Relation, ...] | None = None) -> Equation:
    """∂E/∂q = upstream × local, and its number."""
    relations = chain or tuple(step.relations)
    return replace(_numbered(teller, Equation(relations, None, "gradient"), step), result=True)


def _numbered(teller: Teller, equation: Equation, step: Step) -> Equation:
    """An equation and behind it its numbers, unless they only say again what it ends in."""
    numeric = teller.numeric(step)
    if numeric is None:
        return equation
    relations = numeric.relations[1:]
    if teller.brief:
        relations = tail(relations)
    if _says_again(equation.chain[-1].expression, relations[0].expression):
        relations = relations[1:]
    return replace(equation, chain=(*equation.chain, *relations))


def _says_again(last: Expression, first: Expression) -> bool:
    if isinstance(last, Number) and isinstance(first, Number):
        return (last.text or str(last.value)) == (first.text or str(first.value))
    return last == first


def joined(sentences: Iterable[Inline]) -> Inline:
    """Sentences with spaces between them."""
    parts: list[Inline] = []
    for sentence in sentences:
        if sentence:
            parts += [(" ",), sentence] if parts else [sentence]
    return merged(part for sentence in parts for part in sentence)

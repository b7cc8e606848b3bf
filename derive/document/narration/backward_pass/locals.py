"""Local derivatives: a result, a line, or every line with the rule that made it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from derive.derivation.steps import Relation, Rule, Step
from derive.document.blocks import Block, Equation, Equations
from derive.document.narration.teller import Teller
from derive.expression.nodes import PRE_ACTIVATION, Apply, Partial

_NAMES = {
    Rule.CONSTANT: "constant", Rule.MULTIPLE: "multiple", Rule.IDENTITY: "identity",
    Rule.SUM: "sum", Rule.PRODUCT: "product", Rule.QUOTIENT: "quotient",
    Rule.RECIPROCAL: "reciprocal", Rule.POWER: "power", Rule.EXP: "exp", Rule.LOG: "log",
    Rule.FUNCTION: "function", Rule.CASES: "cases", Rule.SIMPLIFY: "simplify",
    Rule.ADD_ZERO: "add_zero", Rule.SUBSTITUTE: "substitute", Rule.COLLECT: "collect",
    Rule.CANCEL: "cancel", Rule.EXPAND: "expand",
}  # fmt: skip


def rule_name(rule: Rule) -> str:
    """The macro that names a rule, without its beginning."""
    return _NAMES[rule]


def short(step: Step, role: str = "gradient") -> Equation:
    """∂q/∂p = ∂(formula)/∂p = result, on one line."""
    return Equation(_shortened(step.relations), step.number, role)


def read_off(step: Step) -> Equation:
    """The same, where the derivative of a sum is read off: ∂z/∂w = a."""
    if is_trivial(step):
        return Equation((step.relations[0], Relation("=", step.result)), step.number, "gradient")
    return short(step)


def _shortened(relations: tuple[Relation, ...]) -> tuple[Relation, ...]:
    """A member that says again what the one before said is dropped."""
    distinct = [relations[0]]
    for relation in relations[1:]:
        if relation.expression != distinct[-1].expression:
            distinct.append(relation)
    return tuple(distinct)


def lines(teller: Teller, step: Step, role: str = "gradient") -> Equations:
    """∂q/∂p = ∂(formula)/∂p, and below it a line per rule, named at its end.

    Of what a lemma has proved, only the result; an activation is led back to the lemma.
    """
    lemma = teller.lemma(step)
    named = "" if lemma is None else teller.words.text("rule_lemma", n=lemma)
    if lemma is not None and not any(line.rule is Rule.FUNCTION for line in step.substeps):
        chain = _shortened(step.relations)
        return Equations((Equation(chain, step.number, role, reason=named),))
    return _lines(teller, step, role, named)


Sort = tuple[object, ...]


def sort(step: Step) -> Sort:
    """What local derivatives share that are worked out by the same lines in other names.

    e.g. all ∂z/∂w; all ∂a/∂z of one function, those of softmax by a unit's own sum and by another
    """
    of, by = step.about
    units = of.kind != PRE_ACTIVATION and of.unit == by.unit
    rules = tuple(line.rule for line in step.substeps)
    derived = step.relations[1].expression
    function = derived.function if isinstance(derived, Apply) else None  # f′ of an activation
    return of.kind, by.kind, units, rules, function


def each_sort_once(teller: Teller, steps: Iterable[Step], sorts: set[Sort]) -> Iterator[Block]:
    """Every line of the first local derivative of a sort; of the others, that they are alike.

    sorts  those that were worked out before; those of the steps are added
    """
    blocks: list[Equations] = []
    for step in steps:
        if sort(step) in sorts:
            alike = replace(read_off(step), reason=teller.words.text("likewise"))
            blocks.append(Equations((alike,)))
        else:
            sorts.add(sort(step))
            blocks.append(lines(teller, step))
    return together(blocks)


def proof_lines(teller: Teller, step: Step) -> Equations:
    """All lines, whatever has been proved."""
    return _lines(teller, step, "", "")


def _lines(teller: Teller, step: Step, role: str, named: str) -> Equations:
    """The lines; ``named``: what is said of a known derivative instead of that it is known."""
    equations = [Equation(_shortened(step.relations[:-1]), None, role)]
    if len(equations[0].chain) < 2:
        equations = [Equation((step.relations[0],), None, role)]
    for line in step.substeps:
        reason = teller.words.text(f"rule_{rule_name(line.rule)}{'_chain' if line.chained else ''}")
        if named and line.rule is Rule.FUNCTION:
            reason = named
        equations.append(Equation((Relation("=", line.result),), None, role, reason=reason))
    last = equations[-1]
    if not step.substeps:
        last = Equation(_shortened(step.relations), None, role)
    equations[-1] = Equation(last.chain, step.number, role, reason=last.reason)
    return Equations(tuple(equations))


def proof(step: Step) -> Equation:
    """f′(x) = d(formula)/dx = what differentiation gives = what is taught."""
    simplified = [s for s in step.substeps if s.rule in (Rule.SIMPLIFY, Rule.SUBSTITUTE)]
    results = [s.result for s in (*simplified[:1], *step.substeps[-1:])]
    return Equation(
        _shortened((*step.relations[:2], *(Relation("=", result) for result in results)))
    )


def is_trivial(step: Step) -> bool:
    """Whether ∂z/∂w = a or ∂z/∂a = w is read off a sum."""
    subject = step.subject
    return isinstance(subject, Partial) and not step.result.children


def together(blocks: Iterable[Equations]) -> Iterator[Block]:
    """Results with a reason stand together; what has lines of its own stands alone."""
    waiting: list[Equation] = []
    for block in blocks:
        if len(block.rows) == 1 and block.rows[0].reason:
            waiting += block.rows
            continue
        if waiting:
            yield Equations(tuple(waiting))
            waiting = []
        yield block
    if waiting:
        yield Equations(tuple(waiting))

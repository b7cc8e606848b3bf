"""Checking displayed numbers: every member of every numeric chain, digit by digit.

Each member is laid beside the formula it comes from. A number put in for a name is the one typed
or the one that the name's own chain ended in; an inner part that is worked out is the rounded
value of that part; the last number is the rounded value of the whole. In exact mode values are
exact ones, in carried mode those of the member before, from its digits alone. ``=`` stands where
the printed digits give the exact value (carried: the value of the member before), ``≈`` where
they do not, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from itertools import product as places
from typing import TYPE_CHECKING, Any

from derive.derivation.calculus.local import key
from derive.derivation.check.descent import check_differences, check_loss_after
from derive.derivation.failure import CheckFailed
from derive.derivation.numbers.chains import MOST_PLACES, Atom, atoms, has_value, misleads
from derive.derivation.numbers.rounding import equal, rounded
from derive.derivation.steps import Kind, Relation, Rule, Step
from derive.expression.constructors import total
from derive.expression.evaluate import Bindings, chosen, evaluate, with_example
from derive.expression.grid import Grid
from derive.expression.matrices import entry, shape
from derive.expression.nodes import (
    Apply,
    Bracket,
    Cases,
    Expression,
    IndexedSum,
    Negative,
    Number,
    Partial,
    Quantity,
)
from derive.expression.rewriting import substitute
from derive.graph import BATCH_E, RATE

if TYPE_CHECKING:
    from derive.derivation.numbers.valuation import Valuation

_KNOWN = 8_192  # texts of numbers: a chain repeats those of the one before


def check_numbers(valuation: Valuation) -> int:
    """Check every numeric chain of a valuation. Returns the relations compared.

    Raises CheckFailed naming the step.
    """
    count = 0
    examples = tuple(_Page(valuation, n) for n in range(len(valuation.examples)))
    for page in (*examples, _Page(valuation, None, examples)):
        for step, numeric in page.chains:
            check = page.check if shape(numeric.subject) is None else page.check_matrix
            count += check(step, numeric)
    check_loss_after(valuation)
    return count + check_differences(valuation)


class _Page:
    """What is printed about one example, or about the batch as a whole (``example`` None)."""

    def __init__(
        self, valuation: Valuation, example: int | None, examples: tuple[_Page, ...] = ()
    ) -> None:
        self.valuation = valuation
        self.rounding = valuation.rounding
        self.example = example
        self.examples = examples
        self.environment = valuation.numbers(example).environment
        # An environment without names: printed digits speak for themselves.
        self.digits = Bindings({}, self.environment.arithmetic)
        self.chains = tuple(self._chains())
        self._printed: dict[Atom, Expression] = {}
        for _, numeric in self.chains:
            if isinstance(numeric.subject, (Quantity, Partial)) and not _assigns(numeric):
                self._printed[numeric.subject] = numeric.result

    def _chains(self) -> Iterator[tuple[Step, Step]]:
        """Every step with its numeric chain, where it is about this example, or about all."""
        seen = set()
        for step in self.valuation.derivation.walk():
            numeric = self.valuation.step(step, self.example or 0)
            if numeric is None or step.id in seen:
                continue
            seen.add(step.id)
            if self._of_all(numeric) == (self.example is None):
                yield step, numeric

    def _of_all(self, numeric: Step) -> bool:
        subject = entry(numeric.subject, 0, 0)  # of a matrix: all of its entries are alike
        of = subject.of if isinstance(subject, Partial) else subject
        return of == BATCH_E or _assigns(numeric)

    def check(self, step: Step, numeric: Step) -> int:
        """Check one numeric chain against the formula of its step."""
        true = self._check_members(step, numeric)
        self._check_signs(numeric, true)
        return len(numeric.relations) - 1

    def check_matrix(self, step: Step, numeric: Step) -> int:
        """Check the chain of every entry, named by its row and column, and the signs between."""
        size = shape(numeric.subject)
        if size is None or any(shape(r.expression) != size for r in numeric.relations):
            raise CheckFailed(numeric.id, "has matrices of different shapes")
        count = 0
        true: list[Any] = []
        for i, j in places(*map(range, size)):
            symbols, numbers = _entry_of(step, i, j), _entry_of(numeric, i, j)
            try:
                true.append(self._check_members(symbols, numbers))
            except CheckFailed as error:
                reason = f"entry ({i + 1}, {j + 1}) {error.reason}"
                raise CheckFailed(numeric.id, reason) from None
            count += len(numbers.relations) - 1
        self._check_signs(numeric, Grid((tuple(true),)))
        return count

    def _check_members(self, step: Step, numeric: Step) -> Any:
        """Check what every member of a chain shows. Returns the exact value."""
        subject, members = numeric.subject, [r.expression for r in numeric.relations[1:]]
        formula = self._formula(step, subject)
        true = evaluate(formula, self.environment)
        if not equal(true, self._true(numeric)):
            raise CheckFailed(numeric.id, "is worked out from another formula")
        for member in members:
            _check_digits(numeric, member)
        opened = self._opened(formula, members[0])
        if self._is_put_in(numeric, opened, members[0], true):
            before, parts = members[0], members[1:-1]
        else:
            before, parts = self._displayed(opened), members[:-1]
        if len(parts) > 1:
            raise CheckFailed(numeric.id, "has more members than a chain may have")
        for part in parts:
            self._check_parts(numeric, opened, before, part)
        if not isinstance(opened, (Quantity, Partial)):
            carried = self.rounding.carried and len(members) > 1
            value = evaluate(members[-2], self.digits) if carried else true
            self._check_rounded(numeric, members[-1], value)
        return true

    def _formula(self, step: Step, subject: Expression) -> Expression:
        """What the chain is worked out from."""
        if isinstance(subject, (Quantity, Partial)) and step.rule is not Rule.UPDATE:
            return self.valuation.formulas[subject]
        return step.result

    def _true(self, numeric: Step) -> Any:
        subject = numeric.subject
        if _assigns(numeric) and isinstance(subject, Quantity):
            slope = self.environment.partial(self.valuation.goal, subject)
            rate = self.environment.quantity(RATE)
            return self.environment.quantity(subject) - rate * slope
        return evaluate(subject, self.environment)

    def _opened(self, formula: Expression, member: Expression) -> Expression:
        """The formula in the shape of what is printed: the branch that holds, the sum over the
        examples written out, a function's formula where that is printed for its name."""
        if isinstance(formula, Cases):
            return self._opened(formula.values[chosen(formula, self.environment)], member)
        if isinstance(formula, IndexedSum):
            terms = (with_example(formula.body, formula.index, n) for n in range(formula.count))
            return self._opened(total(*terms), member)
        if isinstance(formula, Apply) and formula.function.definition is not None:
            same = isinstance(member, Apply) and member.function == formula.function
            if not same:
                values: dict[Expression, Expression] = dict(
                    zip(formula.function.parameters, formula.arguments, strict=True)
                )
                return self._opened(substitute(formula.function.definition, values), member)
        children = formula.children
        if isinstance(formula, (Quantity, Partial)) or len(children) != len(member.children):
            return formula
        pairs = zip(children, member.children, strict=True)
        return formula.with_children(tuple(self._opened(a, b) for a, b in pairs))

    def _is_put_in(self, step: Step, formula: Expression, member: Expression, true: Any) -> bool:
        """Whether a chain begins with its numbers put in: it must, unless they have no value.

        Numbers that come to something else may be put in with more digits than displayed.
        """
        try:
            self._check_put_in(step, formula, member)
        except CheckFailed:
            displayed = self._displayed(formula)
            if self.rounding.carried or not misleads(displayed, true, self.digits):
                raise
            try:
                self._check_put_in(step, formula, member, finer=True)
            except CheckFailed:
                if has_value(displayed, self.digits):
                    raise
                return False
        return True

    def _displayed(self, formula: Expression) -> Expression:
        return substitute(formula, {a: self.printed(a) for a in atoms(formula)})

    def _check_put_in(
        self, step: Step, formula: Expression, member: Expression, *, finer: bool = False
    ) -> None:
        """Every name of the formula has given way to its number, and nothing else has changed."""
        if isinstance(formula, Negative) and isinstance(member, Number) and member.value < 0:
            member = Negative(Number(-member.value, member.text.removeprefix("-")))
        if isinstance(formula, (Quantity, Partial)):
            fits = _reads(member, self.printed(formula))
            if not fits and not (finer and self._says_more(formula, member)):
                raise CheckFailed(step.id, f"puts {_text(member)} in for {_name(formula)}")
            return
        inside = formula.children
        if not inside:
            fits = formula == member
        else:
            fits = type(formula) is type(member) and len(inside) == len(member.children)
            fits = fits and formula.with_children(member.children) == member
        if not fits:
            raise CheckFailed(step.id, "its numbers are put into another formula")
        for part, number in zip(inside, member.children, strict=True):
            self._check_put_in(step, part, number, finer=finer)

    def _says_more(self, atom: Atom, member: Expression) -> bool:
        """Whether a number is the exact one with more digits than displayed."""
        places = len(_text(member).partition(".")[2])
        if not self.rounding.digits < places <= MOST_PLACES:
            return False
        return _reads(member, rounded(evaluate(atom, self.environment), places).number)

    def printed(self, atom: Atom) -> Expression:
        """The number that stands for a name: typed, or where its own chain ended."""
        of = atom.of if isinstance(atom, Partial) else atom
        if self.examples and isinstance(of, Quantity) and isinstance(of.example, int):
            one = with_example(atom, of.example, None)
            if isinstance(one, (Quantity, Partial)):
                return self.examples[of.example].printed(one)
        if atom in self._printed:
            return self._printed[atom]
        marked = with_example(atom, None, self.example or 0)
        typed = self.valuation.graph.value(marked) if isinstance(marked, Quantity) else None
        if typed is None and self.examples:  # ∂E/∂w or δ·a in an update, of one example
            return self.examples[0].printed(atom)
        if typed is None:
            raise CheckFailed("numbers", f"{_name(atom)} has no number")
        return typed

    def _check_parts(
        self, step: Step, formula: Expression, before: Expression, member: Expression
    ) -> None:
        """Below the root, each part is as it was or is its rounded value."""
        parts = member.children
        if type(member) is not type(before) or len(parts) != len(before.children):
            raise CheckFailed(step.id, "its parts are worked out in another formula")
        for symbol, old, new in zip(formula.children, before.children, parts, strict=True):
            if new == old:
                continue
            if isinstance(old, Negative) and isinstance(symbol, Negative):
                symbol, old = symbol.operand, old.operand
                if isinstance(new, Negative):
                    new = new.operand
                elif _text(new) != "0":
                    raise CheckFailed(step.id, f"has {_text(new)} without the minus before it")
            if isinstance(old, Bracket) and isinstance(symbol, Bracket):
                symbol, old = symbol.inner, old.inner
            carried = self.rounding.carried
            value = evaluate(old, self.digits) if carried else evaluate(symbol, self.environment)
            self._check_rounded(step, new, value)

    def _check_rounded(self, step: Step, number: Expression, value: Any) -> None:
        rounding = self.rounding
        digits = rounding.update_digits if _assigns(step) else rounding.digits
        expected = rounded(value, digits).number
        if not _reads(number, expected):
            raise CheckFailed(step.id, f"has {_text(number)} where {expected.text} is due")

    def _check_signs(self, step: Step, true: Any) -> None:
        first = step.relations[1]
        before = _values(evaluate(first.expression, self.digits) if self.rounding.carried else true)
        for relation in step.relations[1:]:
            values = _values(evaluate(relation.expression, self.digits))
            due = "=" if all(map(equal, values, before)) else "≈"
            if relation is first and _assigns(step):
                due = "←"
            if relation.sign != due:
                raise CheckFailed(step.id, f"has {relation.sign} where {due} is due")
            if self.rounding.carried:
                before = values


def _values(value: Any) -> list[Any]:
    """A number alone, or the entries of a matrix row by row."""
    return [one for _, _, one in value.cells()] if isinstance(value, Grid) else [value]


def _entry_of(step: Step, i: int, j: int) -> Step:
    """The chain of one entry; a number is not said twice in a row."""
    relations: list[Relation] = []
    for relation in step.relations:
        one = entry(relation.expression, i, j)
        if relations and isinstance(one, Number) and _reads(relations[-1].expression, one):
            continue
        relations.append(Relation(relation.sign, one))
    return replace(step, relations=tuple(relations))


def _assigns(numeric: Step) -> bool:
    return numeric.relations[1].sign == "←" or numeric.kind is Kind.UPDATE


def _check_digits(step: Step, member: Expression) -> None:
    """What is read is what is meant: the text of every number is its value."""
    for node in member.walk():
        if isinstance(node, Number) and node.text and _read(node.text) != node.value:
            raise CheckFailed(step.id, f"prints {node.text} for {node.value}")


@lru_cache(_KNOWN)
def _read(text: str) -> Fraction:
    """The value of what is printed."""
    return Fraction(text)


def _reads(member: Expression, due: Expression) -> bool:
    """Whether two numbers are printed alike."""
    return isinstance(member, Number) and isinstance(due, Number) and _text(member) == _text(due)


def _text(expression: Expression) -> str:
    if isinstance(expression, Number):
        return expression.text or str(expression.value)
    return "a formula"


def _name(atom: Expression) -> str:
    if isinstance(atom, Quantity):
        return key(atom)
    return f"∂{_name(atom.of)}/∂{key(atom.by)}" if isinstance(atom, Partial) else "a formula"

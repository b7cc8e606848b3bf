"""Numbers for a derivation: symbols → numbers → value, for any digits and rounding.

    h1 = w1·i1 + w2·i2 = 0.15·0.05 + 0.20·0.10 = 0.0075 + 0.02 = 0.0275

A chain has at most three members behind its formula: the displayed numbers put in, the inner
parts worked out (unless ``rounding.parts`` is off), the value. ``exact`` computes with all digits
and rounds what it displays; ``carried`` goes on with what it displayed, as a hand does.

Where displayed numbers come to something else (1 − 1.000 for 0.000335), exact puts them in with
more digits; where they have no value at all, such as ln 0, and more digits do not help, that
member is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from derive.algebra.slopes import Differentiating
from derive.derivation.numbers.rounding import Displayed, Rounding, equal, is_zero, rounded, typed
from derive.derivation.steps import Relation
from derive.derivation.trace import Trace
from derive.expression.arithmetic import Arithmetic
from derive.expression.constructors import total
from derive.expression.evaluate import (
    PER_EXAMPLE,
    Bindings,
    Environment,
    Point,
    chosen,
    evaluate,
    with_example,
)
from derive.expression.nodes import (
    DELTA,
    Apply,
    Bracket,
    Cases,
    Comparison,
    Expression,
    IndexedSum,
    Negative,
    Number,
    Partial,
    Power,
    Quantity,
    Sum,
)
from derive.expression.rewriting import rewrite, substitute
from derive.graph import layered, same_example
from derive.network.description import Network

Atom = Quantity | Partial
MOST_PLACES = 12  # decimals that a pocket calculator shows
_EXPANDED = 12  # nodes up to which f(0.3) is shown as its formula: 1/(1 + e^(−0.3))


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A numeric chain: its members with their signs, and what it ends in."""

    relations: tuple[Relation, ...]
    result: Displayed


class Numbers:
    """The displayed numbers of one example, or of the batch as a whole (``example`` None).

    formulas  what a quantity or derivative is computed from; whatever has none is typed
    changed   parameters that no longer have their typed value
    examples  for the batch as a whole, the numbers of each example
    printed   an environment without names: printed digits speak for themselves
    """

    def __init__(
        self,
        formulas: Mapping[Atom, Expression],
        rounding: Rounding,
        full: Trace,
        example: int | None = 0,
        changed: Mapping[Quantity, Displayed] | None = None,
        examples: tuple[Numbers, ...] = (),
    ) -> None:
        self.formulas = formulas
        self.rounding = rounding
        self.trace = full
        self.printed = _Printed({}, full.arithmetic)
        self.example = example
        self.examples = examples
        self._known: dict[Atom, Displayed] = {}
        for quantity, value in (changed or {}).items():
            self._known[quantity] = value
        self._chains: dict[Atom, Evaluated] = {}

    @property
    def network(self) -> Network:
        """The network whose numbers they are. Raises NetworkError for a graph of formulas."""
        return layered(self.trace.graph).network

    def displayed(self, atom: Atom) -> Displayed:
        """The displayed number of a quantity or derivative."""
        if atom not in self._known:
            of = atom.of if isinstance(atom, Partial) else atom
            if self.examples and isinstance(of, Quantity) and isinstance(of.example, int):
                one = with_example(atom, of.example, None)
                if isinstance(one, (Quantity, Partial)):
                    self._known[atom] = self.examples[of.example].displayed(one)
            elif atom in self.formulas:
                self._known[atom] = self.chain(atom).result
            elif isinstance(atom, Quantity) and atom.kind != DELTA:
                self._known[atom] = self._typed(atom)
            else:  # a derivative that no formula of the page works out
                self._known[atom] = rounded(self._exact(atom), self.rounding.digits)
        return self._known[atom]

    def _typed(self, quantity: Quantity) -> Displayed:
        number = self.trace.graph.value(same_example(quantity, self.example or 0))
        if number is None:
            raise ValueError(f"{quantity} has no value")
        return typed(number, self.trace.arithmetic)

    @cached_property
    def environment(self) -> Environment:
        """The exact values behind the numbers."""
        return _OneExample(self.trace, self.example)

    def _exact(self, expression: Expression) -> Any:
        return evaluate(expression, self.environment)

    def chain(self, atom: Atom) -> Evaluated:
        """The chain that computes a quantity or derivative from its formula."""
        if atom not in self._chains:
            self._chains[atom] = self.work_out(self.formulas[atom])
        return self._chains[atom]

    def work_out(self, formula: Expression, digits: int | None = None) -> Evaluated:
        """Numbers put in, inner parts worked out, value.

        A member follows "=" where its printed digits give the exact value (carried: the value
        of the member before it), and "≈" where they do not.
        """
        places = self.rounding.digits if digits is None else digits
        opened = self.opened(formula)
        if isinstance(opened, (Quantity, Partial)):  # another name of what is displayed already
            same = self.displayed(opened)
            sign = "=" if self.rounding.carried or same.exact else "≈"
            return Evaluated((Relation(sign, same.number),), same)
        numbers, first = self._numbers_of(opened, places)
        members = [first]
        inner = self._inner(opened, numbers, places) if self.rounding.parts else None
        if inner is not None:
            members.append(inner)
        result = self._value(formula, members[-1], places)
        members.append(result.number)
        if not self.rounding.carried:
            members = [member for member in members if has_value(member, self.printed)]
        target = evaluate(members[0], self.printed) if self.rounding.carried else result.value
        relations: list[Relation] = []
        for member in members:
            if relations and _prints_alike(relations[-1].expression, member):
                if isinstance(relations[-1].expression, Negative):  # −(0.5) stands as −0.5
                    relations[-1] = Relation(relations[-1].sign, member)
                continue
            value = evaluate(member, self.printed)
            relations.append(Relation("=" if equal(value, target) else "≈", member))
            if self.rounding.carried:
                target = value
        return Evaluated(tuple(relations), result)

    def _numbers_of(
        self, opened: Expression, places: int
    ) -> tuple[dict[Expression, Expression], Expression]:
        """What is put in for each name, the displayed numbers or more of their digits; and the
        formula with them in it."""
        names = atoms(opened)
        numbers: dict[Expression, Expression] = {a: self.displayed(a).number for a in names}
        plain = numbers, substitute(opened, numbers)
        if self.rounding.carried:
            return plain
        value, with_numbers = self._exact(opened), plain
        for more in range(places + 1, MOST_PLACES + 1):
            if not misleads(with_numbers[1], value, self.printed):
                return with_numbers
            numbers = {
                a: one.number
                if (one := self.displayed(a)).exact
                else rounded(one.value, more).number
                for a in names
            }
            with_numbers = numbers, substitute(opened, numbers)
        return plain

    def put_in(self, formula: Expression) -> Expression:
        """The formula with the displayed number of every name in its place."""
        return substitute(formula, {a: self.displayed(a).number for a in atoms(formula)})

    def _value(self, formula: Expression, last: Expression, places: int) -> Displayed:
        if self.rounding.carried:
            displayed = rounded(evaluate(last, self.printed), places)
            value = self.trace.arithmetic.number(displayed.number.value)
            return Displayed(value, displayed.number, displayed.exact)
        return rounded(self._exact(formula), places)

    def opened(self, formula: Expression) -> Expression:
        """What the numbers are put into: sums over examples written out, a short function's
        formula for its name, the branch that holds for a case distinction.

        relu(h1) stays itself, so that a page says relu(0.6) = 0.6: its branch says no more.
        """
        written = rewrite(formula, _written_out)
        opened = rewrite(_named_formula(written), self._branch)
        says_no_more = isinstance(opened, (Quantity, Partial, Number))
        return written if says_no_more and isinstance(written, Apply) else opened

    def _branch(self, node: Expression) -> Expression:
        if not isinstance(node, Cases):
            return node
        return node.values[chosen(node, self.environment)]

    def _inner(
        self, opened: Expression, numbers: dict[Expression, Expression], places: int
    ) -> Expression | None:
        """The formula with the composite parts just below its root worked out."""
        children = opened.children
        if not children or isinstance(opened, (Apply, Cases, Quantity, Partial)):
            return None
        new: list[Expression] = []
        changed = False
        for position, child in enumerate(children):
            part = child.children[0] if isinstance(child, (Negative, Bracket)) else child
            if _is_atomic(part):
                new.append(substitute(child, numbers))
                continue
            changed = True
            if self.rounding.carried:
                value = evaluate(substitute(part, numbers), self.printed)
            else:
                value = self._exact(part)
            number = rounded(value, places).number
            # −(a·b) keeps its minus, [a + b] loses its []; 1 − 0 is written, −0 is not.
            minus = number.value or (position and isinstance(opened, Sum))
            new.append(Negative(number) if minus and isinstance(child, Negative) else number)
        if not changed or (isinstance(opened, Negative) and new == [Number(Fraction(0), "0")]):
            return None
        return opened.with_children(tuple(new))


class _Printed(Bindings, Point):
    """The digits on the page; what they come to is asked several times."""

    def __init__(self, values: Mapping[Quantity, Any], arithmetic: Arithmetic) -> None:
        Point.__init__(self)
        Bindings.__init__(self, values, arithmetic)


class _OneExample(Differentiating, Point):
    """A trace seen from one example of the batch."""

    def __init__(self, full: Trace, example: int | None) -> None:
        super().__init__()
        self.arithmetic = full.arithmetic
        self._full = full
        self._example = example

    def quantity(self, quantity: Quantity) -> Any:
        if quantity.example is None and quantity.kind in PER_EXAMPLE:
            quantity = same_example(quantity, self._example)
        return self._full.quantity(quantity)

    def partial(self, of: Quantity, by: Quantity) -> Any:
        if of.example is None and of.kind in PER_EXAMPLE:
            of = same_example(of, self._example)
        return self._full.partial(of, by)


def _written_out(node: Expression) -> Expression:
    if not isinstance(node, IndexedSum):
        return node
    return total(*(with_example(node.body, node.index, n) for n in range(node.count)))


def _named_formula(formula: Expression) -> Expression:
    """1/(1 + e^(−h1)) for σ(h1), where the formula is short."""
    if not isinstance(formula, Apply) or formula.function.definition is None:
        return formula
    definition = formula.function.definition
    if not is_short(definition):
        return formula
    values: dict[Expression, Expression] = dict(
        zip(formula.function.parameters, formula.arguments, strict=True)
    )
    return substitute(definition, values)


def is_short(definition: Expression) -> bool:
    """Whether the formula of a function stands in place of its name where numbers are put in."""
    return sum(1 for _ in definition.walk()) <= _EXPANDED


def atoms(expression: Expression) -> dict[Atom, None]:
    """The names an expression is worked out from: quantities, and derivatives as a whole."""
    names: dict[Atom, None] = {}
    stack = [expression]
    while stack:
        node = stack.pop()
        if isinstance(node, (Quantity, Partial)):
            names[node] = None
        else:
            stack.extend(reversed(node.children))
    return names


def misleads(put_in: Expression, value: Any, printed: Environment) -> bool:
    """Whether displayed numbers come to nothing like the value that they are put in for."""
    try:
        reached = evaluate(put_in, printed)
    except ArithmeticError:
        return True
    return not is_zero(value) and bool(abs(reached - value) > abs(value) / 2)


def has_value(numbers: Expression, printed: Environment) -> bool:
    """Whether displayed numbers come to anything at all: ln 0 does not."""
    try:
        evaluate(numbers, printed)
    except ArithmeticError:
        return False
    return True


def _prints_alike(a: Expression, b: Expression) -> bool:
    """Whether a member would say again what stands before it: 0 = 0, −(0.5) = −0.5."""
    a, b = _with_its_sign(a), _with_its_sign(b)
    if isinstance(a, Number) and isinstance(b, Number):
        return (a.text or str(a.value)) == (b.text or str(b.value))
    return a == b


def _with_its_sign(e: Expression) -> Expression:
    """The number that a minus before a positive number makes."""
    if isinstance(e, Negative) and isinstance(e.operand, Number) and e.operand.value > 0:
        return Number(-e.operand.value, e.operand.text and f"-{e.operand.text}")
    return e


def _is_atomic(part: Expression) -> bool:
    return isinstance(part, (Quantity, Partial, Number, Comparison)) or (
        isinstance(part, Power) and isinstance(part.base, (Quantity, Number))
    )

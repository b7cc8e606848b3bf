"""Checking displayed numbers: every member of a numeric chain, from its printed digits alone.

``=`` demands that the printed digits give the exact value. ``≈`` allows what rounding the
printed numbers can explain: the sum of |∂member/∂number|·½ unit of its last digit. The last
number of a chain must be the correctly rounded exact value; in carried mode, ``=`` compares
with the member before, and the last number is the correctly rounded value of that member.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from derive.derivation.check.failure import CheckFailed
from derive.derivation.graph import BATCH_E, RATE
from derive.derivation.local import key
from derive.derivation.numbers import equal
from derive.derivation.rounding import half_unit, shown
from derive.derivation.steps import Step
from derive.expression.evaluate import HIGH, Bindings, Environment, evaluate, slopes
from derive.expression.nodes import Expression, Number, Partial, Quantity, variable

if TYPE_CHECKING:
    from derive.derivation.valuation import Valuation

_SLACK = HIGH.number(Fraction(21, 20))  # second-order effects of rounding
_SLOPES_AGREE = 1e-5


def check_numbers(valuation: Valuation) -> int:
    """Check every numeric chain of a valuation. Returns the relations compared.

    Raises CheckFailed naming the step.
    """
    count = 0
    network = valuation.derivation.network
    for step in valuation.derivation.walk():
        for example in range(network.example_count):
            numeric = valuation.step(step, example)
            if numeric is None:
                break
            environment = _environment(valuation, numeric, example)
            count += check_chain(valuation, numeric, environment)
            if numeric.subject in (BATCH_E,) or _of_batch(numeric.subject) or "update" in step.id:
                break
    return count + _check_differences(valuation)


def _of_batch(subject: Expression) -> bool:
    return isinstance(subject, Partial) and subject.of == BATCH_E


def _environment(valuation: Valuation, step: Step, example: int) -> Environment:
    whole = step.subject == BATCH_E or _of_batch(step.subject)
    return valuation.numbers(None if whole else example).environment


def check_chain(valuation: Valuation, step: Step, environment: Environment) -> int:
    """Check one numeric chain against the exact value of what it starts from."""
    rounding = valuation.rounding
    updating = step.id.startswith("value/update/")
    digits = rounding.update_digits if updating else rounding.digits
    true = _true(valuation, step, environment)
    members = step.relations[1:]
    previous: Any = evaluate(members[0].expression, Bindings({}))
    for position, relation in enumerate(members):
        value = evaluate(relation.expression, Bindings({}))
        last = position == len(members) - 1
        if rounding.carried:
            if relation.sign == "=" and not equal(value, previous):
                raise CheckFailed(step.id, "a member after = is not what stands before it")
            if last and len(members) > 1:
                _same_digits(step, relation.expression, shown(previous, digits).number)
        else:
            _compare(step, relation.sign, relation.expression, value, true)
            if last:
                _same_digits(step, relation.expression, shown(true, digits).number)
        previous = value
    return len(members)


def _true(valuation: Valuation, step: Step, environment: Environment) -> Any:
    subject = step.subject
    if step.id.startswith("value/update/") and isinstance(subject, Quantity):
        slope = environment.partial(valuation.goal, subject)
        return environment.quantity(subject) - environment.quantity(RATE) * slope
    return evaluate(subject, environment)


def _same_digits(step: Step, expression: Expression, expected: Number) -> None:
    if not isinstance(expression, Number) or expression.value != expected.value:
        raise CheckFailed(step.id, f"ends in {expression}, not in {expected.text}")


def _compare(step: Step, sign: str, member: Expression, value: Any, true: Any) -> None:
    error = abs(value - true)
    if sign in ("≈", "←"):
        allowed = possible_error(member) * _SLACK
        wrong = error > allowed
    else:
        wrong = not equal(value, true)
    if wrong:
        raise CheckFailed(
            step.id,
            f"a member after {sign} is {HIGH.context.nstr(value, 12)}, the exact value "
            f"{HIGH.context.nstr(true, 12)}",
        )


def possible_error(member: Expression) -> Any:
    """How far rounding the numbers in a member can move its value."""
    numbers: dict[Quantity, Number] = {}

    def name(expression: Expression) -> Expression:
        if isinstance(expression, Number) and expression.text:
            letter = variable(f"n{len(numbers)}")
            numbers[letter] = expression
            return letter
        children = expression.children
        return (
            expression.with_children(tuple(name(c) for c in children)) if children else expression
        )

    opened = name(member)
    values = {letter: HIGH.number(number.value) for letter, number in numbers.items()}
    found = slopes(opened, Bindings(values))
    zero = HIGH.number(Fraction(0))
    return sum(
        (abs(found.get(q, zero)) * HIGH.number(half_unit(n)) for q, n in numbers.items()), zero
    ) + HIGH.number(Fraction(1, 10**30))


def _check_differences(valuation: Valuation) -> int:
    """The finite differences beside the gradients must agree with the exact gradients."""
    found = [
        (w, one.value, valuation.trace.partial(valuation.goal, w))
        for w, one in valuation.differences.items()
        if one is not None
    ]
    for w, difference, exact in found:
        if abs(difference - exact) > _SLOPES_AGREE * max(1, abs(exact)):
            raise CheckFailed(f"difference/{key(w)}", "the finite difference disagrees")
    return len(found)

"""Activations by a formula of one's own: with parameters, a derivative as taught, and a name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeVar

from derive.expression.arithmetic import HIGH
from derive.expression.evaluate import Bindings, chosen, evaluate
from derive.expression.evaluate import apply as value_of
from derive.expression.functions import VALUE, Function, X, elementary
from derive.expression.nodes import Cases, Expression, Number, Quantity
from derive.expression.typed.formula import CONSTANTS, FormulaError
from derive.network import catalogue
from derive.network.catalogue import ACTIVATIONS, ActivationUse
from derive.network.errors import Notes
from derive.network.values import read_number
from derive.notation.spelling import is_name
from derive.reading.words import Path, describe

T = TypeVar("T")

MAX_NAME = 60
MAX_PARAMETERS = 8
_KEYS = ("formula", "derivative", "parameters", "name")
# Where a derivative is held against its formula: on both sides of 0, close and far, and at whole
# numbers, where formulas have their corners; the numbers that the formula names come with them.
_POINTS = tuple(
    sign * point
    for point in (*(Fraction(n, 4) + Fraction(1, 97) for n in range(24)), Fraction(1), Fraction(2))
    for sign in (1, -1)
)
_ASIDE = HIGH.number(Fraction(1, 10**20))
_SAME = HIGH.number(Fraction(1, 10**35))


def read_own_activation(
    notes: Notes, raw: Mapping[Any, Any], path: Path, own: dict[Any, int]
) -> ActivationUse | None:
    """{formula: …} with what else may be said of it; ``own`` numbers those met so far."""
    if notes.unknown_keys(path, raw, _KEYS):
        return None
    parameters = _parameters(notes, raw.get("parameters"), (*path, "parameters"))
    title = _title(notes, raw.get("name"), (*path, "name"))
    if parameters is None or title is None:
        return None
    text, taught = raw["formula"], raw.get("derivative")

    def build() -> ActivationUse:
        catalogue.own_activation(text, 0, "", parameters)  # what is wrong with it, before it counts
        place = own.setdefault((text, parameters), len(own))
        return catalogue.own_activation(text, place, "", parameters, title)

    use = read_formula(notes, text, (*path, "formula"), build)
    if use is None or use.function is None or use.function.definition is None:
        return None
    mentions(notes, use.function.definition, X, (*path, "formula"))
    if "derivative" not in raw:
        return use
    at = (*path, "derivative")
    slope = read_formula(
        notes, taught, at, lambda: catalogue.own_slope(str(taught), parameters), "derivative"
    )
    if slope is None:
        return None
    _compare(notes, use, slope, at)
    place = own[text, parameters]
    return catalogue.own_activation(text, place, str(taught), parameters, title)


def formula_with_values(use: ActivationUse) -> str:
    """A formula of one's own as it was typed, and its parameters: ``a*x, a = 1.5``."""
    values = (f"{name} = {number.text or number.value}" for name, number in use.parameters)
    return ", ".join((use.formula, *values))


def _parameters(notes: Notes, raw: Any, path: Path) -> tuple[tuple[str, Number], ...] | None:
    if raw is None:
        return ()
    if not isinstance(raw, Mapping) or not 0 < len(raw) <= MAX_PARAMETERS:
        notes.problem(
            path,
            f"parameters: got {describe(raw)}; allowed are 1 to {MAX_PARAMETERS} names with their "
            "values, as in {a: 1.5}",
        )
        return None
    parameters: list[tuple[str, Number]] = []
    reserved = {"x", "y", "t", "if", "else", *CONSTANTS, *elementary()}
    for name, value in raw.items():
        if not isinstance(name, str) or not is_name(name) or name in reserved:
            notes.problem(
                (*path, str(name)),
                f"{name}: allowed are names of letters, digits and _ that have no other meaning "
                f"in a formula (not {', '.join(sorted(reserved)[:6])}, …)",
                at_key=True,
            )
            return None
        try:
            parameters.append((name, read_number(value)))
        except ValueError as error:
            notes.problem((*path, name), f"{name}: {error}")
            return None
    return tuple(parameters)


def _title(notes: Notes, raw: Any, path: Path) -> str | None:
    """A name for sentences, "" where there is none; None where it is wrong."""
    if raw is None:
        return ""
    if isinstance(raw, str) and raw in ACTIVATIONS:
        notes.problem(
            path,
            f"name: {raw} is an activation that there is; leave the formula out, or choose "
            "another name",
        )
        return None
    fits = isinstance(raw, str) and 0 < len(raw.strip()) <= MAX_NAME and raw.isprintable()
    if not fits:
        notes.problem(
            path, f"name: got {describe(raw)}; allowed is a short text such as bipolar sigmoid"
        )
        return None
    return str(raw).strip()


def _compare(notes: Notes, use: ActivationUse, slope: Expression, path: Path) -> None:
    """A problem where the derivative differs from the formula's own slope at some point."""
    assert use.function is not None and use.function.definition is not None
    named = {
        sign * node.value
        for node in use.function.definition.walk() if isinstance(node, Number)
        for sign in (1, -1)
    }  # fmt: skip
    for point in (*_POINTS, *sorted(named), Fraction(0)):
        x = HIGH.number(point)
        try:
            y = value_of(use.function, (x,), HIGH)
            due = _slope(use.function, x)
        except ArithmeticError:
            continue
        try:
            taught = evaluate(slope, Bindings({X: x, VALUE: y}))
        except ArithmeticError:
            got = "has no value"
        else:
            if abs(taught - due) <= _SAME * max(1, abs(due)):
                continue
            got = f"is {_near(taught)}"
        tie = "; at a corner the slope is the mean of both sides, or that of the case that holds"
        notes.problem(
            path,
            f"derivative: {got} at x = {_near(x)}, where y = {_near(y)} and the slope of the "
            f"formula is {_near(due)}{tie if point in named or point == 0 else ''}; mend the "
            "derivative or the formula",
        )
        return


def _slope(function: Function, x: Any) -> Any:
    """f′(x) by differences, which need no rule: from both sides, as x may be a corner.

    (4·f(x ± h) − 3·f(x) − f(x ± 2h))/(±2h), wrong by h²·f‴/3.
    """
    assert function.definition is not None
    cases = [node for node in function.definition.walk() if isinstance(node, Cases)]

    def at(place: Any) -> Any:
        return value_of(function, (place,), HIGH)

    def branches(place: Any) -> list[int]:
        here = Bindings({function.parameters[0]: place})
        return [chosen(node, here) for node in cases]

    left, right = ((4 * at(x + h) - 3 * at(x) - at(x + 2 * h)) / (2 * h) for h in (-_ASIDE, _ASIDE))
    here = branches(x)
    on_left, on_right = branches(x - _ASIDE) == here, branches(x + _ASIDE) == here
    if on_left != on_right:
        return left if on_left else right
    return (left + right) / 2


def _near(value: Any) -> str:
    value = value if abs(value) > _SAME else HIGH.number(Fraction(0))
    return str(HIGH.context.nstr(value, 6)).removesuffix(".0").replace("-", "−")


def read_formula(
    notes: Notes, text: Any, path: Path, build: Callable[[], T], what: str = "formula"
) -> T | None:
    """What ``build`` makes of a formula's text; None and a problem where it is none."""
    if not isinstance(text, str):
        notes.problem(
            path, f"{what}: got {describe(text)}; allowed is a formula such as x/(1 + abs(x))"
        )
        return None
    try:
        return build()
    except FormulaError as error:
        remedy = f"; {error.remedy}" if error.remedy else ""
        notes.problem(path, f"{what}: {error.message}{remedy}", error.column)
        return None


def mentions(notes: Notes, formula: Expression, letter: Quantity, path: Path) -> None:
    """A problem where a letter does not occur in a formula."""
    if letter not in formula.walk():
        notes.problem(
            path,
            f"formula: {letter.name} does not occur in it, so that every gradient is 0; write it "
            f"in {letter.name}",
        )

"""Typed formulas: order kept, values as Python would have them, faults named with their column."""

from __future__ import annotations

import operator
from contextlib import suppress
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from work import at_most

from derive.expression.arithmetic import HIGH
from derive.expression.constructors import HALF, ONE, TWO, ZERO, integer, variable
from derive.expression.evaluate import Bindings, evaluate
from derive.expression.functions import EXP, MAX, SIGMOID
from derive.expression.nodes import (
    Cases,
    Comparison,
    Constant,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
)
from derive.expression.typed.formula import MAX_DEPTH, MAX_LENGTH, FormulaError, parse

A, B, C = variable("a"), variable("b"), variable("c")
NAMES: dict[str, Expression] = {"a": A, "b": B, "c": C}
THREE = integer(3)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a - b", Sum((A, Negative(B)))),
        ("a + b + c", Sum((A, B, C))),
        ("(a + b) + c", Sum((A, B, C))),
        ("a - b + c", Sum((A, Negative(B), C))),
        ("a*-b + c", Sum((Product((A, Negative(B))), C))),
        ("a + (b - c)", Sum((A, B, Negative(C)))),
        ("a - (b + c)", Sum((A, Negative(Sum((B, C)))))),
        ("a*b*c", Product((A, B, C))),
        ("a·b", Product((A, B))),
        ("a*(b*c)", Product((A, B, C))),
        ("a/b*c", Product((Quotient(A, B), C))),
        ("a*b/c", Quotient(Product((A, B)), C)),
        ("a/b/c", Quotient(Quotient(A, B), C)),
        ("a/(b*c)", Quotient(A, Product((B, C)))),
        ("1/2*a", Product((HALF, A))),
        ("a*1/2", Quotient(Product((A, ONE)), TWO)),
        ("0.5/2", Quotient(Number(Fraction(1, 2), "0.5"), TWO)),
        ("a**2", Power(A, TWO)),
        ("a^2", Power(A, TWO)),
        ("a**b**c", Power(A, Power(B, C))),
        ("(a**b)**c", Power(Power(A, B), C)),
        ("-a**2", Negative(Power(A, TWO))),
        ("a**-b", Power(A, Negative(B))),
        ("-a*b", Negative(Product((A, B)))),
        ("-a/b + c", Sum((Negative(Quotient(A, B)), C))),
        ("-a - b", Sum((Negative(A), Negative(B)))),
        ("a*-b", Product((A, Negative(B)))),
        ("−a", Negative(A)),
        ("--a", Negative(Negative(A))),
        ("+a", A),
        ("-3", integer(-3)),
        ("-3.50", Number(Fraction(-7, 2), "-3.50")),
        ("0.10", Number(Fraction(1, 10), "0.10")),
        (".5", Number(Fraction(1, 2), "0.5")),
        ("1e-3", Number(Fraction(1, 1000), "0.001")),
        ("2*pi + e", Sum((Product((TWO, Constant("pi"))), Constant("e")))),
        ("exp(-a)", EXP(Negative(A))),
        ("max(a, b + c)", MAX(A, Sum((B, C)))),
        ("sigmoid(a)*(1 - sigmoid(a))", Product((SIGMOID(A), Sum((ONE, Negative(SIGMOID(A))))))),
        ("a if a > 0 else 0", Cases((A, ZERO), (Comparison(A, ">", ZERO),))),
        (
            "1 if a <= b else 2 if a != c else 3",
            Cases((ONE, TWO, THREE), (Comparison(A, "<=", B), Comparison(A, "!=", C))),
        ),
        ("a*(b if a ≥ 1 else c)", Product((A, Cases((B, C), (Comparison(A, ">=", ONE),))))),
    ],
)
def test_order_is_kept(text: str, tree: Expression) -> None:
    assert parse(text, NAMES) == tree


def test_a_given_name_comes_before_constants_and_functions() -> None:
    assert parse("e + exp", {"e": A, "exp": B}) == Sum((A, B))


# -- values, against an evaluator that shares nothing with the parser ------------------------

_BINARY = {
    "+": (1, operator.add),
    "-": (1, operator.sub),
    "*": (2, operator.mul),
    "/": (2, operator.truediv),
}
_VALUES = {"a": Fraction(3, 7), "b": Fraction(-5, 3), "c": Fraction(11, 4)}

Drawn = tuple[Any, ...]
_leaves = st.one_of(
    st.sampled_from(["a", "b", "c"]).map(lambda name: ("name", name)),
    st.integers(0, 12).map(lambda n: ("number", str(n), Fraction(n))),
    st.decimals("0.001", "99", places=3).map(lambda d: ("number", str(d), Fraction(d))),
)
_drawn = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        *[st.tuples(st.just(sign), inner, inner) for sign in _BINARY],
        st.tuples(st.just("minus"), inner),
        st.tuples(st.just("**"), inner, st.integers(0, 3)),
        st.tuples(st.just("if"), inner, st.sampled_from("<>"), inner, inner),
        st.tuples(st.sampled_from(["abs", "max", "min"]), inner, inner),
    ),
    max_leaves=12,
)


def _value(drawn: Drawn) -> Fraction:
    kind, *parts = drawn
    if kind == "name":
        return _VALUES[parts[0]]
    if kind == "number":
        return parts[1]
    if kind == "minus":
        return -_value(parts[0])
    if kind == "**":
        return _value(parts[0]) ** parts[1]
    if kind == "if":
        left, sign, right, other = parts
        x, y = _value(left), _value(right)
        return x if (x < y if sign == "<" else x > y) else _value(other)
    if kind in _BINARY:
        return _BINARY[kind][1](_value(parts[0]), _value(parts[1]))
    values = (_value(parts[0]), _value(parts[1]))
    return {"abs": abs(values[0]), "max": max(values), "min": min(values)}[kind]


def _text(drawn: Drawn, outer: int = 0) -> str:
    """As a person would write it, with brackets only where the rank demands them.

    Ranks: 0 condition, 1 sum, 2 product, 3 sign, 4 base of a power.
    """
    kind, *parts = drawn
    if kind in ("name", "number"):
        return str(parts[0])
    if kind in ("abs", "max", "min"):
        return f"{kind}({', '.join(_text(p) for p in parts[: 1 if kind == 'abs' else 2])})"
    if kind == "minus":
        rank, text = 3, f"-{_text(parts[0], 3)}"
    elif kind == "**":
        rank, text = 3, f"{_text(parts[0], 4)}**{parts[1]}"
    elif kind == "if":
        left, sign, right, other = parts
        x = _text(left, 1)
        rank, text = 0, f"{x} if {x} {sign} {_text(right, 1)} else {_text(other)}"
    else:
        rank = _BINARY[kind][0]
        text = f"{_text(parts[0], rank)} {kind} {_text(parts[1], rank + 1)}"
    return f"({text})" if rank < outer else text


@settings(max_examples=500)
@given(_drawn)
def test_a_formula_has_the_value_that_was_meant(drawn: Drawn) -> None:
    try:
        expected = _value(drawn)
    except ZeroDivisionError:
        assume(False)
        return
    text = _text(drawn)
    assume(len(text) < MAX_LENGTH)
    try:
        tree = parse(text, NAMES)
    except FormulaError as error:
        # A branch that is never taken may divide by a literal 0, which is refused at once.
        assert "division by zero" in error.message
        return
    values = {variable(name): HIGH.number(value) for name, value in _VALUES.items()}
    got = evaluate(tree, Bindings(values))
    scale = max(1, abs(expected))
    assert abs(got - HIGH.number(expected)) <= scale * HIGH.context.mpf(10) ** -50, text


# -- faults ----------------------------------------------------------------------------------

ALLOWED = "allowed are numbers, names, + - * / **, brackets, functions and `a if x > 0 else b`"


@pytest.mark.parametrize(
    ("text", "column", "message", "remedy"),
    [
        ("", 1, "the formula is empty", "write a formula such as x/(1 + abs(x))"),
        ("  ", 1, "the formula is empty", "write a formula such as x/(1 + abs(x))"),
        ("2a", 2, "'2' and 'a' stand beside each other", "write * between"),
        ("a b", 3, "'a' and 'b' stand beside each other", "write * between"),
        ("foo(b)", 1, "unknown function 'foo'", "allowed are exp, ln, sqrt"),
        ("a(b)", 2, "'a' and '(' stand beside each other", "write * between"),
        ("(a)(b)", 4, "')' and '(' stand beside each other", "write * between"),
        ("a²", 2, "the sign '²' has no meaning here", "write x**2 for a square"),
        ("a × b", 3, "the sign '×' has no meaning here", "write * for a product"),
        ("√a", 1, "the sign '√' has no meaning here", "write sqrt(x)"),
        ("|a|", 1, "the sign '|' has no meaning here", "write abs(x)"),
        ("y = a", 3, "the sign '=' has no meaning here", "only the right-hand side"),
        ("0,5*a", 2, "a comma outside a function's arguments", "with a point, as in 0.5"),
        ("exp(0,5)", 1, "exp takes 1 argument, got 2", "with a point, as in 0.5"),
        ("max(a)", 1, "max takes 2 arguments, got 1", "separate arguments by commas"),
        ("a + foo", 5, "unknown name 'foo'", "allowed are a, b, c, pi, e"),
        ("sigmod(a)", 1, "unknown function 'sigmod'", "did you mean 'sigmoid'? allowed are"),
        ("exp*a", 1, "the function 'exp' without its argument", "write exp(x)"),
        ("(a + b", 1, "a bracket is opened and not closed", "write ) where it ends"),
        ("a + b)", 6, "')' does not belong here", ALLOWED),
        ("a +", 4, "the formula ends too early", "write what belongs after the last sign"),
        ("a*/b", 3, "'/' does not belong here", ALLOWED),
        ("a > b", 3, "a comparison outside a condition", "write `a if x > 0 else b`"),
        ("a if b else c", 8, "a condition that compares nothing", "write `a if x > 0 else b`"),
        ("a if b > 0", 11, "a case without `else`", "write `a if x > 0 else b`"),
        ("a if 0 < b < 1 else c", 12, "two comparisons in one condition", "for three cases"),
        ("a/0", 2, "a division by zero", "check the denominator"),
        ("a + 1/0.0", 6, "a division by zero", "check the denominator"),
        ("if", 1, "'if' does not belong here", ALLOWED),
        ("1" * 80, 1, "the number 111111111111… is too long", "at most 60 digits"),
        ("1e301", 1, "the number 1e301… is too long", "exponents from -300 to 300"),
    ],
)
def test_a_fault_is_named_with_its_column(
    text: str, column: int, message: str, remedy: str
) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text, NAMES)
    error = caught.value
    assert (error.column, error.message) == (column, message)
    assert remedy in error.remedy
    assert str(error) == f"column {column}: {message}; {error.remedy}"


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "a.__class__",
        "(lambda: a)()",
        "[a for a in b]",
        "a; b",
        "a := 2",
        "open(a)",
        "exec('a')",
        "eval(a)",
        "f'{a}'",
        "a and b",
        "a if a > 0 else __builtins__",
        "a\x00b",
        "((((9^16)^16)^16)^16)^16",
        "9**9**9",
        "a**(10**300)",
        "(((a^4096)^2))",
        "(" * 100 + "a" + ")" * 100,
        "-" * 500 + "a",
        "a**" * 200 + "a",
        "exp(" * 60 + "a" + ")" * 60,
        "a if a > 0 else " * 60 + "a",
        "a+" * 5000 + "a",
        "1" * 1900,
        "1e999999999999",
        "a" * 3000,
    ],
)
def test_hostile_formulas_are_refused_for_little_work(text: str) -> None:
    with at_most(100_000), pytest.raises(FormulaError):
        parse(text, NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "exp(exp(exp(a)))", "exp(exp(exp(exp(exp(a)))))", "a**a**a**a", "cosh(exp(exp(exp(a))))",
        "sin(exp(exp(exp(a))))", "9**(9**9*a)", "((a**4096)**a)**(a**a)", "exp(-exp(exp(exp(a))))",
        "tanh(exp(exp(exp(a))))", "ln(exp(exp(exp(a))))",
    ],
)  # fmt: skip
def test_what_is_read_is_worked_out_for_little_work_or_given_up(text: str) -> None:
    tree = parse(text, NAMES)
    with at_most(5_000), suppress(ArithmeticError):
        evaluate(tree, Bindings({A: HIGH.number(Fraction(97, 4))}))


def test_the_limits_leave_room_for_real_formulas() -> None:
    parse("(" * (MAX_DEPTH - 1) + "a" + ")" * (MAX_DEPTH - 1), NAMES)
    parse("+".join(["a"] * 400), NAMES)
    parse("(1 + a/100)**200", NAMES)


@given(st.text(alphabet="ab0 1.9e+-*/^()<>=,if elsxp²×√'\"_[]{}", max_size=40))
def test_any_text_gives_a_tree_or_a_formula_error(text: str) -> None:
    try:
        tree = parse(text, NAMES)
    except FormulaError as error:
        assert 1 <= error.column <= len(text) + 1
        assert error.remedy
    else:
        assert isinstance(tree, Expression)

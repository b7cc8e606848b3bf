"""Expressions in words, as they are read aloud: alternative text of formulas.

the partial derivative of E with respect to w 5 equals open paren y minus t close paren times …

One hears where a fraction, a power or a root ends, and every index and sign is said: no two
formulas of a page that differ on paper sound alike. What is short on paper stays short: squared,
one half, and ∂E/∂w within a formula is partial E by partial w. The words are macros, those of
``templates/wording/en/speech.jinja``; brackets follow the precedence of the other printers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from derive.expression.blank import Blank
from derive.expression.constructors import integer
from derive.expression.matrices import Hadamard, Matrix, MatrixProduct, Named, Transpose
from derive.expression.nodes import (
    ARRAY,
    Apply,
    Bracket,
    Cases,
    Comparison,
    Constant,
    Expression,
    IndexedSum,
    Negative,
    Number,
    Partial,
    Power,
    Product,
    Quantity,
    Quotient,
    Sum,
)
from derive.notation.spelling import spell
from derive.writers.expressions.printer import (
    ATOM,
    CALL,
    PARTIAL,
    POWER,
    Piece,
    exponent_form,
    factors,
    is_negative,
    juxtaposed,
    levels,
    operand,
    terms,
)

if TYPE_CHECKING:
    from derive.derivation.steps import Chain
    from derive.document.wording import Wording
    from derive.notation import Names

_SIGNS = {
    "=": "speech_equals", "≈": "speech_approximately", "←": "speech_becomes",
    "→": "speech_tends_to",
}  # fmt: skip
_COMPARISONS = {
    "<": "speech_less", "<=": "speech_at_most", ">": "speech_greater", ">=": "speech_at_least",
    "==": "speech_equals", "!=": "speech_differs",
}  # fmt: skip
_BRACKETS = {"(": "speech_parentheses", "[": "speech_brackets"}
_PARTS = range(2, 11)  # of a whole that have a name: halves to tenths
_COUNTED = range(1, 13)  # how many of them are a word
_PRIME = "′"


def _call(e: Expression) -> int:
    assert isinstance(e, Apply)
    name = e.function.name
    return POWER if name == "exp" else ATOM if name in ("abs", "sqrt") else CALL


_LEVELS = levels(ATOM, PARTIAL, ATOM, _call, ATOM)


class Speech:
    """The printer of speech: ``speech(expression)``, in the names of a notation."""

    def __init__(self, words: Wording, names: Names) -> None:
        self.words = words
        self.names = names
        self._spoken: dict[Expression, str] = {}

    def __call__(self, expression: Expression) -> str:
        """A formula that stands alone, or a side of one."""
        if isinstance(expression, Named):
            return self(expression.symbol)
        if isinstance(expression, Partial):
            return self._partial_alone(expression)
        return self._within(expression)

    def chain(self, chain: Chain) -> str:
        """A chain of relations: h 1 equals w 1 times i 1, is approximately 0.03."""
        spoken = ""
        for position, relation in enumerate(chain):
            member = self(relation.expression)
            if not relation.sign:
                spoken = member
                continue
            sign = self.words.text(_SIGNS[relation.sign])
            if not position:
                spoken = self._say("speech_onwards", sign=sign, member=member)
            else:
                alone = position == 1 and not chain[0].sign
                name = "speech_first" if alone else "speech_next"
                spoken = self._say(name, before=spoken, sign=sign, member=member)
        return spoken

    def level(self, expression: Expression) -> int:
        """How tightly the spoken expression binds."""
        level = _LEVELS[type(expression)]
        return level if isinstance(level, int) else level(expression)

    def _say(self, sentence: str, **values: str | int) -> str:
        return self.words.text(sentence, **values)

    def _within(self, e: Expression) -> str:
        """An expression as a part of another."""
        spoken = self._spoken.get(e)
        if spoken is None:
            spoken = self._spoken[e] = _RULES[type(e)](self, e)
        return spoken

    def _pieces(self, pieces: list[Piece]) -> str:
        return "".join(
            f"{lead}{self._wrapped(bracket, self._within(node))}{tail}"
            for lead, node, bracket, tail in pieces
        )

    def _wrapped(self, bracket: str, inside: str) -> str:
        return self._say(_BRACKETS[bracket], inside=inside) if bracket else inside

    def _word(self, sentence: str) -> str:
        """A word between two others."""
        return f" {self._say(sentence)} "

    def _closed(self, e: Expression, least: int) -> str:
        return self._wrapped("(" if self.level(e) < least else "", self._within(e))

    # -- one rule for each kind of node ------------------------------------------------------

    @cached_property
    def _reserved(self) -> frozenset[str]:
        return frozenset(self._say("speech_reserved").split())

    def _quantity(self, e: Quantity) -> str:
        name = self.names.speech(e)
        if e.kind != ARRAY and not self._reserved.isdisjoint(name.lower().split()):
            return self._say("speech_called", name=name)
        return name

    def _number(self, e: Number) -> str:
        if is_negative(e):
            inside = self._number(Number(-e.value, e.text.removeprefix("-")))
            return f"{self._say('speech_minus')} {inside}"
        if scientific := exponent_form(e):
            mantissa, exponent = scientific
            power = self._raised("10", integer(int(exponent)))
            return f"{mantissa}{self._word('speech_times')}{power}"
        if e.text or e.value.denominator == 1:
            return e.text or str(e.value)
        above, below = e.value.numerator, e.value.denominator
        if above in _COUNTED and below in _PARTS:
            return self._say("speech_share", above=above, below=below)
        return self._say("speech_fraction", above=str(above), below=str(below))

    def _quotient(self, e: Quotient) -> str:
        above, below = self._within(e.numerator), self._within(e.denominator)
        return self._say("speech_fraction", above=above, below=below)

    def _power(self, e: Power) -> str:
        return self._raised(self._closed(e.base, ATOM), e.exponent)

    def _raised(self, base: str, exponent: Expression) -> str:
        if isinstance(exponent, Number) and not exponent.text and exponent.value in (2, 3):
            return self._say("speech_squared" if exponent.value == 2 else "speech_cubed", base=base)
        return self._say("speech_power", base=base, exponent=self._within(exponent))

    def _apply(self, e: Apply) -> str:
        function, (argument, *others) = e.function, e.arguments
        if others:
            every = self._in_a_row(e.arguments)
            return self._say(
                "speech_of", function=self.function(function.text),
                argument=self._wrapped("(", every),
            )  # fmt: skip
        inside = self._within(argument)
        if function.name == "exp":
            return self._raised("e", argument)
        if function.name == "sqrt":
            return self._say("speech_root", inside=inside)
        if function.name == "abs":
            return self._say("speech_absolute", inside=inside)
        short = self.level(argument) == ATOM and _is_one_word(argument)
        argument_text = inside if short else self._wrapped("(", inside)
        return self._say("speech_of", function=self.function(function.text), argument=argument_text)

    def function(self, text: str) -> str:
        """What a function is called: sigma, sigma prime, leaky relu 0.1."""
        name, prime = text.removesuffix(_PRIME), text.endswith(_PRIME)
        base, *rest = name.split("_")
        spoken = " ".join((self._say("speech_function", name=base), *rest))
        return self._say("speech_prime", function=spoken) if prime else spoken

    def _in_a_row(self, expressions: tuple[Expression, ...]) -> str:
        first, *others = map(self._within, expressions)
        for other in others:
            first = self._say("speech_another", before=first, argument=other)
        return first

    def _comparison(self, e: Comparison) -> str:
        return self._say(
            "speech_first", before=self._within(e.left), sign=self._say(_COMPARISONS[e.sign]),
            member=self._within(e.right),
        )  # fmt: skip

    def _cases(self, e: Cases) -> str:
        cases = ""
        for value, condition in zip(e.values, e.conditions, strict=False):
            case = self._say(
                "speech_case", value=self._within(value), condition=self._within(condition)
            )
            cases = self._say("speech_or_case", before=cases, case=case) if cases else case
        return self._say("speech_cases", cases=cases, last=self._within(e.values[-1]))

    def _partial_alone(self, e: Partial) -> str:
        name = "speech_derivative" if e.is_ordinary else "speech_partial"
        return self._say(name, of=self._within(e.of), by=self._within(e.by))

    def _partial(self, e: Partial) -> str:
        if not isinstance(e.of, Quantity) or e.is_ordinary:
            return self._partial_alone(e)
        return self._say("speech_partial_within", of=self._within(e.of), by=self._within(e.by))

    def _indexed_sum(self, e: IndexedSum) -> str:
        return self._say(
            "speech_sum_over", index=e.index, count=str(e.count), body=self._within(e.body)
        )

    def _blank(self, e: Blank) -> str:
        """What belongs into a gap is only said where it stands there."""
        if e.filled:
            return self._say("speech_filled", label=e.label, inside=self._within(e.of))
        return self._say("speech_blank", label=e.label)

    def _matrix(self, e: Matrix) -> str:
        rows = [self._in_a_row(row) for row in e.rows]
        if len(rows) == 1:
            return self._say("speech_row_vector", entries=rows[0])
        if len(e.rows[0]) == 1:
            return self._say("speech_column_vector", entries=self._in_a_row(e.children))
        entries = ""
        for n, row in enumerate(rows, start=1):
            line = self._say("speech_row", n=str(n), entries=row)
            entries = self._say("speech_and_row", before=entries, row=line) if entries else line
        return self._say(
            "speech_matrix", rows=str(len(rows)), columns=str(len(e.rows[0])), entries=entries
        )

    def _transpose(self, e: Transpose) -> str:
        return self._say("speech_transposed", matrix=self._closed(e.of, ATOM))


def _is_one_word(argument: Expression) -> bool:
    """Whether an argument is a name or a number, whose end is heard."""
    if isinstance(argument, Named):
        return _is_one_word(argument.symbol)
    if isinstance(argument, Number):
        return bool(argument.text) or argument.value.denominator == 1
    return isinstance(argument, (Quantity, Constant))


def _constant(speech: Speech, e: Constant) -> str:
    return spell(e.name).speech


_RULES: dict[type[Expression], Callable[[Speech, Any], str]] = {
    Quantity: Speech._quantity,
    Number: Speech._number,
    Constant: _constant,
    Negative: lambda s, e: s._pieces(operand(s, e, f"{s._say('speech_minus')} ")),
    Sum: lambda s, e: s._pieces(terms(s, e, s._word("speech_plus"), s._word("speech_minus"))),
    Product: lambda s, e: s._pieces(factors(s, e, s._word("speech_times"))),
    Quotient: Speech._quotient,
    Power: Speech._power,
    Apply: Speech._apply,
    Comparison: Speech._comparison,
    Cases: Speech._cases,
    Bracket: lambda s, e: s._wrapped("[", s._within(e.inner)),
    Partial: Speech._partial,
    IndexedSum: Speech._indexed_sum,
    Blank: Speech._blank,
    Matrix: Speech._matrix,
    Named: lambda s, e: s._within(e.symbol),
    Transpose: Speech._transpose,
    MatrixProduct: lambda s, e: s._pieces(juxtaposed(s, e, s._word("speech_matrix_times"))),
    Hadamard: lambda s, e: s._pieces(juxtaposed(s, e, s._word("speech_entry_by_entry"))),
}

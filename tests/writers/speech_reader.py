"""A reader of spoken formulas: what somebody writes down who hears one, commas and all not heard.

It knows what things are called, and the words; it returns the tree, in the one form that
everything has that looks the same on paper (``canonical``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction

from derive.derivation.steps import Chain, Relation
from derive.expression.blank import Blank
from derive.expression.constructors import integer
from derive.expression.functions import ABS, EXP, SQRT, Function
from derive.expression.matrices import Hadamard, Matrix, MatrixProduct, Named, Transpose
from derive.expression.nodes import (
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
from derive.expression.rewriting import rewrite

RELATIONS = {"equals": "=", "is approximately": "≈", "becomes": "←", "tends to": "→"}
COMPARISONS = {
    "is less than": "<", "is at most": "<=", "is greater than": ">", "is at least": ">=",
    "equals": "==", "differs from": "!=",
}  # fmt: skip
COUNTS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
PARTS = {
    "half": 2, "halves": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10,
}  # fmt: skip
PARTS |= {f"{word}s": n for word, n in PARTS.items() if not word.startswith("hal")}
ANYTHING = Number(Fraction(0), "0")  # in a gap that is empty


def canonical(expression: Expression) -> Expression:
    """The one form of all that look the same: −3·x is −(3·x), e^x a power, a name what it names."""
    return rewrite(expression, _plain)


def _plain(e: Expression) -> Expression:
    if isinstance(e, Number):
        return _number(e)
    if isinstance(e, Named):
        return canonical(e.symbol)
    if isinstance(e, Apply) and e.function == EXP:
        return Power(Constant("e"), e.arguments[0])
    if isinstance(e, Product) and isinstance(e.factors[0], Negative):
        return Negative(_plain(Product((e.factors[0].operand, *e.factors[1:]))))
    if isinstance(e, Blank) and not e.filled:
        return Blank(ANYTHING, e.label)
    return e


def _number(e: Number) -> Expression:
    text = e.text or str(e.value)
    if text.startswith("-"):
        return Negative(_number(Number(-e.value, e.text.removeprefix("-"))))
    mantissa, mark, exponent = text.lower().partition("e")
    if mark:
        power = canonical(integer(int(exponent)))
        return Product((_read(mantissa), Power(_read("10"), power)))
    if "/" in text:
        above, below = text.split("/")
        return Quotient(_read(above), _read(below))
    return Number(e.value, text)


def _read(digits: str) -> Number:
    return Number(Fraction(digits), digits)


class SpeechReader:
    """Reads one spoken formula.

    names      what each quantity is called
    functions  what each function is called
    """

    def __init__(
        self, spoken: str, names: Mapping[str, Quantity], functions: Mapping[str, Function]
    ) -> None:
        self.words = re.sub(r"[,;:](?=\s|$)", "", spoken).split()
        self.place = 0
        self.names = {tuple(name.split()): q for name, q in names.items()}
        self.functions = {tuple(name.split()): f for name, f in functions.items()}

    # -- words -------------------------------------------------------------------------------

    def take(self, phrase: str) -> bool:
        """Whether these words come next; they are passed."""
        words = phrase.split()
        if self.words[self.place : self.place + len(words)] != words:
            return False
        self.place += len(words)
        return True

    def need(self, phrase: str) -> None:
        assert self.take(phrase), f"{phrase!r} is due at {' '.join(self.words[self.place :])!r}"

    def one_of(self, phrases: Iterable[str]) -> str:
        return next((p for p in phrases if self.take(p)), "")

    def longest(self, table: Mapping[tuple[str, ...], object]) -> tuple[str, ...] | None:
        """The longest of some phrases that comes next."""
        for length in range(min(len(self.words) - self.place, 12), 0, -1):
            words = tuple(self.words[self.place : self.place + length])
            if words in table:
                self.place += length
                return words
        return None

    @property
    def next(self) -> str:
        return self.words[self.place] if self.place < len(self.words) else ""

    # -- grammar -----------------------------------------------------------------------------

    def read(self) -> Expression:
        whole = self.sum()
        if sign := self.one_of(COMPARISONS):
            whole = Comparison(whole, COMPARISONS[sign], self.sum())
        assert self.place == len(self.words), f"left over: {' '.join(self.words[self.place :])!r}"
        return canonical(whole)

    def chain(self) -> Chain:
        relations: list[Relation] = []
        sign = self.one_of(RELATIONS)
        while True:
            relations.append(Relation(RELATIONS.get(sign, ""), canonical(self.sum())))
            sign = self.one_of(RELATIONS)
            if not sign:
                assert self.place == len(self.words)
                return tuple(relations)

    def sum(self) -> Expression:
        terms = [self.signed()]
        while sign := self.one_of(("plus", "minus")):
            term = self.term()
            terms.append(term if sign == "plus" else Negative(term))
        return terms[0] if len(terms) == 1 else Sum(tuple(terms))

    def signed(self) -> Expression:
        return Negative(self.term()) if self.take("minus") else self.term()

    def term(self) -> Expression:
        factors = [self.factor()]
        while self.take("times"):
            factors.append(self.factor())
        return factors[0] if len(factors) == 1 else Product(tuple(factors))

    def factor(self) -> Expression:
        left = self.raised()
        if self.take("multiplied by"):
            return MatrixProduct(left, self.raised())
        if self.take("entry by entry times"):
            return Hadamard(left, self.raised())
        return left

    def raised(self) -> Expression:
        base = self.atom()
        if self.take("squared"):
            return Power(base, integer(2))
        if self.take("cubed"):
            return Power(base, integer(3))
        if self.take("to the power"):
            exponent = self.sum()
            self.need("end power")
            return Power(base, exponent)
        return Transpose(base) if self.take("transposed") else base

    def closed(self, end: str) -> Expression:
        inside = self.sum()
        self.need(end)
        return inside

    def atom(self) -> Expression:
        for opening, read in _OPENINGS.items():
            if self.take(opening):
                return read(self)
        name = self.longest(self.names)
        if name is not None:
            return self.names[name]
        if self.next in COUNTS:
            return self.share()
        function = self.longest(self.functions)
        if function is not None:
            return self.applied(self.functions[function])
        for constant in ("pi", "e"):
            if self.take(constant):
                return Constant(constant)
        digits = self.next
        assert re.fullmatch(r"\d+(\.\d+)?", digits), f"cannot read {self.words[self.place :]}"
        self.place += 1
        return _read(digits)

    def name(self) -> Quantity:
        if self.take("the name"):
            quantity = self.called()
            assert isinstance(quantity, Quantity)
            return quantity
        name = self.longest(self.names)
        assert name is not None, f"a name is due at {self.words[self.place :]}"
        return self.names[name]

    def called(self) -> Expression:
        end = self.place
        while self.words[end : end + 2] != ["end", "name"]:
            end += 1
        name = tuple(self.words[self.place : end])
        self.place = end + 2
        return self.names[name]

    def share(self) -> Expression:
        above, below = self.words[self.place : self.place + 2]
        self.place += 2
        assert (COUNTS[above] == 1) == (not below.endswith("s") and below != "halves")
        return Quotient(_read(str(COUNTS[above])), _read(str(PARTS[below])))

    def fraction(self) -> Expression:
        above = self.closed("over")
        return Quotient(above, self.closed("end fraction"))

    def applied(self, function: Function) -> Expression:
        self.need("of")
        if not self.take("open paren"):
            return Apply(function, (self.atom(),))
        return Apply(function, (*self.listed(), self.closed("close paren")))

    def listed(self) -> list[Expression]:
        """What stands before the last comma."""
        inside = []
        while True:
            before = self.place
            one = self.sum()
            if not self.take("comma"):
                self.place = before
                return inside
            inside.append(one)

    def partial(self) -> Expression:
        of = self.closed("with respect to")
        return Partial(of, self.name())

    def partial_within(self) -> Expression:
        of = self.name()
        self.need("by partial")
        return Partial(of, self.name())

    def summed(self) -> Expression:
        index = self.words[self.place]
        self.place += 1
        self.need("from 1 to")
        count = int(self.words[self.place])
        self.place += 1
        self.need("of")
        return IndexedSum(self.closed("end sum"), index, count)

    def cases(self) -> Expression:
        values, conditions = [], []
        while True:
            values.append(self.closed("if"))
            left = self.sum()
            sign = COMPARISONS[self.one_of(COMPARISONS)]
            conditions.append(Comparison(left, sign, self.sum()))
            if not self.take("or"):
                break
        self.need("otherwise")
        return Cases((*values, self.closed("end cases")), tuple(conditions))

    def entries(self) -> tuple[Expression, ...]:
        return (*self.listed(), self.sum())

    def vector(self, *, across: bool) -> Expression:
        entries = self.entries()
        self.need("end vector")
        return Matrix((entries,)) if across else Matrix(tuple((e,) for e in entries))

    def matrix(self) -> Expression:
        rows, _, columns = self.words[self.place : self.place + 3]
        self.place += 3
        read = []
        while self.take("row"):
            self.place += 1
            read.append(self.entries())
        self.need("end matrix")
        assert (len(read), len(read[0])) == (int(rows), int(columns))
        return Matrix(tuple(read))

    def blank(self) -> Expression:
        label = self.words[self.place]
        self.place += 1
        if not self.take("with"):
            return Blank(ANYTHING, label)
        return Blank(self.closed("end blank"), label, filled=True)


_OPENINGS = {
    "open paren": lambda r: r.closed("close paren"),
    "open bracket": lambda r: Bracket(r.closed("close bracket")),
    "the fraction": SpeechReader.fraction,
    "the square root of": lambda r: Apply(SQRT, (r.closed("end root"),)),
    "the absolute value of": lambda r: Apply(ABS, (r.closed("end absolute value"),)),
    "the partial derivative of": SpeechReader.partial,
    "the derivative of": SpeechReader.partial,
    "partial": SpeechReader.partial_within,
    "the sum over": SpeechReader.summed,
    "by cases": SpeechReader.cases,
    "the row vector": lambda r: r.vector(across=True),
    "the column vector": lambda r: r.vector(across=False),
    "the matrix of": SpeechReader.matrix,
    "blank": SpeechReader.blank,
    "the name": SpeechReader.called,
}

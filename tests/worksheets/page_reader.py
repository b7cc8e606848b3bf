"""What a careful student reads off a page of plain text: tables of givens, chains, blanks.

Knows nothing of how pages are made. Formulas are evaluated by ``writers.formula_reader``, which
knows the printed symbols and the rules of precedence, and every result is rounded as the page
says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from writers.formula_reader import FUNCTIONS, M, Reader, Values

SYMBOLS = {
    "σ": "sigmoid", "relu": "relu", "relu′": "relu_slope", "tanh": "tanh", "ln": "ln",
}  # fmt: skip
FUNCTIONS.update(
    relu=lambda x: max(x, 0),
    relu_slope=lambda x: M.mpf(int(x > 0)),
)
FILLED = re.compile(r"__(−?[\d.]+)__\((\w+)\)")
EMPTY = re.compile(r"____\((\w+)\)____")
SIGN = re.compile(r" (=|≈|←) ")


@dataclass(frozen=True)
class Line:
    """subject, then members with the signs before them."""

    subject: str
    members: tuple[tuple[str, str], ...]


class Page:
    """A page of text: ``given`` in printed order, ``lines``, ``blanks`` in printed order."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tables = list(_tables(text.splitlines()))
        self.given = {name: value for table in self.tables for name, value in table.items()}
        self.lines = [line for line in _lines(text.splitlines()) if "(x)" not in line.subject]

    @property
    def empty(self) -> list[str]:
        """The labels of the blanks to fill in."""
        return EMPTY.findall(self.text)

    @property
    def filled(self) -> list[tuple[str, str]]:
        """The labels of the filled blanks and what stands in them."""
        return [(label, value) for value, label in FILLED.findall(self.text)]


def number(printed: str) -> Decimal:
    """A printed number."""
    return Decimal(printed.replace("−", "-"))


def rounded(value: Decimal, digits: int) -> Decimal:
    """As the page says: so many decimals, below 0.01 three digits at least, half away from 0."""
    if abs(value) < Decimal("1e-30"):  # of calculating: the terms of a sum cancel
        return Decimal(0)
    places = digits
    if 0 < abs(value) < Decimal("0.01"):
        places = max(places, 2 - value.adjusted())
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _tables(lines: list[str]) -> Iterator[dict[str, Decimal]]:
    """Rows of names over rows of numbers; the table of answers has other heads."""
    for position, line in enumerate(lines):
        heads = lines[position - 1].split()
        if re.fullmatch(r"  ─+(  ─+)*", line) and "Value" not in heads:
            row = lines[position + 1].split()
            yield dict(zip(heads, map(number, row), strict=True))


def _lines(lines: list[str]) -> Iterator[Line]:
    chain = ""
    for line in [*lines, ""]:
        if re.match(r" {5}", line) and chain:
            chain += " " + line.strip()
            continue
        if SIGN.search(chain):  # not so a row of a table that begins further to the right
            subject, *rest = SIGN.split(chain)
            members = map(str.strip, rest[1::2])
            yield Line(subject.strip(), tuple(zip(rest[::2], members, strict=True)))
        chain = line.strip() if re.match(r" {4}\S", line) else ""


class Student:
    """Works a key out again from what is printed on it."""

    def __init__(self, page: Page, names: Mapping[str, str]) -> None:
        self.page = page
        self.names = names
        words = " ".join(page.text.split())
        self.digits = int(re.search(r"round its result to (\d+) decimal places", words)[1])  # type: ignore[index]
        other = re.search(r"Round the new values to (\d+) decimal places", words)
        self.update_digits = int(other[1]) if other else self.digits
        self.known: dict[str, Any] = {name: M.mpf(str(v)) for name, v in page.given.items()}
        self.slopes: dict[tuple[str, str], Any] = {}

    def evaluate(self, formula: str) -> Decimal:
        """The value of a printed formula, from the numbers printed so far."""
        formula = FILLED.sub(r"(\1)", formula)
        values = Values(self.known.__getitem__, lambda of, by: self.slopes[of, by])
        value = Reader(formula, self.names, SYMBOLS).read()(values)
        return Decimal(M.nstr(value, 40))

    def work_out(self, line: Line) -> None:
        """Every member again; the last is the rounded one. Learns the subject."""
        (sign, formula), *others = line.members
        exact = self.evaluate(formula)
        result = exact
        if others:
            *put_in, (last_sign, last) = others
            for _, member in put_in:
                assert abs(self.evaluate(member) - exact) < Decimal("1e-30"), line
            result = number(FILLED.sub(r"\1", last))
            digits = self.update_digits if sign == "←" else self.digits
            assert result == rounded(exact, digits), (line, exact)
            same = abs(result - exact) < Decimal("1e-30")
            assert last_sign == ("=" if same else "≈"), line
        if sign == "←":
            return
        if found := re.fullmatch(r"∂(\w+)/∂(\w+)", line.subject):
            self.slopes[found[1], found[2]] = M.mpf(str(result))
        else:
            self.known[line.subject] = M.mpf(str(result))

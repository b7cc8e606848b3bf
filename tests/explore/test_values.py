"""What the panel shows is what Python says: at the start digit for digit, and after any change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from derive.derivation.derivation import StyleName
from derive.derivation.numbers.rounding import rounded
from derive.explore.leaves import groups
from derive.expression.arithmetic import HIGH
from derive.expression.nodes import LEARNING_RATE, Quantity
from derive.worksheets.marking.reading.numbers import read
from tests.browser import CHROMIUM, Browser
from tests.explore.pages import chains_in, chains_of, close, explorer, opened, truth

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not there")
PAGES: tuple[tuple[str, StyleName, str | None], ...] = (
    ("mazur", "deltas", None), ("mazur", "paths", "carried"), ("relu-deep", "nodes", None),
    ("write-up-002-cross-entropy", "deltas", None), ("write-up-003", "matrices", None),
    ("symbolic", "paths", None), ("graphs/attention", "nodes", None),
    ("graphs/weight-used-twice", "paths", "carried"),
)  # fmt: skip
CHANGES: tuple[tuple[str, StyleName, int], ...] = (
    ("mazur", "deltas", 100), ("symbolic", "paths", 40), ("relu-deep", "nodes", 20),
    ("graphs/attention", "nodes", 40),
)  # fmt: skip
# Types a number into its field, and gives back all values.
TYPE = """(([leaf, text]) => {
  const field = document.getElementById(`explore-leaf-${leaf}`);
  field.value = text;
  field.dispatchEvent(new Event("input", {bubbles: true}));
  field.dispatchEvent(new Event("change", {bubbles: true}));
  return explore.DATA.values.map((_, value) => explore.model.view.exactly(value)[0]);
})"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with Browser() as one:
        yield one


@pytest.mark.parametrize(("source", "style", "rounding"), PAGES)
def test_every_number_at_the_start_is_that_of_the_page(
    chromium: Browser, tmp_path: Path, source: str, style: StyleName, rounding: str | None
) -> None:
    writer, page = explorer(source, style, rounding)
    opened(chromium, page, tmp_path)
    assert chains_in(chromium) == list(chains_of(writer))


@pytest.mark.parametrize(("source", "style", "count"), CHANGES)
def test_after_any_change_every_value_is_what_python_says(
    chromium: Browser, tmp_path: Path, source: str, style: StyleName, count: int
) -> None:
    """Typed into the fields, one after the other; Python works with many digits and SymPy."""
    writer, page = explorer(source, style)
    opened(chromium, page, tmp_path)
    leaves = [leaf.name for group in groups(writer.teller, writer.values) for leaf in group.leaves]
    chance = Random(f"changes of {source}")
    changes = [
        (chance.randrange(len(leaves)), f"{chance.uniform(-2, 2):.3f}".replace("-", "−"))
        for _ in range(count)
    ]
    results = json.loads(chromium.run(f"JSON.stringify({json.dumps(changes)}.map({TYPE}))"))
    numbers: dict[Quantity, Fraction] = {}
    for (leaf, text), values in zip(changes, results, strict=True):
        quantity = leaves[leaf]
        if isinstance(quantity, Quantity) and quantity.kind != LEARNING_RATE:
            numbers[quantity] = Fraction(text.replace("−", "-"))
        true = truth(writer.graph, numbers)
        for atom, value in zip(writer.values.atoms, values, strict=True):
            if isinstance(atom, Quantity) and atom.kind == LEARNING_RATE:
                continue
            known = true(atom)
            assert known is None or close(value, known), (leaf, text, atom, value)


def test_a_wrong_line_of_the_function_would_be_found(chromium: Browser, tmp_path: Path) -> None:
    writer, page = explorer("mazur", "deltas")
    line = "const delta_o1 = gap_o1*e_o1*r_o1*r_o1;"
    assert line in page
    # The policy lets no other script run: without it this one does.
    wrong = page.replace(line, line.replace("gap_o1*", "")).replace("Content-Security", "X")
    opened(chromium, wrong, tmp_path)
    assert chains_in(chromium) != list(chains_of(writer))


def decimals(chance: Random) -> Iterator[str]:
    """Numbers of every size, some of few digits, some half way between two."""
    for _ in range(1500):
        yield f"{chance.uniform(-1, 1) * 10 ** chance.randint(-14, 12):.13e}"
        yield f"{chance.uniform(-1, 1):.{chance.randint(0, 7)}f}e{chance.randint(-4, 3)}"
        yield f"{chance.randint(0, 99999)}5e-{chance.randint(1, 9)}"
    yield from (
        "0",
        "-0.000004999",
        "0.00999996",
        "999999999.6",
        "9.9999e-10",
        "9.996e-12",
        "-5e-6",
    )


def test_numbers_are_shown_by_the_rules_of_the_page(chromium: Browser, tmp_path: Path) -> None:
    opened(chromium, explorer("mazur", "deltas")[1], tmp_path)
    texts = list(decimals(Random("shown numbers")))
    for digits in (2, 5, 8):
        shown = json.loads(chromium.run(
            f"JSON.stringify({json.dumps(texts)}.map((text) => {{ const value = Number(text);"
            f" const {{text: digits, exact}} = explore.rounded(value, 2 ** -54 * Math.abs(value),"
            f" {digits}); return [digits, exact]; }}))"
        ))  # fmt: skip
        for text, there in zip(texts, shown, strict=True):
            one = rounded(HIGH.number(Fraction(text)), digits)
            here = [one.number.text or str(one.number.value), one.exact]
            assert there == here, (text, digits)


TYPED = (
    "0.10", "0,1", "−0.5", "–.25", "+3", "1/3", "-2/7", "1e-3", "1.5E-7", "2·10⁻³", "3*10^-2",
    "1.2 x 10^(-1)", "10^-3", "5 %", "1 1/2", "½", "1½", "1,234.5", "1 234,5", "0.6106…", "3.",
    "= 0.2", "≈0,3", "0.61 (rounded)", "", "-", "x", "0.1.2", "1e999", "nan", "infinity", "0x10",
    "1e-3e", "1/0", "0·61", "9.8×10−1", "$0.5$", "\\frac{1}{2}", "0.5;", "'0.5", "١٫٥", "alert(1)",
)  # fmt: skip


def test_what_is_typed_is_read_as_in_marking(chromium: Browser, tmp_path: Path) -> None:
    opened(chromium, explorer("mazur", "deltas")[1], tmp_path)
    there = json.loads(chromium.run(
        f"JSON.stringify({json.dumps(TYPED)}.map((text) => explore.reading(text)))"
    ))  # fmt: skip
    for text, one in zip(TYPED, there, strict=True):
        reading = read(text)
        assert ("value" in one) == (reading.value is not None), (text, one, reading)
        fault = reading.fault.kind.replace("-", "_") if reading.fault else None
        assert one.get("fault") == fault, text
        if reading.value is not None:
            assert one["value"] == float(reading.value), text
            assert one["unit"] == float(reading.unit), text
            assert one["digits"] == reading.digits, text

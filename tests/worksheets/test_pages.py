"""The pages that are handed out: blanks once, no answer given away, clean in every format."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worksheets.networks import networks, relu_softmax, two_two_two
from worksheets.page_reader import Page
from worksheets.sheets import leaves
from writers.markdown_rules import problems

import derive
from derive.document.blocks import Space
from derive.expression.blank import Blank
from derive.expression.nodes import Quantity
from derive.network import Dense, Network
from derive.worksheets import Ask, Recipe, Worksheet
from derive.writers import write
from derive.writers.expressions.latex import latex
from derive.writers.expressions.text import text

SAMPLES = {
    "2-2-2": two_two_two(title="Backpropagation by hand"),
    "relu and softmax": relu_softmax(),
    "shared biases": Network(
        2, [Dense(3, "tanh", "shared"), Dense(1, "sigmoid", "shared")], "binary_cross_entropy",
        notation="layered",
    ),
    "own formulas": Network(
        3, [Dense(2, {"formula": "x/(1 + abs(x))"}), Dense(2)], {"formula": "(y - t)**4"},
        notation="plain",
    ),
}  # fmt: skip


@pytest.fixture(params=SAMPLES, scope="module")
def sheets(request: pytest.FixtureRequest) -> Worksheet:
    return derive.worksheet(SAMPLES[request.param], variants=2, seed=3)


def page(sheets: Worksheet, kind: str, to: str, **options: str) -> str:
    written = write(getattr(sheets.variants[0], kind), sheets[0].names, to, **options)
    assert isinstance(written, str)
    return written


def test_every_blank_is_on_the_sheet_once_and_in_the_key_once(sheets: Worksheet) -> None:
    labels = [answer.label for answer in sheets.variants[0].answers]
    assert len(set(labels)) == len(labels)
    sheet, key = Page(page(sheets, "sheet", "text")), Page(page(sheets, "key", "text"))
    assert sheet.empty == labels and not sheet.filled
    assert [label for label, _ in key.filled] == labels and not key.empty
    for kind in ("sheet", "key"):
        for to in ("latex", "markdown"):
            found = re.findall(r"\\underset\{\((\w+)\)\}", page(sheets, kind, to))
            assert found == labels, (kind, to)


def test_the_table_of_answers_says_what_stands_in_the_blanks(sheets: Worksheet) -> None:
    key = page(sheets, "key", "text")
    table = key[key.index("Value") : key.index("Form" if "Form" in key[200:] else "The network")]
    listed = dict(re.findall(r"\((\w+)\)\s+(−?[\d.]+)", table))
    assert listed == dict(Page(key).filled)
    assert len(listed) == len(sheets.variants[0].answers)


def test_no_answer_is_on_the_sheet(sheets: Worksheet) -> None:
    """Given numbers have two decimals at most; whatever has three has been worked out."""
    computed = [
        answer.value.text for answer in sheets.variants[0].answers
        if len(answer.value.text.partition(".")[2]) > 2
    ]  # fmt: skip
    assert computed
    for to in ("text", "markdown", "latex"):
        sheet, key = page(sheets, "sheet", to), page(sheets, "key", to)
        assert not re.findall(r"\d\.\d{3,}", sheet)
        assert all(value.lstrip("-") in key for value in computed)


def test_the_first_of_each_kind_is_guided_and_the_others_have_room(sheets: Worksheet) -> None:
    variant = sheets.variants[0]
    kinds = Counter(item.task.kind for item in variant.items if item.guided)
    assert set(kinds.values()) == {1}
    assert {"define", "delta", "gradient", "update"} <= {kind[0] for kind in kinds}
    alone = [item for item in variant.items if item.answers and not item.guided]
    assert sum(isinstance(block, Space) for block in leaves(variant.sheet.blocks)) == len(alone)


def test_a_branch_is_not_given_away() -> None:
    network = Network(2, [Dense(2, {"name": "leaky_relu", "slope": 0.1}), Dense(1)])
    for variant in derive.worksheet(network, variants=5, seed=7).variants:
        for item in variant.items:
            assert not (item.guided and "slope" in repr(item.chain[2])), item.chain


@pytest.mark.parametrize("kind", ["sheet", "key"])
@pytest.mark.parametrize("dialect", ["github", "plain"])
def test_markdown_keeps_the_rules(sheets: Worksheet, kind: str, dialect: str) -> None:
    assert problems(page(sheets, kind, "markdown", dialect=dialect), dialect) == []


@settings(max_examples=10)
@given(networks(), st.integers(0, 1000))
def test_any_network_makes_clean_markdown(network: Network, seed: int) -> None:
    sheets = derive.worksheet(network, variants=1, seed=seed)
    for kind in ("sheet", "key"):
        assert problems(page(sheets, kind, "markdown"), "github") == []


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not there")
@pytest.mark.parametrize("kind", ["sheet", "key"])
def test_latex_compiles_without_overfull_lines(
    sheets: Worksheet, kind: str, tmp_path: Path
) -> None:
    (tmp_path / "page.tex").write_text(page(sheets, kind, "latex"), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Overfull" not in done.stdout


def test_points_add_up(sheets: Worksheet) -> None:
    sheet = page(sheets, "sheet", "markdown")
    total = int(re.search(r" of (\d+)$", sheet, re.MULTILINE)[1])  # type: ignore[index]
    parts = [int(n) for n in re.findall(r"^## [A-E]\. .*\((\d+) points?\)", sheet, re.MULTILINE)]
    assert sum(parts) == total == sum(bool(item.answers) for item in sheets.variants[0].items)


def test_the_form_is_named_and_a_name_can_be_written(sheets: Worksheet) -> None:
    for variant in sheets.variants:
        sheet = write(variant.sheet, variant.names, "text")
        form = variant.form.id
        assert f"Form {form}\n" in sheet
        assert sheet.startswith(str(variant.sheet.title[0])) and "Name: ____" in sheet
        key = write(variant.key, variant.names, "text")
        assert f"Form {form}\n" in key and "Name:" not in key


def test_a_key_says_what_was_checked(sheets: Worksheet) -> None:
    words = " ".join(page(sheets, "key", "text").split())
    lines = len(sheets.variants[0].items)
    assert f"{lines} lines of this key" in words
    assert "Checked by computer" not in page(sheets, "sheet", "text")


def test_only_so_many_gradients_are_asked_and_every_layer_is_among_them() -> None:
    network = Network(3, [Dense(3, "sigmoid"), Dense(3, "sigmoid")])
    sheets = derive.worksheet(
        network,
        Recipe(questions=(Ask("gradient", count=4), Ask("update", count=4))),
        variants=6,
        seed=7,
    )
    asked = set()
    for variant in sheets.variants:
        mine = [item.task.step.about[0] for item in variant.items if item.task.part == "gradient"]
        moved = [item.task.step.about[0] for item in variant.items if item.task.part == "update"]
        assert len(mine) == 4 and sorted(mine, key=repr) == sorted(moved, key=repr)
        assert {(q.layer, q.kind) for q in mine} == {
            (layer, kind) for layer in (1, 2) for kind in ("weight", "bias")
        }
        asked.add(frozenset(mine))
    assert len(asked) > 1
    assert "Only 4 of the 24 gradients" in page(sheets, "sheet", "text")


def test_frozen_parameters_are_given_and_not_asked_for() -> None:
    network = Network(2, [Dense(2, "sigmoid", "shared", frozen="biases"), Dense(1, "sigmoid")])
    variant = derive.worksheet(network, variants=1, seed=7).variants[0]
    asked = {item.task.step.about[0] for item in variant.items if item.task.part == "gradient"}
    assert not any(q.kind == "bias" and q.layer == 1 for q in asked)
    assert variant.network.value(Quantity("bias", 1, -1)) is not None


def test_a_remark_on_the_numbers_of_the_file_is_not_made_of_others() -> None:
    network = Network([1, 2], [Dense(1, "sigmoid")], targets=[3])
    assert "outside" in " ".join(network.remarks)
    sheets = derive.worksheet(network, variants=1, seed=7)
    assert "outside" not in page(sheets, "sheet", "text")


def test_one_sentence_is_replaced_by_one_macro(tmp_path: Path) -> None:
    folder = tmp_path / "wording" / "en"
    folder.mkdir(parents=True)
    source = "<% macro worksheet_title(title) %>Homework 3: << title >><% endmacro %>"
    (folder / "mine.jinja").write_text(source, encoding="utf-8")
    sheets = derive.worksheet(two_two_two(), variants=1, templates=tmp_path, seed=7)
    assert page(sheets, "sheet", "markdown").startswith("# Homework 3: ")


def test_blanks_print_empty_and_filled() -> None:
    sheets = derive.worksheet(two_two_two(), variants=1, seed=7)
    value = sheets.variants[0].answers[0].value
    empty, filled = Blank(value, "1a"), Blank(value, "1a", filled=True)
    assert text(empty, sheets[0].names) == "____(1a)____"
    assert text(filled, sheets[0].names) == f"__{text(value, sheets[0].names)}__(1a)"
    assert value.text not in latex(empty, sheets[0].names)
    assert rf"\mathbf{{{value.text}}}" in latex(filled, sheets[0].names)


@pytest.mark.parametrize(
    ("output", "seed", "value"), [("tanh", 3, True), ("tanh", 4, True), ("sigmoid", 3, False)]
)
def test_a_gap_behind_a_minus_sign_has_brackets_where_its_number_may_be_negative(
    output: str, seed: int, value: bool
) -> None:
    """A given number is negative or not, and the sheet prints it; of what is worked out, the sign
    is not to be told: brackets stand around a tanh of either sign, and never around a sigmoid."""
    network = Network(2, [Dense(2), Dense(2, output)], "half_squared_error")
    sheets = derive.worksheet(network, variants=1, seed=seed)
    given_target = sheets.variants[0].network.targets[0][0].value
    by_kind = {kind: Page(page(sheets, kind, "text")) for kind in ("sheet", "key")}
    for kind, gap in (("sheet", r"____\(\w+\)____"), ("key", r"__−?[\d.]+__\(\w+\)")):
        members = {
            line.subject: line.members[1][1] for line in by_kind[kind].lines
            if len(line.members) == 3 and "∂" in line.subject and "η" not in line.members[0][1]
        }  # fmt: skip
        local = {name: one for name, one in members.items() if " · " not in name}
        slope = next(one for name, one in local.items() if name.startswith("∂a_o"))
        loss = next(one for name, one in local.items() if name.startswith("∂E1/∂a_o"))
        square = rf"1 − \({gap}\)²" if value else rf"{gap}·\(1 − {gap}\)"
        assert re.fullmatch(square, slope), slope
        target = rf"\({gap}\)" if given_target < 0 else gap
        assert re.fullmatch(rf"{gap} − {target}", loss), loss


def test_golden_pages(golden: Callable[[str, str], None]) -> None:
    sheets = derive.worksheet(SAMPLES["2-2-2"], variants=1, seed=7)
    golden("sheet.md", page(sheets, "sheet", "markdown"))
    golden("key.txt", page(sheets, "key", "text"))

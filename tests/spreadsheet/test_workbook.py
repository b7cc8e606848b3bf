"""What is in the file: formulas and values, names, layout, charts; the same bytes each time."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from functools import cache
from typing import Any

import pytest

import derive
from derive.compute.sources.source import names_of
from derive.expression.nodes import BATCH_LOSS, LOSS, Quantity
from derive.spreadsheet import SpreadsheetError, of_training, workbook
from derive.spreadsheet.cells import CellNames
from tests.spreadsheet.networks import EXAMPLES, NETWORKS, network
from tests.spreadsheet.office import Cells, cells, column, openpyxl

TWO = derive.load(EXAMPLES / "write-up-000.yaml")
OF_TWO = workbook(TWO, epochs=30)


def opened(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def rows_of(found: Cells, sheet: str) -> list[list[Any]]:
    """The rows of numbers of a training sheet."""
    return [
        [cell.value for cell in row]
        for row in openpyxl.load_workbook(io.BytesIO(OF_TWO), data_only=True)[sheet].iter_rows(
            min_row=3
        )
    ]


@cache
def made(name: str) -> bytes:
    return workbook(NETWORKS[name], (0.1, 0.2), 3)


# -- values ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NETWORKS)
def test_the_values_beside_the_formulas_are_those_of_the_compiled_function(name: str) -> None:
    """The loss of epoch 0, and of a later epoch from the weights that stand in its row."""
    of = NETWORKS[name]
    if not of.has_values:
        return
    found = cells(made(name))
    losses = list(derive.train(of, (0.1,), 3)[0.1].losses)
    by_label = [value for (sheet, address), value in found.items()
                if sheet == "Training" and re.fullmatch(r"[A-Z]+2", address)]  # fmt: skip
    assert len(set(by_label)) == len(by_label)
    loss = names_of(of).text(Quantity(BATCH_LOSS if of.is_batch else LOSS))
    mine = column(found, "Training", loss)
    assert len(losses) > 2
    # Training ends where it diverges, a sheet goes on.
    assert mine[: len(losses)] == pytest.approx(losses, rel=1e-13)


def test_the_values_are_the_rows_of_the_table_of_training() -> None:
    training = derive.train(TWO, (0.5,), 30)
    rows = list(training.table(0.5))
    found = rows_of(cells(OF_TWO), "Training")
    width = len(rows[0])
    for mine, theirs in zip(found, rows, strict=True):
        # The table has the inputs first, the sheet the targets; both have no deltas in between.
        assert mine[0] == theirs[0]
        assert sorted(theirs[1:5]) == sorted(mine[1:5])
        for value in theirs[5:width]:
            assert any(value == pytest.approx(other, rel=1e-14, abs=0) for other in mine[5:])


def test_every_number_outside_the_yellow_cells_is_a_formula() -> None:
    yellow = set()
    for sheet in opened(OF_TWO):
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, (int, float)):
                    assert cell.fill.fgColor.rgb == "FFFFFF99", (sheet.title, cell.coordinate)
                    yellow.add((sheet.title, cell.coordinate))
    names = opened(OF_TWO).defined_names
    named = {next(iter(name.destinations)) for name in names.values()}
    assert yellow == {(sheet, address.replace("$", "")) for sheet, address in named}
    assert len(yellow) == 1 + 2 + 2 + 8 + 6


def test_a_number_with_seventeen_digits_keeps_them() -> None:
    value = 0.1234567890123456789
    of = derive.Network([1.0], [derive.Dense(1, "tanh", weights=[[value]], biases=[0])],
                        targets=[0], learning_rate=0.1)  # fmt: skip
    assert value in cells(workbook(of, epochs=1)).values()


def test_the_same_arguments_give_the_same_bytes() -> None:
    assert workbook(TWO, epochs=30) == OF_TWO
    code = (
        "import sys, derive; from derive.spreadsheet import workbook; sys.stdout.buffer.write("
        "workbook(derive.load('examples/write-up-000.yaml'), epochs=30))"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert other.stdout == OF_TWO


# -- formulas ----------------------------------------------------------------------------------


def test_a_row_builds_on_the_row_above() -> None:
    formulas = cells(OF_TWO, formulas=True)
    assert formulas["Training", "F3"] == "=w_1"
    assert formulas["Training", "F4"] == "=F3-eta*AC3"
    assert formulas["Training", "F5"] == "=+F4-eta*AC4"
    assert formulas["Run 3", "F4"] == "=F3-eta_run_3*AC3"
    assert formulas["Training", "N3"] == "=F3*D3+G3*E3"
    assert formulas["Training", "V3"] == "=0.5*AS3*AS3"  # y − t, from what is left to y's bound


def test_no_two_neighbours_in_a_column_are_alike() -> None:
    """LibreOffice works out long columns of like formulas in parallel, and not always right."""
    formulas = cells(OF_TWO, formulas=True)
    for (sheet, address), formula in formulas.items():
        letters, row = re.fullmatch(r"([A-Z]+)(\d+)", address).groups()  # type: ignore[union-attr]
        below = formulas.get((sheet, f"{letters}{int(row) + 1}"))
        if str(formula).startswith("=") and below and re.match("Training|Run|Sweep", sheet):
            moved = re.sub(r"(?<=[A-Z])\d+\b", lambda m: str(int(m[0]) + 1), formula)
            assert moved != below, (sheet, address)


def test_only_functions_that_every_program_has() -> None:
    known = {"EXP", "LN", "SQRT", "SIN", "COS", "SINH", "COSH", "TANH", "ATAN", "ABS", "MAX", "MIN",
             "IF", "SIGN", "ERF", "ERFC", "POWER", "PI", "LARGE", "IFERROR", "INDEX",
             "MATCH"}  # fmt: skip
    met = set()
    for name in NETWORKS:
        for formula in cells(made(name), formulas=True).values():
            if str(formula).startswith("="):
                met |= set(re.findall(r"([A-Z][A-Z0-9.]*)\(", formula))
                assert "^" not in formula
                for number in re.findall(r"(?<![\w.])\d+(?:\.\d+)?", formula):
                    assert len(number.replace(".", "").strip("0")) <= 15, formula
    assert met <= known
    assert known - met <= {"PI"}  # constants are worked out


def test_the_formula_of_each_column_stands_beside_its_mathematics() -> None:
    found = cells(OF_TWO)
    formulas = cells(OF_TWO, formulas=True)
    rows = {found["Formulas", f"B{row}"]: row for row in range(3, 46)}
    for label, row in rows.items():
        letter = found["Formulas", f"A{row}"]
        assert found["Training", f"{letter}2"] == label
        assert found["Formulas", f"F{row}"] == formulas["Training", f"{letter}3"]
        if ("Formulas", f"G{row}") in found:
            assert found["Formulas", f"G{row}"] == formulas["Training", f"{letter}4"]
    shown = {label: (found["Formulas", f"D{row}"], found["Formulas", f"E{row}"])
             for label, row in rows.items()}  # fmt: skip
    assert shown["h1"] == ("h1 = W1·i1 + W2·i2", "=W1*i1+W2*i2")
    assert shown["δ_o1"][0] == "δ_o1 = (a_o1 − t1)·a_o1·(1 − a_o1)"
    assert shown["W1"] == (
        "W1 ← W1 − η·∂E_Total/∂W1",
        "=w_1 first, then =W1-eta*(∂E_Total/∂W1) with the row above",
    )
    assert "σ(x) = 1/(1 + exp(−x))" in found.values()


# -- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "given"),
    [("w1", "w_1"), ("abc12", "abc_12"), ("abcd12", "abcd12"), ("R", "R_"), ("c", "c_"),
     ("rc", "rc_"), ("r2c3", "r2c3_"), ("R1", "R_1"), ("true", "true_"), ("eta", "eta"),
     ("größe", "gr_e"), ("ŷ", "v"), ("w_11", "w_11"), ("i1_ex1", "i1_ex1")],
)  # fmt: skip
def test_a_name_is_one_that_spreadsheets_take(wanted: str, given: str) -> None:
    assert CellNames()(wanted).rstrip("_") == given.rstrip("_")


def test_no_two_cells_have_one_name() -> None:
    name = CellNames()
    found = [name(wanted) for wanted in ("w1", "w_1", "W_1", "w1", "R", "r", "R_")]
    assert len({one.lower() for one in found}) == len(found)


def test_a_network_whose_inputs_are_called_like_cells_and_functions() -> None:
    of = derive.Network({"R": 1, "w_1": 2, "TRUE": 3, "exp": 4},
                        [derive.Dense(1, "tanh", weights=[[1]] * 4, biases=[0])],
                        targets=[0], learning_rate=0.1)  # fmt: skip
    names = set(opened(workbook(of, epochs=1)).defined_names)
    assert {"R_", "w_1", "TRUE_", "exp", "w_1_2"} <= names


# -- for people --------------------------------------------------------------------------------


def test_charts_have_titles_axes_and_a_text_for_those_who_do_not_see_them() -> None:
    with zipfile.ZipFile(io.BytesIO(OF_TWO)) as parts:
        names = parts.namelist()
        charts = [parts.read(n).decode() for n in names if n.startswith("xl/charts/chart")]
        drawings = [parts.read(n).decode() for n in names if re.match("xl/drawings/drawing", n)]
    assert len(charts) == 4
    for chart in charts:
        assert chart.count("<c:title>") == 3
        assert "epoch" in chart and "E_Total" in chart
    texts = [text for drawing in drawings for text in re.findall(r'descr="([^"]+)"', drawing)]
    assert len(texts) == 4 and len(set(texts)) == 4


def test_the_sheets_and_how_they_open() -> None:
    book = opened(OF_TWO)
    assert book.sheetnames == ["Read me", "Settings", "Training", "Formulas", "Sweep",
                               *(f"Run {k}" for k in range(1, 7))]  # fmt: skip
    assert book["Training"].freeze_panes == "B3"
    assert book["Training"].print_title_rows == "$1:$2"
    assert all(sheet.merged_cells.ranges == set() for sheet in book)
    groups = [cell.value for cell in book["Training"][1] if cell.value]
    assert groups == ["targets and inputs", "weights", "layer 1, hidden", "layer 2, output",
                      "loss", "deltas", "gradients", "helpers"]  # fmt: skip


def test_what_the_network_lacks_is_made_up_and_marked() -> None:
    found = cells(workbook(NETWORKS["symbolic"], epochs=1))
    marked = [k for k, v in found.items() if v == "made up: replace it by your own"]
    assert len(marked) == 1 + 2 + 2 + 12
    assert any("made up" in str(v) for (sheet, _), v in found.items() if sheet == "Read me")
    assert not any("made up" in str(v) for v in cells(OF_TWO).values())


def test_words_of_ones_own(tmp_path: Any) -> None:
    for name, title in (("good", "Übung"), ("bad", "a/b")):
        folder = tmp_path / name / "wording" / "en"
        folder.mkdir(parents=True)
        source = f"<% macro spreadsheet_sheet_training() %>{title}<% endmacro %>"
        (folder / "mine.jinja").write_text(source, encoding="utf-8")
    assert "Übung" in opened(workbook(TWO, epochs=1, templates=tmp_path / "good")).sheetnames
    with pytest.raises(SpreadsheetError, match=r"'a/b'.*spreadsheet-sheet"):
        workbook(TWO, epochs=1, templates=tmp_path / "bad")


def read_me(of: derive.Network, **options: Any) -> str:
    found = cells(workbook(of, epochs=1, **options))
    return "\n".join(str(value) for (sheet, _), value in found.items() if sheet == "Read me")


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("Each of the 3 examples has", "batch"),
        ("targets are worked out from the inputs", "target formulas"),
        ("marked as made up", "symbolic"),
        ("such as", "batch"),
        ("Helpers", "batch"),
    ],
)
def test_a_sentence_is_said_where_it_is_true_and_not_elsewhere(words: str, where: str) -> None:
    plain = derive.Network(
        {"input": 1}, [derive.Dense(1, "relu", weights=[[1]], bias="none")],
        targets={"target": 2}, learning_rate=0.1, notation="letters",
    )  # fmt: skip
    assert words in read_me(NETWORKS[where])
    assert words not in read_me(plain)


def test_the_sweep_is_spoken_of_where_there_is_one() -> None:
    assert "Sweep" in read_me(TWO)
    assert "Sweep" not in read_me(TWO, rates=(0.1,))


# -- training ----------------------------------------------------------------------------------


def test_a_training_of_other_examples_and_drawn_weights() -> None:
    of = derive.Network(2, [derive.Dense(2, "tanh"), derive.Dense(1, "identity")])
    training = derive.train(of, (0.1, 0.2), 5, inputs=[[0, 1], [1, 1], [1, 0]],
                            targets=[[1], [0], [1]], initial=3)  # fmt: skip
    found = cells(of_training(training))
    for number, rate in enumerate((0.1, 0.2), start=1):
        losses = list(training[rate].losses)
        assert column(found, f"Run {number}", "E_batch") == pytest.approx(losses, rel=1e-13)
    assert not any("made up: " in str(v) for v in found.values())


def test_minibatches_are_refused() -> None:
    training = derive.train(derive.load(EXAMPLES / "batch.yaml"), (0.1,), 2, batch_size=1)
    with pytest.raises(SpreadsheetError, match="1 at a time"):
        of_training(training)
    patterns = derive.train(derive.load(EXAMPLES / "batch.yaml"), (0.1,), 2, order="given")
    with pytest.raises(SpreadsheetError, match=r"1 at a time; .*--order"):
        of_training(patterns)


# -- limits ------------------------------------------------------------------------------------


def test_too_many_cells_are_refused_before_work() -> None:
    with pytest.raises(SpreadsheetError) as error:
        workbook(TWO, epochs=100_000)
    assert re.search(r"at least [\d,]+ formulas .* allowed are [\d,]+.*at most [\d,]+ epochs",
                     str(error.value))  # fmt: skip
    fit = int(re.search(r"at most ([\d,]+) epochs", str(error.value))[1].replace(",", ""))  # type: ignore[index]
    assert 1000 < fit < 100_000


def test_a_network_too_wide_for_a_sheet_is_refused_before_work() -> None:
    wide = derive.Network(784, [derive.Dense(128, "relu"), derive.Dense(10, "softmax")],
                          loss="cross_entropy")  # fmt: skip
    with pytest.raises(SpreadsheetError, match=r"at least 20\d,\d\d\d cells.*16,384 columns"):
        workbook(wide)


def test_more_rows_than_a_sheet_has() -> None:
    with pytest.raises(SpreadsheetError, match="1,048,576"):
        workbook(network(("identity",), sizes=(1, 1), targets=[0]), (0.1,), 2_000_000)


def test_a_formula_too_long_for_a_cell_is_refused() -> None:
    long = derive.Network(1000, [derive.Dense(1, "identity")])
    with pytest.raises(SpreadsheetError, match="8,192"):
        workbook(long, (0.1,), 1)


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(SpreadsheetError, match=r'pip install "derive\[xlsx\]"'):
        workbook(TWO, epochs=1)

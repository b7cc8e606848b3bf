"""Examples from a CSV file: read as they stand, or every problem told with its line and column."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import derive
from derive.compute.training import data, tables
from derive.compute.training.data import DataError, Examples, read_data
from tests.document.claims import network

MAZUR = derive.load("examples/mazur.yaml")
SUM = derive.load("examples/write-up-003.yaml")
GOOD = "i1,i2,t1,t2\n0.05,0.1,0.01,0.99\n1,-2e-3,0,1\n"


def examples(tmp_path: Path, text: str | bytes, of: derive.Network = MAZUR) -> Examples:
    path = tmp_path / "data.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_data(path, of)


def read(tmp_path: Path, text: str | bytes, of: derive.Network = MAZUR) -> object:
    found = examples(tmp_path, text, of)
    return found.inputs, found.targets


def test_columns_come_in_any_order(tmp_path: Path) -> None:
    expected = ([[0.05, 0.1], [1.0, -0.002]], [[0.01, 0.99], [0.0, 1.0]])
    assert read(tmp_path, GOOD) == expected
    shuffled = "t2, i2 ,t1,i1\n.99,+0.1,1E-2,5e-2\n\n 1. ,-0.002,0,1\r\n"
    assert read(tmp_path, shuffled) == expected
    assert read(tmp_path, b"\xef\xbb\xbf" + GOOD.encode()) == expected
    assert (
        read(tmp_path, '"i1","i2","t1","t2"\n"0.05","0.1","0.01","0.99"\n1,-2e-3,0,1') == expected
    )


@pytest.mark.parametrize(
    "text",
    [
        "i1;i2;t1;t2\n0,05;0,1;0,01;0,99\n1;-2e-3;0;1\n",
        "i1\ti2\tt1\tt2\n0.05\t0.1\t0.01\t0.99\n1\t-0.002\t0\t1\n",
        "i1\ti2\tt1\tt2\n0,05\t,1\t0,01\t0,99\n1,\t-2,0e-3\t0\t1\n",
        "sep=;\r\ni1;i2;t1;t2\r\n0.05;0.1;0.01;0.99\r\n1;-2e-3;0;1\r\n",
        "\nNr;t1;i1;i2;t2\n1;0,01;0,05;0,1;0,99\n2;0;1;-0,002;1\n",
        "Name;t1;i1;i2;t2\nÄrmel;0,01;0,05;0,1;0,99\nBär;0;1;-0,002;1\n",
    ],
)
def test_tables_as_spreadsheets_save_them(text: str, tmp_path: Path) -> None:
    expected = ([[0.05, 0.1], [1.0, -0.002]], [[0.01, 0.99], [0.0, 1.0]])
    assert read(tmp_path, text) == expected
    assert read(tmp_path, text.encode("cp1252")) == expected
    assert read(tmp_path, text.encode("utf-16")) == expected
    assert read(tmp_path, b"\xef\xbb\xbf" + text.encode()) == expected


def test_decimal_commas_with_three_places_between_semicolons(tmp_path: Path) -> None:
    assert read(tmp_path, "i1;i2;t1;t2\n1,234;2;0;1\n") == ([[1.234, 2.0]], [[0.0, 1.0]])
    with_tabs = "i1\ti2\tt1\tt2\n1,234\t2,5\t0\t1\n"
    assert read(tmp_path, with_tabs) == ([[1.234, 2.5]], [[0.0, 1.0]])


@pytest.mark.parametrize("called", ["id", "Nr.", "#", "Pattern", "Name", ""])
def test_a_column_of_numbers_or_names_is_passed_over_and_told(called: str, tmp_path: Path) -> None:
    found = examples(tmp_path, f"{called},i1,i2,t1,t2\nfirst,0.05,0.1,0.01,0.99\n")
    assert found == Examples([[0.05, 0.1]], [[0.01, 0.99]], (called,))


def test_a_class_stands_for_a_row_of_targets(tmp_path: Path) -> None:
    rows = [[0.0, 1.0], [1.0, 0.0]]
    assert read(tmp_path, "i1,i2,class\n1,2,2\n3,4,1\n") == ([[1.0, 2.0], [3.0, 4.0]], rows)
    assert read(tmp_path, "i1,i2,class_index\n1,2,1\n3,4,0\n") == (
        [[1.0, 2.0], [3.0, 4.0]], rows
    )  # fmt: skip


def test_targets_may_be_left_out_where_there_are_formulas(tmp_path: Path) -> None:
    assert read(tmp_path, "x2,x1\n2,1\n", SUM) == ([[1.0, 2.0]], None)
    assert read(tmp_path, "x2,x1,y\n2,1,9\n", SUM) == ([[1.0, 2.0]], [[9.0]])


@given(rows=st.lists(st.lists(st.floats(allow_nan=False, allow_infinity=False),
                              min_size=4, max_size=4), min_size=1, max_size=5))  # fmt: skip
def test_every_number_that_python_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[float]]
) -> None:
    lines = ["i1,i2,t1,t2", *(",".join(map(repr, row)) for row in rows)]
    found = read(tmp_path_factory.mktemp("data"), "\n".join(lines))
    assert found == ([row[:2] for row in rows], [row[2:] for row in rows])


HEAD = "i1,i2,t1,t2\n"
# What is in the file, and the lines of the message; every one begins with the place.
BAD: dict[str, tuple[str | bytes, list[str]]] = {
    "empty": ("", [":1: no column for i1, i2, t1, t2"]),
    "no header": ("1,2,3,4\n", [":1: unknown column '1'"] * 1 + [":1: unknown column '2'"]),
    "header alone": (HEAD, [": no examples"]),
    "unknown column": ("i1,i2,t1,tt2\n1,2,3,4\n", [":1: unknown column 'tt2'; did you mean 't2'?",
                                                 ":1: no column for t2"]),
    "a weight": ("i1,i2,t1,t2,w1\n1,2,3,4,5\n", [":1: unknown column 'w1'"]),
    "missing column": ("i1,t1,t2\n1,2,3\n", [":1: no column for i2"]),
    "twice": ("i1,i1,i2,t1,t2\n1,1,2,3,4\n", [":1: the column 'i1' is there twice"]),
    "points and commas": ("i1;i2;t1;t2\n0,5;2;3;4\n1;0.25;3;4", [
        ":2: column i1: a decimal comma, and", ":3: column i2 has a decimal point"]),
    "thousands or decimals": ("i1\ti2\tt1\tt2\n1,234\t2\t3\t4", [
        ":2: column i1: a comma that may stand before decimals or between thousands"]),
    "thousands": ("i1;i2;t1;t2\n1.234,5;2;3;4\n", [":2: column i1: got '1.234,5'"]),
    "a class that there is not": ("i1,i2,class\n1,2,0\n1,2,3\n1,2,1.5", [
        ":2: column class: got 0; allowed are whole numbers from 1 to 2; a column class_index "
        "counts from 0", ":3: column class: got 3", ":4: column class: got 1.5"]),
    "an index of no class": ("i1,i2,class_index\n1,2,2", [
        ":2: column class_index: got 2; allowed are whole numbers from 0 to 1"]),
    "classes and targets": ("i1,i2,class,t1\n1,2,1,1\n", [
        ":1: a column for classes and columns for t1"]),
    "binary": (b"\xff\xfe\x00\x00\x01\x00", [": not text"]),
    "no text": (HEAD.encode() + b"1,2,3,\x81\xff\n", [":2: neither UTF-8 nor Windows-1252"]),
    "decimal comma": (HEAD + '"0,5",1,2,3\n', [":2: column i1: got '0,5'", "after a point"]),
    "words": (HEAD + "1,2,3,4\n1,high,3,low\n", [":3: column i2: got 'high'",
                                                ":3: column t2: got 'low'"]),
    "nothing": (HEAD + "1,,3,4\n", [":2: column i2: got nothing"]),
    "nan": (HEAD + "1,nan,inf,1e999\n", [":2: column i2: got 'nan'", ":2: column t1: got 'inf'",
                                        ":2: column t2: got '1e999'"]),
    "python's own": (HEAD + "1_000,0x10,1,1\n", [":2: column i1: got '1_000'",
                                                ":2: column i2: got '0x10'"]),
    "code": (HEAD + "__import__('os'),1,1,1\n", [":2: column i1: got \"__import__('os')\""]),
    "other digits": (HEAD + "١,1,1,1\n", [":2: column i1: got '١'"]),
    "too few": (HEAD + "1,2,3\n1,2,3,4,5\n", [":2: got 3 values; allowed are 4",
                                             ":3: got 5 values; allowed are 4"]),
    "an open quotation mark": (HEAD + '1,"2,3,4\n', [":2: not a table: unexpected end of data"]),
    "Windows": (HEAD.encode() + b"1,2,3,\xff\n", [":2: column t2: got 'ÿ'"]),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_what_is_wrong_is_told_with_its_place(kind: str, tmp_path: Path) -> None:
    text, told = BAD[kind]
    with pytest.raises(DataError) as error:
        read(tmp_path, text)
    message = str(error.value)
    assert all(line.startswith(str(tmp_path / "data.csv")) for line in message.splitlines())
    for part in told:
        assert part in message, message


def test_targets_that_the_loss_cannot_take_are_told_with_their_line(tmp_path: Path) -> None:
    of = network((1, 1), ("sigmoid",), "binary_cross_entropy", notation="numbered")
    with pytest.raises(DataError, match=r":3: column t1: got 1\.5; allowed with binary_"):
        read(tmp_path, "i1,t1\n1,0.5\n\n"[:-1] + "2,1.5\n", of)


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(DataError, match="give the path of a CSV file"):
            read_data(path, MAZUR)


def test_limits_come_before_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "MAX_EXAMPLES", 3)
    with pytest.raises(DataError, match=r":5: too many examples; allowed are 3 rows"):
        read(tmp_path, HEAD + "1,2,3,4\n" * 9)
    monkeypatch.setattr(tables, "MAX_BYTES", 20)
    with pytest.raises(DataError, match="more than 20 bytes"):
        read(tmp_path, GOOD)


def test_hundreds_of_problems_are_counted(tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        read(tmp_path, HEAD + "a,b,c,d\n" * 100)
    assert len(error.value.problems) == 400
    assert str(error.value).splitlines()[-1] == "and 300 more"

"""Answers in files: no cell is lost or shifted without a word, and a broken file leads to a
message."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from worksheets.networks import two_two_two

import derive
from derive.worksheets import Worksheet, WorksheetError
from derive.worksheets.classes.answer_table import Labels, answer_sheet
from derive.worksheets.marking.reading.submissions import Submissions, label_of, read_submissions
from derive.worksheets.marking.reports.delivery import files
from derive.worksheets.marking.reports.tallies import report


@pytest.fixture(scope="module")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> Worksheet:
    roster = tmp_path_factory.mktemp("roster") / "roster.csv"
    roster.write_text("id,name\n1001,Ada\n1002,Blaise\n1003,Ada\n", encoding="utf-8")
    return derive.worksheet(two_two_two(), seed=7, roster=roster)


@pytest.fixture(scope="module")
def without(sheets: Worksheet) -> Worksheet:
    return derive.worksheet(two_two_two(), variants=3, seed=7)


def with_forms(sheets: Worksheet, text: str) -> str:
    """FORM2 and Form2 stand for the form of variant 2, the second as Word writes it."""
    for number in range(1, sheets.bundle.count + 1):
        form = sheets.bundle.form(number)
        text = text.replace(f"FORM{number}", form)
        text = text.replace(f"Form{number}", form.replace("-", "–").lower())
    return text


def reading(sheets: Worksheet, path: Path, text: str) -> Submissions:
    path.write_text(with_forms(sheets, text), encoding="utf-8")
    return read_submissions(path, sheets.bundle)


LOST = [
    ("student,1,2,3\n1001,0,59,0,6434,0,705\n", ":2: got '6434' in column 5, where nothing is"),
    ("student,label,answer\n1001,1,0,59\n", ":2: got '59' in column 4, where nothing is read"),
    ("student,1,,2\n1001,0.5,lost,0.6\n", ":2: got 'lost' in column 3"),
    ("student,label,answer,value\n1001,1,2,3\n", ":1: got a column 'value' beside label"),
    ("student,label,answer,1\n1001,1,2,3\n", ":1: got a column '1' beside label and answer"),
    ("student,label,answer\n1001,,0.5\n", ":2: an answer without its blank; write which, as in 2a"),
    ("student,1, (1)\n1001,2,3\n", ":1: two columns are headed '(1)'"),
    ('student,1,2\n1001,"0.59,0.6434\n1002,0.6,0.7\n', ":2: a quotation mark opens a cell"),
    ('student,1,2\n1001,0.5,"0.6434\n1002,0.6,0.7\n1003,0.1,0.2"\n', ":2: a quotation mark opens"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), LOST)
def test_no_cell_is_lost_without_a_word(
    sheets: Worksheet, tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(WorksheetError) as error:
        reading(sheets, tmp_path / "a.csv", text)
    assert message in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        "student,1,2,,\n1001,0.5,0.6,,\n", "student,1\n1001,0.5,-,–\n", 'student,1\n1001,"0,5"\n',
        "student;1;2\n1001;0,5;0,6\n", 'student,1,2\n1001,"see\nabove",0.6\n',
        "student,label,answer\n1001,1,0.5\n,,\n1001,,\n",
    ],
)  # fmt: skip
def test_what_is_empty_needs_no_heading(sheets: Worksheet, tmp_path: Path, text: str) -> None:
    assert reading(sheets, tmp_path / "a.csv", text)[1]["1"]


WHOSE = [
    ("form,student,1\nFORM1,1002,0.5\n", [
        ":2: form 'FORM1' is variant 1 (Ada, 1001), student '1002' is variant 2 (Blaise, 1002); "
        "write"]),
    ("id,name,1\n1001,Blaise,0.5\n", [":2: id '1001' is variant 1 (Ada, 1001), name 'Blaise' is"]),
    ("id,name,1\n1001,Nobody,0.5\n", [":2: student 'Nobody' is not on the roster"]),
    ("name,1\nAda,0.5\n", [
        ":2: name 'Ada' may be variant 1 (Ada, 1001) or variant 3 (Ada, 1003); write the form"]),
    ("variant,form,1\n2,FORM1,0.5\n", [":2: form 'FORM1' is variant 1"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "messages"), WHOSE)
def test_columns_that_contradict_each_other_are_told(
    sheets: Worksheet, tmp_path: Path, text: str, messages: list[str]
) -> None:
    with pytest.raises(WorksheetError) as error:
        reading(sheets, tmp_path / "a.csv", text)
    for message in messages:
        assert with_forms(sheets, message) in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        "id,name,1\n1003,Ada,0.5\n", "form,id,name,1\nFORM3,1003,ada,0.5\n",
        "name,variant,1\nAda,3,0.5\n", "form,1\nForm3,0.5\n", "variant,id,1\n3,,0.5\n",
    ],
)  # fmt: skip
def test_columns_that_agree_are_one(sheets: Worksheet, tmp_path: Path, text: str) -> None:
    assert set(reading(sheets, tmp_path / "a.csv", text)) == {3}


def test_names_say_nothing_where_there_is_no_roster(without: Worksheet, tmp_path: Path) -> None:
    assert set(reading(without, tmp_path / "a.csv", "form,name,1\nFORM2,Ada,0.5\n")) == {2}
    with pytest.raises(WorksheetError, match="no roster; write the form or the variant"):
        reading(without, tmp_path / "b.csv", "name,1\nAda,0.5\n")


def test_forms_and_labels_as_they_are_printed(sheets: Worksheet, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"form,(1),( 2A )\n{sheets.bundle.form(2).lower()},0.5,0.6\n")
    assert read_submissions(path, sheets.bundle) == {2: {"1": "0.5", "2a": "0.6"}}
    path.write_text("student,label,answer\n1001,(12B),0.5\n")
    assert read_submissions(path, sheets.bundle) == {1: {"12b": "0.5"}}
    for label, same in (("(1)", "1"), ("１", "1"), ("Comment", "Comment"), ("(x)", "x"), ("", "")):
        assert label_of(label) == same


# -- JSON -----------------------------------------------------------------------------------------


def test_json_with_very_many_keys_is_read_at_once(sheets: Worksheet, tmp_path: Path) -> None:
    """Work in proportion to its length: a count of each key would be 10^10 steps."""
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"1001": {f"k{i}": "0" for i in range(100_000)}}))
    assert len(read_submissions(path, sheets.bundle)[1]) == 100_000


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"1001": {"1": "2", " 1 ": "3"}}', "1001: blank '1' stands twice"),
        ('{"1001": {"(1)": "2", "1": "3"}}', "1001: blank '1' stands twice"),
        ('{"1001": {"": "2"}}', "1001: an answer without its blank; write which"),
        ('{"": {"1": "2"}}', "an empty name"),
        ('{"\\ud800": {"1": "2"}}', "student '\ufffd' is not on the roster"),
    ],
)  # fmt: skip
def test_json_that_says_a_thing_twice_is_told(
    sheets: Worksheet, tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(WorksheetError) as error:
        reading(sheets, tmp_path / "a.json", text)
    assert message in str(error.value)


def test_half_a_character_can_be_written_back(sheets: Worksheet, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"1001": {"1": "\\ud800", "2": "\\ud83d\\ude00"}}')
    marks = derive.mark(sheets.bundle, path)
    for page in files(marks, ("text", "json", "csv", "markdown", "latex")).values():
        page.encode()
    assert {m.mark.label: m.mark.given for m in marks.students[0].graded}["2"] == "😀"


# -- spreadsheets ---------------------------------------------------------------------------------


def workbook(path: Path, *sheets: list[list[object]]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    book.save(path)
    return book


def test_a_formula_without_its_value_is_told(sheets: Worksheet, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    workbook(path, [["student", "1"], [1001, "=0.5*0.2"]])
    with pytest.raises(
        WorksheetError, match=r"a\.xlsx:2: cell B2 has a formula and no value; open"
    ):
        read_submissions(path, sheets.bundle)


def test_a_second_sheet_with_answers_is_told(sheets: Worksheet, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    first = [["student", "1"], [1001, 0.5]]
    workbook(path, first, [["Student", "2"], [1002, 0.5]])
    with pytest.raises(WorksheetError, match="the sheet 'Sheet1' has rows too, and only the first"):
        read_submissions(path, sheets.bundle)
    workbook(path, [], first)
    with pytest.raises(WorksheetError, match="only the first sheet is read, 'Sheet'"):
        read_submissions(path, sheets.bundle)
    workbook(path, first, [], [["notes"], ["nobody was ill"]])
    assert read_submissions(path, sheets.bundle) == {1: {"1": "0.5"}}


def test_a_sheet_with_a_chart_alone_is_passed_over(sheets: Worksheet, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = workbook(path, [["student", "1"], [1001, 0.5]])
    chart = book.create_chartsheet("picture", 0)
    chart.add_chart(openpyxl.chart.BarChart())
    book.save(path)
    assert read_submissions(path, sheets.bundle) == {1: {"1": "0.5"}}


@pytest.mark.parametrize("place", [(1_048_576, 1), (1, 16_384), (1_048_576, 16_384), (99_999, 9)])
def test_a_cell_far_away_makes_no_work(
    sheets: Worksheet, tmp_path: Path, place: tuple[int, int]
) -> None:
    path = tmp_path / "a.xlsx"
    book = workbook(path, [["student", "1"], [1001, 0.5]])
    book.active.cell(*place, "x")
    book.save(path)
    with pytest.raises(WorksheetError) as error:
        read_submissions(path, sheets.bundle)
    far = place[0] > 100_000 or place[1] > 2_000
    assert ("allowed are 100000 rows and 2000 columns" in str(error.value)) == far
    if not far:
        assert ":99999: says not whose it is" in str(error.value) or "column 9" in str(error.value)


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (b, b"&%c;" % (b - 1) * 10) for b in range(98, 112))
    + b"]><worksheet>&o;</worksheet>"
)


@pytest.mark.parametrize(
    "sheet", [b"", b"<worksheet><sheetData><row", b"no xml", b"<a/>" * 9, BOMB]
)
def test_a_spreadsheet_with_a_broken_sheet_is_told(
    sheets: Worksheet, tmp_path: Path, sheet: bytes
) -> None:
    path = tmp_path / "a.xlsx"
    workbook(path, [["student", "1"], [1001, 0.5]])
    whole = path.read_bytes()
    out = io.BytesIO()
    with ZipFile(io.BytesIO(whole)) as old, ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, sheet if name.endswith("sheet1.xml") else old.read(name))
    path.write_bytes(out.getvalue())
    with pytest.raises(WorksheetError):
        read_submissions(path, sheets.bundle)


def test_every_beginning_of_a_spreadsheet_is_told(sheets: Worksheet, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    workbook(path, [["student", "1"], [1001, 0.5]])
    whole = path.read_bytes()
    for end in range(4, len(whole) - 22, 97):
        path.write_bytes(whole[:end])
        with pytest.raises(WorksheetError, match="not a spreadsheet that can be read"):
            read_submissions(path, sheets.bundle)


# -- as spreadsheets save it ----------------------------------------------------------------------


ROSTER = 'id,name\n0012345,Ada\n\'@bo,Bo\n=x,"=Xi"\n12,Cem\n0012,Dee\n00077,Eve\n077,Fay\n'


@pytest.fixture(scope="module")
def numbered(tmp_path_factory: pytest.TempPathFactory) -> Worksheet:
    roster = tmp_path_factory.mktemp("numbered") / "roster.csv"
    roster.write_text(ROSTER, encoding="utf-8")
    return derive.worksheet(two_two_two(), seed=7, roster=roster)


@pytest.mark.parametrize(
    ("who", "number"),
    [("12345", 1), ("'0012345", 1), ("00012345", 1), ("@bo", 2), ("''@bo", 2), ("'=x", 3),
     ("’=X", 3), ("'=xi", 3), ("12", 4), ("0012", 5), ("077", 7)],
)  # fmt: skip
def test_an_id_that_a_spreadsheet_changed_is_found(
    numbered: Worksheet, tmp_path: Path, who: str, number: int
) -> None:
    assert set(reading(numbered, tmp_path / "a.csv", f"student,1\n{who},0.5\n")) == {number}
    assert set(read_submissions({who: {"1": "0.5"}}, numbered.bundle)) == {number}


def test_an_id_that_may_be_two_is_told(numbered: Worksheet, tmp_path: Path) -> None:
    with pytest.raises(WorksheetError) as error:
        reading(numbered, tmp_path / "a.csv", "student,1\n77,0.5\n")
    assert (
        ":2: student '77' may be variant 6 (Eve, 00077) or variant 7 (Fay, 077); write the form"
    ) in str(error.value)


@pytest.mark.parametrize(
    ("form", "who", "number"),
    [
        ("1", "12345,Ada", 1), ("1", "1.2E+04,Ada", 1), ("1", ",A. Lovelace", 1),
        ("5", "12,Dee", 5), ("6", "77,Eve", 6), ("4", "#NAME?,#NAME?", 4), ("3", "'=x,'=Xi", 3),
    ],
)  # fmt: skip
def test_the_form_says_whose_a_row_is_where_nobody_else_is_named(
    numbered: Worksheet, tmp_path: Path, form: str, who: str, number: int
) -> None:
    text = f"form,student,name,1\nFORM{form},{who},0.5\n"
    assert set(reading(numbered, tmp_path / "a.csv", text)) == {number}


@pytest.mark.parametrize("who", ["12345,Eve", "00012345,", "nobody,Bo", "FORM2,"])
def test_a_form_and_another_student_are_told(numbered: Worksheet, tmp_path: Path, who: str) -> None:
    text = f"form,student,name,1\nFORM3,{who},0.5\n"
    with pytest.raises(WorksheetError, match="; write whose the row is, once"):
        reading(numbered, tmp_path / "a.csv", text)


def test_the_answer_sheet_is_read_again_however_a_spreadsheet_saved_it(
    numbered: Worksheet, tmp_path: Path
) -> None:
    asked = [Labels(number, ("1", "2")) for number in range(1, 8)]
    sheet = str(answer_sheet(numbered.bundle, asked, ".csv")).removeprefix("\ufeff")
    rows = list(csv.reader(io.StringIO(sheet)))
    column = rows[0].index("1")
    out = io.StringIO()
    for line, row in enumerate(rows):
        if line:
            row[1] = row[1].lstrip("0'")  # as Excel shows a number, and a text
            row[column] = f"0,{line}"
        csv.writer(out, delimiter=";").writerow(row)
    found = reading(numbered, tmp_path / "answers.csv", out.getvalue())
    assert {number: mine["1"] for number, mine in found.items()} == {
        number: f"0,{number}" for number in range(1, 8)
    }


# -- who handed nothing in ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answers",
    [
        "student,1,2\n1001,0.5,\n1002,,\n1003,–,\n", "student,1,2\n1001,0.5,\n",
        "student,label,answer\n1001,1,0.5\n1002,1,\n1002,2,-\n",
    ],
)  # fmt: skip
def test_a_row_without_an_answer_is_a_student_who_was_absent(
    sheets: Worksheet, tmp_path: Path, answers: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(answers, encoding="utf-8")
    marks = derive.mark(sheets.bundle, path)
    alone = derive.mark(sheets.bundle, {"1001": {"1": "0.5"}, "1002": {}, "1003": {"1": None}})
    for found in (marks, alone):
        assert [student.variant for student in found.students] == [1]
        assert found.missing == (sheets.bundle.form(2), sheets.bundle.form(3))
        assert report(found).mean == found.students[0].points
    written = files(marks, ("text", "csv", "json"))
    assert [name for name in written if name.startswith("feedback")] == ["feedback-01.txt"]
    page = " ".join(written["report.txt"].split())
    assert f"in any figure of this report: Blaise ({sheets.bundle.form(2)}), Ada (" in page
    data = json.loads(written["marks.json"])
    assert [one["student"] for one in data["absent"]] == ["1002", "1003"]
    assert data["class"]["students"] == 1
    rows = list(csv.DictReader(io.StringIO(written["marks.csv"].removeprefix("\ufeff"))))
    assert [(row["student"], row["handed in"], row["points"]) for row in rows[1:]] == [
        ("1002", "no", ""), ("1003", "no", ""),
    ]  # fmt: skip


def test_an_empty_sheet_that_was_handed_in_has_no_points_and_counts(sheets: Worksheet) -> None:
    marks = derive.mark(sheets.bundle, {"1001": {"1": "0.5"}, "1002": {"1": "empty"}})
    assert [student.variant for student in marks.students] == [1, 2]
    assert marks.students[1].points == 0
    assert report(marks).mean == marks.students[0].points / 2


@pytest.mark.parametrize(
    "text", ["student,1,2\n1001,,\n1002,–,-\n", "student,label,answer\n1001,1,\n"]
)
def test_a_file_without_any_answer_says_what_to_do(
    sheets: Worksheet, tmp_path: Path, text: str
) -> None:
    with pytest.raises(WorksheetError, match="no answer in it; write what each student wrote"):
        reading(sheets, tmp_path / "a.csv", text)

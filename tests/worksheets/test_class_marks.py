"""Marks through files: every key marks itself as full, what is wrong is told, nothing stops it."""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from worksheets.networks import relu_softmax, two_two_two

import derive
from derive.cli import commands
from derive.derivation.numbers.rounding import rounded
from derive.document.wording import Wording, in_macros
from derive.expression.arithmetic import HIGH
from derive.expression.constructors import variable
from derive.expression.evaluate import Bindings, evaluate
from derive.expression.nodes import Expression, Number, Partial, Quantity
from derive.expression.rewriting import substitute
from derive.expression.typed.formula import parse
from derive.graph import E
from derive.network import Dense, Network
from derive.worksheets import Ask, Recipe, Worksheet, WorksheetError
from derive.worksheets.answers import ChoiceAnswer, CountAnswer, FormulaAnswer, NamesAnswer
from derive.worksheets.classes.answer_table import Cell, Labels, answer_sheet, table
from derive.worksheets.marking.grading import ClassMarks
from derive.worksheets.marking.judges import Judges
from derive.worksheets.marking.reports.delivery import files
from derive.worksheets.marking.reports.exports import as_json, marks_table, steps_table
from derive.worksheets.marking.reports.feedback import points
from derive.worksheets.marking.reports.tallies import report
from derive.worksheets.marking.verdicts import Verdict
from derive.worksheets.misconceptions import MISCONCEPTIONS
from derive.worksheets.recipes.files import READY
from derive.worksheets.recipes.kinds import KINDS
from derive.writers.expressions.text import text as text_of

NETWORKS = (
    two_two_two(),
    relu_softmax(),
    Network(3, [Dense(2, "tanh", "shared"), Dense(1, "sigmoid")], "binary_cross_entropy",
            notation="layered"),
)  # fmt: skip
MORE = (
    Network(2, [Dense(2, "sigmoid"), Dense(3, "softmax")], "half_squared_error",
            notation="letters"),
    Network(2, [Dense(2, "leaky_relu"), Dense(2, "identity")], "hinge", notation="indexed"),
    Network(2, [Dense(2, {"formula": "x/(1 + abs(x))"}), Dense(2, "tanh")], "mean_squared_error",
            notation="plain"),
)  # fmt: skip


def key_of(sheets: Worksheet, number: int) -> dict[str, str]:
    """The answers that the key has, as they would be typed."""
    names = sheets[number - 1].names
    judges = Judges(sheets.bundle.maker(number).exercise, names)
    found = {}
    for mark in judges.marks(sheets[number - 1], {}):
        right = mark.expected
        if isinstance(right, Number):
            right = right.text or str(right.value)
        found[mark.label] = right if isinstance(right, str) else text_of(right, names)
    return found


@pytest.fixture(scope="module")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> Worksheet:
    roster = tmp_path_factory.mktemp("roster") / "roster.csv"
    roster.write_text("id,name\n11,Ada\n12,Émile\n13,Ada\n", encoding="utf-8")
    return derive.worksheet(two_two_two(), seed=7, roster=roster)


@pytest.fixture
def bundle(sheets: Worksheet, tmp_path: Path) -> Path:
    path = tmp_path / "bundle.json"
    path.write_text(sheets.bundle.text(), encoding="utf-8")
    return path


def wide(sheets: Worksheet, who: str = "form", **changes: str) -> list[list[str]]:
    keys = {n: key_of(sheets, n) | changes for n in range(1, len(sheets) + 1)}
    labels = list(keys[1])
    ids = {"form": sheets.bundle.form, "variant": str}
    return [
        [who, *labels],
        *([ids[who](n), *(key.get(label, "") for label in labels)] for n, key in keys.items()),
    ]


def written(rows: list[list[str]], path: Path, separator: str = ",", start: str = "") -> Path:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    path.write_text(start + out.getvalue(), encoding="utf-8")
    return path


def full(marks: ClassMarks) -> bool:
    return all(student.points == student.worth > 0 for student in marks.students)


# -- the truth: every key is right, through every kind of file -----------------------------------


def handed_in(sheets: Worksheet, folder: Path, separator: str = ",", start: str = "") -> Path:
    """The class's own table, ``answers.csv`` of the folder, filled in with every key."""
    with (folder / "answers.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    for number, row in enumerate(rows, start=1):
        key = key_of(sheets, number)
        for i, label in enumerate(head):
            assert (row[i] == "") == (label in key), "a cell for each blank of this sheet"
            row[i] = key.get(label, row[i])
    return written([head, *rows], folder / "filled.csv", separator, start)


@pytest.mark.parametrize("network", NETWORKS, ids=("2-2-2", "softmax", "layered"))
@pytest.mark.parametrize("recipe", [None, *READY])
def test_every_key_marks_itself_as_full(
    network: Network, recipe: str | None, tmp_path: Path
) -> None:
    sheets = derive.worksheet(network, recipe, variants=3, seed=5)
    sheets.write(tmp_path, ("text",), answer_sheet=".csv")
    answers = handed_in(sheets, tmp_path, ";", "\ufeff")
    marks = derive.mark(tmp_path / "bundle.json", answers)
    assert len(marks.students) == 3 and not marks.missing
    assert full(marks), [
        g.mark for s in marks.students for g in s.graded if g.mark.verdict is not Verdict.RIGHT
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_question_marks_its_key_as_full(kind: str) -> None:
    """In five notations, with every form of answer: each kind of half of the networks, each network
    with half of the kinds; of another where there is nothing of the kind to be asked."""
    asked = 0
    first = tuple(KINDS).index(kind) % 2
    networks = (*NETWORKS, *MORE)
    for network in (*networks[first::2], *networks[1 - first :: 2]):
        if asked == 3:
            break
        try:
            sheets = derive.worksheet(network, Recipe(questions=(Ask(kind),)), variants=2, seed=4)
        except WorksheetError as error:  # this network has nothing of the kind
            assert "nothing can be asked" in str(error)
            continue
        asked += 1
        answers = {str(n): key_of(sheets, n) for n in (1, 2)}
        assert full(derive.mark(sheets.bundle, answers))
    assert asked == 3


def test_commas_semicolons_spreadsheets_long_tables_and_json(
    sheets: Worksheet, bundle: Path, tmp_path: Path
) -> None:
    rows = wide(sheets)
    comma = [rows[0], *([row[0], *(c.replace(".", ",") for c in row[1:])] for row in rows[1:])]
    long = [["variant", "label", "answer"]] + [
        [str(n), label, text] for n in (1, 2, 3) for label, text in key_of(sheets, n).items()
    ]
    names = {"11": key_of(sheets, 1), "Émile": key_of(sheets, 2), "13": key_of(sheets, 3)}
    (tmp_path / "a.json").write_text(json.dumps(names), encoding="utf-8")
    sheet = table(rows, ".xlsx", 1)
    assert isinstance(sheet, bytes)
    (tmp_path / "a.xlsx").write_bytes(sheet)
    for path in (
        written(rows, tmp_path / "a.csv"),
        written(comma, tmp_path / "b.csv", ";", "\ufeff"),
        written(comma, tmp_path / "c.csv", "\t"),
        written(long, tmp_path / "d.csv"),
        tmp_path / "a.json",
        tmp_path / "a.xlsx",
    ):
        assert full(derive.mark(bundle, path)), path
    assert full(derive.mark(sheets.bundle, names))


def test_an_empty_answer_sheet_has_a_row_for_everyone(sheets: Worksheet) -> None:
    labels = [Labels(1, ("1a", "1", "2")), Labels(2, ("1", "10")), Labels(3, ("1",))]
    text = answer_sheet(sheets.bundle, labels, ".csv")
    assert isinstance(text, str)
    form = sheets.bundle.form
    assert text.removeprefix("\ufeff").splitlines() == [
        "form,student,name,1a,1,2,10", f"{form(1)},11,Ada,,,,–", f"{form(2)},12,Émile,–,,–,",
        f"{form(3)},13,Ada,–,,–,–",
    ]  # fmt: skip
    once, again = (answer_sheet(sheets.bundle, labels, ".xlsx") for _ in range(2))
    assert once == again
    assert table([["=1+1", "-x", "-0.5"]], ".csv") == "\ufeff'=1+1,'-x,-0.5\n"


# -- marks, feedback, report ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def marks(sheets: Worksheet) -> ClassMarks:
    """Ada slips at δ of h1 and goes on from there; Émile leaves things out; 13 gave nothing in."""
    one, two = key_of(sheets, 1), key_of(sheets, 2)
    lines = {i.task.source: i.answers[-1].label for i in sheets[0].items if i.answers}
    numbers = sheets[0].numbers
    shown = {
        name: float(numbers.displayed(q).number.value)
        for name, q in (("d1", Quantity("delta", 2, 0)), ("w", Quantity("weight", 2, 0, 0)),
                        ("a", Quantity("activation", 1, 0)), ("i1", Quantity("input")))
    }  # fmt: skip
    slipped = shown["d1"] * shown["w"] * shown["a"] * (1 - shown["a"])  # the second path left out
    one[lines["delta/z1.1"]] = f"{slipped:.6f}"
    one[lines["gradient/w1.1.1"]] = f"{slipped * shown['i1']:.6f}".replace(".", ",")
    two["2"], two["3"] = "__import__('os')", ""
    return derive.mark(sheets.bundle, {"11": one, "Émile": two})


def label_of(sheets: Worksheet, step: str) -> str:
    return next(i.answers[-1].label for i in sheets[0].items if i.task.source == step)


def test_a_slip_is_found_named_and_punished_once(sheets: Worksheet, marks: ClassMarks) -> None:
    ada, emile = marks.students
    assert ada.first is not None and ada.first.mark.label == label_of(sheets, "delta/z1.1")
    assert "missing-path" in ada.first.mark.misconceptions
    by_label = {g.mark.label: g for g in ada.graded}
    assert by_label[label_of(sheets, "gradient/w1.1.1")].mark.verdict is Verdict.FOLLOWS
    assert ada.worth - ada.points < 2
    verdicts = {g.mark.label: g.mark.verdict for g in emile.graded}
    assert (verdicts["2"], verdicts["3"]) == (Verdict.UNREADABLE, Verdict.MISSING)
    assert verdicts["4"] is Verdict.RIGHT and emile.first is None
    assert marks.missing == (sheets.bundle.form(3),)


def test_points_of_a_line_add_up(sheets: Worksheet, marks: ClassMarks) -> None:
    for student, variant in zip(marks.students, sheets, strict=False):
        assert student.worth == sum(q.points for q in variant.questions)
        assert sum(worth for _, worth in student.questions.values()) == student.worth
        for item in variant.items:
            mine = [g for g in student.graded if g.mark.label in {a.label for a in item.answers}]
            if len(mine) > 1:
                assert mine[-1].worth == sum((g.worth for g in mine), Fraction(0)) / 2


def as_csv(rows: list[list[Cell]]) -> list[dict[str, str]]:
    written = str(table(rows, ".csv")).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(written)))


def test_in_a_spreadsheet_numbers_are_numbers_and_what_is_a_name_is_text(
    marks: ClassMarks, tmp_path: Path
) -> None:
    written = files(marks, ("csv", "xlsx"))
    assert sorted(written) == ["marks.csv", "marks.xlsx", "steps.csv", "steps.xlsx"]
    assert files(marks, ("xlsx",)) == {name: written[name] for name in sorted(written)[1::2]}
    for stem in ("marks", "steps"):
        book, text = written[f"{stem}.xlsx"], written[f"{stem}.csv"]
        assert isinstance(book, bytes) and isinstance(text, str)
        sheet = openpyxl.load_workbook(io.BytesIO(book)).active
        assert sheet.title == stem
        lines = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
        heads, *cells = sheet.iter_rows()
        assert [one.value for one in heads] == lines[0]
        for row, line in zip(cells, lines[1:], strict=True):
            for head, cell, typed in zip(lines[0], row, line, strict=True):
                is_text = head in ("form", "student", "name", "handed in", "first wrong",
                                   "misconceptions", "question", "kind", "step")  # fmt: skip
                assert isinstance(cell.value, (str, type(None)) if is_text else (int, float)) or (
                    typed == ""
                ), (head, cell.value)
                assert cell.number_format == ("@" if is_text or typed == "" else "General")
                assert (f"{cell.value:g}" if not is_text and typed else cell.value or "") == typed


def test_the_report_counts_what_is_in_the_marks(sheets: Worksheet, marks: ClassMarks) -> None:
    figures = report(marks)
    assert figures.students == 2 and sum(figures.bands) == 2 and figures.bands[-1] == 2
    assert figures.mean == sum(s.points for s in marks.students) / 2
    by_step = {step.step: step for step in figures.steps}
    step = by_step["delta/z1.1"]
    assert (step.sheets, step.wrong, step.first, step.missing) == (2, 1, 1, 0)
    assert dict(step.misconceptions)["missing-path"] == 1
    assert dict(figures.misconceptions)["missing-path"] == 1
    assert by_step["define/a1.1"].missing == 1
    rows = as_csv(marks_table(marks))
    assert [(row["student"], row["handed in"]) for row in rows] == [
        ("11", "yes"), ("12", "yes"), ("13", "no"),
    ]  # fmt: skip
    assert not any(list(rows[2].values())[4:])
    for row, student in zip(rows, marks.students, strict=False):
        assert row["points"] == points(student.points) and row["of"] == points(student.worth)
    steps = as_csv(steps_table(marks))
    assert sum(int(row["first"]) for row in steps) == 1
    data = json.loads(as_json(marks))
    assert data["students"][0]["first wrong"] == label_of(sheets, "delta/z1.1")
    assert data["class"]["misconceptions"]["missing-path"] == 1


def run(*arguments: object) -> Result:
    return CliRunner().invoke(commands, ["mark", *map(str, arguments)])


def test_the_command_prints_a_report_and_writes_pages(
    sheets: Worksheet, bundle: Path, tmp_path: Path
) -> None:
    key = key_of(sheets, 1)
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({"11": key | {"1": "-9"}, "12": {"1": "0"}}), encoding="utf-8")
    result = run(bundle, answers)
    assert result.exit_code == 0 and "2 sheets were marked." in result.stdout
    out = tmp_path / "marks"
    result = run(bundle, answers, "--to", "text,markdown,latex,csv,json", "-o", out)
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in out.iterdir()) == sorted(
        [f"{stem}.{suffix}" for stem in ("report", "feedback-01", "feedback-02")
         for suffix in ("txt", "md", "tex")]
        + ["report-points.svg", "marks.csv", "steps.csv", "marks.json"]
    )  # fmt: skip
    page = " ".join((out / "feedback-01.txt").read_text("utf-8").split())
    assert "The first mistake is in blank (1), where h1 is worked out: you wrote -9" in page
    assert run(bundle, answers, "--to", "text", "-o", out).exit_code == 2
    assert run(bundle, answers, "--to", "text", "-o", out, "--force").exit_code == 0
    assert run(bundle, answers, "--to", "text,csv").exit_code == 2
    alone = run(bundle, answers, "--to", "xlsx")
    assert alone.exit_code == 2 and "xlsx cannot be read in a terminal: add -o DIR" in alone.output
    assert "there is no format 'doc'" in run(bundle, answers, "--to", "doc").output


def test_no_feedback_of_earlier_marks_is_left(
    sheets: Worksheet, bundle: Path, tmp_path: Path
) -> None:
    answers, out = tmp_path / "answers.json", tmp_path / "marks"

    def feedback(*students: str, **options: str) -> list[str]:
        answers.write_text(json.dumps({student: {"1": "0"} for student in students}), "utf-8")
        told = [part for name, value in options.items() for part in (f"--{name}", value) if part]
        result = run(bundle, answers, *told, "-o", out, "--force")
        assert result.exit_code == 0, result.output
        return sorted(path.name for path in out.glob("feedback*"))

    assert feedback("11", "12", to="markdown,text") == [
        "feedback-01.md", "feedback-01.txt", "feedback-02.md", "feedback-02.txt"
    ]  # fmt: skip
    # a student who is no longer in the table, in the format that is written
    assert feedback("11", to="text") == ["feedback-01.md", "feedback-01.txt", "feedback-02.md"]
    (out / "feedback-on-my-lesson.txt").write_text("kept", encoding="utf-8")
    kept = ["feedback-01.md", "feedback-02.md", "feedback-on-my-lesson.txt", "feedback.txt"]
    assert feedback("11", "12", to="text", **{"one-file": ""}) == kept
    assert (out / "feedback-01.txt").exists() is False


def test_a_slip_in_a_working_whose_value_is_right_is_called_no_mistake(sheets: Worksheet) -> None:
    key = key_of(sheets, 1)
    for typed, said in ((f"3·2 = 7 = {key['2']}", True), (f"x = what = {key['2']}", False)):
        marks = derive.mark(sheets.bundle, {"11": key | {"2": typed}})
        page = files(marks, ("text",))["feedback-01.txt"]
        page = " ".join(page.split())
        assert ("The first slip is in the working of blank (2)" in page) == said
        assert "you wrote" not in page and "I have no explanation" not in page


def test_one_slip_made_again_and_again_is_told_once(sheets: Worksheet) -> None:
    """The learning rate twice in every update: one explanation, and the blanks it is about."""
    key = key_of(sheets, 1)
    updates = [i for i in sheets[0].items if i.task.part == "update" and i.answers]
    for item in updates:
        (w,), label = item.task.step.about, item.answers[-1].label
        old = float(sheets[0].numbers.displayed(w).number.value)
        key[label] = (
            f"{old - float(sheets[0].network.learning_rate.value) * (old - float(key[label])):.5f}"
        )
    page = " ".join(page_of(sheets, key).split())
    assert page.count("if the learning rate is used twice") == 1
    first, *again = (item.answers[-1].label for item in updates)
    assert f"The first mistake is in blank ({first})" in page
    blanks = ", ".join(f"({one})" for one in again)
    assert f"The same seems to have happened in {blanks}." in page
    assert f"you lose points for it only once, so these are counted: {blanks}." in page


def test_what_is_trivial_or_too_short_is_explained(sheets: Worksheet) -> None:
    key = key_of(sheets, 1)
    delta, gradient = label_of(sheets, "delta/z2.1"), label_of(sheets, "gradient/w2.1.1")
    page = " ".join(page_of(sheets, key | {delta: "0", gradient: "0"}).split())
    assert "there was nothing left to work out in" in page and f"({gradient})" in page
    small = next(
        label for label, text in key.items()
        if label.isdecimal() and 0.001 < abs(float(text)) < 0.0094
        and abs(float(text) - round(float(text), 3)) > 2e-4
    )  # fmt: skip
    page = " ".join(page_of(sheets, key | {small: f"{float(key[small]):.3f}"}).split())
    assert (
        f"too few digits to tell whether the step is right, and so not counted: ({small})" in page
    )
    assert "first mistake is" not in page


def page_of(sheets: Worksheet, answers: dict[str, str]) -> str:
    return files(derive.mark(sheets.bundle, {"11": answers}), ("text",))["feedback-01.txt"]


@pytest.mark.parametrize("row", MISCONCEPTIONS)
def test_every_misconception_has_feedback(row: str) -> None:
    said = Wording().text(f"misconception_{in_macros(row)}")
    assert 40 < len(said) < 220 and "Look again" in said


# -- bad input: everything that is wrong, at once ------------------------------------------------


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("", ["the table is empty"]),
        ("a,b\n1,2\n", [":1: no column says whose a row is"]),
        ("variant,label\n1,2\n", [":1: a column label and no column answer"]),
        ("variant,1,1\n1,2,3\n", [":1: two columns are headed '1'"]),
        ("variant,1\n9,2\nx,2\n,2\n1,1\n1,2\n", [
            ":2: variant '9'; allowed are 1 to 3", ":3: variant 'x'", ":4: says not whose",
            ":6: a second row for Ada; the first is line 5"]),
        ("student,1\nAda,2\nBob,2\n", [
            ":2: student 'Ada' may be variant 1 (Ada, 11) or variant 3 (Ada",
            ":3: student 'Bob' is not on the roster"]),
        ("form,1\n7-001-0000,2\n8-001-abcd,1\n", [
            ":2: form '7-001-0000' is none", ":3: form '8-001-abcd' is none"]),
        ("variant,label,answer\n1,1,2\n1,1,3\n", [":3: a second row for blank '1' of Ada"]),
        ("variant,99,1\n1,2,3\n2,–,1\n", ["got an answer for blank '99'; the blanks of this"]),
        ("variant,1\n", ["there is no answer in it"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_table_is_told_with_its_lines(
    bundle: Path, tmp_path: Path, text: str, messages: list[str]
) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(text, encoding="utf-8")
    result = run(bundle, path, "-o", tmp_path / "out")
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit)
    lines = result.output.splitlines()
    assert len(lines) == len(messages), lines
    for line, message in zip(lines, messages, strict=True):
        assert message in line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1]", 'allowed is {"student"'),
        ('{"11": 3}', "11: allowed is"),
        ('{"11": {"1": [2]}}', "11: allowed is"),
        ('{"11": {"1": "2", "1": "3"}}', "'1' stands twice"),
        ('{"11": {}, "FORM": {}}', "Ada stands twice"),
        ('{"11": ', "answers.json:1:8: not JSON: Expecting value; mend it here"),
        ("[" * 100_000, "not JSON"),
        ('{"nobody": {}}', "student 'nobody' is not on the roster"),
    ],
)
def test_what_is_wrong_with_json_is_told(
    sheets: Worksheet, bundle: Path, tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "answers.json"
    path.write_text(text.replace("FORM", sheets.bundle.form(1)), encoding="utf-8")
    with pytest.raises(WorksheetError, match=message.replace("(", r"\(").replace("{", r"\{")):
        derive.mark(bundle, path)


def test_a_broken_spreadsheet_is_told(bundle: Path, tmp_path: Path) -> None:
    path = tmp_path / "answers.xlsx"
    path.write_bytes(b"PK\x03\x04" + b"x" * 100)
    result = run(bundle, path)
    assert result.exit_code == 1 and "not a spreadsheet that can be read" in result.output


@pytest.mark.parametrize(
    "typed",
    ["__import__('os').system('true')", "9" * 100_000, "1e99999999", "9**9**9", "(" * 50_000,
     "NaN",
     "inf", "٣٤", "５", "零", "\u202e1", "=1+1", "<script>", "1/0", "--1", "\x00", "1,2,3", "0x10",
     "=HYPERLINK(\"x\")", "{{ 7*7 }}", "<< x >>", "\\input{x}", "π", "1" + "·1" * 900],
)  # fmt: skip
def test_hostile_answers_get_a_message_and_stop_nothing(sheets: Worksheet, typed: str) -> None:
    """In every blank but one: it stays right, and every page can be written."""
    key = key_of(sheets, 1)
    labels = list(key)
    answers = {**dict.fromkeys(labels, typed), labels[-1]: key[labels[-1]]}
    marks = derive.mark(sheets.bundle, {"11": answers})
    graded = marks.students[0].graded
    assert graded[-1].mark.verdict is Verdict.RIGHT
    for one in graded[:-1]:
        assert one.mark.verdict is not Verdict.MISSING
        assert len(one.mark.given) <= 60 and len(one.mark.fault) < 200
    pages = files(marks, ("text", "markdown", "latex", "csv", "json"))
    assert len(pages) == 10
    assert r"\input{x}" not in pages["feedback-01.tex"]
    assert "<script>" not in pages["feedback-01.md"].replace("\\<", "")  # \\< is a plain <


# -- the other forms -----------------------------------------------------------------------------


def judged(answer: Any, typed: str) -> Any:
    network = two_two_two()
    maker = derive.worksheet(network, variants=1, seed=7).bundle.maker()
    judges = Judges(maker.exercise, maker.names)
    variant = SimpleNamespace(questions=(), answers=(answer,))
    (mark,) = judges.marks(variant, {answer.label: typed})  # type: ignore[arg-type]
    return mark


D, A = Quantity("delta", 2, 0), Quantity("activation", 1, 0)
B = Quantity("activation", 1, 1)
FORMULA = FormulaAnswer(
    "1", Partial(E, Quantity("weight", 2, 0, 0)), parse("d*a", {"d": D, "a": A}),
    wrong=(("wrong-index", parse("d*b", {"d": D, "b": B})),),
)  # fmt: skip
CHOICE = ChoiceAnswer("1", "b", ("sign", "", "no-rate"))
NAMES = NamesAnswer("1", (A, B))


@pytest.mark.parametrize(
    ("answer", "typed", "verdict", "named"),
    [
        (CountAnswer("1", 12), "12", Verdict.RIGHT, ()),
        (CountAnswer("1", 12), "12,0", Verdict.RIGHT, ()),
        (CountAnswer("1", 12), "13", Verdict.WRONG, ()),
        (CountAnswer("1", 12), "dozen", Verdict.UNREADABLE, ()),
        (CountAnswer("1", 12), "–", Verdict.MISSING, ()),
        (FORMULA, "—", Verdict.MISSING, ()),
        (CHOICE, " (B) ", Verdict.RIGHT, ()),
        (CHOICE, "a)", Verdict.WRONG, ("sign",)),
        (CHOICE, "d", Verdict.UNREADABLE, ()),
        (CHOICE, "ab", Verdict.UNREADABLE, ()),
        (CHOICE, "", Verdict.MISSING, ()),
        (NAMES, "a_h2, a_h1", Verdict.RIGHT, ()),
        (NAMES, "a_h1 and a_h2", Verdict.RIGHT, ()),
        (NAMES, "a_h1 → a_h2", Verdict.RIGHT, ()),
        (NAMES, "a_{h_1}, a_h₂.", Verdict.RIGHT, ()),
        (NAMES, "–", Verdict.WRONG, ()),
        (NAMES, "a_h1", Verdict.WRONG, ()),
        (NAMES, "none", Verdict.WRONG, ()),
        (NAMES, "a_h9", Verdict.UNREADABLE, ()),
        (NamesAnswer("1", ()), "none", Verdict.RIGHT, ()),
        (FORMULA, "a_h1·δ_o1", Verdict.RIGHT, ()),
        (FORMULA, "∂E/∂W5 = δ_o1·a_h1", Verdict.RIGHT, ()),
        (FORMULA, "delta_o1*sigmoid(h1)", Verdict.RIGHT, ()),
        (FORMULA, "∂E/∂W₅ = δ_{o_1} a_h₁ = a_{h1}•δ_o1.", Verdict.RIGHT, ()),
        (FORMULA, "δ_o1·a_h2", Verdict.WRONG, ("wrong-index",)),
        (FORMULA, "δ_o1·a_h1 + 0.0001", Verdict.WRONG, ()),
        (FORMULA, "∂E_Total/∂W5", Verdict.UNREADABLE, ()),
        (FORMULA, "os.system(1)", Verdict.UNREADABLE, ()),
        (FORMULA, "x" * 1_000_000, Verdict.UNREADABLE, ()),
    ],
)
def test_each_form_has_its_judge(
    answer: Any, typed: str, verdict: Verdict, named: tuple[str, ...]
) -> None:
    mark = judged(answer, typed)
    assert (mark.verdict, mark.misconceptions) == (verdict, named), mark
    assert (mark.differs is not None) == (answer is FORMULA and verdict is Verdict.WRONG)
    assert mark.first == (verdict is Verdict.WRONG)


def test_a_wrong_update_is_carried_into_the_loss_after_it() -> None:
    """Every parameter moved uphill, and the forward pass worked out rightly from there."""
    recipe = Recipe(questions=(Ask("update"), Ask("new-loss")))
    sheets = derive.worksheet(two_two_two(), recipe, variants=1, seed=3)
    update, after = sheets[0].questions
    answers = key_of(sheets, 1)
    network = sheets[0].network
    known: dict[Expression, Fraction] = {}
    for unit in range(2):
        known[Quantity("input", unit=unit)] = network.inputs[0][unit].value  # type: ignore[index]
        known[Quantity("target", unit=unit)] = network.targets[0][unit].value  # type: ignore[index]
    moved = [item for item in update.items if item.task.part == "update"]
    for item in moved:
        (w,) = item.task.step.about
        old, new = network.value(w).value, Fraction(answers[item.answers[-1].label])  # type: ignore[union-attr]
        known[w] = 2 * old - new
        answers[item.answers[-1].label] = str(float(known[w]))
    for item in after.items:
        letters = {name: variable(f"v{i}") for i, name in enumerate(known)}
        values = {letters[name]: HIGH.number(value) for name, value in known.items()}
        line = substitute(item.task.formula, dict(letters))
        number = rounded(evaluate(line, Bindings(values)), 4).number
        known[item.task.step.subject] = number.value
        answers[item.answers[-1].label] = number.text or str(number.value)
    judges = Judges(sheets.bundle.maker(1).exercise, sheets[0].names)
    found = {mark.step: mark for mark in judges.marks(sheets[0], answers)}
    wrong = [found[item.task.source] for item in moved]
    first, *again = wrong
    assert first.verdict is Verdict.WRONG
    assert {mark.verdict for mark in again} == {Verdict.REPEATED}
    assert {mark.misconceptions[0] for mark in wrong} == {"update-sign"}
    later = [found[item.task.source].verdict for item in after.items]
    assert set(later) <= {Verdict.FOLLOWS, Verdict.RIGHT}
    assert later.count(Verdict.FOLLOWS) > len(later) // 2

"""Classes with different networks: drawn by seed and number, made and marked each by its own."""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner
from worksheets.test_class_marks import full, handed_in, key_of
from worksheets.test_classes import contents
from worksheets.test_families import FOUR, read

import derive
from derive.cli import commands
from derive.network import Network
from derive.network.saving import structure_text
from derive.worksheets import Family, Worksheet, WorksheetError
from derive.worksheets.classes import bundle
from derive.worksheets.classes.bundle import Bundle
from derive.worksheets.classes.bundle_files import read_bundle
from derive.worksheets.classes.workers import workers
from derive.worksheets.exercise import Exercise
from derive.worksheets.marking.reports.delivery import files
from derive.worksheets.marking.reports.feedback import points
from derive.worksheets.marking.reports.tallies import report
from derive.worksheets.recipes.combinations import combination_of
from derive.worksheets.sheets import maker
from derive.worksheets.source import Source
from derive.writers import write
from derive.writers.expressions.text import text


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "family.yaml"
    path.write_text(FOUR, encoding="utf-8")
    return path


# -- drawing -------------------------------------------------------------------------------------


def test_structures_are_dealt_like_cards() -> None:
    family = read(FOUR)

    def dealt(seed: int) -> list[str]:
        source = Source(seed=seed)
        return [structure_text(family.network(source, number)) for number in range(1, 41)]

    again = [structure_text(read(FOUR).network(Source(seed=7), n)) for n in range(1, 41)]
    assert dealt(7) == dealt(7) == again
    for start in range(0, 40, 4):
        assert len(set(dealt(7)[start : start + 4])) == 4
    assert len({tuple(dealt(7)[start : start + 4]) for start in range(0, 40, 4)}) > 3
    assert dealt(7) != dealt(8)


def test_the_same_seed_gives_the_same_bytes_with_processes_too(path: Path, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two", "shared")]
    for folder in folders[:2]:
        sheets = derive.worksheet(path, variants=18, seed=3)
        sheets.write(folder, ("markdown", "text"), answer_sheet=".csv")
    with workers() as executor:
        sheets = derive.worksheet(read(FOUR), variants=18, seed=3, executor=executor)
        sheets.write(folders[2], ("markdown", "text"), answer_sheet=".csv")
    assert contents(folders[0]) == contents(folders[1]) == contents(folders[2])
    bundle = read_bundle(folders[0] / "bundle.json")
    assert bundle.text() == sheets.bundle.text()
    assert len({bundle.structure(number) for number in range(1, 19)}) == 4
    assert len({sheets[n].signature for n in range(18)}) == 18


def test_a_structure_is_derived_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    derived: list[Network] = []
    usual = maker.exercise

    def counted(network: Network, by_nodes: bool, edition: int) -> Exercise:
        derived.append(network)
        return usual(network, by_nodes, edition)

    monkeypatch.setattr(maker, "exercise", counted)
    for known in (bundle._maker, maker._search):  # by other tests, of the same structures
        known.cache_clear()
    sheets = derive.worksheet(path, variants=12, seed=1234)
    for variant in sheets:
        assert variant.sheet.title == ("Week 3",)
    assert len(derived) == 4


def test_what_no_good_sheet_is_made_of_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self: object, *_: object) -> None:
        raise WorksheetError("no good numbers")

    monkeypatch.setattr("derive.worksheets.sheets.maker.Maker.variant", refused)
    for about, told in (
        (Family([[2, 2, 1]]), "variant 1 (2-2-1, sigmoid, half_squared_error, bias neuron): no "
         "good numbers; or remove this network from the family"),
        (Family([[2, 2, 1]]).structures[0], "no good numbers"),
    ):  # fmt: skip
        with pytest.raises(WorksheetError) as error:
            derive.worksheet(about, variants=2, seed=7)
        assert str(error.value) == told


# -- a class -------------------------------------------------------------------------------------


@pytest.mark.parametrize("recipe", [None, "homework", "exam", "find-the-mistake"])
def test_every_key_marks_itself_as_full(recipe: str | None, path: Path, tmp_path: Path) -> None:
    sheets = derive.worksheet(path, recipe, variants=4, seed=5)
    sheets.write(tmp_path, ("text",), answer_sheet=".csv")
    marks = derive.mark(tmp_path / "bundle.json", handed_in(sheets, tmp_path))
    assert len({sheets.bundle.structure(number) for number in (1, 2, 3, 4)}) == 4
    assert len(marks.students) == 4 and marks.mixed and full(marks)
    assert files(marks, ("text", "markdown", "latex", "csv", "json"))


def test_own_activations_and_losses_come_back_from_the_bundle(tmp_path: Path) -> None:
    family = Family(
        [[2, 2, 1], [2, 2, 2, 1]],
        hidden=[["tanh", {"name": "leaky_relu", "slope": 0.1}], {"formula": "x/(1 + abs(x))"}],
        losses=[{"formula": "(y - t)**4"}, {"name": "half_squared_error", "per_output": "mean"}],
    )
    sheets = derive.worksheet(family, "exam", variants=6, seed=2)
    sheets.write(tmp_path, ("text",), answer_sheet=".csv")
    bundle = read_bundle(tmp_path / "bundle.json")
    assert bundle == sheets.bundle
    assert {bundle.structure(n) for n in range(1, 7)} == set(map(structure_text, family.structures))
    for number, variant in enumerate(sheets, start=1):
        page = (tmp_path / f"sheet-0{number}.txt").read_text(encoding="utf-8")
        assert write(bundle.variant(number).sheet, variant.names, "text") == page
    assert full(derive.mark(bundle, handed_in(sheets, tmp_path)))


def test_another_structure_does_not_mark_a_sheet(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault planted: every sheet is taken for one about the first network."""
    sheets = derive.worksheet(path, variants=4, seed=5)
    answers = {sheets.bundle.form(n): key_of(sheets, n) for n in (1, 2, 3, 4)}
    assert full(derive.mark(sheets.bundle, answers))
    bundle = sheets.bundle
    first = bundle.structure(1)
    monkeypatch.setattr(Bundle, "structure", lambda self, number: first)
    with pytest.raises(WorksheetError, match="blank"):
        derive.mark(bundle, answers)


def test_the_report_of_a_mixed_class_goes_by_question(path: Path) -> None:
    sheets = derive.worksheet(path, variants=4, seed=5)
    answers = {sheets.bundle.form(n): key_of(sheets, n) for n in (1, 2, 3, 4)}
    for given in list(answers.values())[:3]:
        given[list(given)[-1]] = "99"
    marks = derive.mark(sheets.bundle, answers)
    figures = report(marks)
    letters = dict.fromkeys((g.question, g.kind) for s in marks.students for g in s.graded)
    assert [(step.question, step.kind) for step in figures.steps] == list(letters)
    assert all(step.subject is None and step.step == "" for step in figures.steps)
    assert [step.sheets for step in figures.steps] == [4] * len(figures.steps)
    assert [(s.kind, s.wrong, s.first) for s in figures.steps if s.failed] == [("update", 3, 3)]
    pages = files(marks, ("text", "csv"))
    assert "update" in pages["report.txt"] and "Week 3" in pages["report.txt"]
    assert [student.first is None for student in marks.students] == [False, False, False, True]
    for student in marks.students:
        page = pages[f"feedback-0{student.variant}.txt"]
        assert student.form in page
        if first := student.first:
            assert first.subject is not None and text(first.subject, student.names) in page
            assert student.names == sheets[student.variant - 1].names
    # One network's sheets alone are told step by step, as ever.
    alone = derive.mark(sheets.bundle, dict([next(iter(answers.items()))]))
    assert not alone.mixed
    assert any(step.subject is not None for step in report(alone).steps)
    assert report(alone).mean < report(alone).totals.most


def slipped(sheets: Worksheet, slips: list[int]) -> dict[str, dict[str, str]]:
    """Every sheet's key, with so many answers from its end that are no answers."""
    answers = {}
    for number, count in enumerate(slips, start=1):
        key = key_of(sheets, number)
        answers[sheets.bundle.form(number)] = key | dict.fromkeys(list(key)[-count:], "?")
    return answers


def test_where_totals_differ_everyone_is_measured_by_their_own(path: Path) -> None:
    """The expected shares are worked out from the points printed on the sheets."""
    sheets = derive.worksheet(path, variants=4, seed=5)
    marks = derive.mark(sheets.bundle, slipped(sheets, [1, 5, 9, 20]))
    worths = [sum(question.points for question in variant.questions) for variant in sheets]
    least, most = min(worths), max(worths)
    assert least < most
    got = [sum((g.points for g in s.graded), Fraction(0)) for s in marks.students]
    shares = [100 * a / b for a, b in zip(got, worths, strict=True)]
    mean, lowest, highest = sum(shares) / 4, min(shares), max(shares)
    median = sum(sorted(shares)[1:3]) / 2
    pages = {name: " ".join(page.split()) for name, page in files(marks, ("text", "csv")).items()}
    whole = pages["report.txt"]
    assert f"4 sheets were marked. They are worth {least} to {most} points, so compare" in whole
    assert (
        f"on average they have {rounded(mean)}% of their own points, and the median is "
        f"{rounded(median)}%; the lowest has {rounded(lowest)}%, the highest {rounded(highest)}%."
    ) in whole
    assert f"of {most} points" not in whole, "as if all were worth the most"
    for student, share, worth in zip(marks.students, shares, worths, strict=True):
        page = pages[f"feedback-0{student.variant}.txt"]
        assert f"{points(student.points)} of {worth} points. That is {rounded(share)}%." in page
        assert f"worth {least} to {most} points" in page
        assert f"the average of the class is {rounded(mean)}%" in page
        assert f"{points(student.points)}/{worth}" in whole and f" {rounded(share)}" in whole
    assert report(marks).bands == tuple(
        sum(20 * i <= share < 20 * i + 20 + (i == 4) for share in shares) for i in range(5)
    )
    # A question that is worth different points on different sheets says how many on each.
    by_letter: dict[str, set[str]] = {}
    for student in marks.students:
        for letter, (a, b) in student.questions.items():
            by_letter.setdefault(letter, set()).add(f"{points(a)}/{points(b)}")
    uneven = {k for k, cells in by_letter.items() if len({c.split("/")[1] for c in cells}) > 1}
    assert uneven and all(cell in whole for letter in uneven for cell in by_letter[letter])
    rows = list(csv.DictReader(io.StringIO(files(marks, ("csv",))["marks.csv"])))
    assert [row["percent"] for row in rows] == [rounded(share) for share in shares]
    assert [row["of"] for row in rows] == list(map(str, worths))
    assert [row["network"] for row in rows] == [
        str(combination_of(variant.network)) for variant in sheets
    ]


def rounded(share: Fraction) -> str:
    return f"{float(share):.1f}".removesuffix(".0")


def test_each_network_of_a_mixed_class_has_its_average(path: Path) -> None:
    sheets = derive.worksheet(path, variants=8, seed=5)
    marks = derive.mark(sheets.bundle, slipped(sheets, [3, 6, 9, 12, 15, 18, 21, 24]))
    found = {one.network: one for one in report(marks).networks}
    assert len(found) == 4 and sum(one.sheets for one in found.values()) == 8
    for variant in sheets:
        alike = [s for s, v in zip(marks.students, sheets, strict=True)
                 if v.network.layers[0].activation == variant.network.layers[0].activation
                 and v.network.sizes == variant.network.sizes]  # fmt: skip
        one = found[str(combination_of(variant.network))]
        assert one.mean == sum((s.points / s.worth for s in alike), Fraction(0)) / len(alike)
    means = [one.mean for one in report(marks).networks]
    assert means == sorted(means, reverse=True) and len(set(means)) > 1
    page = files(marks, ("text",))["report.txt"]
    assert page.index("Results by network") < page.index("2-2-1, sigmoid, binary_cross_entropy")
    alone = derive.worksheet(Family([[2, 2, 1]]), "warm-up", variants=2, seed=7)
    told = files(derive.mark(alone.bundle, slipped(alone, [1, 2])), ("text",))
    assert "Results by network" not in told["report.txt"] and "compare" not in told["report.txt"]
    assert "That is" not in told["feedback-01.txt"], "all are worth the same"


def test_who_did_not_hand_in_is_named(path: Path, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("id,name\n1,Ada\n2,Blaise\n3,\n", encoding="utf-8")
    sheets = derive.worksheet(path, "warm-up", roster=roster, seed=7)
    marks = derive.mark(sheets.bundle, {"1": key_of(sheets, 1)})
    told = f"figure of this report: Blaise ({sheets.bundle.form(2)}), 3 ({sheets.bundle.form(3)})."
    assert told in " ".join(files(marks, ("text",))["report.txt"].split())
    assert marks.missing == (sheets.bundle.form(2), sheets.bundle.form(3))


def test_a_class_by_the_command_line(path: Path, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("id,name\n1,Ada\n2,Blaise\n3,Carl\n", encoding="utf-8")

    def run(*arguments: object) -> str:
        result = CliRunner().invoke(commands, list(map(str, arguments)))
        assert result.exit_code == 0, result.output
        return result.stdout

    out = tmp_path / "out"
    run("worksheet", path, "--roster", roster, "--recipe", "exam", "--one-file",
        "--answer-sheet", "csv", "--to", "markdown,latex,text", "-o", out)  # fmt: skip
    bundle = read_bundle(out / "bundle.json")
    assert read(bundle.network) == read(FOUR)
    assert len({bundle.structure(number) for number in (1, 2, 3)}) == 3
    path.unlink()
    again = tmp_path / "again"
    run("worksheet", "--from", out / "bundle.json", "--variant", 2, "--to", "text", "-o", again)
    variant = bundle.variant(2)
    page = (again / "sheet-02.txt").read_text(encoding="utf-8")
    assert page == write(variant.sheet, variant.names, "text")
    assert page.strip() in (out / "sheets.txt").read_text(encoding="utf-8")
    filled = (out / "answers.csv").read_text(encoding="utf-8").replace(",,", ",0,")
    (out / "answers.csv").write_text(filled, encoding="utf-8")
    assert "3 sheets" in run("mark", out / "bundle.json", out / "answers.csv")


def test_a_bundle_with_a_wrong_family_is_refused(path: Path, tmp_path: Path) -> None:
    data = json.loads(derive.worksheet(path, variants=2, seed=7).bundle.text())
    data["network"] = "family: {sizes: 3}"
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(WorksheetError, match=r"does not describe a worksheet: .*sizes: got 3"):
        read_bundle(file)

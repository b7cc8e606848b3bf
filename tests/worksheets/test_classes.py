"""A class: rosters, bundles, sheets in one file, and executors that all make the same bytes."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from worksheets.networks import relu_softmax, two_two_two

import derive
from derive.cli import commands
from derive.network import Dense, Network
from derive.worksheets import Ask, Recipe, WorksheetError
from derive.worksheets.classes.bundle_files import read_bundle
from derive.worksheets.classes.handout import CHUNK
from derive.worksheets.classes.roster import read_roster
from derive.worksheets.classes.workers import workers
from derive.writers import write

MAZUR = "examples/mazur.yaml"
ROSTER = "\ufeffID;Name\n4711;Ada Lovelace\n\n4712;Émile Borel\n4713;=1+1\n"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(commands, ["worksheet", *map(str, arguments)])


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# -- rosters -------------------------------------------------------------------------------------


def roster(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "students"),
    [
        (ROSTER, [("4711", "Ada Lovelace"), ("4712", "Émile Borel"), ("4713", "=1+1")]),
        ("Ada\nÉmile  B\n", [("Ada", "Ada"), ("Émile B", "Émile B")]),
        ("Last name,First name\nLovelace,Ada\n", [("Ada Lovelace", "Ada Lovelace")]),
        ("number\tgroup\n12\tb\n", [("12", "")]),
        ('sep=;\nname;id\n"Lovelace, Ada";7\n', [("7", "Lovelace, Ada")]),
    ],
)
def test_rosters_as_people_save_them(
    tmp_path: Path, text: str, students: list[tuple[str, str]]
) -> None:
    found = read_roster(roster(tmp_path, text)).students
    assert [(student.id, student.name) for student in found] == students


def test_everything_wrong_with_a_roster_is_told_at_once(tmp_path: Path) -> None:
    text = f"id,name\n1,A\n,B\n1,C\n{'9' * 101},D\n"
    with pytest.raises(WorksheetError) as error:
        read_roster(roster(tmp_path, text))
    lines = str(error.value).splitlines()
    assert [line.split("roster.csv:")[1].split(";")[0] for line in lines] == [
        "3: 'B' has no id", "4: id '1' is that of line 2", "5: more than 100 characters",
    ]  # fmt: skip
    for text, message in (
        ("", "the roster is empty"),
        ("id,name\n", "no student below the heading"),
        ("who,where\na,b\n", "allowed are id, name"),
        ("\0\1", ":1: not text; save the table as “CSV UTF-8”"),
    ):
        with pytest.raises(WorksheetError, match=message):
            read_roster(roster(tmp_path, text))
    path = tmp_path / "latin.csv"
    path.write_bytes("name\nÉmile – “Mimi”\n".encode("cp1252"))  # what Excel calls CSV
    assert read_roster(path).students[0].name == "Émile – “Mimi”"
    path.write_bytes(b"name\n\x8d\x81\n")
    with pytest.raises(WorksheetError, match=r"latin\.csv:2: neither UTF-8 nor Windows-1252"):
        read_roster(path)


def test_a_sheet_bears_its_student_and_its_form(tmp_path: Path) -> None:
    sheets = derive.worksheet(two_two_two(), seed=7, roster=roster(tmp_path, ROSTER))
    assert len(sheets) == 3
    for number, name in ((1, "Ada Lovelace"), (2, "Émile Borel"), (3, "=1+1")):
        variant = sheets[number - 1]
        form = sheets.bundle.form(number)
        assert variant.form.id == form and sheets.bundle.number_of_form(form) == number
        for to in ("markdown", "text"):
            page = write(variant.sheet, variant.names, to)
            assert f"Name: {name}" in page and f"Form {form}" in page
        assert "\\footer{Form" in write(variant.sheet, variant.names, "latex")
        assert "\\footer{Form" in write(variant.key, variant.names, "latex")
    assert sheets.bundle.number_of_form("7-004-" + sheets.bundle.digest) is None
    assert sheets.bundle.number_of_form("7-001-0000") is None
    other = derive.worksheet(relu_softmax(), variants=1, seed=7)
    assert other.bundle.digest != sheets.bundle.digest


# -- bundles -------------------------------------------------------------------------------------


def test_a_sheet_found_in_a_drawer_is_made_again(tmp_path: Path) -> None:
    first = tmp_path / "first"
    arguments = (MAZUR, "--roster", roster(tmp_path, ROSTER), "--seed", 5, "--to", "markdown,text")
    assert run(*arguments, "-o", first).exit_code == 0
    bundle = first / "bundle.json"
    again, one = tmp_path / "again", tmp_path / "one"
    assert run("--from", bundle, "--to", "markdown,text", "-o", again).exit_code == 0
    assert contents(again) == contents(first)
    assert run("--from", bundle, "--variant", 2, "--to", "text", "-o", one).exit_code == 0
    assert contents(one) == {
        name: page for name, page in contents(first).items() if name.endswith("02.txt")
    }


def test_a_bundle_carries_own_formulas_notation_and_settings(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("extends: plain\nletters: {loss: C}\n", encoding="utf-8")
    network = Network(
        ["u", "v"], [Dense(2, {"formula": "x/(1 + abs(x))"}), Dense(1)], {"formula": "(y - t)**4"},
        targets={"w": "u + v/3"}, notation=tmp_path / "own.yaml", learning_rate=0.1,
    )  # fmt: skip
    sheets = derive.worksheet(network, variants=3, seed=7)
    (tmp_path / "bundle.json").write_text(sheets.bundle.text(), encoding="utf-8")
    (tmp_path / "own.yaml").unlink()
    bundle = read_bundle(tmp_path / "bundle.json")
    assert bundle.text() == sheets.bundle.text()
    for number in (1, 3):
        again = bundle.variant(number)
        page = write(again.key, again.names, "text")
        assert page == write(sheets[number - 1].key, sheets[number - 1].names, "text")
        assert "C_" in page or "C" in page


def test_redraws_are_in_the_bundle(tmp_path: Path) -> None:
    """So few numbers that some variants are drawn again, in one process and in two."""
    network = Network(1, [Dense(1, "sigmoid", "none")], "binary_cross_entropy")
    alone, shared = tmp_path / "alone", tmp_path / "shared"
    derive.worksheet(network, variants=120, seed=7).write(alone, ("text",))
    with workers() as executor:
        derive.worksheet(network, variants=120, executor=executor, seed=7).write(shared, ("text",))
    assert contents(alone) == contents(shared)
    bundle = read_bundle(alone / "bundle.json")
    assert bundle.redraws
    number, _ = bundle.redraws[-1]
    page = write(bundle.variant(number).sheet, bundle.maker().names, "text")
    assert page == (alone / f"sheet-{number:03}.txt").read_text(encoding="utf-8")


def faulty(**changes: object) -> str:
    good = json.loads(derive.worksheet(two_two_two(), variants=2, seed=7).bundle.text())
    return json.dumps({**good, **changes})


def with_recipe(**changes: object) -> str:
    good = json.loads(derive.worksheet(two_two_two(), variants=2, seed=7).bundle.text())
    return json.dumps({**good, "recipe": {**good["recipe"], **changes}})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a bundle"),
        ("[1]", "not a bundle"),
        ("{}", "network is missing"),
        ("[" * 100_000, "not a bundle"),
        (faulty(derive="9.9", edition=9), "made with derive 9.9, whose sheets this one"),
        (faulty(seed="x"), "seed: got"),
        (faulty(seed=True), "seed: got"),
        (faulty(variants=0), "variants: got 0; allowed are 1 to 1000"),
        (faulty(students=[["a", "b"]]), "students: allowed is an id, a name and a cell"),
        (faulty(redraws={"x": 1}), "redraws: allowed"),
        (faulty(network="inputs: 0"), "does not describe a worksheet"),
        (faulty(recipe={"dogs": 4}), "does not describe a worksheet: recipe: allowed are digits"),
        (faulty(recipe={}), "does not describe a worksheet: recipe: allowed are digits, picture"),
        (with_recipe(digits=4.5), "digits: got 4.5; allowed are 2 to 6"),
        (with_recipe(digits=True), "digits: got True; allowed are 2 to 6"),
        (with_recipe(digits=10**4000), "digits: got a number of more than 18 digits; allowed"),
        (with_recipe(title=[]), r"title: got \[\]; allowed is a text"),
        (with_recipe(units="dead"), "units: got 'dead'; allowed is a list"),
        (with_recipe(units=[3]), "units: got 3; allowed are"),
        (with_recipe(picture="no"), "picture: got 'no'; allowed are true and false"),
        (with_recipe(questions={}), "questions: allowed is a list of at most"),
        (with_recipe(questions=[3]), "questions: allowed for each are count, difficulty"),
        (with_recipe(questions=[{"kind": []}]), r"kind: got \[\]; allowed are"),
        (with_recipe(questions=[{"kind": "forward", "points": 1.5}]), "points: got 1.5; allowed"),
        (
            with_recipe(questions=[{"kind": "forward", "hints": 1}]),
            "hints: got 1; allowed are true",
        ),
        (
            with_recipe(questions=[{"kind": "forward", "dogs": 1}]),
            "questions: allowed for each are",
        ),
        (faulty(redraws={"9" * 5000: 1}), "redraws: allowed"),
        (faulty(redraws={"1": True}), "redraws: allowed"),
        (faulty(network="{}", notation="x"), "does not describe a worksheet"),
        (faulty(network="no: json", notation="x"), "does not describe a worksheet"),
        (faulty(network="[]", notation="x"), "does not describe a worksheet"),
        (faulty(students=[["\ud800", ""]] * 2), "not a bundle"),
    ],
)
def test_a_file_that_is_no_bundle_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bundle.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WorksheetError, match=message):
        read_bundle(path)
    result = run("--from", path, "-o", tmp_path / "out")
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit)
    assert not (tmp_path / "out").exists()


# -- executors -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def by_one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("by-one")
    write_class(folder, None)
    return folder


def write_class(folder: Path, executor: Executor | None) -> None:
    sheets = derive.worksheet(relu_softmax(), variants=CHUNK + 2, seed=3, executor=executor)
    sheets.write(folder, ("markdown", "text"), answer_sheet=".csv")


def test_processes_and_threads_write_the_same_bytes(tmp_path: Path, by_one: Path) -> None:
    executors: Iterator[Executor] = iter((workers(), ThreadPoolExecutor(2)))
    for number, executor in enumerate(executors):
        with executor:
            write_class(tmp_path / str(number), executor)
        assert contents(tmp_path / str(number)) == contents(by_one)


@pytest.mark.filterwarnings("ignore")  # of the cluster's own
def test_a_cluster_takes_the_same_job(tmp_path: Path, by_one: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="Dask's distributed is not installed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, processes=True
        ) as cluster,
        distributed.Client(cluster) as client,
        client.get_executor() as executor,
    ):
        write_class(tmp_path / "cluster", executor)
    assert contents(tmp_path / "cluster") == contents(by_one)


def test_a_failure_half_way_leaves_nothing(tmp_path: Path) -> None:
    def stop(done: int, of: int) -> None:
        if done == CHUNK + 1:
            raise KeyError("stop")

    with workers() as executor:
        sheets = derive.worksheet(two_two_two(), variants=CHUNK + 2, executor=executor, seed=7)
        with pytest.raises(KeyError):
            sheets.write(tmp_path, ("text",), progress=stop)
    assert not list(tmp_path.iterdir())


def test_numbers_that_run_out_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    network = Network(1, [Dense(1, "sigmoid", "none")], "binary_cross_entropy")
    monkeypatch.setattr(sys.modules["derive.worksheets.classes.distinct"], "REDRAWS", 1)
    sheets = derive.worksheet(network, variants=120, seed=7)
    with pytest.raises(WorksheetError, match="take fewer variants"):
        sheets.write(tmp_path, ("text",))
    with pytest.raises(WorksheetError, match="take fewer variants"):
        _ = sheets.bundle
    assert not list(tmp_path.iterdir())


def test_progress_is_told_one_by_one(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    sheets = derive.worksheet(two_two_two(), variants=3, seed=7)
    sheets.write(tmp_path, ("text",), progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 3), (2, 3), (3, 3)]


# -- one file ------------------------------------------------------------------------------------


def test_all_sheets_in_one_file(tmp_path: Path) -> None:
    sheets = derive.worksheet(two_two_two(), variants=3, seed=7)
    formats = ("markdown", "latex", "text")
    paths = sheets.write(tmp_path / "one", formats, one_file=True)
    assert [path.name for path in paths] == [
        "sheets.md", "sheets.tex", "sheets.txt", "keys.md", "keys.tex", "keys.txt", "bundle.json",
        "untold.csv",
    ]  # fmt: skip
    sheets.write(tmp_path / "many", formats)
    for suffix in ("md", "txt"):
        pages = [(tmp_path / f"many/sheet-0{n}.{suffix}").read_text("utf-8") for n in (1, 2, 3)]
        together = (tmp_path / f"one/sheets.{suffix}").read_text("utf-8")
        places = [together.index(page.strip()) for page in pages]
        assert places == sorted(places)
    latex = (tmp_path / "one/sheets.tex").read_text("utf-8")
    assert latex.count("\\documentclass") == latex.count("\\end{document}") == 1
    assert latex.count("\\footer{Form") == 3


def test_pictures_lie_beside_one_file_and_beside_many(tmp_path: Path) -> None:
    asked = Recipe(picture=True, questions=(Ask("graph"), Ask("loss")))
    sheets = derive.worksheet(two_two_two(), asked, variants=2, seed=7)
    for one_file in (False, True):
        folder = tmp_path / str(one_file)
        paths = sheets.write(folder, ("markdown", "text"), one_file=one_file)
        assert {path.name for path in paths} == {path.name for path in folder.iterdir()}
        there = sorted(path.name for path in folder.glob("*.svg"))
        pages = sorted(folder.glob("*.md"))
        assert len(pages) == (2 if one_file else 4)
        linked = [link for p in pages for link in re.findall(r"\]\((\S+)\)", p.read_text("utf-8"))]
        assert sorted(linked) == there == sorted(
            f"{kind}-0{n}-{name}.svg"
            for kind in ("key", "sheet") for n in (1, 2) for name in ("circuit-a", "network")
        )  # fmt: skip
        drawn = [(folder / name).read_bytes() for name in there]
        assert drawn[0] != drawn[2]  # of another variant
        assert drawn[1] == drawn[3] == drawn[5] == drawn[7]  # the network without its numbers


def test_without_files_a_page_says_what_the_pictures_show() -> None:
    asked = Recipe(picture=True, questions=(Ask("graph"),))
    variant = derive.worksheet(two_two_two(), asked, variants=1, seed=7).variants[0]
    for to in ("markdown", "text"):
        page = " ".join(str(write(variant.sheet, variant.names, to)).split())
        assert ".svg" not in page
        assert "From left to right: inputs (" in page
        assert all(f"({answer.label})" in page for answer in variant.answers)
    assert "From left to right" not in str(write(variant.sheet, variant.names, "latex"))


def test_pictures_alone_are_no_pages_of_one_file(tmp_path: Path) -> None:
    asked = (MAZUR, "--variants", 1, "--recipe", "exam", "--to", "svg", "-o", tmp_path / "o")
    result = run(*asked, "--one-file")
    assert result.exit_code == 1 and "leave out --one-file" in result.output
    assert not list(tmp_path.iterdir())
    assert run(*asked).exit_code == 0


def test_a_picture_that_is_there_is_not_overwritten_unasked(tmp_path: Path) -> None:
    recipe = tmp_path / "r.yaml"
    recipe.write_text("picture: true\nquestions: [loss]", encoding="utf-8")
    old = tmp_path / "sheet-01-network.svg"
    old.write_text("mine")
    asked = (MAZUR, "--variants", 1, "--recipe", recipe, "--to", "markdown", "-o", tmp_path)
    result = run(*asked)
    assert result.exit_code == 2 and "sheet-01-network.svg is there already" in result.output
    assert {path.name for path in tmp_path.iterdir()} == {"r.yaml", old.name}
    assert old.read_text() == "mine"
    assert run(*asked, "--force").exit_code == 0
    assert old.read_text().startswith("<svg")


# -- the command line ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "either a NETWORK or --from"),
        ((MAZUR, "--from", "b.json"), "either a NETWORK or --from"),
        ((MAZUR, "--variants", 2, "--roster", "r.csv"), "either --variants or --roster"),
        (("--from", "b.json", "--seed", 2), "are in the bundle"),
        ((MAZUR, "--variant", 2), "--variant goes with --from"),
        ((MAZUR, "--answer-sheet", "doc"), "not one of"),
    ],
)
def test_options_that_do_not_go_together(
    tmp_path: Path, arguments: tuple[object, ...], message: str
) -> None:
    result = run(*arguments, "-o", tmp_path)
    assert result.exit_code == 2 and message in " ".join(result.output.split())


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    for arguments in ((MAZUR, "--roster", "no-such.csv"), ("--from", "no-such.json")):
        result = run(*arguments, "-o", tmp_path)
        assert result.exit_code == 1 and "no-such" in result.output
    path = tmp_path / "bundle.json"
    path.write_text(
        derive.worksheet(two_two_two(), variants=2, seed=7).bundle.text(), encoding="utf-8"
    )
    result = run("--from", path, "--variant", 3, "-o", tmp_path)
    assert result.exit_code == 2 and "allowed are 1 to 2, or the form" in result.output


def test_of_a_batch_one_example_is_asked_about_and_that_is_told(tmp_path: Path) -> None:
    path = tmp_path / "batch.yaml"
    path.write_text("inputs: [[1, 2], [3, 4]]\nlayers: [{units: 1}]\n", encoding="utf-8")
    arguments = ["worksheet", str(path), "--variants", "1", "--to", "text", "-o", str(tmp_path)]
    result = CliRunner().invoke(commands, arguments)
    assert result.exit_code == 0
    assert "batch.yaml: a batch; each sheet takes one example of it" in result.stderr

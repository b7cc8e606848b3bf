"""Rosters as schools and learning platforms export them: no column vanishes without a word."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click import IntRange, Option
from click.testing import CliRunner
from worksheets.networks import two_two_two

import derive
from derive.cli import commands
from derive.worksheets import WorksheetError
from derive.worksheets.classes.answer_table import table
from derive.worksheets.classes.bundle_files import read_bundle
from derive.worksheets.classes.headings import columns_of
from derive.worksheets.classes.roster import Roster, read_roster
from derive.worksheets.marking.reports.exports import marks_table
from derive.worksheets.source import MOST_VARIANTS, USUAL_VARIANTS

MOODLE = (
    "First name,Surname,ID number,Institution,Department,Email address\n"
    "Ada,Lovelace,0012345,,Maths,ada@example.org\nÉmile,Borel,0012346,,Physics,emile@example.org\n"
)
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Essay (17)\n"
    '    Points Possible,,,,,10\n"Lovelace, Ada",901,4711,al12,Tue,8\n'
    '"Borel, Émile",902,4712,eb07,Wed,\n'
)


def roster(tmp_path: Path, text: str) -> Roster:
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding="utf-8")
    return read_roster(path)


@pytest.mark.parametrize(
    ("text", "id_", "name", "kept"),
    [
        (MOODLE, "0012345", "Ada Lovelace",
         {"Department": "Maths", "Email address": "ada@example.org"}),
        (CANVAS, "4711", "Lovelace, Ada",
         {"ID": "901", "SIS Login ID": "al12", "Section": "Tue", "Essay (17)": "8"}),
        ("Student,ID,SIS User ID,SIS Login ID,Section\nAda,901,,al12,Tue\n", "901", "Ada",
         {"SIS Login ID": "al12", "Section": "Tue"}),
        ("Matrikel,Name\n4711,Ada\n", "4711", "Ada", {}),
        ("Matrikelnummer;Nachname;Vorname\n4711;Lovelace;Ada\n", "4711", "Ada Lovelace", {}),
        ("Matr.-Nr.;Name;Vorname;Studiengang\n4711;Lovelace;Ada;Mathe\n", "4711", "Ada Lovelace",
         {"Studiengang": "Mathe"}),
        ("Vorname;Nachname;ID-Nummer;E-Mail-Adresse\nAda;Lovelace;4711;a@b\n", "4711",
         "Ada Lovelace", {"E-Mail-Adresse": "a@b"}),
        ("N° étudiant;Nom;Prénom;Groupe\n4711;Lovelace;Ada;B\n", "4711", "Ada Lovelace",
         {"Groupe": "B"}),
        ("Matricule;Nom de famille;Prénom\n4711;Lovelace;Ada\n", "4711", "Ada Lovelace", {}),
        ("Matrícula;Nombre;Primer apellido;Segundo apellido\n4711;Ada;Lovelace;Byron\n", "4711",
         "Ada Lovelace Byron", {}),
        ("Número de ID;Apellidos;Nombre;Dirección de correo\n4711;Lovelace;Ada;a@b\n", "4711",
         "Ada Lovelace", {"Dirección de correo": "a@b"}),
        ("Matricola;Cognome;Nome;Corso\n4711;Lovelace;Ada;L-35\n", "4711", "Ada Lovelace",
         {"Corso": "L-35"}),
        ("Studentnummer;Voornaam;Tussenvoegsel;Achternaam;Klas\n4711;Ada;van;Lovelace;3b\n",
         "4711", "Ada van Lovelace", {"Klas": "3b"}),
        ("Full name,First name,Last name,Student ID\nAda Lovelace,Ada,Lovelace,4711\n", "4711",
         "Ada Lovelace", {"First name": "Ada", "Last name": "Lovelace"}),
        ("student,name\n4711,Ada\n", "4711", "Ada", {}),
        ("Name,Email\nAda,a@b\n", "a@b", "Ada", {}),
        ("name,Note,note,,Empty\nAda,x,y,z,\n", "Ada", "Ada",
         {"Note": "x", "note (2)": "y", "column 4": "z"}),
    ],
)  # fmt: skip
def test_every_column_is_the_id_the_name_or_kept(
    tmp_path: Path, text: str, id_: str, name: str, kept: dict[str, str]
) -> None:
    people = roster(tmp_path, text)
    student = people.students[0]
    assert (student.id, student.name) == (id_, name)
    assert dict(zip(people.columns, student.more, strict=True)) == kept
    assert all(heading in people.notice for heading in kept)


def test_what_a_column_is_taken_for_is_told(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    assert roster(tmp_path, MOODLE).notice == (
        f"{path}: ID number is the id, First name and Surname the name; kept for marks.csv: "
        "Department, Email address"
    )
    people = roster(tmp_path, CANVAS)
    assert [student.name for student in people.students] == ["Lovelace, Ada", "Borel, Émile"]
    assert people.notice == (
        f"{path}: SIS User ID is the id, Student the name; kept for marks.csv: ID, SIS Login ID, "
        "Section, Essay (17); line 2 is no student and is passed over"
    )
    assert roster(tmp_path, "Vorname;Gruppe\nAda;B\n").notice == (
        f"{path}: Vorname is the name, and stands for the id; kept for marks.csv: Gruppe"
    )
    assert roster(tmp_path, "id,name\n1,Ada\n").notice == ""


def test_a_student_without_an_id_and_too_much_to_keep_are_told(tmp_path: Path) -> None:
    with pytest.raises(WorksheetError, match=r"csv:3: 'Bo Ek' has no ID number; write it"):
        roster(tmp_path, "First name,Surname,ID number\nAda,Lovelace,1\nBo,Ek,\n")
    cell = "x" * 90_000
    text = "id,note\n" + "".join(f"{number},{cell}\n" for number in range(6))
    with pytest.raises(WorksheetError, match="more than 500000 characters besides ids and names"):
        roster(tmp_path, text)


@pytest.mark.parametrize("head", [["who", "where"], ["", "Gruppe"], []])
def test_headings_that_nobody_knows_are_no_columns(head: list[str]) -> None:
    assert columns_of(head).ids == columns_of(head).names == ()


def test_columns_are_in_the_bundle_and_in_the_table_of_marks(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(
        "Student,ID,SIS User ID,Points\n=Ada,901,4711,=1+1\nBo,902,4712,3\n", encoding="utf-8"
    )
    sheets = derive.worksheet(two_two_two(), "warm-up", seed=7, roster=path)
    kept = tmp_path / "bundle.json"
    kept.write_text(sheets.bundle.text(), encoding="utf-8")
    assert read_bundle(kept) == sheets.bundle
    written = str(table(marks_table(derive.mark(kept, {"4711": {"1": "0"}})), ".csv"))
    rows = list(csv.DictReader(io.StringIO(written.removeprefix("\ufeff"))))
    assert list(rows[0])[:6] == ["form", "student", "name", "ID", "Points (roster)", "handed in"]
    assert [(row["ID"], row["Points (roster)"], row["handed in"]) for row in rows] == [
        ("901", "'=1+1", "yes"), ("902", "3", "no"),
    ]  # fmt: skip


def test_a_bundle_without_columns_is_as_before(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text("id,name\n1,Ada\n", encoding="utf-8")
    data = json.loads(derive.worksheet(two_two_two(), "warm-up", seed=7, roster=path).bundle.text())
    assert "columns" not in data and data["students"] == [["1", "Ada"]]
    for columns, message in ((["a"], "a cell of each column"), ("a", "a list of headings")):
        (tmp_path / "bundle.json").write_text(json.dumps(data | {"columns": columns}))
        with pytest.raises(WorksheetError, match=message):
            read_bundle(tmp_path / "bundle.json")


def test_the_command_says_what_the_columns_are(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(MOODLE, encoding="utf-8")
    result = CliRunner().invoke(
        commands, ["worksheet", "examples/mazur.yaml", "--roster", str(path), "--recipe", "warm-up",
                   "--to", "text", "-o", str(tmp_path / "out")],
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "ID number is the id, First name and Surname the name; kept for" in result.stderr


def test_the_help_says_how_many_sheets_are_usual_and_allowed() -> None:
    """The command loads no worksheet to print its help, and so says the numbers again."""
    option = next(p for p in commands.commands["worksheet"].params if p.name == "variants")
    assert isinstance(option, Option) and isinstance(option.type, IntRange)
    assert f"[default: {USUAL_VARIANTS}]" in str(option.help)
    assert (option.type.min, option.type.max) == (1, MOST_VARIANTS)

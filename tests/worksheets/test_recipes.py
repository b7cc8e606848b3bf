"""Recipe files: what they say, and every error with its place, all at once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from worksheets.networks import two_two_two

import derive
from derive.worksheets import Ask, Recipe, WorksheetError
from derive.worksheets.recipes.files import READY, recipe_from
from derive.worksheets.recipes.kinds import KINDS, dials
from derive.worksheets.recipes.recipe import recipe_of
from derive.writers import write


def read(tmp_path: Path, text: str) -> Recipe:
    path = tmp_path / "r.yaml"
    path.write_text(text, encoding="utf-8")
    return recipe_from(path)


def errors(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(WorksheetError) as error:
        read(tmp_path, text)
    return str(error.value).replace(f"{tmp_path / 'r.yaml'}:", "").splitlines()


def test_a_recipe_is_read(tmp_path: Path) -> None:
    text = """
title: Week 3
digits: 3
picture: true
units: [saturated, dead]
questions:
  - forward
  - kind: gradient
    points: 6
    count: 2
    difficulty: hard
    hints: true
    space: 3
    guided: false
    given: true
"""
    assert read(tmp_path, text) == Recipe(
        3,
        "Week 3",
        True,
        (Ask("forward"), Ask("gradient", 6, 2, "hard", True, 3, False, True)),
        ("saturated", "dead"),
    )
    assert read(tmp_path, "units: any\nquestions: [loss]").units == ("any",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["1:1: the file is empty; allowed is a mapping with title, digits, picture"]),
        ("- forward", ["1:1: got a list of 1; allowed is a mapping with title, digits"]),
        ("digits: 4", ["1:1: questions: got nothing; write one per line, as in - kind: forward;"]),
        ("questions: []", ["1:12: questions: got an empty list; write one per line"]),
        ("questions: [forwards]",
         ["1:13: unknown kind 'forwards'; did you mean 'forward'? allowed are "]),
        ("questions: [3]", ["1:13: question 1: got 3; allowed are a kind, or a mapping with kind"]),
        ("questions: [{points: 3}]", ["1:13: question 1: got a mapping of 1; allowed are a kind"]),
        ("questions: [{kind: 3}]", ["1:20: kind: got 3; allowed are forward"]),
        ("questions: [{kind: [loss]}]", ["1:20: kind: got a list of 1; allowed are forward"]),
        ("questions: [{kind: {a: b}}]", ["1:20: kind: got a mapping of 1; allowed are forward"]),
        ("questions: [{kind: loss, difficulty: [easy]}]",
         ["1:38: difficulty: got a list of 1; allowed are easy, normal, hard"]),
        ("questions: [{kind: loss, difficulty: extreme}]",
         ["1:38: unknown difficulty 'extreme'; allowed are easy, normal, hard"]),
        ("questions: [{kind: loss, hint: true}]",
         ["1:26: unknown key 'hint'; did you mean 'hints'? allowed are kind, points"]),
        ("questions: [{kind: loss, hints: 1}]", ["1:33: hints: got 1; allowed are true, false"]),
        ("questions: [{kind: loss, count: 0}]",
         ["1:33: count: got 0; allowed are whole numbers from 1 to 100"]),
        ("questions: [{kind: loss, points: 1.5}]",
         ["1:34: points: got 1.5; allowed are whole numbers from 0 to 100"]),
        ("questions: [{kind: loss, space: 31}]",
         ["1:33: space: got 31; allowed are whole numbers from 0 to 30"]),
        ("title: 3\ndigits: 7\nquestions: [loss, delta]\nseed: 3",
         ["1:8: title: got 3; allowed is one line of text",
          "2:9: digits: got 7; allowed are whole numbers from 2 to 6",
          "4:1: unknown key 'seed'; allowed are title, digits, picture, units, repeat,"]),
        ("repeat: twice\npoints_in: thirds\nquestions: [loss]",
         ["1:9: unknown repeat 'twice'; allowed are once, each",
          "2:12: unknown points_in 'thirds'; allowed are halves, wholes"]),
        ("units: [dead, flat]\nquestions: [loss]",
         ["1:15: unknown units 'flat'; allowed are saturated, dead, any"]),
        ("units: satured\nquestions: [loss]",
         ["1:8: unknown units 'satured'; did you mean 'saturated'? allowed are"]),
        ("units: [1]\nquestions: [loss]", ["1:9: units: got 1; allowed are saturated, dead, any"]),
        ("units: []\nquestions: [loss]", ["1:8: units: got an empty list; allowed are saturated,"]),
        ("units: [any, dead]\nquestions: [loss]", ["1:8: units: any stands alone: it means each"]),
        ("units: [dead, dead]\nquestions: [loss]", ["1:8: units: dead is named twice; a sheet"]),
        ("questions: [forward", ["1:20: not YAML: "]),
        ("digits: 3\ndigits: 3\nquestions: [loss]",
         ["2:1: digits is given twice, first in line 1"]),
        ("questions: [&a loss]", ["1:13: &a: anchors are not read; leave it out"]),
        ("questions: [!!python/name:os.system loss]",
         ["1:13: tag:yaml.org,2002:python/name:os.system: tags are not read; leave it out"]),
        ("questions: [" + "loss, " * 41 + "]", ["1:12: questions: got more than 40"]),
    ],
)  # fmt: skip
def test_every_error_has_its_place(tmp_path: Path, text: str, expected: list[str]) -> None:
    messages = errors(tmp_path, text)
    assert len(messages) == len(expected), messages
    for line, start in zip(messages, expected, strict=True):
        assert line.startswith(start), messages


def test_what_is_no_recipe_file_is_told(tmp_path: Path) -> None:
    for units in (("flat",), ("any", "dead"), ("dead", "dead")):
        with pytest.raises(WorksheetError, match=r"^units: "):
            Recipe(units=units)
    with pytest.raises(WorksheetError, match=r"unknown recipe 'exams'; did you mean 'exam'\?"):
        recipe_from("exams")
    (tmp_path / "big").write_bytes(b"#" * 100_001)
    with pytest.raises(WorksheetError, match="more than 100000 bytes"):
        recipe_from(tmp_path / "big")
    (tmp_path / "latin").write_bytes("title: Übung".encode("latin-1"))
    with pytest.raises(WorksheetError, match="not UTF-8; save the file in UTF-8"):
        recipe_from(tmp_path / "latin")


@pytest.mark.parametrize("name", READY)
def test_ready_recipes_make_sheets_in_all_formats(name: str) -> None:
    recipe = recipe_from(name)
    sheets = derive.worksheet(two_two_two(), name, variants=1, seed=7)
    assert tuple(q.kind for q in sheets.variants[0].questions) == tuple(
        ask.kind for ask in recipe.questions
    )
    for to in ("markdown", "latex", "text"):
        page = write(sheets.variants[0].sheet, sheets[0].names, to)
        assert isinstance(page, str) and recipe.title in page


@pytest.mark.parametrize("recipe", [Recipe(), *map(recipe_from, READY)])
def test_a_recipe_is_the_same_again_as_data(recipe: Recipe) -> None:
    assert recipe_of(recipe.data()) == recipe


def test_every_kind_is_listed_and_made() -> None:
    from derive.worksheets.questions.make import MAKERS

    assert set(KINDS) == set(MAKERS)


# -- dials -----------------------------------------------------------------------------------------

# Some dials show only where few are asked for, or where nothing is worked out before.
_SETTINGS: tuple[dict[str, object], ...] = (
    {}, {"count": 2, "difficulty": "hard"}, {"count": 2, "given": True},
)  # fmt: skip
_TURNED: dict[str, object] = {
    "points": 9, "hints": True, "count": 3, "difficulty": "easy", "space": 4, "guided": False,
    "given": True,
}  # fmt: skip
_DEEP = derive.Network(2, [derive.Dense(2, "sigmoid"), derive.Dense(2, "tanh"), derive.Dense(2)])


def _asked(kind: str, said: dict[str, object]) -> str:
    return _sheet(Ask(kind, **{dial: v for dial, v in said.items() if dial in dials(kind)}))  # type: ignore[arg-type]


@cache
def _sheet(ask: Ask) -> str:
    variant = derive.worksheet(_DEEP, Recipe(questions=(ask,)), variants=1, seed=4)[0]
    return str(write(variant.sheet, variant.names, "text")).replace(variant.form.id, "")


@pytest.mark.parametrize("kind", KINDS)
def test_every_dial_that_a_kind_takes_turns_something_and_others_are_refused(kind: str) -> None:
    for dial, value in _TURNED.items():
        if dial in dials(kind):
            assert any(
                _asked(kind, said | {dial: value}) != _asked(kind, said) for said in _SETTINGS
            ), dial
        else:
            with pytest.raises(WorksheetError, match=f"{dial}: a question of kind {kind} has none"):
                Ask(kind, **{dial: value})  # type: ignore[arg-type]


def test_a_dial_that_turns_nothing_is_told_with_its_place(tmp_path: Path) -> None:
    text = "questions:\n  - {kind: counting, count: 3}\n  - {kind: code, given: true}\n"
    first, second = errors(tmp_path, text)
    assert first.startswith("2:22: count: a question of kind counting has none; it takes points")
    assert second.startswith("3:18: given: a question of kind code has none; it takes points")

"""Good numbers tell mistakes from right answers: held against the marks themselves."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from worksheets.networks import relu_softmax, two_two_two
from worksheets.sheets import Sheet, sheet
from worksheets.test_marking import last_mark

import derive
from derive.cli import commands
from derive.derivation.numbers.rounding import rounded
from derive.network import Dense, Network
from derive.worksheets import Ask, Recipe
from derive.worksheets.classes.bundle_files import read_bundle
from derive.worksheets.marking.carried import Values
from derive.worksheets.marking.verdicts import Verdict
from derive.worksheets.misconceptions import MISCONCEPTIONS, slips
from derive.worksheets.variants.discrimination import Alike, Telling
from derive.worksheets.variants.variant import Search
from derive.writers import write


def marked_right(variant: Sheet) -> tuple[set[Alike], set[Alike]]:
    """The slips whose value, written as an answer, is marked right, and those that are not.

    A value that is written as the key has it is right with any numbers that lead to it.
    """
    key = variant.key()
    values = Values(variant.numbers)
    right: set[Alike] = set()
    seen: set[Alike] = set()
    for item in variant.items:
        if not item.answers:
            continue
        last = item.answers[-1]
        rounding = variant.numbers.rounding
        update = item.task.part == "update"
        digits = rounding.update_digits if update else rounding.digits
        for slip in slips(item.task, variant.exercise):
            one = Alike(slip.misconception.id, item.task.source)
            worked = values.work_out(slip.formula, slip.misconception.fewer)
            if worked is None:
                continue
            number = rounded(worked.value, digits).number
            if slip.misconception.fewer and number.value == last.value.value:
                continue
            seen.add(one)
            answer = number.text or str(number.value)
            mark = last_mark(variant, {**key, last.label: answer}, last.label)
            if mark.verdict is Verdict.RIGHT:
                right.add(one)
    return right, seen - right


DEEP = Network(2, [Dense(2, "tanh"), Dense(2, "tanh"), Dense(2, "sigmoid")], learning_rate=0.5)


@pytest.mark.parametrize(
    ("network", "digits", "seed"),
    [
        (two_two_two(), 4, 5),
        (relu_softmax(), 3, 4),
        (DEEP, 2, 4),
    ],
)
def test_what_is_told_apart_is_not_marked_right(network: Network, digits: int, seed: int) -> None:
    """However deep the network and however coarse its numbers: one measure for both."""
    variant = sheet(network, seed, digits)
    found = set(Telling(variant.exercise).alike(variant.numbers))
    right, wrong = marked_right(variant)
    assert right <= found
    # Careful by half a unit of the last digit: little that is marked wrong is called alike.
    assert len(found & wrong) <= {2: 0.25, 3: 0.1, 4: 0.05}[digits] * len(wrong)


def test_the_more_telling_numbers_are_taken() -> None:
    variants = derive.worksheet(two_two_two(), variants=12, seed=7).variants
    taken = [len(variant.draw.alike) for variant in variants]
    search = Search(variants[0].pages.exercise, None, variants[0].numbers.rounding)
    assert sum(taken) / len(taken) <= search.fewest + 1
    assert all(variant.draw.draws >= 1 for variant in variants)


def test_a_key_lists_what_its_numbers_do_not_show() -> None:
    sheets = derive.worksheet(relu_softmax(), variants=1, seed=7)
    (variant,) = sheets.variants
    assert any(one.misconception == "no-derivative" for one in variant.draw.alike)
    key = " ".join(str(write(variant.key, variant.names, "text")).split())
    assert "These mistakes lead to the right number here" in key
    assert "f′ left out (" in key
    assert "These mistakes" not in str(write(variant.sheet, variant.names, "text"))


def test_the_class_is_told_what_every_key_lists(tmp_path: Path) -> None:
    """untold.csv holds, row by row, what stands at the end of the keys; one line counts them."""
    (tmp_path / "network.yaml").write_text(
        "inputs: 2\nlayers: [{units: 2, activation: sigmoid}, {units: 2, activation: sigmoid}]\n",
        encoding="utf-8",
    )
    (tmp_path / "roster.csv").write_text(
        "id,name\n1,Ada\n2,=Émile\n3,Zoë\n4,Bo\n", encoding="utf-8"
    )
    out = tmp_path / "out"
    arguments = [
        "worksheet", str(tmp_path / "network.yaml"), "--roster", str(tmp_path / "roster.csv"),
        "--recipe", "warm-up", "--seed", "7", "--to", "text", "-o", str(out),
    ]  # fmt: skip
    result = CliRunner().invoke(commands, arguments)
    assert result.exit_code == 0, result.output
    with (out / "untold.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    bundle = read_bundle(out / "bundle.json")
    assert head == ["form", "student", "name", "label", "misconception", "what"]
    listed: dict[str, dict[str, list[str]]] = {}
    for form, student, _, label, slip, what in rows:
        assert MISCONCEPTIONS[slip].title == what
        assert form == bundle.form(int(student))
        listed.setdefault(student, {}).setdefault(what, []).append(label)
    told = 0
    for number in "1234":
        key = " ".join((out / f"key-0{number}.txt").read_text("utf-8").split())
        match = re.search(r"too close to it to be noticed: (.*?)\. (Checked by|Questions of)", key)
        said = {
            what: labels.split(", ")
            for what, labels in re.findall(
                r"([^;]+?) \(([^)]*)\)(?:; |$)", match[1] if match else ""
            )
        }
        assert said == listed.get(number, {})
        told += bool(said)
    assert 0 < told < 4, "some sheets have such lines, some have none"
    line = f"on {told} of 4 sheets a common mistake leads to the right number somewhere"
    assert [text for text in result.stderr.splitlines() if text.startswith("on ")] == [
        f"{line}: listed at the end of each key, and in {out / 'untold.csv'}"
    ]
    again = ["worksheet", "--from", str(out / "bundle.json"), "--to", "text"]
    for number in "1234":
        alone = tmp_path / number
        result = CliRunner().invoke(commands, [*again, "--variant", number, "-o", str(alone)])
        assert result.exit_code == 0 and not (alone / "untold.csv").exists()
        assert ("on 1 of 1 sheets" in result.stderr) == (number in listed)
        assert "untold.csv" not in result.stderr


def test_what_does_not_fit_is_left_out_and_told() -> None:
    network = Network(1, [derive.Dense(1, "sigmoid", "none")], "binary_cross_entropy")
    sheets = derive.worksheet(
        network, Recipe(questions=(Ask("local"), Ask("delta"))), variants=1, seed=7
    )
    (variant,) = sheets.variants
    assert [(q.letter, q.kind) for q in variant.questions] == [("A", "delta")]
    assert variant.left_out == ("local (there is none in this network)",)
    assert "do not apply to this network: local" in str(write(variant.key, variant.names, "text"))

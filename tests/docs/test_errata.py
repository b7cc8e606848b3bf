"""docs/errata.md is what its data make of it today, and data that are not so are refused."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from writers.markdown_rules import problems

from docs.errata import build, pages, tables
from docs.errata.rows import CLASSES, FOLDER, DataError, Erratum, WriteUp, everything, read
from docs.errata.scope import Scope
from docs.errata.tables import Compared

ROOT = Path(__file__).parents[2]
REFERENCES = json.loads((ROOT / "tests/data/references.json").read_text())["networks"]
COUNTS = {"000": 8, "001": 9, "002": 36, "003": 19}


@cache
def made() -> str:
    return build.make(everything())


def row(name: str) -> tuple[Erratum, WriteUp]:
    (found,) = ((e, w) for w in everything() for e in w.errata if e.id == name)
    return found


def section(name: str) -> str:
    """What the page says of one erratum."""
    return re.split(r"\n##+ ", made().partition(f"### {name},")[2])[0]


def numbers(line: str) -> list[Fraction]:
    return [Fraction(found) for found in re.findall(r"`(-?[\d.]+)`", line)]


def table(name: str) -> list[list[Fraction]]:
    """The numbers of an erratum's tables, row by row, names left out."""
    lines = [line for line in section(name).split("\n") if line.startswith("| ")]
    return [found for found in map(numbers, lines) if found]


def near(found: Fraction, reference: str, digits: int) -> bool:
    return abs(found - Fraction(reference)) <= Fraction(1, 2 * 10**digits)


# -- the page --------------------------------------------------------------------------------


def test_the_page_is_not_stale() -> None:
    assert build.PAGE.read_text(encoding="utf-8") == made(), f"write it anew: {build.COMMAND}"


def test_the_page_is_good_markdown() -> None:
    assert not [str(problem) for problem in problems(made(), "github")]


def test_every_erratum_is_there_once() -> None:
    assert {w.number: len(w.errata) for w in everything()} == COUNTS
    wanted = [f"{number}-{n}" for number, count in COUNTS.items() for n in range(1, count + 1)]
    assert re.findall(r"(?m)^### (\d+-\d+),", made()) == wanted


def test_the_counts_at_the_head_add_up() -> None:
    head = made().partition("\n## ")[0]
    rows = {
        cells[0]: [int(cell or 0) for cell in cells[1:]]
        for cells in (
            [cell.strip() for cell in line.strip("|").split("|")]
            for line in head.split("\n")
            if line.startswith("| ")
        )
        if cells[0] in {*CLASSES, "all"} - {"class"}
    }
    assert rows.keys() == {*CLASSES, "all"}
    assert rows["all"] == [*COUNTS.values(), sum(COUNTS.values())]
    by_class = [numbers for name, numbers in rows.items() if name != "all"]
    assert [sum(column) for column in zip(*by_class, strict=True)] == rows["all"]
    assert all(sum(line[:-1]) == line[-1] for line in rows.values())
    comparisons, questions = map(
        int, re.search(r"(\d+) comparisons and (\d+) questions", head).groups()  # type: ignore
    )  # fmt: skip
    assert comparisons > 300
    assert questions == sum(len(e.pages) for w in everything() for e in w.errata)


# -- numbers from elsewhere --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "tree", "key"),
    [
        ("002-18", "gradients", "dW_kl"),
        ("002-26", "gradients", "dW_jk"),
        ("002-31", "gradients", "dW_ij"),
        ("002-17", "updated_weights_after_one_step", "W_kl"),
        ("002-27", "updated_weights_after_one_step", "W_jk"),
    ],
)
def test_our_matrices_are_those_of_the_references(name: str, tree: str, key: str) -> None:
    reference = REFERENCES["002"]["variants"]["declared/bce_sum"][tree][key]
    ours = [line[-1] for line in table(name)]
    flat = [number for line in reference for number in line]
    assert len(ours) == len(flat) == 9
    assert all(near(a, b, 6) for a, b in zip(ours, flat, strict=True))


def test_of_27_gradients_24_have_the_wrong_sign() -> None:
    wrong = 0
    variant = REFERENCES["002"]["variants"]["declared/bce_sum"]["gradients"]
    for name, key in (("002-18", "dW_kl"), ("002-26", "dW_jk"), ("002-31", "dW_ij")):
        flat = [Fraction(number) for line in variant[key] for number in line]
        wrong += sum(a[0] * b < 0 for a, b in zip(table(name), flat, strict=True))
    assert wrong == 24
    assert "of the 27 gradients in the step that 002 prints, 24 have the wrong sign" in made()


def test_the_losses_after_training_are_those_of_the_references() -> None:
    training = REFERENCES["001"]["training"]
    columns = ("0", "1", "2", "10", "100", "1000")
    lines = table("001-9")
    assert [str(float(line[0])) for line in lines] == list(training)
    for rate, line in zip(training, lines, strict=True):
        losses = training[rate]["loss_after_n_updates"]
        for n, found in zip(columns, line[1:], strict=True):
            assert near(found, losses[n], 9), (rate, n)


def test_what_003_cannot_reach_is_what_the_references_say() -> None:
    refs = REFERENCES["003"]["as_written"]
    text = section("003-12")
    (losses,) = table("003-12")
    for n, found in zip(("0", "1", "10", "100", "1000"), losses[1:], strict=True):
        assert near(found, refs["training_loss_after_n_updates"]["0.1"][n], 9), n
    infimum = refs["infimum_of_loss (sigmoid output < 1)"]
    assert f"`{infimum}`" in text
    assert near(
        numbers(text.partition("**Ours**")[2])[1], refs["y_pred_after_1000_updates_lr_0_1"], 5
    )


# -- planted faults ------------------------------------------------------------------------------


def refused(name: str, why: str, **changes: Any) -> None:
    erratum, write_up = row(name)
    assert build.prove(erratum, write_up).erratum == erratum
    with pytest.raises(build.Unproved, match=f"^{name}: .*{why}"):
        build.prove(replace(erratum, **changes), write_up)


NOT_WRONG, NOT_SO = "what it states is not wrong", "what we say is not so"


@pytest.mark.parametrize(
    ("name", "why", "changes"),
    [
        # a right number, a number right to its digits, a right formula called wrong
        ("003-1", NOT_WRONG, {"stated": "[[a2 ~ 0.86646]]"}),
        ("003-1", NOT_WRONG, {"stated": "[[a2 ~ 0.8665]]"}),
        ("000-1", NOT_WRONG, {"stated": "[[dE1_dW6 = a_h2*(a_o1 - t1)*a_o1*(1 - a_o1)]]"}),
        # wrong at the network's own values only, so not wrong as a formula
        ("003-1", NOT_WRONG, {"stated": "[[z_o = z_o + (x1 - 1.1)*(y - y_pred)]]"}),
        # a chain whose wrong member is not the last
        ("003-1", NOT_WRONG, {"stated": "[[a2 ~ 0.86607 != 0.86646]]"}),
        # wrong numbers and formulas of our own, or right at some points only
        ("003-1", NOT_SO, {"ours": "[[a2 ~ 0.86607]]"}),
        ("003-4", NOT_SO, {"because": "[[1/2*(0.58989 - 3.3)**2 ~ 3.67234]]"}),
        ("000-3", NOT_SO, {"ours": "[[dE_Total_dW5 = dE1_dW6]]"}),
        ("001-3", NOT_SO, {"ours": "[[w5 + w6 = w5 + w6*i1/0.05]]"}),
        ("003-18", NOT_SO, {"because": "[[delta_o != dLoss_dz_o]]"}),
        ("003-12", NOT_SO, {"because": "[[y_pred_after_1000 > 1]]"}),
        ("003-6", NOT_SO, {"because": "[[-0.65584*0.75026 !~ -0.49205]]"}),
        # tables: a right number among the wrong ones, a sign too many, a wrong one among right
        ("003-10", "1 of the stated numbers are right, not 0",
         {"compared": (Compared("dLoss_dw{i}{j}", (("-0.08108",),)),)}),
        ("002-13", "2 of the stated numbers are of wrong sign, not 3",
         {"compared": (replace(row("002-13")[0].compared[0], signs=3),)}),
        ("003-11", "1 of the stated numbers are right, not 2",
         {"compared": (Compared("w_h{i}_after_1", (("0.6492",), ("-0.0433",)), right=2),)}),
        # formulas that cannot be read, steps that there are not, nothing to compare
        ("003-1", "unknown name 'a3'", {"ours": "[[a3 ~ ?]]"}),
        ("003-1", "no step sum of the style deltas", {"ours": "[[a2 = @sum]]"}),
        ("003-1", "after ~ stands a number", {"ours": "[[a2 ~ z2]]"}),
        ("003-1", "nothing in it was compared", {"stated": "x", "because": "x", "ours": "x"}),
        # our pages
        ("000-8", "'gradient' is on our page in markdown", {"pages": (("lacks", ("gradient",)),)}),
        ("000-8", "'gradeint' is not on our page", {"pages": (("has", ("gradeint",)),)}),
        ("001-4", "'∂' is on our page in text", {"pages": (("lacks in text", ("∂",)),)}),
        ("001-4", "'Ә' is not on our page in text", {"pages": (("has in text", ("Ә",)),)}),
        ("000-2", "'W_5' is in a formula", {"pages": (("lacks in formulas", ("W_5",)),)}),
        ("002-2", "convention_bias_none is not", {"pages": (("says", ("convention_bias_none",)),)}),
    ],
)  # fmt: skip
def test_a_claim_that_is_not_so_is_refused(name: str, why: str, changes: dict[str, Any]) -> None:
    refused(name, why, **changes)


@pytest.mark.parametrize(
    ("question", "name", "spoil"),
    [
        ("headings", "000-6", lambda page: page.replace("## Loss\n", "##\n", 1)),
        ("headings", "000-6", lambda page: page.replace("## Loss\n", "##### Loss\n", 1)),
        ("headings", "000-6", lambda page: page.replace("## Loss\n", "## **Loss**\n", 1)),
        ("headings", "000-6", lambda page: page.replace("## Loss\n", "# Loss\n", 1)),
        ("formulas", "003-17", lambda page: page.replace("$`z_o`$", "$`z_o $", 1)),
        ("formulas", "003-17", lambda page: page.replace("$`z_o`$", r"$\( z_o \)$", 1)),
        ("formulas", "003-17", lambda page: page.replace("$`z_o`$", "![z](http://x/z.png)", 1)),
        ("formulas", "003-17", lambda page: page.replace("$`z_o`$", r"$`\text{z_o}`$", 1)),
        ("gradients", "000-5", lambda page: page.replace("0.07216", "0.07217")),
        ("gradients", "000-5", lambda page: re.sub(r"(?m)^.*partial W_8\}.*$", "", page)),
        ("given first", "002-2", lambda page: page.replace("1.0", "1.5", 1)),
        ("given first", "000-5", lambda page: page.replace("0.15", "0.16", 1)),
    ],
)  # fmt: skip
def test_a_spoilt_page_is_noticed(
    question: str, name: str, spoil: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, write_up = row(name)
    where = Scope(write_up.network, write_up.style)
    good = pages.page(where)
    assert pages.QUESTIONS[question](where, ()) > 0
    assert spoil(good) != good
    monkeypatch.setattr(pages, "page", lambda scope, to="markdown": spoil(good))
    with pytest.raises(pages.Refused):
        pages.QUESTIONS[question](where, ())


@pytest.mark.parametrize(
    ("pattern", "instead"),
    [
        (r"!\[[^\]]*\]", "![]"),
        (r"!\[[^\]]*\]\([^)]*\)", ""),
        (r"(<title[^>]*>)[^<]*", r"\1"),
        (r"(<desc[^>]*>)[^<]*", r"\1"),
    ],
)
def test_a_picture_without_words_is_noticed(
    pattern: str, instead: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = Scope("write-up-001", "paths")
    assert pages.pictures(where, ()) > 0
    good = pages.pictured(where)
    spoilt = {name: re.sub(pattern, instead, text, count=1) for name, text in good.items()}
    assert spoilt != good
    monkeypatch.setattr(pages, "pictured", lambda scope: spoilt)
    with pytest.raises(pages.Refused):
        pages.pictures(where, ())


def test_two_quantities_of_one_name_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    where = Scope("write-up-001", "paths")
    text = where.names.text
    monkeypatch.setattr(where.names, "text", lambda q: text(q).replace("o2", "o1"))
    with pytest.raises(pages.Refused, match="called"):
        pages.one_name(where, ())


def test_a_local_derivative_worked_out_twice_is_noticed() -> None:
    where = Scope("write-up-001", "paths")
    assert pages.once(where, ()) > 0
    doubled = replace_sections(where)
    with pytest.raises(pages.Refused, match="twice"):
        pages.once(doubled, ())


def replace_sections(where: Scope) -> Scope:
    derivation = where.derivation
    derivation.sections = (*derivation.sections, derivation.section("backward"))
    return where


def test_a_cost_that_is_not_as_told_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = ((2, 2, 2),)
    tables.costs(sizes, build.words)
    true = tables.cost(sizes[0])
    for wrong in ({"weights": 9}, {"paths": 3}, {"whole": 4 * true.forward + 1}):
        monkeypatch.setattr(tables, "cost", lambda _, wrong=wrong: replace(true, **wrong))
        with pytest.raises(tables.WrongTable):
            tables.costs(sizes, build.words)


# -- data ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda data: data["errata"].pop(2), "the ids are not 000-1 to 000-7 in order"),
        (lambda data: data["errata"][0].pop("because"), "000-1: because is missing"),
        (lambda data: data["errata"][0].update({"class": "typo"}), "000-1: class 'typo'; there"),
        (lambda data: data["errata"][0].update(note="x"), "000-1: unknown note"),
        (lambda data: data.update(author="x"), "000.yaml: unknown author"),
    ],
)
def test_data_that_do_not_fit_are_refused(
    change: Callable[[dict[str, Any]], object], why: str, tmp_path: Path
) -> None:
    yaml = YAML(typ="safe", pure=True)
    data = yaml.load((FOLDER / "000.yaml").read_text(encoding="utf-8"))
    change(data)
    path = tmp_path / "000.yaml"
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(data, file)
    with pytest.raises(DataError, match=re.escape(why)):
        read([path])


def test_nothing_is_written_where_a_row_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    erratum, write_up = row("003-1")
    wrong = replace(write_up, errata=(replace(erratum, ours="[[a2 ~ 0.86607]]"),))
    target = tmp_path / "errata.md"
    monkeypatch.setattr(build, "everything", lambda: (wrong,))
    monkeypatch.setattr(sys, "argv", ["build", str(target)])
    with pytest.raises(SystemExit, match="003-1: what we say is not so"):
        build.main()
    assert not target.exists()
    monkeypatch.undo()
    monkeypatch.setattr(sys, "argv", ["build", str(target)])
    build.main()
    assert target.read_text(encoding="utf-8") == made()

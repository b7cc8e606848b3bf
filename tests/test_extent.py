"""Before a large page is made it is said how large, and what fits instead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

import derive
from derive.cli import commands
from derive.expression.nodes import Quantity
from derive.extent import LONG, MOST, PageError, before_the_work, page_extent
from derive.graph import NetworkGraph
from derive.graph import Path as Path_
from tests.document.claims import network


def symbolic(*sizes: int) -> derive.Network:
    return derive.Network(sizes[0], [derive.Dense(units, "sigmoid") for units in sizes[1:]])


def test_an_ordinary_page_is_not_announced() -> None:
    assert before_the_work(symbolic(2, 2, 2), "paths", "full") == ""


def test_a_long_page_is_announced_with_a_shorter_one() -> None:
    told = before_the_work(symbolic(32, 32, 32), "paths", "normal")
    assert "2,112 trained parameters" in told and "--detail brief" in told
    assert "--detail" not in before_the_work(symbolic(32, 32, 32), "deltas", "brief")


def test_a_bookshelf_is_refused_with_what_fits() -> None:
    with pytest.raises(PageError, match="101,770 trained parameters") as refused:
        before_the_work(symbolic(784, 128, 10), "deltas", "normal")
    assert "derive compile" in str(refused.value) and f"{MOST:,}" in str(refused.value)
    assert LONG < MOST


@pytest.mark.parametrize("style", ["deltas", "paths", "matrices"])
@pytest.mark.parametrize("detail", ["brief", "normal", "full"])
def test_the_lines_told_are_about_those_there_are(style: str, detail: str) -> None:
    of = network((6, 6, 6), ("sigmoid", "sigmoid"))
    page = derive.render(derive.derive(of, style), "text", detail=detail)
    assert isinstance(page, str)
    told = page_extent(of, style, detail).lines
    assert told / 3 < len(page.splitlines()) < 3 * told


def test_nothing_is_derived_of_a_network_that_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "large.yaml"
    file.write_text("inputs: 784\nlayers:\n  - {units: 128, activation: relu}\n"
                    "  - {units: 10, activation: softmax}\nloss: cross_entropy\n")  # fmt: skip

    def never(*_: object, **__: object) -> None:
        raise AssertionError("it was derived")

    monkeypatch.setattr(derive, "derive", never)
    result = CliRunner().invoke(commands, ["render", str(file)])
    assert result.exit_code == 1 and "derive compile" in result.output


@pytest.mark.parametrize("render", [derive.render, partial(derive.render_files, file="page.md")])
def test_python_is_refused_the_same(
    render: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("it was derived")

    monkeypatch.setattr("derive.derivation.derivation.derive", never)
    with pytest.raises(derive.PageError, match="101,770 trained parameters"):
        render(symbolic(784, 128, 10))


def test_a_derivation_of_too_many_parameters_is_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    derivation = derive.derive(symbolic(3, 3, 3), "paths")
    assert isinstance(derive.render(derivation), str)
    monkeypatch.setattr("derive.extent.MOST", 23)
    with pytest.raises(derive.PageError, match="24 trained parameters"):
        derive.render(derivation)


def test_a_workbook_waits_for_no_derivation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("it was derived")

    monkeypatch.setattr(derive, "derive", never)
    monkeypatch.setattr("derive.derivation.derivation.derive", never)
    book = tmp_path / "mazur.xlsx"
    result = CliRunner().invoke(
        commands, ["render", "examples/mazur.yaml", "--to", "xlsx", "-o", str(book)]
    )
    assert result.exit_code == 0, result.output
    assert book.read_bytes() == derive.render("examples/mazur.yaml", "xlsx")


def test_paths_to_the_outputs_are_walked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not once for every weight before them: that is quadratic in the width of a layer."""
    walked: Counter[object] = Counter()
    paths = NetworkGraph.paths

    def counted(self: NetworkGraph, source: Quantity, goal: Quantity) -> Iterator[Path_]:
        walked[source, goal] += 1
        return paths(self, source, goal)

    monkeypatch.setattr(NetworkGraph, "paths", counted)
    derive.derive(symbolic(4, 4, 4), "paths")
    assert walked and set(walked.values()) == {1}

"""docs/api.md is what the docstrings say today, and their examples are true."""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

import derive
from docs import api

ROOT = Path(__file__).parents[2]
# The doors that a program goes through; each has an example.
DOORS = (
    "load", "Network", "Dense", "save", "derive", "render", "render_files", "compile", "standalone",
    "train", "worksheet", "mark", "symbolic",
)  # fmt: skip


def examples() -> Iterator[doctest.DocTest]:
    finder = doctest.DocTestFinder(exclude_empty=True)
    for found in walk_packages(derive.__path__, "derive."):
        module = import_module(found.name)
        for test in finder.find(module, globs={"derive": derive}):
            if test.examples:
                yield test


EXAMPLES = {test.name: test for test in examples()}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_true(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    said: list[str] = []
    done = doctest.DocTestRunner().run(EXAMPLES[name], out=said.append)
    assert done.attempted and not done.failed, "".join(said)


@pytest.mark.parametrize("name", DOORS)
def test_every_door_has_an_example(name: str) -> None:
    thing = getattr(derive, name)
    assert f"{thing.__module__}.{thing.__qualname__}" in EXAMPLES


def test_a_wrong_example_would_be_found() -> None:
    text, known = ">>> derive.__name__\n'other'\n", {"derive": derive}
    wrong = doctest.DocTestParser().get_doctest(text, known, "wrong", None, None)
    assert doctest.DocTestRunner().run(wrong, out=lambda _: None).failed == 1


def test_the_page_is_not_stale() -> None:
    assert api.PAGE.read_text(encoding="utf-8") == api.build(), f"write it anew with: {api.COMMAND}"


def test_every_public_name_has_its_place() -> None:
    placed = [name for names in api.SECTIONS.values() for name in names]
    assert sorted(placed) == sorted({*derive.__all__, "compile"})


def test_every_link_of_the_page_leads_somewhere() -> None:
    page = api.build()
    links = re.findall(r"\]\(#([^)]+)\)", page)
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", page, flags=re.DOTALL), re.M)
    anchors: set[str] = set()
    for heading in headings:
        anchor = re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        anchors.add(anchor if anchor not in anchors else f"{anchor}-1")
    assert len(links) == len(set(links)) and set(links) <= anchors


def test_markup_of_docstrings() -> None:
    text = (
        "What ``x**2`` is, 2*x.\n\nname  of a\n      thing\nother  one\nRaises Error.\n\n"
        "    >>> 1\n    1"
    )
    assert api.markdown(text) == (
        "What `x**2` is, 2\\*x.\n\n- `name`: of a thing\n- `other`: one\n\nRaises Error.\n\n"
        "```pycon\n>>> 1\n1\n```\n"
    )

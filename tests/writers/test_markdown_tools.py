"""The plain dialect as it stands, in the tools that people put it through.

pandoc (and Quarto, which is built on it), MyST (Jupyter Book, Sphinx) and MkDocs with Material's
extensions find every formula; pandoc, which alone converts them, does so without a warning.
"""

from __future__ import annotations

import functools
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import derive
from derive.graph.conversion import network_or_formulas
from derive.rendering import GRAPH_PARTS, PARTS
from tests.writers.markdown_rules import formulas

docutils: Any = pytest.importorskip("docutils.core")
markdown: Any = pytest.importorskip("markdown")
myst: Any = pytest.importorskip("myst_parser.docutils_")
pypandoc: Any = pytest.importorskip("pypandoc")

EXAMPLES = Path("examples")
PAGES = {
    "mazur": "paths", "batch": "deltas", "symbolic": "deltas", "write-up-002": "matrices",
    "graphs/attention": "nodes", "graphs/weight-decay": "nodes",
}  # fmt: skip
every_page = pytest.mark.parametrize("name", PAGES)


@functools.cache
def page(name: str) -> str:
    """A page with everything that there is."""
    graph = name.startswith("graphs/")
    source = network_or_formulas(EXAMPLES / f"{name}.yaml")
    return derive.render(
        source if graph else derive.derive(source, PAGES[name]),
        dialect="plain", detail="full", parts=GRAPH_PARTS if graph else tuple(PARTS),
    )  # fmt: skip


def expected(name: str) -> tuple[int, int]:
    """How many formulas stand in a line, and how many are displayed."""
    every = formulas(page(name), "plain")
    displayed = sum(formula.display for formula in every)
    assert displayed > 5 and len(every) > 2 * displayed
    return len(every) - displayed, displayed


# -- pandoc, Quarto --------------------------------------------------------------------------------


def by_pandoc(text: str) -> tuple[int, int]:
    """Formulas that became MathML: in a line, and displayed. A warning is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = pypandoc.convert_text(
            text, "html", format="markdown", extra_args=["--mathml", "--fail-if-warnings"]
        )
    assert 'class="math' not in found  # what it leaves in TeX
    return found.count('<math display="inline"'), found.count('<math display="block"')


@every_page
def test_pandoc_converts_every_formula(name: str) -> None:
    assert by_pandoc(page(name)) == expected(name)


def test_a_formula_that_pandoc_cannot_convert_would_be_seen() -> None:
    with pytest.raises(RuntimeError, match="Could not convert TeX math"):
        by_pandoc(r"The formula $\textcolor{green}{x}$.")


# -- MyST, Jupyter Book ----------------------------------------------------------------------------


def by_myst(text: str) -> tuple[int, int]:
    """Formulas that MyST hands on. What it would say of the page is an error."""
    read = docutils.publish_doctree(
        text, parser=myst.Parser(),
        settings_overrides={"myst_enable_extensions": ["dollarmath"], "halt_level": 2},
    )  # fmt: skip
    nodes = [node.tagname for node in read.findall()]
    return nodes.count("math"), nodes.count("math_block")


@every_page
def test_myst_finds_every_formula(name: str) -> None:
    assert by_myst(page(name)) == expected(name)


# -- MkDocs with Material's extensions -------------------------------------------------------------


def by_mkdocs(text: str) -> tuple[int, int]:
    extensions = ["pymdownx.arithmatex", "tables", "attr_list", "md_in_html", "toc"]
    found = markdown.markdown(
        text, extensions=extensions,
        extension_configs={"pymdownx.arithmatex": {"generic": True}},
    )  # fmt: skip
    assert "$" not in re.sub(r"<[^>]*>", "", found)
    return found.count('<span class="arithmatex">'), found.count('<div class="arithmatex">')


@every_page
def test_mkdocs_finds_every_formula(name: str) -> None:
    assert by_mkdocs(page(name)) == expected(name)


@pytest.mark.parametrize("read", [by_myst, by_mkdocs])
def test_a_formula_that_is_lost_would_be_seen(read: Callable[[str], tuple[int, int]]) -> None:
    assert read("The weight $w$.\n\n$$\nx\n$$\n") == (1, 1)
    assert read("The weight `$w$`.\n\n```\nx\n```\n".replace("$", "")) == (0, 0)

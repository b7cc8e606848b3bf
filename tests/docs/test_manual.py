"""The pages that programs write are what they write today, and the manual has every page."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs import functions, manual, mistakes
from tests.writers.markdown_rules import problems

DOCS = Path("docs")


def test_the_catalogue_is_what_the_product_says_today() -> None:
    built = functions.build()
    stale = [name for name, content in built.items()
             if (functions.FOLDER / name).read_text("utf-8") != content]  # fmt: skip
    assert stale == [], f"write them anew with: {functions.COMMAND}"
    assert {path.name for path in functions.FOLDER.iterdir()} == set(built)
    assert [str(problem) for problem in problems(built[functions.PAGE], "github")] == []


def test_the_common_mistakes_are_those_of_today() -> None:
    assert mistakes.PAGE.read_text("utf-8") == mistakes.build(), mistakes.COMMAND


def test_a_curve_is_cut_where_it_jumps() -> None:
    step = [(0.0, 0.0), (1.0, 0.0), (1.1, 1.0), (2.0, 1.0)]
    assert list(functions.whole_parts(step, 0.5)) == [step[:2], step[2:]]
    assert list(functions.whole_parts(step, 2.0)) == [step]


def test_every_page_has_a_place_in_the_manual() -> None:
    pages = {str(page.with_suffix("")) for page in DOCS.rglob("*.md")}
    listed = {page for pages in manual.CONTENTS.values() for page in pages}
    assert pages == {page for page in listed if page.startswith("docs/")}
    assert all(Path(f"{page}.md").exists() for page in listed)


def test_a_page_without_a_place_would_be_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manual, "CONTENTS", {"Behind it": ("docs/speed",)})
    with pytest.raises(SystemExit, match=r"no heading of docs/manual.py has docs/"):
        manual.gather(tmp_path / "source")


def test_formulas_are_fenced_as_the_parser_takes_them() -> None:
    page = "At $`x`$ and $`y`$:\n\n```math\nx\n```\n\n```python\nx\n```\n"
    assert manual.dollars(page) == "At $x$ and $y$:\n\n```{math}\nx\n```\n\n```python\nx\n```\n"


@pytest.mark.parametrize(
    ("page", "loaded"),
    [
        ('<script src="https://a.org/b.js"></script>', ["https://a.org/b.js"]),
        ('<link rel="stylesheet" href="//a.org/b.css" />', ["//a.org/b.css"]),
        ('<img alt="" src="http://a.org/b.png">', ["http://a.org/b.png"]),
        ('<a href="https://a.org">a</a><link rel="canonical" href="https://a.org">', []),
        ('<script src="../_static/b.js"></script><img src="b.svg">', []),
    ],
)
def test_what_is_loaded_from_elsewhere_is_found(page: str, loaded: list[str]) -> None:
    assert manual.loaded_from_elsewhere(page) == loaded

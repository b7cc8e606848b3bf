"""Where long chains are cut: between chains, and what follows says what it is about."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.derivation.steps import Relation, chain
from derive.document.blocks import Block, Document, Equation, Equations, PageBreak, Paragraph, Table
from derive.expression.constructors import ZERO
from derive.expression.nodes import Sum
from derive.writers import write
from derive.writers.chains import CHAIN, MEMBER, SEAM, TIED, Row
from derive.writers.cutting import cut
from tests.writers.samples import NUMBERED, a
from tests.writers.test_latex_pages import compiled, needs_tex

OUTPUT = Path(__file__).parents[2] / "output"


def _length(row: Row) -> int:
    return len(row.left) + len(row.right)


def _rows(*told: str) -> list[Row]:
    """Rows from "left = right", "= right" (goes on), "… right" (a broken member), "left" (a left
    side on a line of its own) and "& left = right" (tied to the row above)."""
    found = []
    for line in told:
        tied = line.startswith("& ")
        left, sign, right = re.fullmatch(r"(?:& )?(\w*) ?(=|≈|←|…|)\s?(.*)", line).groups()  # type: ignore[union-attr]
        if sign == "…":
            found.append(Row("", "", right, joint=MEMBER))
        elif not sign:
            found.append(Row("", "", left))
        else:
            sign = {"≈": r"\approx", "←": r"\leftarrow"}.get(sign, sign)
            joint = CHAIN if not left else TIED if tied else SEAM
            found.append(Row(left, sign, right, joint=joint))
    return found


def _told(parts: list[list[Row]]) -> list[list[str]]:
    signs = {r"\approx": "≈", r"\leftarrow": "←"}
    return [
        [" ".join(filter(None, (r.left, signs.get(r.sign, r.sign), r.right))) for r in part]
        for part in parts
    ]


@pytest.mark.parametrize(
    ("rows", "limit", "parts"),
    [
        # between chains, though the second would just fit in part
        (
            ("a = bbb", "= ccc", "d = eee", "= fff"), 12,
            [["a = bbb", "= ccc"], ["d = eee", "= fff"]],
        ),
        # no chain is left over alone: the parts are as even as can be
        (
            ("a = 1", "b = 2", "c = 3", "d = 4"), 6,
            [["a = 1", "b = 2"], ["c = 3", "d = 4"]],
        ),
        # a unit's activation stays with its weighted sum
        (
            ("y = 1", "& b = 2", "z = 3", "& d = 4", "x = 5", "& f = 6"), 9,
            [["y = 1", "& b = 2"], ["z = 3", "& d = 4", "x = 5", "& f = 6"]],
        ),
        # a chain too long says again what it is about
        (
            ("a = bbbb", "= cccc", "= dddd", "= eeee"), 10,
            [["a = bbbb", "= cccc"], ["a = dddd", "= eeee"]],
        ),
        # with ≈ where digits were dropped on the way
        (("a = bbbb", "≈ cccc", "= dddd"), 9, [["a = bbbb"], ["a ≈ cccc", "= dddd"]]),
        (("a = bbbb", "≈ cccc", "= ddddd"), 10, [["a = bbbb", "≈ cccc"], ["a ≈ ddddd"]]),
        # nothing is said twice of what is assigned
        (("w ← bbbb", "= cccc"), 6, [["w ← bbbb"], ["= cccc"]]),
        # a left side on a line of its own comes along, and is not left alone
        (
            ("aa", "= bbbbb", "= ccccc", "= ddddd", "= eeeee"), 12,
            [["aa", "= bbbbb", "= ccccc"], ["aa", "= ddddd", "= eeeee"]],
        ),
        # a member is cut last
        (("a = bb", "… bb", "= cc"), 5, [["a = bb", "… bb"], ["a = cc"]]),
        # a row longer than a formula may be is one
        (("a = bbbbbbbbbb", "= c"), 5, [["a = bbbbbbbbbb"], ["a = c"]]),
    ],
)  # fmt: skip
def test_where_it_is_cut(rows: tuple[str, ...], limit: int, parts: list[list[str]]) -> None:
    plain = [[re.sub("^& |^… ", "", row) for row in part] for part in parts]
    assert _told(cut(_rows(*rows), _length, limit)) == plain


@given(
    st.lists(
        st.sampled_from(["a = b", "aa = bbb", "& c = dd", "= eeee", "≈ ff", "… ggg", "hh"]),
        min_size=1, max_size=12,
    ),
    st.integers(4, 30),
)  # fmt: skip
def test_every_row_is_there_once_and_in_its_order(told: list[str], limit: int) -> None:
    rows = _rows(*told)
    parts = cut(rows, _length, limit)
    kept = [row.right for part in parts for row in part if row.sign or row.joint == MEMBER]
    assert kept == [row.right for row in rows if row.sign or row.joint == MEMBER]
    for part in parts:
        assert len(part) == 1 or sum(map(_length, part)) <= limit


def test_no_formula_of_the_committed_pages_begins_in_a_chain() -> None:
    """But for matrices, whose left sides are too long to be repeated."""
    begun = re.compile(r"```math\n(?:\\begin\{aligned\}\n)?(?:\{\} )?\s*&?\s*(=|\\approx)(.*)")
    pages = sorted(OUTPUT.rglob("*.md"))
    found = [
        (page.name, match[0])
        for page in pages
        for match in begun.finditer(page.read_text(encoding="utf-8"))
        if "matrix" not in match[2]
    ]
    assert pages
    assert found == []


# -- pages -----------------------------------------------------------------------------------


def _pages(blocks: list[Block], folder: Path) -> list[str]:
    compiled(write(Document(("seams",), tuple(blocks)), NUMBERED, "latex"), folder)
    told = subprocess.run(
        ["pdftotext", "-layout", "page.pdf", "-"], cwd=folder, capture_output=True, check=True
    )
    return told.stdout.decode().split("\f")


needs_pdftotext = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext is not there"
)


def _proof(lines: int) -> Equations:
    """A chain of so many lines, each with its reason."""
    first = Equation(chain(a(1, 0), ZERO), reason="begun")
    line = (Relation("=", Sum((a(1, 0), ZERO))),)
    more = [Equation(line, reason="onwards")] * (lines - 2)
    return Equations((first, *more, Equation(line, reason="concluded")))


@needs_tex
@needs_pdftotext
def test_no_page_ends_in_a_short_chain(tmp_path: Path) -> None:
    blocks: list[Block] = []
    for fillers in range(30, 60):
        blocks += [*[Paragraph(("filler",))] * fillers, _proof(8), PageBreak()]
    pages = _pages(blocks, tmp_path)
    assert sum(page.count("begun") for page in pages) == 30
    assert all(page.count("begun") == page.count("concluded") for page in pages)
    assert any("begun" not in page for page in pages)  # some had to be put on the next page


@needs_tex
@needs_pdftotext
def test_a_long_chain_is_cut_but_not_at_its_ends(tmp_path: Path) -> None:
    blocks: list[Block] = []
    for fillers in range(10, 60, 2):
        blocks += [*[Paragraph(("filler",))] * fillers, _proof(60), PageBreak()]
    pages = [re.findall("begun|onwards|concluded", page) for page in _pages(blocks, tmp_path)]
    assert all(page != ["begun"] and page != ["concluded"] for page in pages)
    assert sum(page.count("concluded") for page in pages) == 25


@needs_tex
@needs_pdftotext
def test_no_caption_is_torn_from_its_table_or_in_itself(tmp_path: Path) -> None:
    caption = ("Opening words of a caption " + "that is longer than a line is " * 4 + "closing.",)
    table = Table((("head",),), ((("cell",),),) * 4, "l", caption)
    blocks: list[Block] = []
    for fillers in range(30, 60):
        blocks += [*[Paragraph(("filler",))] * fillers, table, PageBreak()]
    pages = _pages(blocks, tmp_path)
    for page in pages:
        assert page.count("Opening") == page.count("closing") == page.count("head")
    assert sum(page.count("Opening") for page in pages) == 30


@needs_tex
@needs_pdftotext
def test_no_caption_is_torn_from_its_formula(tmp_path: Path) -> None:
    captioned = replace(_proof(4), caption=("A caption",))
    blocks: list[Block] = []
    for fillers in range(30, 60):
        blocks += [*[Paragraph(("filler",))] * fillers, captioned, PageBreak()]
    pages = _pages(blocks, tmp_path)
    assert all(page.count("concluded") == page.count("A caption") for page in pages)
    assert sum(page.count("A caption") for page in pages) == 30


@needs_tex
@needs_pdftotext
def test_the_sentence_before_a_formula_is_on_its_page(tmp_path: Path) -> None:
    said = Paragraph(
        ("Spoken " + "words that fill a line and somewhat more than it " * 2 + "end:",)
    )
    blocks: list[Block] = []
    for fillers in range(30, 60):
        blocks += [*[Paragraph(("filler",))] * fillers, said, _proof(2), PageBreak()]
    pages = _pages(blocks, tmp_path)
    for page in pages:
        assert page.count("Spoken") == page.count("end:") == page.count("begun")
    assert sum(page.count("begun") for page in pages) == 30

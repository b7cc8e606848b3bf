"""Plain text: 80 columns whatever comes, widths as a terminal shows them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.derivation.steps import chain
from derive.document.blocks import (
    Block,
    Document,
    Equation,
    Equations,
    Figure,
    Heading,
    Items,
    Paragraph,
    Space,
    Strong,
    Table,
)
from derive.expression.blank import Blank
from derive.expression.nodes import Expression, Number, Product, Sum
from derive.notation import Names, Shape, names
from derive.pictures.picture import Picture
from derive.writers import write
from derive.writers.columns import NO_BREAK, cut, pad, width, wrap
from derive.writers.tables import groups, shrunk
from tests.writers.samples import DOCUMENTS, NUMBERED, a, derivation, i, w, worksheet

COLUMNS = 80


def lines(document: Document, of: Names = NUMBERED) -> list[str]:
    return write(document, of, "text").split("\n")


@pytest.mark.parametrize(("name", "document", "of"), DOCUMENTS, ids=[d[0] for d in DOCUMENTS])
def test_no_line_is_too_wide(name: str, document: Document, of: Names) -> None:
    assert [line for line in lines(document, of) if width(line) > COLUMNS] == []


def test_page(golden: Callable[[str, str], None]) -> None:
    golden("derivation.txt", write(derivation(), NUMBERED, "text"))


def test_worksheet(golden: Callable[[str, str], None]) -> None:
    golden("worksheet.txt", write(worksheet(), NUMBERED, "text"))


def test_no_heading_over_pictures_alone() -> None:
    figure = Figure(Picture("p", ("p",), ("p",), (9, 9), ()), ("p",))
    under = (Heading(1, ("title",)), Heading(2, ("curves",)), figure, figure)
    for behind in ((Heading(2, ("end",)),), (Heading(1, ("end",)),), ()):
        assert not any("curves" in line for line in lines(Document(("title",), under + behind)))
    for behind in ((Heading(3, ("part",)),), (Paragraph(("words",)),)):
        assert "curves" in lines(Document(("title",), under + behind))
    assert "end" in lines(Document(("title",), (Heading(1, ("title",)), Heading(2, ("end",)))))


# -- any document ----------------------------------------------------------------------------

_WORDS = st.text("ab cd·∂⟨σ中é\u0301\u200b\t\n(=", max_size=120)
_OWN = names("plain", Shape((2, 2, 2), ("none", "none"), ("größe" * 9, "中文" * 15)))
_LEAVES: st.SearchStrategy[Expression] = st.sampled_from(
    (a(1, 0), i(0), i(1), w(2, 0, 0), Number(Fraction(10) ** 90), Blank(a(1, 0), "x"))
)
_EXPRESSIONS = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, min_size=2, max_size=8).map(
        lambda parts: Sum(tuple(parts)) if len(parts) % 2 else Product(tuple(parts))
    ),
    max_leaves=40,
)
_INLINE = st.lists(_WORDS | _EXPRESSIONS | _WORDS.map(Strong), max_size=3).map(tuple)
_EQUATIONS = st.builds(
    Equation,
    st.lists(_EXPRESSIONS, min_size=1, max_size=3).map(lambda members: chain(*members)),
    st.none() | st.integers(1, 10**9),
    reason=_WORDS,
    caption=_INLINE,
)
_TABLES = st.integers(1, 12).flatmap(
    lambda n: st.builds(
        Table,
        st.tuples(*[_INLINE] * n),
        st.lists(st.tuples(*[_INLINE] * n), max_size=3).map(tuple),
        st.text("lrc", min_size=n, max_size=n),
        _INLINE,
    )
)
_BLOCKS: st.SearchStrategy[Block] = st.one_of(
    st.builds(Heading, st.integers(1, 5), _INLINE),
    st.builds(Paragraph, _INLINE, st.sampled_from(("text", "remark"))),
    _EQUATIONS,
    st.builds(Equations, st.lists(_EQUATIONS, min_size=1, max_size=3).map(tuple)),
    _TABLES,
    st.builds(Items, st.lists(_INLINE, max_size=12).map(tuple), st.booleans()),
    st.builds(Space, st.integers(0, 3)),
)


@given(_BLOCKS)
def test_no_line_is_ever_too_wide(block: Block) -> None:
    document = Document((), (block,))
    assert [line for line in lines(document, _OWN) if width(line) > COLUMNS] == []


_CELLS = st.text("b中é\u0301σ", max_size=8).map(lambda text: f"a{text}")


def shown(line: str) -> list[str]:
    """What stands in each column of the terminal; "" behind a wide character."""
    found: list[str] = []
    for character in line:
        if width(character):
            found += [character] + [""] * (width(character) - 1)
        else:
            found[-1] += character
    return found


@given(st.lists(st.tuples(_CELLS, _CELLS, _CELLS), min_size=2, max_size=5))
def test_columns_stand_below_each_other(cells: list[tuple[str, str, str]]) -> None:
    header, *rows = [tuple((cell,) for cell in row) for row in cells]
    page = lines(Document((), (Table(header, tuple(rows), "lrc"),)))
    wide = [max(width(row[k]) for row in cells) for k in range(3)]
    assert [len(part) for part in page[1].split()] == wide
    first, second, third = 2, 4 + wide[0], 6 + wide[0] + wide[1]
    for line, row in zip([page[0], *page[2:-1]], cells, strict=True):
        columns = shown(line)
        assert "".join(columns[first : first + wide[0]]).rstrip() == row[0]
        assert "".join(columns[second : second + wide[1]]).lstrip() == row[1]
        assert "".join(columns[third:]).strip() == row[2]


# -- the pieces ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "columns"),
    [("abc", 3), ("∂σ·", 3), ("中文", 4), ("e\u0301", 1), ("a\u200bb", 2), ("é", 1), ("", 0)],
)
def test_width(text: str, columns: int) -> None:
    assert width(text) == columns


def test_a_formula_in_running_text_keeps_together() -> None:
    formula = Sum((a(1, 0), a(1, 1), a(2, 0), a(2, 1)))
    page = write(Document((), (Paragraph(("x" * 60 + " ", formula)),)), NUMBERED, "text")
    assert page == "x" * 60 + "\na_h1 + a_h2 + a_o1 + a_o2\n"


def test_words_are_broken_only_where_a_line_is_too_short() -> None:
    assert wrap("aa bbb cccccccc", 6) == ["aa bbb", "cccccc", "cc"]
    assert wrap("", 6) == [""]
    assert wrap(f"a{NO_BREAK}b c", 3) == ["a b", "c"]
    assert cut("中中中", 5) == ["中中", "中"]
    assert pad("中", 4, "r") == "  中" and pad("a", 4, "c") == " a  "


def test_wide_tables_become_several() -> None:
    assert groups((5, 20, 20, 20), 2, 50, 2) == [[0, 1, 2], [0, 3]]
    assert groups((60, 20, 20, 20), 2, 50, 2) == [[0, 1], [0, 2], [0, 3]]
    assert groups((5, 20, 20, 20), 2, 50, 1) == [[0, 1, 2], [3]]
    for natural in range(40, 90):  # what was cut down to fit does fit
        widths = shrunk((7.3, natural + 0.1, natural / 3), (1, 1, 1), 2.4, 91.0)
        assert groups(widths, 2.4, 91.0, 5) == [[0, 1, 2]]
    assert groups((99,), 2, 50, 2) == groups((99,), 2, 50, 1) == [[0]]
    assert shrunk((5, 60, 50), (5, 5, 5), 0, 65) == pytest.approx([5, 30, 30])
    assert shrunk((5, 6), (5, 5), 2, 80) == [5, 6]
    assert shrunk((50, 60), (40, 45), 0, 10) == pytest.approx([40, 45])


def test_headings_are_underlined_as_wide_as_they_are() -> None:
    title, line, *_ = lines(Document(("中文 und σ",), ()))
    assert (title, line) == ("中文 und σ", "═" * 10)


def test_numbers_stand_at_the_right() -> None:
    document = Document((), (Equation(chain(a(1, 0), i(0)), 7, reason="rule"),))
    (line, _) = lines(document)
    assert line.startswith("    a_h1 = i1 ") and line.endswith("[rule]  (7)") and len(line) == 80

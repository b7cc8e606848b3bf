"""Markdown: the rules of both dialects, and that every formula arrives where it is read."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import cmarkgfm  # type: ignore[import-untyped]
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

import derive
from derive.document.blocks import (
    Choices,
    Document,
    Equation,
    Equations,
    Heading,
    Inline,
    Items,
    Paragraph,
    Strong,
    Table,
)
from derive.expression.nodes import Expression
from derive.notation import Names
from derive.writers import write
from derive.writers.expressions.latex import LATEX
from tests.writers.markdown_rules import formulas, problems
from tests.writers.samples import DOCUMENTS, NUMBERED, a, derivation, worksheet

DIALECTS = ("github", "plain")
PAGES = [(name, d, n, dialect) for name, d, n in DOCUMENTS for dialect in DIALECTS]
IDS = [f"{name}-{dialect}" for name, _, _, dialect in PAGES]
every_page = pytest.mark.parametrize(("name", "document", "names", "dialect"), PAGES, ids=IDS)


@every_page
def test_the_rules_hold(name: str, document: Document, names: Names, dialect: str) -> None:
    page = write(document, names, "markdown", dialect=dialect)
    assert [str(problem) for problem in problems(page, dialect)] == []


@pytest.mark.parametrize("dialect", DIALECTS)
def test_page(golden: Callable[[str, str], None], dialect: str) -> None:
    page = write(derivation(), NUMBERED, "markdown", dialect=dialect)
    golden(f"derivation-{dialect}.md", page)


def test_worksheet(golden: Callable[[str, str], None]) -> None:
    golden("worksheet.md", write(worksheet(), NUMBERED, "markdown"))


# -- survival --------------------------------------------------------------------------------


def inline_contents(document: Document) -> Iterator[Inline]:
    """All running text of a document, in reading order."""
    if not any(isinstance(b, Heading) and b.level == 1 for b in document.blocks):
        yield document.title
    for block in document.blocks:
        if isinstance(block, (Heading, Paragraph)):
            yield block.content
        elif isinstance(block, Items):
            yield from block.items
        elif isinstance(block, Choices):
            yield from block.options
        elif isinstance(block, (Equation, Equations)):
            yield block.caption
        elif isinstance(block, Table):
            yield block.caption
            for row in (block.header, *block.rows):
                yield from row


def inline_formulas(document: Document, names: Names) -> list[str]:
    return [
        LATEX(piece, names)
        for content in inline_contents(document)
        for piece in content
        if isinstance(piece, Expression)
    ]


def members(document: Document, names: Names) -> list[str]:
    """Every member of every displayed chain, in reading order."""
    equations: list[Equation] = []
    for block in document.blocks:
        equations += block.rows if isinstance(block, Equations) else ()
        equations += [block] if isinstance(block, Equation) else []
    return [LATEX(relation.expression, names) for e in equations for relation in e.chain]


def read_by_github(page: str) -> tuple[list[str], list[str]]:
    """(inline, displayed) formulas as GitHub's Markdown hands them to MathJax."""
    shown = cmarkgfm.github_flavored_markdown_to_html(page)
    inline = re.findall(r"\$<code>(.*?)</code>\$", shown)
    displayed = re.findall(r'<pre lang="math"><code>(.*?)\n</code></pre>', shown, re.DOTALL)
    return [html.unescape(f) for f in inline], [html.unescape(f) for f in displayed]


def read_by_jupyter(page: str) -> tuple[list[str], list[str]]:
    """(inline, displayed) formulas as a reader of dollar maths finds them."""
    parser = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin, allow_space=False)
    inline: list[str] = []
    displayed: list[str] = []
    for token in parser.parse(page):
        if token.type == "math_block":
            displayed.append(token.content.strip("\n"))
        for child in token.children or []:
            assert child.type != "math_inline_double"
            inline += [child.content] if child.type == "math_inline" else []
    return inline, displayed


READERS = {"github": read_by_github, "plain": read_by_jupyter}


@every_page
def test_every_formula_arrives_untouched(
    name: str, document: Document, names: Names, dialect: str
) -> None:
    page = write(document, names, "markdown", dialect=dialect)
    inline, displayed = READERS[dialect](page)
    assert inline == inline_formulas(document, names)
    assert displayed == [f.text for f in formulas(page, dialect) if f.display]
    arrived = _bare("".join(displayed))
    position = 0
    for member in members(document, names):
        if len(member) < 300:  # what is longer may be broken, and its fractions taken apart
            position = arrived.index(_bare(member), position) + len(_bare(member))


def _bare(formula: str) -> str:
    """A formula without what laying it out may add or take away."""
    formula = re.sub(r"\\(begin|end)\{aligned\}|\\(quad|qquad|boxed)|\\\\\n|&", "", formula)
    formula = re.sub(r"\\(left|right|[bB]igg?[lr])(?![a-z])", "", formula)
    return re.sub(r"[\s{}]", "", formula)


# -- running text ----------------------------------------------------------------------------

_ALPHABET = "ab 1.)(-+*_#>|`~$\\[]{}<>&;:!=^@\"'/xyz\n"


def _words_of(shown: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", shown)).split())


@example("[a\\](b)")
@example("[a](b) [c][d]")
@example("<b> &amp; \\<i> http://x.y")
@given(st.text(_ALPHABET, max_size=30))
def test_text_stands_for_itself(text: str) -> None:
    expected = " ".join(text.split())
    for content in ((text,), (Strong("s"), " ", text)):
        words = " ".join(("s " if len(content) > 1 else "", expected)).split()
        for block in (Paragraph(content), Paragraph(content, "remark"), Items((content,)),
                      Heading(2, content)):  # fmt: skip
            page = write(Document((), (block,)), NUMBERED, "markdown")
            shown = cmarkgfm.github_flavored_markdown_to_html(page)
            assert _words_of(shown).split() == words, page
            plain = MarkdownIt("commonmark").render(page)
            assert _words_of(plain).split() == words, page
    cell = write(
        Document((), (Table((("h",),), (((text,),),), "l"),)), NUMBERED, "markdown"
    )  # fmt: skip
    shown = cmarkgfm.github_flavored_markdown_to_html(cell)
    assert _words_of(shown).split() == ["h", *expected.split()], cell


@given(
    st.lists(st.sampled_from((a(1, 0), "a", "1", "(", ") ", ", ", "-", Strong("b"))), max_size=6)
)
def test_formulas_stand_free(content: list[str | Expression | Strong]) -> None:
    document = Document((), (Paragraph(tuple(content)),))
    for dialect in DIALECTS:
        page = write(document, NUMBERED, "markdown", dialect=dialect)
        inline, _ = READERS[dialect](page)
        assert inline == inline_formulas(document, NUMBERED)


# -- the linter itself -----------------------------------------------------------------------

FAULTS = [
    ("github", "a\n\n$$\nx\n$$\n", "a displayed formula stands"),
    ("github", "- ```math\n  x\n  ```\n", "a displayed formula stands"),
    ("github", "  ```math\n  x\n  ```\n", "is indented"),
    ("github", "text\n```math\nx\n```\n", "no empty line around"),
    ("github", "```math\nx\n```\ntext\n", "no empty line around"),
    ("github", "```math\nx\n", "not closed"),
    ("github", "```math\n\n```\n", "is empty"),
    ("github", "```math\nx\n\ny\n```\n", "an empty line in"),
    ("github", "the weight $w$ here", "a formula not written as"),
    ("github", "the weight $`w", "a formula not written as"),
    ("github", "the weight$`w`$ here", "no space before"),
    ("github", "the weight $`w`$s", "no space after"),
    ("github", "the $` w `$", "spaces at its ends"),
    ("github", "**the $`w`$**", "inside emphasis"),
    ("github", "[the $`w`$](x)", "inside a link"),
    ("github", "#", "an empty heading"),
    ("github", "# a\n\n### b", "skips a level"),
    ("github", "# a\n\n# b", "a second title"),
    ("github", "text\n# a", "no empty line before a heading"),
    ("github", "| a | b |\n| - | - |\n| $`|x|`$ | c |", "more or fewer cells"),
    *(("github", f"$`\\{c}{{x}}`$", f"\\{c} does not work") for c in (
        "operatorname", "newcommand", "def", "mbox", "phantom", "label", "eqref", "tag")),
    ("github", "$`\\text{a_b}`$", "_ inside \\text"),
    ("github", "$`\\text{if $x$}`$", "$ inside \\text"),
    ("github", "$`a < b`$", "\\lt"),
    ("github", "$`a * b`$", "\\cdot"),
    ("github", "$`50 % x`$", "comment"),
    ("github", f"$`{'x' * 1001}`$", "more than 1000"),
    ("github", "$`a = b + \\dots + c`$", "an ellipsis"),
    ("github", "$`{a`$", "braces"),
    ("github", "$`a}`$", "braces"),
    ("github", "$`\\left( a`$", "\\left and \\right"),
    ("github", "$`\\begin{cases} a`$", "\\begin and \\end"),
    ("github", "$`\\begin{cases} a \\end{aligned}`$", "\\begin and \\end"),
    ("github", "```math\na \\\\ b\n```\n", "outside aligned"),
    ("github", "```math\n\\begin{aligned}\na \\\\ b\n\\end{aligned}\n```\n", "no line end after"),
    ("plain", f"${'x' * 3001}$", "more than 3000"),
    ("plain", "the $`w`$", "not known to this dialect"),
    ("plain", "```math\nx\n```\n", "not known to this dialect"),
    ("plain", "- $$\n  x\n  $$\n", "a displayed formula stands"),
    ("plain", "text\n$$\nx\n$$\n", "no empty line around"),
    ("plain", "the $w here", "a formula not written as"),
    ("plain", "the$w$ here", "no space before"),
    ("plain", "the $w$5", "no space after"),
    ("plain", "the $ w $", "spaces at its ends"),
    ("plain", "$\\tag{3}$", "\\tag does not work"),
    ("github", "```math\n\\color{red}{x}\n```\n", "a colour that is not"),
    ("github", "```math\n{\\color{orchid}{x}}\n```\n", "a colour that is not"),
    ("plain", "$$\nx\n", "not closed"),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "page", "rule"), FAULTS)
def test_the_linter_sees_a_planted_fault(dialect: str, page: str, rule: str) -> None:
    assert any(rule in problem.rule for problem in problems(page, dialect)), problems(page, dialect)


def test_a_page_without_faults_passes() -> None:
    page = "# T\n\nThe $`w_1`$, and ($`x`$):\n\n```math\nx = 1\n```\n\n| a |\n| - |\n| $`b`$ |\n"
    assert problems(page, "github") == []


# -- what is committed -----------------------------------------------------------------------


def test_the_rules_hold_in_the_committed_output() -> None:
    output = Path(__file__).resolve().parents[2] / "output"
    found = []
    for path in sorted(output.rglob("*.md")):
        dialect = "plain" if path.stem.endswith("-plain") else "github"
        page = path.read_text(encoding="utf-8")
        found += [f"{path.relative_to(output)}:{problem}" for problem in problems(page, dialect)]
    assert found == []


@pytest.mark.parametrize("dialect", ["github", "plain"])
@pytest.mark.parametrize("style", ["paths", "deltas", "matrices"])
def test_colour_changes_nothing_but_the_colour(dialect: str, style: str) -> None:
    """Hidden green, output blue, loss and gradients brown; the formulas are the same."""
    derivation = derive.derive(derive.load("examples/mazur.yaml"), style)
    usual, coloured = (
        str(derive.render(derivation, dialect=dialect, parts=parts)) for parts in ((), ("colour",))
    )
    assert problems(coloured, dialect) == []
    assert "color" not in usual
    for colour, name in (("green", "h_1"), ("blue", "o_1"), ("brown", "E_1")):
        assert re.search(rf"\{{\\color\{{{colour}\}}\{{[^=]*{name}", coloured)
    assert _pieces(_uncoloured(coloured)) == _pieces(usual)


def _uncoloured(page: str) -> str:
    """The page with {\\color{…}{x}} written as x."""
    while begun := re.search(r"\{\\color\{\w+\}\{", page):
        depth, end = 2, begun.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(page[end], 0) if page[end - 1] != "\\" else 0
            end += 1
        page = page[: begun.start()] + page[begun.end() : end - 2] + page[end:]
    return page


def _pieces(page: str) -> list[str]:
    """The lines of a page; a formula may be split between others of them, and may then say again
    what it is about."""
    split = re.compile(r"^(```math|```|\$\$|\\(begin|end)\{aligned\}|)$")
    lines = [line.removesuffix(" \\\\") for line in page.splitlines() if not split.match(line)]
    pieces = []
    about = ""
    for line in (re.sub(r"[& ]|\{\}", "", line) for line in lines):
        left, sign, right = re.match(r"([^=]*?)(=|\\approx|$)(.*)", line).groups()  # type: ignore[union-attr]
        about, left = left or about, "" if left == about else left
        pieces.append(f"{left}{sign}{right}")
    return pieces

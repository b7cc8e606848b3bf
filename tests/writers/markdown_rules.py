"""A linter for generated Markdown: formulas that survive, headings in order, tables that hold.

``problems(page, dialect)`` reads a page line by line, without a Markdown parser, and gives a
``Problem`` for every rule broken. Dialects: "github" (GitHub, GitLab, Gitea) and "plain"
(Jupyter, pandoc, VS Code, MkDocs).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LIMITS = {"github": 1000, "plain": 3000}  # characters of one formula: GitLab and Gitea; a page
BANNED = (
    "operatorname", "newcommand", "renewcommand", "def", "mbox", "phantom", "hphantom",
    "vphantom", "label", "eqref", "ref", "tag", "notag", "require",
)  # fmt: skip

_COLOUR = re.compile(r"\{\\color\{(?:green|blue|brown)\}\{")


@dataclass(frozen=True, slots=True)
class Problem:
    """A broken rule, and the line (from 1) it is broken on."""

    rule: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.line}: {self.rule}: {self.text[:100]}"


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula of the page, the line it begins on, and whether it is displayed."""

    line: int
    text: str
    display: bool


def problems(page: str, dialect: str) -> list[Problem]:
    """Every broken rule, in the order of the page."""
    found = [Problem(*row) for row in _page_problems(page, dialect)]
    for formula in formulas(page, dialect):
        if len(formula.text) > LIMITS[dialect]:
            found.append(Problem(
                f"a formula of more than {LIMITS[dialect]} characters", formula.line, formula.text
            ))  # fmt: skip
        for rule in formula_problems(formula):
            found.append(Problem(rule, formula.line, formula.text))
    return sorted(found, key=lambda problem: problem.line)


# -- the page --------------------------------------------------------------------------------

_OPEN = {"github": "```math", "plain": "$$"}
_CLOSE = {"github": "```", "plain": "$$"}
_INLINE = {
    "github": re.compile(r"\$`([^`]*)`\$"),
    "plain": re.compile(r"(?<!\\)\$([^$]*?)(?<!\\)\$"),
}
_CONTAINER = re.compile(r"\s*([-+*>|]|\d+[.)])\s?|\s+")


def _displays(lines: list[str], dialect: str) -> Iterator[tuple[int, int]]:
    """(first, last) line of each displayed formula, the fences included, from 0."""
    start: int | None = None
    for number, line in enumerate(lines):
        if start is None and line.strip() == _OPEN[dialect]:
            start = number
        elif start is not None and line.strip() == _CLOSE[dialect]:
            yield start, number
            start = None
    if start is not None:
        yield start, len(lines)


def formulas(page: str, dialect: str) -> list[Formula]:
    """Every formula of the page, displayed ones first."""
    lines = page.split("\n")
    found = []
    hidden: set[int] = set()
    for first, last in _displays(lines, dialect):
        found.append(Formula(first + 1, "\n".join(lines[first + 1 : last]), True))
        hidden.update(range(first, last + 1))
    for number, line in enumerate(lines):
        if number not in hidden:
            for match in _INLINE[dialect].finditer(line):
                found.append(Formula(number + 1, match[1], False))
    return found


def _page_problems(page: str, dialect: str) -> Iterator[tuple[str, int, str]]:
    lines = page.split("\n")
    hidden: set[int] = set()
    for first, last in _displays(lines, dialect):
        hidden.update(range(first, last + 1))
        if last == len(lines):
            yield "a fence is not closed", first + 1, lines[first]
        if lines[first] != _OPEN[dialect]:
            yield "a displayed formula is indented", first + 1, lines[first]
        if (first and lines[first - 1]) or (last + 1 < len(lines) and lines[last + 1]):
            yield "no empty line around a displayed formula", first + 1, lines[first]
        if not any(line.strip() for line in lines[first + 1 : last]):
            yield "a displayed formula is empty", first + 1, lines[first]
        if "" in lines[first + 1 : last]:
            yield "an empty line in a displayed formula", first + 1, lines[first]
    prose = [(n, "" if n - 1 in hidden else line) for n, line in enumerate(lines, 1)]
    for number, line in prose:
        for rule in _line_problems(line, dialect):
            yield rule, number, line
    yield from _heading_problems(prose)
    yield from _table_problems(prose)


def _line_problems(line: str, dialect: str) -> Iterator[str]:
    container = _CONTAINER.match(line)
    rest = line[container.end() :] if container else line
    if "```math" in rest or "$$" in rest.replace("`$$`", ""):
        yield "a displayed formula stands in a list, a quotation, a table or a sentence"
    inline = _INLINE[dialect]
    if "$" in re.sub(r"\\\$", "", inline.sub("", line)):
        yield f"a formula not written as {'$`…`$' if dialect == 'github' else '$…$'} on one line"
    if dialect == "plain" and ("$`" in line or "`$" in line or "```math" in line):
        yield "$`…`$ and ```math are not known to this dialect"
    for match in inline.finditer(line):
        before, after = line[: match.start()][-1:], line[match.end() :][:1]
        if before and not (before.isspace() or before in "([{\"'“‘„«—–-"):
            yield "no space before an inline formula"
        if after and not (after.isspace() or after in ")]}.,;:!?\"'”’»—–-"):
            yield "no space after an inline formula"
        if not match[1] or match[1] != match[1].strip():
            yield "an inline formula is empty or has spaces at its ends"
    if re.search(r"(\*\*|\*)(?=\S)[^*]*\$[^*]*\$[^*]*(?<=\S)\1", _without(line, inline)):
        yield "a formula inside emphasis"
    if re.search(r"\[[^\]]*\$[^\]]*\]\(", _without(line, inline)):
        yield "a formula inside a link"


def _without(line: str, inline: re.Pattern[str]) -> str:
    """The line without the insides of formulas and without escaped signs: neither counts."""
    return re.sub(r"\\.", "", inline.sub("$ $", line))


def _heading_problems(lines: list[tuple[int, str]]) -> Iterator[tuple[str, int, str]]:
    level = 0
    titles = 0
    previous = ""
    for number, line in lines:
        match = re.match(r"(#{1,6})(\s+|$)(.*)", line)
        if match:
            deep = len(match[1])
            titles += deep == 1
            if not match[3].strip():
                yield "an empty heading", number, line
            if deep > level + 1:
                yield "a heading skips a level", number, line
            if titles > 1 and deep == 1:
                yield "a second title", number, line
            if previous:
                yield "no empty line before a heading", number, line
            level = deep
        previous = line


def _table_problems(lines: list[tuple[int, str]]) -> Iterator[tuple[str, int, str]]:
    columns = 0
    for number, line in lines:
        if not line.startswith("|"):
            columns = 0
            continue
        cells = len(re.findall(r"(?<!\\)\|", line)) - 1
        if columns and cells != columns:
            yield "a row has more or fewer cells than its table", number, line
        columns = columns or cells


# -- a formula -------------------------------------------------------------------------------


def formula_problems(formula: Formula) -> Iterator[str]:
    """The rules of one formula; they hold in both dialects."""
    text = formula.text
    for command in re.findall(r"\\([A-Za-z]+)", text):
        if command in BANNED:
            yield f"\\{command} does not work everywhere"
    if len(re.findall(r"\\color", text)) != len(re.findall(_COLOUR, text)):
        yield "a colour that is not {\\color{name}{…}} with a name known everywhere"
    for inside in _arguments(text, ("text", "textbf", "textit", "textrm")):
        if "_" in inside:
            yield "_ inside \\text{}"
        if "$" in inside:
            yield "$ inside \\text{}"
    if re.search(r"(?<!\\)[<>]", text):
        yield "< or > for \\lt or \\gt"
    if "*" in text:
        yield "* for \\cdot"
    if re.search(r"(?<!\\)%", text):
        yield "% begins a comment"
    if "`" in text:
        yield "a backtick in a formula"
    if re.search(r"\\[cl]?dots|…", text) and re.search(r"=|\\approx|\\gets|\\leftarrow", text):
        yield "an ellipsis inside an equality"
    yield from _structure(text, formula.display)


def _structure(text: str, display: bool) -> Iterator[str]:
    """Braces, environments and \\left … \\right pair up; lines of ``aligned`` end in line ends."""
    bare = re.sub(r"\\[{}\\]", lambda m: "\0" if m[0] == r"\\" else "", text)
    depth = 0
    for character in bare:
        depth += (character == "{") - (character == "}")
        if depth < 0:
            break
    if depth:
        yield "braces do not pair up"
    if len(re.findall(r"\\left(?![a-z])", text)) != len(re.findall(r"\\right(?![a-z])", text)):
        yield "\\left and \\right do not pair up"
    stack: list[str] = []
    for token in re.finditer(r"\\(begin|end)\{(\w+\*?)\}|\\\\|\n", text):
        if token[1] == "begin":
            stack.append(token[2])
        elif token[1] == "end":
            if not stack or stack.pop() != token[2]:
                yield "\\begin and \\end do not pair up"
                return
        elif token[0] == r"\\":
            if not stack:
                yield "\\\\ outside aligned"
            elif stack == ["aligned"] and text[token.end() : token.end() + 1] != "\n":
                yield "no line end after \\\\ in aligned"
    if stack:
        yield "\\begin and \\end do not pair up"
    if not display and "\n" in text:
        yield "an inline formula over several lines"


def _arguments(text: str, commands: tuple[str, ...]) -> Iterator[str]:
    """The braced argument after each of the commands."""
    for match in re.finditer(r"\\(" + "|".join(commands) + r")\{", text):
        depth, end = 1, match.end()
        while end < len(text) and depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0) if text[end - 1] != "\\" else 0
            end += 1
        yield text[match.end() : end - 1]

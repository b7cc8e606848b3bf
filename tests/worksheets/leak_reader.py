"""Somebody who looks for answers on a sheet: reads its text and its pictures, and the key's text.

Knows nothing of how sheets are made. What counts as a leak:

number    The sheet prints a value that it asks for: beside the name of the same quantity, or beside
          another name if one of the two stands in the formula of the other and the numbers have the
          same size (∂E/∂b1 = δ_h1). That a number is equal by chance to one with no formula between
          them is none: nobody can know. What the variant is drawn with (inputs, targets, weights,
          biases, η) and what is put into a formula in a guided line is given.
formula   The sheet prints, outside the question, a formula that it asks for, or one that differs in
          indices alone; of a line with a blank, that line, or what the blank hides if that is
          more than a name. Within a question this holds for the other lines of a derivation with a
          mistake, and of a program. The formulas of the network, above the first question, are
          given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import unescape

NUMBER = r"−?\d+(?:\.\d+)?"
FILLED = re.compile(r"__(.+?)__\((\d+[a-z]*)\)")
EMPTY = re.compile(r"____\(\d+[a-z]*\)____")
HEADING = re.compile(r"^([A-Z]+)\. .*\(\d+ points?\)$")
SAID = re.compile(rf"(?P<name>[^\s,;]+) [=≈] (?P<number>{NUMBER})(?=[\s,;.]|$)")
CODED = re.compile(r"^(\w+) = (.+?)  # \((\d+)\)$", re.MULTILINE)


@dataclass(frozen=True)
class Asked:
    """A blank that the key fills: where, of what, with what, in which line."""

    letter: str
    label: str
    subject: str
    answer: str
    line: str

    @property
    def number(self) -> Decimal | None:
        return number(self.answer) if re.fullmatch(NUMBER, self.answer) else None


def number(text: str) -> Decimal:
    return Decimal(text.replace("−", "-"))


def sections(text: str) -> dict[str, str]:
    """Letter → the text of the question; "" → what stands above the first."""
    found: dict[str, list[str]] = {"": []}
    letter = ""
    for line in text.splitlines():
        heading = HEADING.match(line)
        if heading:
            letter = heading[1]
            found[letter] = []
        else:
            found[letter].append(line)
    return {letter: "\n".join(lines) for letter, lines in found.items()}


def chains(text: str) -> Iterator[str]:
    """The formulas of a text, each on one line."""
    chain = ""
    for line in [*text.splitlines(), ""]:
        if re.match(r" {5,}\S", line) and chain:
            chain += " " + line.strip()
            continue
        if chain:
            yield chain
        option = re.match(r"  \([a-z]\) (.*)", line)
        chain = line.strip() if re.match(r" {4}\S", line) else option[1] if option else ""


SIGN = re.compile(r"\s+(?:=|≈|←)\s+")


def rows(text: str) -> Iterator[tuple[str, str, str]]:
    """Name, value and derivative from the rows of a graph that is printed as a table, or as two
    tables where it is wide."""
    lines = text.splitlines()
    for position, line in enumerate(lines):
        if not re.fullmatch(r"  ─+(  ─+)*", line):
            continue
        above = position
        while above and lines[above - 1].strip():
            above -= 1
        starts = [found.start() for found in re.finditer("─+", line)]
        heads = [" ".join(cell) for cell in zip(*(_cells(head, starts) for head in
                                                  lines[above:position]), strict=True)]  # fmt: skip
        if not heads or not heads[0].startswith("Quantity"):
            continue
        for row in lines[position + 1 :]:
            if not row.strip():
                break
            cells = dict(zip(heads, _cells(row, starts), strict=True))
            found = {head.split()[0]: cell for head, cell in cells.items()}
            yield found["Quantity"], found.get("Value", ""), found.get("Derivative", "")


def _cells(line: str, starts: list[int]) -> list[str]:
    return [line[a:b].strip() for a, b in zip(starts, [*starts[1:], None], strict=True)]


def asked(key: str, kinds: Mapping[str, str], loss: str) -> Iterator[Asked]:
    """Every blank of a key."""
    for letter, text in sections(key).items():
        if not letter:
            continue
        kind = kinds[letter]
        for name, value, slope in rows(text):
            for subject, cell in ((name, value), (f"∂{loss}/∂{name}", slope)):
                for answer, label in FILLED.findall(cell):
                    yield Asked(letter, label, subject, answer, "")
        for chain in chains(text):
            subject = SIGN.split(chain)[0]
            if " ← " in chain or kind == "new-loss":
                subject += " after"
            for answer, label in FILLED.findall(chain):
                yield Asked(letter, label, subject, answer, chain)
        if kind == "code":
            for subject, answer, label in CODED.findall(joined(text)):
                yield Asked(letter, label, subject, answer, f"{subject} = {answer}")


def joined(code: str) -> str:
    """Statements that stand on several lines, on one."""

    def one(found: re.Match[str]) -> str:
        inside = " ".join(found[3].split())
        return f"{found[1]} = {inside}{found[2] or ''}"

    return re.sub(r"^(\w+) = \((  # \(\d+\))?\n(.*?)\n\)$", one, code, flags=re.M | re.S)


# -- numbers -----------------------------------------------------------------------------------


def tables(text: str) -> Iterator[tuple[str, str]]:
    """Name and number from tables with a row of names over a row of numbers."""
    lines = text.splitlines()
    for head, rule, row in zip(lines, lines[1:], lines[2:], strict=False):
        if re.fullmatch(r"  ─+(  ─+)*", rule):
            names, cells = head.split(), row.split()
            if len(names) == len(cells) and all(re.fullmatch(NUMBER, c) for c in cells):
                yield from zip(names, cells, strict=True)


def printed(sheet: str, pictures: Sequence[str], kinds: Mapping[str, str], loss: str) -> dict[
    str, set[Decimal]
]:  # fmt: skip
    """Name → numbers that the sheet prints with it, those given for all questions left out."""
    found: dict[str, set[Decimal]] = {}

    def add(name: str, text: str) -> None:
        if re.fullmatch(NUMBER, text):
            found.setdefault(name, set()).add(number(text))

    for letter, text in sections(sheet).items():
        if not letter:
            continue
        after = " after" if kinds[letter] == "new-loss" else ""
        for name, cell in tables(text):
            add(name + after, cell)
        for name, value, slope in rows(text):
            add(name, value)
            add(f"∂{loss}/∂{name}", slope)
        for chain in chains(text):
            subject, *members = SIGN.split(chain)
            for member in members:
                add(subject + after, member)
    for picture in pictures:  # their descriptions, and their labels
        for one in SAID.finditer(unescape(re.sub(r"<[^>]*>", " ", picture))):
            if not one["name"].endswith("′"):  # σ′ of some unit: the description says of which
                add(one["name"], one["number"])
    given = {name for name, _ in tables(sections(sheet)[""])}
    return {name: numbers for name, numbers in found.items() if name not in given}


# -- formulas ----------------------------------------------------------------------------------


def wiped(formula: str) -> str:
    """A formula without its indices; of terms and options that are alike then, one."""
    text = re.sub(r"\s+", "", FILLED.sub(r"\1", formula))
    text = text.replace("*", "·").replace("delta_", "δ_")
    text = re.sub(r"⁽[^⁾]*⁾|[₀-₉₊₋ᵢⱼₖ]", "", text)
    text = re.sub(r"(?<=[A-Za-zα-ω])\d+", "", text)
    before = ""
    while before != text:
        before = text
        text = re.sub(r"([^+\[\]()=]+)(\+\1)+(?![^+\[\])=,;]*·)", r"\1", text)
        text = re.sub(r"\[([^+\[\]]*)\]", r"\1", text)
    return text


def is_formula(text: str) -> bool:
    """Whether it is more than a name or a number."""
    return bool(re.search(r"[·+()\[\]−/*^]|<|√", re.sub(r"∂[^·+/]*/∂[^·+/()\[\]]*", "", text))
                and not re.fullmatch(rf"{NUMBER}|∂\S+/∂\S+", text.strip()))  # fmt: skip


def told(sheet: str, own: str, kinds: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Letter and formulas that a reader finds outside a question: chains, and lines of programs."""
    for letter, text in sections(sheet).items():
        if letter in ("", own):
            continue
        # What the network is made of is given, wherever it stands; its derivatives are not.
        yield from ((letter, chain) for chain in chains(text) if chain[0] in "∂δ")
        if kinds[letter] == "code":
            for line in joined(text).splitlines():
                if " = " in line and "____" not in line:
                    yield letter, line.partition("  #")[0]


def members(chain: str) -> list[str]:
    """The members of a chain that are printed in full."""
    return [part for part in SIGN.split(chain) if "____" not in part]


def contains(text: str, formula: str) -> bool:
    """Whether a formula stands in another as it is, not as a piece of names or of a product."""
    edge = r"A-Za-zα-ω_⁽₀-₉\d"
    return bool(re.search(rf"(?<![{edge}/∂]){re.escape(formula)}(?![{edge}/^²′])", text))


def _own_lines(one: Asked, sheet: str, key: str, kind: str) -> Iterator[str]:
    """Lines of the question itself that may not answer it."""
    if kind == "mistake":
        block = _block_of(key, one.label)
        options = re.findall(r"^  \(([a-z])\) (.*?)( ←)?$", block, re.MULTILINE)
        yield from (line for _, line, wrong in options if not wrong)
    if kind == "code":
        for line in joined(sheet).splitlines():
            if " = " in line and not re.search(r"# \(\d+\)$", line):
                yield line


def _block_of(text: str, label: str) -> str:
    """Of several derivations the one to whose mistake a label belongs."""
    before = text[: text.index(f"__({label})")]
    return before[max(before.rfind("__(", 0, -1), 0) :]


# -- both --------------------------------------------------------------------------------------


def leaks(
    sheet: str, key: str, pictures: Sequence[str], kinds: Mapping[str, str],
    formulas: Mapping[str, str], loss: str,
) -> Iterator[str]:  # fmt: skip
    """What a sheet tells that it asks.

    kinds     letter → kind of question
    formulas  the name of every result → what it is worked out from
    """
    numbers = printed(sheet, pictures, kinds, loss)
    blanks = list(asked(key, kinds, loss))
    sheet_sections, key_sections = sections(sheet), sections(key)
    for one in blanks:
        if not one.label.isdecimal():
            continue  # a number put in
        if (value := one.number) is not None:
            yield from _numbers(one, value, numbers, formulas)
        elif kinds[one.letter] not in ("match",):
            own = list(_own_lines(one, sheet_sections[one.letter], key_sections[one.letter],
                                  kinds[one.letter]))  # fmt: skip
            yield from _formulas(one, sheet, own, kinds)
    # A blank of a picture that the reader does not find would be none that leaks.
    there = {label for letter, text in key_sections.items() if letter
             for _, label in FILLED.findall(text)}  # fmt: skip
    if missed := there - {one.label for one in blanks}:
        yield f"the reader does not find the blanks {sorted(missed)}"


def _numbers(
    one: Asked, value: Decimal, numbers: Mapping[str, set[Decimal]], formulas: Mapping[str, str]
) -> Iterator[str]:
    for name, values in numbers.items():
        if name == one.subject:
            if value in values:
                yield f"({one.label}) {name} = {value} is printed"
        elif value and abs(value) in map(abs, values):
            between = contains(formulas.get(one.subject, ""), name) or contains(
                formulas.get(name, ""), one.subject
            )
            if between:
                yield f"({one.label}) {one.subject} = {value}: {name} is printed, the same number"


def _formulas(
    one: Asked, sheet: str, own: Sequence[str], kinds: Mapping[str, str]
) -> Iterator[str]:
    whole = [part for part in SIGN.split(one.line) if f"__({one.label})" in part]
    answer = wiped(one.answer)
    line = wiped(whole[0]) if whole else answer
    wanted = {text for text in (answer, line) if is_formula(text)}
    relation = f"{wiped(one.subject)}={answer}"
    places = [(where, text) for where, text in told(sheet, one.letter, kinds)]
    places += [("itself", line) for line in own]
    for where, text in places:
        parts = [wiped(part) for part in members(text)]
        if any(contains(part, formula) for part in parts[1:] for formula in wanted):
            yield f"({one.label}) {one.answer}: in {where} stands {text}"
        elif not wanted and len(parts) > 1 and f"{parts[0]}={parts[1]}" == relation:
            yield f"({one.label}) {one.subject} = {one.answer}: in {where} stands {text}"

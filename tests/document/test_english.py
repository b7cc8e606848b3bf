"""The English of sentences and pages: what a careful copy-editor would strike out is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import derive
from derive.cli import commands
from derive.rendering import PARTS
from derive.worksheets.recipes.files import READY
from derive.writers import write
from tests.derived import derived
from tests.document.sentences import NAMES, said, text

DOCUMENTS = [Path("README.md"), Path("docs/teachers-guide.md"), Path("docs/training.md")]
STYLES = ("deltas", "paths", "matrices", "nodes")

# What is wrong, and a sentence in which it is.
BANNED: dict[str, tuple[str, str]] = {
    "with respect to, not by": (
        r"\bderivatives?( of [^.,:;]{1,40}?)? by "
        r"(?:<<|[A-Zδ∂wbhz]\S*\d|(?:the|an?|each|every|it|that|all|any|weights|biases)\b)",
        "the derivative of E by the weight",
    ),
    "the next layer, not the one behind": (r"\bbehind\b", "the deltas of the layer behind it"),
    "how many … are there, not has": (r"\bHow many \w+ ha[sd]\b", "How many rows has W?"),
    "German word order": (
        r"\b(?:stands? before|leads? \d+ paths|lead (?:two|three|many) paths|is said by|goes in at|"
        r"as one does)\b",
        "From w to E lead two paths.",
    ),
    "so many, without as": (r"\bso many\b(?! as| that)", "It ends after so many epochs."),
    "combine into, read off": (
        r"\bput \w+(?: \w+)* together to\b|\bread [^.]{1,60} off as\b",
        "put the gradients together to one",
    ),
    "the average": (r"\bon the average\b", "smallest on the average"),
    "absolute value, not size": (
        r"\b(?:\d|>>|value) in size\b|\bnearer to 0 than\b",
        "0.3 in size",
    ),
    "fractional": (r"\bbroken (?:exponent|power|number)", "a broken exponent"),
    "names of rules": (
        r"\bconstants stay\b|\bby its name\b|\[(?:exponential|logarithm)\]",
        "2·x [constants stay]",
    ),
    "d/dx of functions of one variable": (r"∂\w*\([^()]*\)/∂x\b", "∂σ(x)/∂x"),
    "one article": (r"\b(?:a|an|the) (?:a|an|the)\b", "a the layer"),
    "a word twice": (r"\b([a-z]{2,}) \1\b", "of of the layer"),
    "a before a vowel": (
        r"\ba (?!are\b|is\b|and\b|as\b|at\b|in\b|of\b|on\b|or\b)"
        r"(?=[aeio](?!ne\b|nce\b|u[rt]))[a-z]+",
        "a activation",
    ),
    "an before a consonant": (r"\b[Aa]n [bcdfgjklmnpqrstvwyz][a-z]+", "an layer"),
    "one thing is not many": (
        r"\b(?:one|1) (?:units|inputs|weights|biases|layers|examples|epochs|paths|points|terms)\b",
        "one units",
    ),
    "two spaces": (r"\S  +\S", "of  the layer"),
    "a space before a mark": (r"\w [,;:.?!](?= |$)|\d %", "the layer , and"),
    "two marks": (r"[,;:] ?[,;:]|,\.|\.\.(?!\.)", "the layer,,"),
}  # fmt: skip


def faults(text: str) -> list[str]:
    """What is wrong in a piece of running text."""
    found = [
        f"{what}: {match[0]!r}"
        for what, (pattern, _) in BANNED.items()
        for match in re.finditer(pattern, text)
    ]
    if text.count('"') % 2 or text.count("“") != text.count("”") or "''" in text:
        found.append(f"quotes: {text!r}")
    return found


def prose(page: str) -> list[str]:
    """The paragraphs of a page of text or Markdown; no tables, formulas, code or pictures."""
    page = re.sub(r"(?ms)^```.*?^```$|<!--.*?-->|^---$.*?^---$", "", page)
    paragraphs = []
    for block in re.split(r"\n\s*\n", page):
        table = re.search(r"^\s*\||  ─|^\s{4}", block, re.MULTILINE)
        if not table and re.search(r"[a-z]{3} [a-z]", block):
            words = re.sub(r"`[^`]*`|\$[^$]*\$|\]\([^)]*\)", "x1", block)
            paragraphs += [" ".join(line.split()) for line in re.split(r"\n(?=\s*[-•*\d] )", words)]
    return paragraphs


def on(page: object) -> list[str]:
    assert isinstance(page, str)
    return [fault for paragraph in prose(page) for fault in faults(paragraph)]


@pytest.mark.parametrize("what", BANNED)
def test_every_fault_can_be_found(what: str) -> None:
    pattern, sentence = BANNED[what]
    assert re.search(pattern, sentence)
    assert any(fault.startswith(what) for fault in faults(sentence))


def test_every_sentence() -> None:
    assert len(NAMES) > 900
    for name in NAMES:
        for words in said(name):
            assert faults(text(words)) == [], name


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_every_document(path: Path) -> None:
    assert on(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", ["mazur", "write-up-002", "relu-deep", "batch"])
def test_pages_with_all_their_parts(name: str, style: str) -> None:
    derivation = derived(derive.load(f"examples/{name}.yaml"), style)
    for detail, parts in (("brief", ()), ("normal", ()), ("full", tuple(PARTS))):
        assert on(derive.render(derivation, "text", detail=detail, parts=parts)) == []
    assert on(derive.render(derivation, "markdown", detail="full", parts=tuple(PARTS))) == []


@pytest.mark.parametrize("recipe", READY)
def test_worksheets_and_keys(recipe: str) -> None:
    made = derive.worksheet(derive.load("examples/mazur.yaml"), recipe=recipe, variants=1, seed=1)
    for page in (made[0].sheet, made[0].key):
        assert on(write(page, made[0].names, "text")) == []


@pytest.mark.parametrize(
    "command", ["", "render", "check", "compile", "train", "worksheet", "mark", "new", "catalog"]
)
def test_help(command: str) -> None:
    shown = CliRunner().invoke(commands, [*([command] if command else []), "--help"])
    assert shown.exit_code == 0
    text = " ".join(re.sub(r"\S+\s{2,}(?=\S)", "x1: ", shown.stdout).split())
    assert faults(text) == []

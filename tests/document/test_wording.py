"""Every sentence is a file that is used, and a teacher replaces one by one file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import derive
from derive.document.blocks import Strong
from derive.document.wording import Wording, WordingError
from derive.expression.nodes import variable
from derive.resources import shipped_templates

FOLDER = shipped_templates() / "wording" / "en"
FOLDERS = ("document", "worksheets", "spreadsheet")
SOURCES = [path for name in FOLDERS for path in Path("derive", name).rglob("*.py")]
X = variable("x")


def named_in_the_code() -> set[str]:
    """Every string of the sources that could name a sentence."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    return set(re.findall(r'"([a-z][a-z_-]*)"', text))


def composed_in_the_code() -> list[re.Pattern[str]]:
    """The f-strings that compose names of sentences, as patterns."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    found = re.findall(r'f"([a-z_-]*\{[^"]*)"', text)
    return [re.compile(re.sub(r"\\\{.*?\\\}", "[a-z_0-9-]*", re.escape(name))) for name in found]


def _said_instead(path: Path) -> bool:
    """Whether a file is said instead of another one: of thresholds, or where δ = −∂E/∂z."""
    if path.stem == "threshold-words":
        return True
    usual = re.sub(r"(-threshold)?(-minus-delta)?$", "", path.stem)
    return usual != path.stem and path.with_name(f"{usual}.txt").exists()


def test_every_file_is_used() -> None:
    named, composed = named_in_the_code(), composed_in_the_code()
    unused = [
        path.stem
        for path in sorted(FOLDER.glob("*.txt"))
        if path.stem not in named
        and path.stem.removeprefix("heading-") not in named
        and path.stem.removesuffix("-softmax") not in named
        and not _said_instead(path)
        and not any(pattern.fullmatch(path.stem) for pattern in composed)
    ]
    assert unused == []


def test_a_missing_sentence_is_named() -> None:
    with pytest.raises(WordingError, match="no sentence 'no-such'"):
        Wording()("no-such")


def own(tmp_path: Path, name: str, text: str) -> Wording:
    folder = tmp_path / "wording" / "en"
    folder.mkdir(parents=True)
    (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return Wording("en", tmp_path)


def test_formulas_words_and_emphasis_take_their_places(tmp_path: Path) -> None:
    words = own(tmp_path, "s", "# what it says\nFor << x >>, **note** <<n>>:\n")
    assert words("s", x=X, n=3) == ("For ", X, ", ", Strong("note"), " 3:")


def test_alternatives_take_turns(tmp_path: Path) -> None:
    words = own(tmp_path, "s", "one\n---\ntwo\n")
    assert [words("s") for _ in range(3)] == [("one",), ("two",), ("one",)]


def test_an_unknown_placeholder_is_told_with_its_file(tmp_path: Path) -> None:
    words = own(tmp_path, "s", "For << z >>:")
    with pytest.raises(WordingError) as error:
        words("s", x=X, y=X)
    place = tmp_path / "wording" / "en" / "s.txt"
    assert str(error.value) == f"{place}: << z >> is not known here; use one of: x, y"


def test_nothing_in_a_sentence_is_run(tmp_path: Path) -> None:
    words = own(tmp_path, "s", "{{ x }} <% x %> << x >>")
    assert words("s", x="a") == ("{{ x }} <% x %> a",)


def test_one_file_replaces_one_sentence(tmp_path: Path) -> None:
    own(tmp_path, "heading-loss", "How wrong it is")
    derivation = derive.derive(derive.load("examples/mazur.yaml"))
    page = derive.render(derivation, "text", templates=tmp_path)
    usual = derive.render(derivation, "text")
    assert isinstance(page, str) and isinstance(usual, str)
    assert "\nHow wrong it is\n" in page
    different = [(a, b) for a, b in zip(usual.split("\n"), page.split("\n"), strict=True) if a != b]
    assert [a for a, _ in different] == ["Loss", "────"]


def test_an_empty_file_leaves_its_sentence_out(tmp_path: Path) -> None:
    """Of a list, an item; of the text, a paragraph; nothing is left of them."""
    for name in ("checked-numbers", "convention-exact", "heading-found", "loss-many"):
        own(tmp_path / name, name, "# nothing\n")
        derivation = derive.derive(derive.load("examples/mazur.yaml"))
        page = str(derive.render(derivation, "text", templates=tmp_path / name))
        usual = str(derive.render(derivation, "text"))
        lines = usual.split("\n")
        left = page.split("\n")
        assert not re.search(r"^\s*•\s*$|\n\n\n\n", page, re.MULTILINE)
        assert len(left) < len(lines) and set(left) <= set(lines)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_listing(count: int) -> None:
    listed = Wording().listing(("a", "b", "c")[:count])
    assert "".join(map(str, listed)) == ["a", "a and b", "a, b and c"][count - 1]

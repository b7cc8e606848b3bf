"""People's names in LaTeX: Latin letters all right, other scripts by what stands for them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from unicodedata import normalize

import pytest

from derive.document.blocks import Document, Foot, Heading, Paragraph, Person, Table
from derive.writers import write
from derive.writers.latex.characters import VIETNAMESE
from derive.writers.latex.names import in_script, latin, stand_in
from derive.writers.latex.text import escape
from derive.writers.registry import write_body
from tests.writers.samples import NUMBERED
from tests.writers.test_latex_pages import compiled, complaints, needs_tex

LATIN = (
    "Łukasz Żak", "Şükran Öz", "Đorđe", "Nguyễn Thị Hạnh", "Phạm Đức Ưng", "Ştefan Țurcanu",
    "Ģirts Ķļņ", "Ərəb İsmayıl", "Ħanna Ŧ ċġħŧ", "Åse Œ", "Čeněk Ďáblík", "Ő Ű", "Ądė Ķęstutis",
    "ʿAbd al-Ḥamīd", "O’Neill", "Ẹniọlá ẹ́ ĩ ī ǐ j̄", "Þóra Ðð", "Ñuño", "ẞ ß", "Jean-Luc (2)",
)  # fmt: skip
OTHERS = {
    "Ελένη": "person", "Иван Петров": "person", "王小明": "person", "محمد": "personrl",
    "שרה": "personrl", "नमिता": "person", "ᚠᚢ": "person", "Ada Иванова": "person",
}  # fmt: skip

needs_text = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext is not there: PDFs are not read"
)


def has_lualatex() -> bool:
    found = shutil.which("lualatex") and shutil.which("kpsewhich")
    sought = ["kpsewhich", "luaotfload.sty"]
    return bool(found) and subprocess.run(sought, capture_output=True, check=False).returncode == 0


def page_of(*names: str, form: str = "7-001-abcd") -> Document:
    """A page that names people wherever pages do: in a heading, a cell, a sentence, the foot."""
    people = [Person(name, (f"id{i}", form)) for i, name in enumerate(names)]
    return Document(
        (),
        (
            Foot(("Form, ", people[0])),
            *(Heading(2, ("For ", person)) for person in people),
            Paragraph(("Not handed in: ", *people, ".")),
            Table((("Student",),), tuple((((person),),) for person in people), "l"),
        ),
    )


@pytest.mark.parametrize("name", LATIN)
def test_latin_names_are_words_precomposed_or_not(name: str) -> None:
    assert latin(name) == latin(normalize("NFD", name)) == normalize("NFC", name)
    assert escape(normalize("NFD", name)) == escape(name)
    assert "[U+" not in escape(name)
    person, words = Person(name, ("1",)), normalize("NFC", name)
    for to in ("latex", "markdown", "text"):
        said = Document(
            (),
            (
                Paragraph(
                    ("Name: ", Person(words, ("1",)), "."),
                ),
            ),
        )
        plain = Document((), (Paragraph((f"Name: {words}.",)),))
        assert write(said, NUMBERED, to) == write(plain, NUMBERED, to), person


@pytest.mark.parametrize("name", OTHERS)
def test_names_in_other_scripts_have_something_that_stands_for_them(name: str) -> None:
    assert latin(name) == latin(normalize("NFD", name)) == ""
    assert in_script(name, ("1007",)) == rf"\{OTHERS[name]}{{{name}}}{{1007}}"
    for to in ("markdown", "text"):
        assert name in write(page_of(name), NUMBERED, to)


def test_what_stands_for_a_name_can_be_printed() -> None:
    assert stand_in(("王", "7-001-a3f9")) == "7-001-a3f9"
    assert stand_in(("Żak", "7-001-a3f9")) == "Żak"
    assert in_script("王", ("a_1%", "b")) == r"\person{王}{a\_1\%}"


@pytest.mark.parametrize(
    ("name", "printed"),
    [("Ada 😀 Lovelace", "Ada Lovelace"), ("👩🏽‍💻 Ada ❤️", "Ada"), ("Ada\u202e\u200d", "Ada"),
     ("😀", ""), ("...", ""), ("", "")],
)  # fmt: skip
def test_pictograms_are_left_out(name: str, printed: str) -> None:
    assert latin(name) == printed


def test_nothing_in_a_name_is_a_command() -> None:
    assert in_script(r"\input{Ж}$%&#^~_\\", ("1",)) == r"\person{inputЖ }{1}"
    assert latin(r"\input{x}$%") == r"\input{x}$%"  # escaped like any other words
    assert r"\input" not in escape(latin(r"\input{x}$%"))


def test_only_pages_with_such_names_are_ready_for_them() -> None:
    plain = write(page_of("Ada", "Żak"), NUMBERED, "latex")
    assert not re.search(r"iftex|\\person|\\viet|fontspec", plain)
    assert r"\newcommand{\viet}" in write(page_of("Hạnh"), NUMBERED, "latex")
    assert r"\newcommand{\person}" in write(page_of("Ada", "王"), NUMBERED, "latex")
    people = (Person("Hạnh"), Person("王"))
    for named, sought in ((people, True), ((), False)):
        _, (before, _, _), _ = write_body(page_of("Ada"), NUMBERED, "x", "latex", people=named)
        assert (r"\newcommand{\person}" in before) == (r"\newcommand{\viet}" in before) == sought


@needs_tex
def test_pages_that_name_people_compile(tmp_path: Path) -> None:
    for names in (LATIN, tuple(OTHERS), (*LATIN, *OTHERS)):
        page = write(page_of(*names), NUMBERED, "latex")
        assert complaints(compiled(page, tmp_path)) == []
    with pytest.raises(AssertionError, match="Undefined control sequence"):
        compiled(page.replace(r"\newcommand{\personrl}", r"\newcommand{\nobody}"), tmp_path)


def printed(page: str, folder: Path, engine: str = "pdflatex") -> str:
    (folder / "page.tex").write_text(page, encoding="utf-8")
    command = [engine, "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    subprocess.run(command, cwd=folder, capture_output=True, check=True)
    return subprocess.run(
        ["pdftotext", "page.pdf", "-"], cwd=folder, capture_output=True, check=True, text=True
    ).stdout


@needs_tex
@needs_text
def test_every_letter_of_vietnamese_is_printed_as_itself(tmp_path: Path) -> None:
    """Read back from the PDF by another program, in both weights."""
    letters = "".join(VIETNAMESE)
    assert set(letters) == {*"ƠơƯư", *map(chr, range(0x1EA0, 0x1EFA))}
    words = [letters[i : i + 10] for i in range(0, len(letters), 10)]
    blocks = (*(Paragraph((word,)) for word in words), *(Heading(2, (word,)) for word in words))
    text = printed(write(Document((), blocks), NUMBERED, "latex"), tmp_path)
    for word in words:
        assert text.count(word) == 2


@needs_tex
@needs_text
def test_pdflatex_prints_what_stands_for_a_name(tmp_path: Path) -> None:
    text = printed(write(page_of(*OTHERS), NUMBERED, "latex"), tmp_path)
    for i in range(len(OTHERS)):
        assert f"For id{i}\n" in text
    assert not re.search(r"[Ͱ-\uffff]", re.sub("[ﬀ-ﬄ\u2010-\u2026]", "", text))


@needs_text
@pytest.mark.skipif(not has_lualatex(), reason="lualatex is not there: names are not printed")
def test_lualatex_prints_the_name_where_a_font_has_its_letters(tmp_path: Path) -> None:
    text = printed(write(page_of(*OTHERS), NUMBERED, "latex"), tmp_path, "lualatex")
    text = re.sub("[\u202a-\u202e\u2066-\u2069]", "", text)  # directions, which pdftotext marks
    for i, name in enumerate(OTHERS):
        assert f"For {name}\n" in text or f"For id{i}\n" in text

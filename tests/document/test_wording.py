"""The engine of the sentences: values, alternatives, variants, and macros of one's own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import derive
from derive.document.blocks import Person, Strong
from derive.document.errors import WordingError
from derive.document.wording import Value, Wording
from derive.expression.constructors import variable

X = variable("x")


def own(tmp_path: Path, source: str, name: str = "mine.jinja") -> Wording:
    """The sentences with a file of one's own."""
    folder = tmp_path / "wording" / "en"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(source, encoding="utf-8")
    return Wording("en", tmp_path)


def macro(source: str, takes: str = "value") -> str:
    """A macro of one's own; of all names there, one that takes a value."""
    return f"<% macro about({takes}) %>\n{source}\n<% endmacro %>\n"


def test_formulas_words_and_emphasis_take_their_places(tmp_path: Path) -> None:
    words = own(tmp_path, "<# why #>\n" + macro("For << x >>,\n **note** <<n>>:", "x, n"))
    assert words("about", x=X, n=3) == ("For ", X, ", ", Strong("note"), " 3:")


def test_what_is_filled_in_is_not_markup(tmp_path: Path) -> None:
    words = own(tmp_path, macro("<< value >> <<- value >> <% if value %>yes<% endif %>"))
    odd = "**a**  << b >> <% c %> {{ d }} \n δ"
    assert words("about", value=odd) == (odd + odd + " yes",)
    assert words("about", value=()) == ()
    somebody = Person("Ngô", ("Ngo",))
    found = words("about", value=somebody)
    assert found[:2] == (somebody, somebody) and isinstance(found[0], Person)


@pytest.mark.parametrize(("count", "said"), [(1, "one unit"), (2, "2 units"), (0, "0 units")])
def test_numbers_are_asked_about(tmp_path: Path, count: int, said: str) -> None:
    plural = "<% if value == 1 %>one unit<% else %><< value >> units<% endif %>"
    assert own(tmp_path, macro(plural)).text("about", value=count) == said


def test_words_are_asked_about_and_changed(tmp_path: Path) -> None:
    source = '<< "rose" if value == "up" else "fell" >>: << value | upper >>'
    assert own(tmp_path, macro(source)).text("about", value="up") == "rose: UP"


def test_alternatives_take_turns(tmp_path: Path) -> None:
    words = own(tmp_path, macro('<< ("one", "two")[turn % 2] >> << value >>', "value, turn"))
    assert [words.text("about", value=n) for n in range(3)] == ["one 0", "two 1", "one 2"]
    again = Wording("en", tmp_path)
    assert again.text("about", value=0) == "one 0", "another page begins anew"


def test_a_macro_calls_another(tmp_path: Path) -> None:
    source = "<% macro _so(x) %> so << x >> <% endmacro %>\n"
    words = own(tmp_path, source + macro("<< _so(value) >>, << layer_output() >>, << number(2) >>"))
    assert words("about", value=X) == ("so ", X, ", the output layer, two")


def test_the_word_for_a_bias_is_one_macro(tmp_path: Path) -> None:
    biases = ["means_biases", "head_biases", "convention_bias_neuron"]
    given: dict[str, Any] = {"layer": "L", "count": 1}
    mine = own(tmp_path, "<% macro bias() %>offset<% endmacro %>")
    said = [mine.text(name, **given) for name in biases]
    assert said == ["offset of L", "Biases", "Every unit has its own offset, which is trained."]
    thresholds = Wording(variants=("threshold",))
    assert [thresholds.text(name, **given) for name in biases[:2]] == [
        "threshold of L",
        "Thresholds",
    ]


def test_words_that_are_filled_in_keep_their_names() -> None:
    words = Wording(variants=("threshold",))
    said = words.text(
        "answer_equal_numbers", weight="1", b="bias", deltas="d", value="3", batch=False
    )
    assert "every threshold equal to bias" in said


def test_delta_is_written_as_the_notation_does() -> None:
    assert Wording(variants=("minus_delta",), delta="e").text("formula") == "−e · input"
    assert Wording().text("formula") == "δ · input"


def test_a_missing_sentence_is_named() -> None:
    with pytest.raises(WordingError, match="no sentence 'loss_ones'; did you mean loss_one"):
        Wording()("loss_ones")


FAULTS: dict[str, tuple[str, int, str]] = {
    "a value that is not given": (
        macro("\n<< z >>"), 3, "'z' is undefined; its values are: value, x; mend",
    ),
    "a parameter that is not given": (
        "\n" + macro("<< z >>", "z"), 2, "about has no value 'z' here; use one of: value, x",
    ),
    "an unknown macro": (
        "\n<% macro abuot(value) %><% endmacro %>", 2,
        "there is no sentence 'abuot'; did you mean about",
    ),
    "nothing like it": ("<% macro qqqqq() %><% endmacro %>", 1, "no sentence 'qqqqq'; give the"),
    "a macro twice": (macro("a") + macro("b"), 4, "about is also in"),
    "an open macro": ("<% macro about(value) %>\n<< value >>\n", 2, "endmacro"),
    "an open value": (macro("<< value\n"), 4, "unexpected"),
    "text outside": ("About << value >>\n", 1, "stands outside of a macro; put it into one"),
    "a tag outside": (macro("a") + "<% set x = 1 %>", 4, "stands outside of a macro"),
    "a filter": (macro("<< value | shout >>"), 2, "shout"),
    "division": (macro("<< 1 / 0 >>"), 2, "division by zero"),
    "what is unsafe": (macro("<< value.__class__.__mro__ >>"), 2, "unsafe"),
    "the inside of a formula": (macro("<< x._place >>", "x"), 2, "unsafe"),
    "a formula in pieces": (macro("<< x | replace('1', '') >>", "x"), 1, "a value was changed"),
    "a formula taken apart": (macro("<< x[0] >>", "x"), 2, "has no element 0"),
    "a macro that calls itself": (macro("<< about(value) >>"), 2, "recursion"),
    "another macro without its value": (
        macro("<< layer_hidden_numbered() >>"), 2, "layer_hidden_numbered takes number",
    ),
    "two parameters of a name": ("<% macro about(x, x) %><% endmacro %>", 0, "duplicate argument"),
    "a template that is not there": (macro('<% include "a" %>'), 2, "no template 'a'"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_by_file_and_line(tmp_path: Path, fault: str) -> None:
    source, line, message = FAULTS[fault]
    with pytest.raises(WordingError) as caught:
        own(tmp_path, source)("about", value="a", x=X)
    place = str(tmp_path / "wording" / "en" / "mine.jinja") + (f":{line}" if line else "")
    assert str(caught.value).startswith(f"{place}: ")
    assert message in str(caught.value)


def test_a_macro_in_two_files(tmp_path: Path) -> None:
    (tmp_path / "wording" / "en").mkdir(parents=True)
    (tmp_path / "wording" / "en" / "a.jinja").write_text(macro("a"), encoding="utf-8")
    with pytest.raises(WordingError, match=r"b\.jinja:1: about is also in .*a\.jinja:1; take"):
        own(tmp_path, macro("b"), "b.jinja")


def test_a_file_of_another_ending(tmp_path: Path) -> None:
    with pytest.raises(WordingError, match=r"about\.txt: .*macros in files that end in \.jinja"):
        own(tmp_path, "About << value >>", "about.txt")


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    folder = tmp_path / "wording" / "en"
    folder.mkdir(parents=True)
    (folder / "a.jinja").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(WordingError, match=r"a\.jinja: cannot be read: .*; save it as"):
        Wording("en", tmp_path)


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    with pytest.raises(WordingError, match=r"mine\.jinja: more than 1000000 bytes; keep only"):
        own(tmp_path, macro("x" * 1_000_000))


def page(templates: Path | None = None) -> str:
    derivation = derive.derive(derive.load("examples/mazur.yaml"))
    return str(derive.render(derivation, "text", templates=templates))


def test_one_macro_replaces_one_sentence(tmp_path: Path) -> None:
    own(tmp_path, "<% macro heading_loss() %>How wrong it is<% endmacro %>")
    usual, changed = page(), page(tmp_path)
    assert "\nHow wrong it is\n" in changed
    lines = zip(usual.split("\n"), changed.split("\n"), strict=True)
    assert [a for a, b in lines if a != b] == ["Loss", "────"]


@pytest.mark.parametrize(
    "name", ["checked_numbers", "convention_exact", "heading_found", "loss_many"]
)
def test_an_empty_macro_leaves_its_sentence_out(tmp_path: Path, name: str) -> None:
    """Of a list, an item; of the text, a paragraph; nothing is left of them."""
    own(tmp_path, f"<% macro {name}() %><# nothing #><% endmacro %>")
    changed, lines = page(tmp_path), page().split("\n")
    left = changed.split("\n")
    assert not re.search(r"^\s*•\s*$|\n\n\n\n", changed, re.MULTILINE)
    assert len(left) < len(lines) and set(left) <= set(lines)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_listing(count: int) -> None:
    items: tuple[Value, ...] = ("a", "b", "c")
    listed = Wording().listing(items[:count])
    assert "".join(map(str, listed)) == ["a", "a and b", "a, b and c"][count - 1]

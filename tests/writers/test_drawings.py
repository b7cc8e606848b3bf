"""SVG and TikZ: readable by others, complete, alike, and the same bytes every time."""

from __future__ import annotations

import re
from math import hypot
from pathlib import Path
from xml.etree import ElementTree

import pytest

from derive.document.blocks import Document, Figure
from derive.expression.nodes import Partial, Quantity
from derive.notation import Names, Shape, names
from derive.pictures.picture import Label, Line, Pen, Picture
from derive.resources import shipped_templates
from derive.writers import write, write_files
from derive.writers.drawings.runs import Run, runs
from derive.writers.drawings.style import COLOURS, arrow_head, number, text_colour, tint
from derive.writers.drawings.svg import svg
from derive.writers.drawings.tikz import tikz
from tests.writers.drawn_pictures import CONTENTS, ROLES, figured, letters, sample
from tests.writers.samples import NOTATIONS, NUMBERED, a, derivation, i, w, z
from tests.writers.test_latex_pages import PACKAGES, compiled, complaints, needs_tex

SVG = "{http://www.w3.org/2000/svg}"


def drawn(picture: Picture, of: Names = NUMBERED) -> ElementTree.Element:
    return ElementTree.fromstring(svg(picture, of))


@pytest.mark.parametrize("of", NOTATIONS, ids=lambda n: n.notation)
def test_svg_is_well_formed_and_says_first_what_it_is(of: Names) -> None:
    root = drawn(sample(), of)
    title, description, *_ = root
    assert (title.tag, description.tag) == (f"{SVG}title", f"{SVG}desc")
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert title.text == f"A sample & {of.text(w(1, 0, 0))}"
    assert "<everything>" in (description.text or "")


def test_svg_has_a_shape_for_every_shape() -> None:
    root = drawn(sample())
    count = {tag: len(root.findall(f".//{SVG}{tag}")) for tag in ("polyline", "circle", "polygon")}
    assert count == {"polyline": len(ROLES), "circle": len(ROLES), "polygon": 5}
    haloed = sum(isinstance(s, Label) and s.halo for s in sample().shapes)
    assert len(root.findall(f".//{SVG}rect")) == len(ROLES) + 1 + haloed


def test_svg_keeps_the_letters_of_every_label() -> None:
    texts = [t for t in drawn(sample()).iter(f"{SVG}text") if t.get("aria-hidden") is None]
    assert letters(texts[0]) == "W2=−0.25"
    assert letters(texts[1]) == "∂ETotal/∂W7≈1.23·10−7"
    assert letters(texts[2]) == "fromh1on"
    assert letters(texts[3]) == "∂E2/∂W8"
    assert letters(texts[4]).startswith(r"back\slash\textbf{x}{a}$5")


def test_a_halo_is_the_same_text_behind() -> None:
    texts = list(drawn(sample()).iter(f"{SVG}text"))
    hidden = [k for k, t in enumerate(texts) if t.get("aria-hidden")]
    labels = [s for s in sample().shapes if isinstance(s, Label)]
    assert len(hidden) == sum(label.halo for label in labels)
    for k in hidden:
        assert letters(texts[k]) == letters(texts[k + 1])
        assert texts[k].get("stroke") == texts[k].get("fill") == "#FFFFFF"


def shown(of: Names, *content: object) -> list[tuple[str, bool, float, float]]:
    return [(r.text, r.italic, r.scale, r.down) for r in runs(content, of)]  # type: ignore[arg-type]


def test_scripts_are_smaller_and_shifted() -> None:
    numbered, _, letters_, indexed, layered = NOTATIONS
    assert shown(numbered, w(1, 0, 1)) == [("W", True, 1, 0), ("2", False, 0.7, 0.2)]
    name = shown(numbered, a(1, 0))
    assert [part[:2] for part in name] == [("a", True), ("h", True), ("1", False)]
    assert name[2][2] == pytest.approx(0.49)
    assert name[2][3] == pytest.approx(0.34)
    assert [part[:2] for part in shown(letters_, a(1, 0))] == [
        ("h", True), ("1", False), ("out1", False)
    ]  # fmt: skip
    assert [part[:2] for part in shown(indexed, w(2, 0, 1))][:2] == [("w", True), ("h", True)]
    assert shown(layered, a(2, 0)) == [("ŷ", True, 1, 0), ("1", False, 0.7, 0.2)]


def test_a_subscript_stands_below_the_superscript() -> None:
    layered = NOTATIONS[-1]
    letter, lowered, raised = runs((z(1, 0),), layered)[:3]
    assert (letter.text, lowered.text, raised.text) == ("z", "1", "(1)")
    assert raised.down < 0 < lowered.down
    assert raised.back == pytest.approx(0.5 * lowered.scale)  # they begin together


def test_scripts_above_each_other_do_not_touch() -> None:
    depth, height = 0.2, 0.7  # of brackets and digits, of their size
    _, lowered, raised, *_ = runs((w(1, 0, 1),), NOTATIONS[-1])
    assert (lowered.text, raised.text) == ("21", "(1)")
    foot, head = raised.down + depth * raised.scale, lowered.down - height * lowered.scale
    assert head - foot > 0.05


def test_no_line_shows_in_the_gaps_of_a_label_with_a_halo() -> None:
    """A white box, turned like the label, from its first letter to its last."""
    shapes = list(drawn(sample()).iter())
    haloed = [k for k, shape in enumerate(shapes) if shape.get("aria-hidden")]
    assert haloed
    for k in haloed:
        box, text = shapes[k - 1], shapes[k]
        assert box.tag == f"{SVG}rect"
        assert box.get("fill") == "#FFFFFF"
        assert box.get("transform") == text.get("transform")
        x, y, wide, high = (float(box.get(key, "")) for key in ("x", "y", "width", "height"))
        at, base = float(text.get("x", "")), float(text.get("y", ""))
        ahead = {"start": 0, "middle": wide / 2, "end": wide}[text.get("text-anchor", "start")]
        assert x == pytest.approx(at - ahead, abs=0.02)
        assert y < base < y + high


def test_neighbours_in_one_style_are_one_run() -> None:
    assert runs(("a", "b", i(0), " = ", "1"), NUMBERED)[0] == Run("ab")
    assert runs(("a", "b", i(0), " = ", "1"), NUMBERED)[-1] == Run(" = 1")


@pytest.mark.parametrize(
    ("typed", "letters_"), [("größe", "größe"), ("x_1_2", "x1,2"), ("alpha", "α"), ("ŷ_k", "ŷk")]
)
def test_names_of_ones_own(typed: str, letters_: str) -> None:
    own = names("numbered", Shape((1, 1), ("none",), (typed,), ("t",)))
    assert "".join(run.text for run in runs((i(0),), own)) == letters_


def test_latex_that_is_not_known_falls_back_to_the_text(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(
        "extends: numbered\nweight: {latex: '\\mathcal{W}_{number}', text: 'ω{number}',"
        " code: 'w{number}'}\n", encoding="utf-8",
    )  # fmt: skip
    own = names(file, Shape((1, 1), ("none",)))
    assert runs((w(1, 0, 0),), own) == (Run("ω1"),)


def test_the_colours_are_those_of_the_latex_template() -> None:
    source = (shipped_templates() / "latex" / "document.tex").read_text("utf-8")
    defined = {
        n: f"#{c}" for n, c in re.findall(r"\\definecolor\{(\w+)\}\{HTML\}\{(\w+)\}", source)
    }
    faint = re.findall(r"\\definecolor\{faint\}\{gray\}\{([\d.]+)\}", source)
    defined["faint"] = "#" + f"{round(255 * float(faint[0])):02X}" * 3
    assert {role: colour for role, colour in COLOURS.items() if role} == defined


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("role", ROLES)
def test_letters_stand_out_from_white_and_from_every_tint(role: str) -> None:
    """The contrast that WCAG asks for: 4.5 to 1."""
    for ground in ("#FFFFFF", *map(tint, ROLES)):
        contrast = (luminance(ground) + 0.05) / (luminance(text_colour(role)) + 0.05)
        assert contrast >= (4.5 if role != "faint" or ground == "#FFFFFF" else 3)


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (-0.001, "0"), (12.5, "12.5"), (1 / 3, "0.33"), (-7.0, "-7")]
)
def test_lengths(value: float, text: str) -> None:
    assert number(value) == text


def test_an_arrow_ends_where_its_line_ended() -> None:
    line = Line(((0, 0), (3, 4), (30, 40)), Pen(width=2), arrow=True)
    points, (tip, left, right) = arrow_head(line)
    assert tip == (30, 40)
    assert points[:2] == line.points[:2]
    foot = points[-1]
    assert foot[0] * 4 == pytest.approx(foot[1] * 3)
    assert hypot(left[0] - foot[0], left[1] - foot[1]) == pytest.approx(
        hypot(right[0] - foot[0], right[1] - foot[1])
    )


def test_same_picture_same_bytes() -> None:
    assert svg(sample(), NUMBERED) == svg(sample(), NUMBERED)
    assert tikz(sample(), NUMBERED) == tikz(sample(), NUMBERED)


@needs_tex
@pytest.mark.parametrize("of", NOTATIONS, ids=lambda n: n.notation)
def test_tikz_compiles(of: Names, tmp_path: Path) -> None:
    assert complaints(compiled(write(figured(), of, "latex"), tmp_path)) == []


def test_tikz_and_its_colours_are_loaded_for_a_picture_alone() -> None:
    page, without = write(figured(), NUMBERED, "latex"), write(derivation(), NUMBERED, "latex")
    used = set(re.findall(r"\\usepackage(?:\[[^]]*\])?\{([^}]*)\}", page))
    assert {name for group in used for name in group.split(",")} <= PACKAGES | {"tikz"}
    assert "tikz" in used
    assert "tikz" not in without and "negative" not in without
    assert page.count(r"\begin{tikzpicture}") == 2


def test_markdown_refers_to_files_beside_it() -> None:
    files = write_files(figured(), NUMBERED, "my page.md", "markdown")
    assert list(files) == ["my page.md", "my page-sample.svg", "my page-other.svg"]
    page = files["my page.md"]
    assert "(my%20page-sample.svg)\n\nThe weight $`W_1`$ in the middle.\n" in page
    assert "![A sample & W1. Of \\<everything>, with E_Total.](my%20page-" in page
    assert files["my page-other.svg"] == svg(sample("other"), NUMBERED)


def test_without_a_place_for_files_markdown_has_no_pictures() -> None:
    page = write(figured(), NUMBERED, "markdown")
    assert page == "# Pictures\n\nLook:\n\nThat was all.\n"


def test_text_has_no_pictures() -> None:
    files = write_files(figured(), NUMBERED, "page.txt", "text")
    assert list(files) == ["page.txt"]
    assert "Look:\n\nThat was all.\n" in files["page.txt"]


def test_latex_keeps_its_pictures_in_the_page() -> None:
    files = write_files(figured(), NUMBERED, "page.tex", "latex")
    assert files == {"page.tex": write(figured(), NUMBERED, "latex")}


def test_a_document_of_a_picture_alone() -> None:
    document = Document((), (Figure(sample()),))
    assert write_files(document, NUMBERED, "p.md")["p.md"].startswith("![A sample")
    assert write(document, NUMBERED, "text") == "\n"


@pytest.mark.parametrize("content", CONTENTS)
def test_every_label_sets_in_tikz(content: tuple[object, ...]) -> None:
    picture = Picture("p", (), (), (9, 9), (Label((0, 0), content),))  # type: ignore[arg-type]
    assert tikz(picture, NUMBERED).count(r"\node[") == 1


def test_a_derivative_stays_on_the_line_in_both() -> None:
    label = Label((0, 0), (Partial(Quantity("loss"), w(1, 0, 0)),))
    picture = Picture("p", (), (), (99, 9), (label,))
    assert r"$\partial E_{\text{Total}}/\partial W_1$" in tikz(picture, NUMBERED)
    assert "∂ETotal/∂W1" in letters(drawn(picture)) and "frac" not in tikz(picture, NUMBERED)

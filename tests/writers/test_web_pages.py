"""Web pages in headless Chromium: whoever reads them, on whatever, with whatever."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import derive
from derive.document.blocks import Document
from derive.graph.conversion import network_or_formulas
from derive.rendering import GRAPH_PARTS, PARTS
from derive.writers import write
from derive.writers.expressions.mathml_width import width
from tests.browser import CHROMIUM, Browser
from tests.writers.samples import DOCUMENTS

ROOT = Path(__file__).parent.parent.parent
AXE = ROOT / "build" / "axe" / "package" / "axe.min.js"
WIDTHS = (320, 360, 768, 1280)
# source, style, whether with all parts
PAGES = (
    ("mazur", "paths", False), ("mazur", "deltas", True), ("write-up-002", "matrices", False),
    ("batch", "deltas", False), ("graphs/attention", "nodes", False), ("relu-deep", "paths", False),
)  # fmt: skip
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not there")


@cache
def page(source: str, style: str, whole: bool) -> str:
    about = network_or_formulas(ROOT / "examples" / f"{source}.yaml")
    parts = tuple(PARTS) if isinstance(about, derive.Network) else GRAPH_PARTS
    derivation = derive.derive(about, style)  # type: ignore[arg-type]
    return derive.render(
        derivation, "html", detail="full" if whole else "normal",
        parts=parts if whole else ("pictures",),
    )  # fmt: skip


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with Browser() as one:
        yield one


@pytest.fixture(params=PAGES, ids=lambda page: f"{page[0]}-{page[1]}")
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_text(page(*request.param), encoding="utf-8")
    return path


def violations(chromium: Browser, rule: str = "") -> list[str]:
    """What axe-core finds wrong, best practices too; or by one of its rules."""
    chromium.run(AXE.read_text(encoding="utf-8") + "; 0")
    result = chromium.run(f"axe.run(document, {{runOnly: ['{rule}']}})" if rule else "axe.run()")
    return [
        f"{rule['id']}: {rule['help']}: {node['html'][:200]}"
        for rule in result["violations"]
        for node in rule["nodes"][:3]
    ]


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: .ci/install fetches it")
@pytest.mark.parametrize(
    ("file", "width", "dark"),
    [
        (PAGES[1], 1280, False), (PAGES[1], 360, True), (PAGES[2], 1280, False),
        (PAGES[4], 360, True),
    ],
    indirect=["file"],
)  # fmt: skip
def test_axe_finds_nothing(chromium: Browser, file: Path, width: int, dark: bool) -> None:
    chromium.open(file, width, dark=dark)
    assert violations(chromium) == []


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: .ci/install fetches it")
@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ('<html lang="en">', "<html>", "html-has-lang"),
        ("--ink: #1a1a1a", "--ink: #c0c0c0", "color-contrast"),
        ("<h1>", "<h3>", "page-has-heading-one"),
        (' tabindex="0"', "", "scrollable-region-focusable"),
    ],
)
def test_a_fault_would_be_found(
    chromium: Browser, tmp_path: Path, before: str, after: str, rule: str
) -> None:
    text = page("mazur", "paths", False)
    assert before in text
    (tmp_path / "page.html").write_text(text.replace(before, after), encoding="utf-8")
    chromium.open(tmp_path / "page.html", 360)
    assert violations(chromium, rule)


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_window(chromium: Browser, file: Path, width: int) -> None:
    """What is wider than its own box can be scrolled there, with the keyboard too; nothing hangs
    out of it to the left."""
    chromium.open(file, width)
    assert chromium.run("document.documentElement.scrollWidth") <= width
    assert unreachable(chromium) == []


def unreachable(chromium: Browser) -> list[Any]:
    """Boxes that scroll and take no focus, and what stands where no scrolling leads."""
    out: list[Any] = chromium.run("""[...document.querySelectorAll('body *')].flatMap(e => {
      const style = getComputedStyle(e), scrolls = ['auto', 'scroll'].includes(style.overflowX);
      const wide = e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0;
      const faults = [];
      if (scrolls && wide && e.tabIndex < 0) faults.push(['no focus', e.textContent]);
      if (style.overflowX == 'hidden' && wide) faults.push(['cut off', e.textContent]);
      if (e.matches('.display mtd > mrow')) {
        const box = e.closest('.display').getBoundingClientRect();
        if (e.getBoundingClientRect().left < box.left - 1) faults.push(['left', e.textContent]);
      }
      return faults;
    })""")
    return out


@pytest.mark.parametrize("dark", [False, True])
def test_nothing_is_asked_for_and_nothing_complains(
    chromium: Browser, file: Path, dark: bool
) -> None:
    chromium.open(file, 1280, dark=dark)
    asked = [r["request"]["url"] for r in chromium.reported("Network.requestWillBeSent")]
    assert [url for url in asked if not url.startswith("data:font/woff2")] == [file.as_uri()]
    said = chromium.reported(
        "Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown"
    )
    assert said == []
    assert chromium.run("document.scripts.length") == 0


def test_every_letter_is_of_the_fonts_in_the_page(chromium: Browser, file: Path) -> None:
    chromium.open(file, 1280)
    document = chromium.send("DOM.getDocument", depth=0)["root"]["nodeId"]
    for part in ("main", "math, h1, h2, h3, p, td, th, li, mtext, .caption"):
        nodes = chromium.send("DOM.querySelectorAll", nodeId=document, selector=part)["nodeIds"]
        for node in nodes:
            fonts = chromium.send("CSS.getPlatformFontsForNode", nodeId=node)["fonts"]
            others = [font for font in fonts if not font["isCustomFont"]]
            assert not others, (
                others,
                chromium.send("DOM.getOuterHTML", nodeId=node)["outerHTML"][:300],
            )


def test_formulas_are_called_by_what_they_say(chromium: Browser, file: Path) -> None:
    """The name that an assistive program is told of a formula is its speech."""
    chromium.open(file, 1280)
    said = chromium.run("[...document.querySelectorAll('main math:not(.preview math)')]"
                        ".map(e => e.getAttribute('alttext'))")  # fmt: skip
    tree = chromium.send("Accessibility.getFullAXTree")["nodes"]
    named = {n.get("name", {}).get("value") for n in tree if n["role"]["value"] == "MathMLMath"}
    assert None not in said and "" not in said
    assert set(said) <= named, sorted(set(said) - named)[:3]


def test_a_reference_shows_its_equation_to_the_mouse_and_the_keyboard(
    chromium: Browser, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    path.write_text(page("mazur", "paths", False), encoding="utf-8")
    chromium.open(path, 1280)
    shown = "getComputedStyle(document.querySelector('.preview')).display"
    assert chromium.run(shown) == "none"
    chromium.run("document.querySelector('.reference a').focus()")
    assert chromium.run(shown) == "block"
    chromium.open(path, 360)
    for place in range(chromium.run("document.querySelectorAll('.reference a').length")):
        chromium.run(f"document.querySelectorAll('.reference a')[{place}].focus()")
        assert chromium.run("document.documentElement.scrollWidth") == 360


def test_the_skip_link_is_the_first_thing_and_is_seen(chromium: Browser, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(page("mazur", "paths", False), encoding="utf-8")
    chromium.open(path, 360)
    chromium.send("Input.dispatchKeyEvent", type="rawKeyDown", key="Tab", code="Tab",
                  windowsVirtualKeyCode=9)  # fmt: skip
    assert chromium.run("document.activeElement.className") == "skip"
    assert chromium.run("document.activeElement.getBoundingClientRect().left") >= 0


def test_widths_are_estimated_well(chromium: Browser, file: Path) -> None:
    """No part of a formula is much wider than it was taken for: lines end where they should."""
    chromium.open(file, 1280)
    half_em = chromium.run("parseFloat(getComputedStyle(document.documentElement).fontSize) / 2")
    parts = chromium.run("""[...document.querySelectorAll('.display mtd > mrow')].map(
      e => [e.innerHTML.replaceAll('&nbsp;', '\\u00a0'), e.getBoundingClientRect().width])""")
    measured = [(shown / half_em, width(mathml), mathml) for mathml, shown in parts]
    low = [(m, e, text) for m, e, text in measured if m > 1.2 * e + 1]
    assert not low, low[:2]
    assert sum(m for m, _, _ in measured) > 0.75 * sum(e for _, e, _ in measured)


def test_a_printed_page_hides_nothing(chromium: Browser, file: Path) -> None:
    chromium.open(file, 680, dark=True, medium="print")  # the text of A4 at 96 dots per inch
    assert chromium.run("getComputedStyle(document.documentElement).color") == "rgb(0, 0, 0)"
    assert chromium.run("getComputedStyle(document.documentElement).backgroundColor") in (
        "rgb(255, 255, 255)", "rgba(0, 0, 0, 0)",
    )  # fmt: skip
    cut = chromium.run("""[...document.querySelectorAll('main *')].filter(e =>
      e.tagName != 'svg' && e.getClientRects().length &&
      ['hidden', 'auto'].includes(getComputedStyle(e).overflowX)).length""")
    assert cut == 0


@pytest.mark.parametrize(("name", "document", "of"), DOCUMENTS, ids=[d[0] for d in DOCUMENTS])
def test_documents_of_every_sort(
    chromium: Browser, tmp_path: Path, name: str, document: Document, of: derive.notation.Names
) -> None:
    path = tmp_path / "page.html"
    path.write_text(write(document, of, "html"), encoding="utf-8")
    for size in (360, 1280):
        chromium.open(path, size)
        assert chromium.run("document.documentElement.scrollWidth") <= size
        if AXE.exists() and size == 360:
            assert violations(chromium) == []


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: .ci/install fetches it")
def test_sheets_of_a_class_share_a_page(chromium: Browser, tmp_path: Path) -> None:
    network = derive.load(ROOT / "examples" / "mazur.yaml")
    sheets = derive.worksheet(network, variants=2, seed=1)
    sheets.write(tmp_path, ["html"], one_file=True)
    for name in ("sheets.html", "keys.html"):
        chromium.open(tmp_path / name, 360)
        assert violations(chromium) == []
        assert unreachable(chromium) == []
        assert chromium.run("document.documentElement.scrollWidth") == 360

"""The panel in headless Chromium: whoever uses it, on whatever, with the keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import derive
from tests.browser import CHROMIUM, Browser
from tests.explore.pages import explorer, opened
from tests.writers.test_web_pages import AXE, unreachable, violations

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not there")
SAYS = ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")
SOURCES = ("mazur", "graphs/attention")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with Browser() as one:
        yield one


@pytest.fixture
def panel(chromium: Browser, tmp_path: Path) -> Browser:
    opened(chromium, explorer("mazur")[1], tmp_path)
    return chromium


def press(chromium: Browser, key: str) -> None:
    for kind in ("rawKeyDown", "keyUp"):
        chromium.send("Input.dispatchKeyEvent", type=kind, key=key, code=key)


def type_into(chromium: Browser, leaf: int, text: str) -> None:
    """Into a number's field, with the keyboard."""
    chromium.run(f"document.getElementById('explore-leaf-{leaf}').select()")
    chromium.send("Input.insertText", text=text)


def step(chromium: Browser) -> int:
    place: int = chromium.run("explore.model.step")
    return place


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: .ci/install fetches it")
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_axe_finds_nothing(chromium: Browser, tmp_path: Path, width: int, dark: bool) -> None:
    # The policy forbids axe as well.
    text = explorer("mazur")[1].replace("Content-Security-Policy", "X")
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    chromium.open(tmp_path / "page.html", width, dark=dark)
    chromium.run("document.querySelectorAll('details').forEach((list) => { list.open = true; })")
    assert violations(chromium) == []


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("width", [360, 800, 1280])
def test_it_fits_and_asks_for_nothing(
    chromium: Browser, tmp_path: Path, source: str, width: int
) -> None:
    opened(chromium, explorer(source)[1], tmp_path, width)
    for place in (0, 10, 1000):
        chromium.run(f"explore.model.go({place})")
        assert chromium.run("document.documentElement.scrollWidth") <= width
    assert unreachable(chromium) == []
    asked = [r["request"]["url"] for r in chromium.reported("Network.requestWillBeSent")]
    assert [url.split(",")[0] for url in asked if "page.html" not in url] == [
        "data:font/woff2;base64"
    ] * (len(asked) - 1)
    assert chromium.reported(*SAYS) == []


def test_the_policy_lets_nothing_in(panel: Browser) -> None:
    """No request, and no script but the page's own: what is typed cannot become one."""
    said = panel.run("fetch('https://example.org/').then(() => 'asked', () => 'forbidden')")
    assert said == "forbidden"
    assert panel.run("""(() => { const one = document.createElement('script');
      one.textContent = 'window.planted = 1'; document.body.append(one);
      return typeof window.planted; })()""") == "undefined"  # fmt: skip
    script = re.findall(r"<script>(.*?)</script>", explorer("mazur")[1], re.DOTALL)
    assert len(script) == 1
    assert not re.search(r"\beval\b|\bFunction\b|\bimport\(|setTimeout\(['\"]", script[0])


def test_a_change_can_be_undone_and_all_of_them_be_reset(panel: Browser) -> None:
    loss = "explore.model.view.loss"
    before = panel.run(loss)
    type_into(panel, 2, "0,9")
    first = panel.run(loss)
    type_into(panel, 0, "−1/2")
    second = panel.run(loss)
    assert len({before, first, second}) == 3
    panel.run("document.getElementById('explore-undo').click()")
    assert panel.run(loss) == first
    panel.run("document.getElementById('explore-reset').click()")
    assert panel.run(loss) == before
    panel.run("document.getElementById('explore-undo').click()")
    assert panel.run(loss) == first


def test_the_address_carries_the_state(chromium: Browser, tmp_path: Path) -> None:
    opened(chromium, explorer("mazur")[1], tmp_path)
    type_into(chromium, 2, "0,9")
    chromium.run("explore.model.go(6)")
    chromium.run("new Promise((done) => setTimeout(done, 300))")
    address, loss = chromium.run("[location.hash, explore.model.view.loss]")
    assert address == "#explore?w1=0.9&step=7"
    script = f"location.hash = {address!r}; new Promise((done) => setTimeout(done, 50))"
    opened(chromium, explorer("mazur")[1], tmp_path)
    chromium.run(script)
    assert chromium.run("[explore.model.step, explore.model.view.loss]") == [6, loss]
    hostile = "#explore?w1=alert(1)&w2=<img src=x>&step=1e9&x&__proto__=1&w3=%E0%A4%A"
    chromium.run(f"location.hash = {hostile!r}; new Promise((done) => setTimeout(done, 50))")
    assert chromium.run("explore.model.texts.join()") == chromium.run(
        "explore.DATA.leaves.map((leaf) => leaf.text).join()"
    )
    assert chromium.reported(*SAYS) == []


def test_the_keyboard_alone_goes_through_the_steps(panel: Browser) -> None:
    panel.run("document.getElementById('explore-stepper').focus()")
    last = panel.run("explore.DATA.steps.length") - 1
    seen = []
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "End", "ArrowRight", "Home"):
        press(panel, key)
        seen.append(step(panel))
    assert seen == [1, 2, 1, last, last, 0]
    assert panel.run("document.querySelector('[aria-current]').dataset.step") == "0"
    panel.run("new Promise((done) => setTimeout(done, 300))")
    assert panel.run("document.getElementById('explore-said').textContent") == (
        f"Step 1 of {last + 1}: h 1 is 0.3775."
    )


def test_a_number_that_cannot_be_read_changes_nothing_and_is_told(panel: Browser) -> None:
    before = panel.run("explore.model.texts.join()")
    type_into(panel, 2, "0.9.9")
    assert panel.run("document.activeElement.getAttribute('aria-invalid')") == "true"
    assert panel.run("explore.model.texts.join()") == before
    panel.run("document.activeElement.blur()")
    panel.run("new Promise((done) => setTimeout(done, 300))")
    said = panel.run("document.getElementById('explore-said').textContent")
    assert said.startswith("“0.9.9” is not a number")


def test_what_a_step_is_about_lights_up(panel: Browser) -> None:
    place = next(
        k
        for k, stage in enumerate(explorer("mazur")[0].stages)
        if stage.step.id == "gradient/w2.1.1"
    )
    panel.run(f"explore.model.go({place})")
    lit = panel.run("""[...document.querySelectorAll('#explore g.lit')]
      .map((shape) => shape.textContent.replace(/ /g, '')).filter(Boolean)""")  # fmt: skip
    assert lit and all("W5=0.40" in text or "0.08217" in text for text in lit)


def test_without_a_script_all_else_can_be_read(tmp_path: Path) -> None:
    page = explorer("mazur")[1]
    assert 'aria-labelledby="explore-heading" hidden>' in page
    assert "<noscript>" in page
    plain = derive.render(explorer("mazur")[0].teller.derivation, "html")
    body = plain[plain.index('<main id="content"') : plain.index("</main>")]
    assert body.split("\n", 1)[1] in page


def test_the_same_page_has_the_same_bytes() -> None:
    one = derive.render("examples/symbolic.yaml", "html", parts=["explore"])
    assert one == derive.render("examples/symbolic.yaml", "html", parts=["explore"])
    assert "drawn at random" in one


def test_what_cannot_be_played_with_is_refused() -> None:
    with pytest.raises(derive.DeriveError, match=r"a batch of 3 examples.*Keep one row"):
        derive.render("examples/batch.yaml", "html", parts=["explore"])
    wide = derive.Network(inputs=50, layers=[derive.Dense(50), derive.Dense(2)])
    with pytest.raises(derive.DeriveError, match=r"2,652 weights and biases.*derive compile"):
        derive.render(wide, "html", parts=["explore"])
    with pytest.raises(derive.DeriveError, match="allowed is html"):
        derive.render("examples/mazur.yaml", "markdown", parts=["explore"])

"""Predicting first, one weight and its paths, descent, units that let nothing through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import derive
from tests.browser import CHROMIUM, Browser
from tests.explore.pages import explorer, opened

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not there")
OPEN = "document.querySelectorAll('.tool').forEach((tool) => { tool.open = true; })"
TOGGLED = "new Promise((done) => setTimeout(done, 50))"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with Browser() as one:
        yield one


@pytest.fixture
def panel(chromium: Browser, tmp_path: Path) -> Browser:
    opened(chromium, explorer("mazur")[1], tmp_path)
    chromium.run(OPEN)
    chromium.run(TOGGLED)
    return chromium


def click(chromium: Browser, name: str) -> None:
    """Press a button; what takes longer is written a moment later."""
    chromium.run(f"document.getElementById('explore-{name}').click()")
    chromium.run("new Promise((done) => setTimeout(done, 80))")


def text(chromium: Browser, name: str) -> str:
    words: str = chromium.run(f"document.getElementById('explore-{name}').textContent")
    return " ".join(words.split())


def place(step: str) -> int:
    return next(k for k, stage in enumerate(explorer("mazur")[0].stages) if stage.step.id == step)


def test_what_is_hidden_is_nowhere_to_be_read(panel: Browser) -> None:
    """No value of a step stands anywhere in the panel, until it is shown."""
    click(panel, "hide-all")
    shown = panel.run("document.getElementById('explore').innerText")
    assert panel.run("document.querySelectorAll('#explore-chain *').length") == 0
    for number in ("0.3775", "0.59327", "1.10591", "0.29837", "0.13850", "0.08217", "0.35892"):
        assert number not in shown, number
    click(panel, "show-all")
    assert "0.59327" in panel.run("document.getElementById('explore').innerText")


@pytest.mark.parametrize(
    ("step", "typed", "verdict"),
    [
        ("define/z1.1", "0,3775", "Right."),
        ("delta/z2.1", "0.138", "Right, with fewer"),
        ("delta/z2.1", "0.74137", "Not right. It looks like this: f′ left out. This is what you"),
        ("delta/z2.1", "-0.1385", "Not right. It looks like this: a wrong sign"),
        ("delta/z2.1", "77", "Not right. Go through the line once more"),
        ("delta/z2.1", "abc", "“abc” is not a number"),
        ("update/w2.1.1", "0.44108", "Not right. It looks like this: a step up instead of down"),
    ],
)
def test_an_answer_is_marked_with_the_name_of_what_went_wrong(
    panel: Browser, step: str, typed: str, verdict: str
) -> None:
    click(panel, "hide-all")
    panel.run(f"explore.model.go({place(step)})")
    panel.run(f"document.getElementById('explore-answer').value = {typed!r}")
    click(panel, "check")
    assert text(panel, "verdict").startswith(verdict)


def test_what_follows_from_an_own_value_counts_and_the_first_wrong_step_is_named(
    panel: Browser,
) -> None:
    click(panel, "hide-all")
    for step, typed in (("delta/z2.1", "0.74137"), ("gradient/w2.1.1", "0.43983")):
        panel.run(f"explore.model.go({place(step)})")
        panel.run(f"document.getElementById('explore-answer').value = {typed!r}")
        click(panel, "check")
    heard = "Rightly worked out from your own earlier value. The first wrong step is step 12, delta"
    assert text(panel, "verdict").startswith(heard)


def test_the_paths_of_a_weight_add_up_to_its_gradient(panel: Browser) -> None:
    writer = explorer("mazur")[0]
    panel.run("document.getElementById('explore-leaf-2').focus()")
    paths = panel.run("[...document.querySelectorAll('#explore-paths li')].map(e => e.textContent)")
    graph = writer.teller.graph
    w1 = graph.parameters[0]
    assert len(paths) == graph.path_count(w1, graph.loss) == 2
    assert all(re.match("W1→h1→ah1→o[12]→ao[12]→E[12]→ETotal", p.replace(" ", "")) for p in paths)
    products = [float(p.replace("−", "-").split("≈")[-1]) for p in paths]
    gradient = float(writer.valuation.trace.partial(graph.loss, w1))
    assert abs(sum(products) - gradient) < 2e-6
    assert text(panel, "paths-sum").endswith("≈0.000439")


def test_a_nudge_comes_near_the_derived_number(panel: Browser) -> None:
    rows = panel.run("[...document.querySelectorAll('#explore-nudges tr')]"
                     ".map(row => [...row.cells].map(cell => cell.textContent))")  # fmt: skip
    plain = (row[2].replace("−", "-").replace("·10", "e").translate(RAISED) for row in rows)
    gaps = [abs(float(gap)) for gap in plain]
    assert len(gaps) == 5 and gaps == sorted(gaps, reverse=True) and gaps[-1] < 1e-8


RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def test_descent_goes_where_training_goes(panel: Browser) -> None:
    training = derive.train("examples/mazur.yaml", epochs=101)
    losses = training.runs[0].losses
    click(panel, "step-down")
    assert panel.run("explore.model.view.loss") == pytest.approx(losses[1], rel=1e-10)
    click(panel, "run-down")
    assert panel.run("explore.model.view.loss") == pytest.approx(losses[101], rel=1e-9)
    assert "in 101 steps" in panel.run(
        "document.querySelector('#explore-losses svg').getAttribute('aria-label')"
    )
    click(panel, "undo")
    assert panel.run("explore.model.view.loss") == pytest.approx(losses[1], rel=1e-10)


def test_the_straight_line_is_what_the_gradient_predicts(panel: Browser) -> None:
    writer = explorer("mazur")[0]
    full, graph = writer.valuation.trace, writer.teller.graph
    square = sum(full.partial(graph.loss, w) ** 2 for w in graph.trained)
    predicted = float(full.quantity(graph.loss) - square / 2)
    words = text(panel, "ahead-words")
    assert f"predicts E_Total ≈ {predicted:.5f}" in words
    assert words.endswith(f"in fact it is {writer.valuation.loss_after().number.text}.")  # type: ignore[union-attr]


UNITS = (
    ("relu", "half_squared_error", -3, "is dead for these inputs"),
    ("sigmoid", "half_squared_error", 9, "is saturated: f′ is only"),
    ("sigmoid", "binary_cross_entropy", 9, "but this loss cancels f′"),
    ("sigmoid", "half_squared_error", 0.1, ""),
)


@pytest.mark.parametrize(("activation", "loss", "weight", "words"), UNITS)
def test_units_that_let_nothing_through_are_named(
    chromium: Browser, tmp_path: Path, activation: str, loss: str, weight: float, words: str
) -> None:
    network = derive.Network(
        inputs={"x": 1}, layers=[derive.Dense(1, activation, bias="none", weights=[[weight]])],
        loss=loss, targets=[0], learning_rate=0.1,
    )  # fmt: skip
    opened(chromium, derive.render(network, "html", parts=["explore"]), tmp_path)
    assert words in text(chromium, "units") and bool(text(chromium, "units")) == bool(words)


def test_the_tools_fit_a_telephone(chromium: Browser, tmp_path: Path) -> None:
    opened(chromium, explorer("mazur")[1], tmp_path, 360)
    chromium.run(OPEN)
    chromium.run(TOGGLED)
    click(chromium, "run-down")
    assert chromium.run("document.documentElement.scrollWidth") == 360

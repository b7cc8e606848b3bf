"""What an object gives by name, and what a notebook shows of it: never an error."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

import derive
from derive import notebook
from derive.derivation.derivation import STYLES, StyleName
from derive.expression.nodes import Partial, Sum
from derive.graph import E

ROOT = Path(__file__).parent.parent
MAZUR = derive.load(ROOT / "examples" / "mazur.yaml")
BATCH = derive.Network(
    [[1, 2], [3, 4]],
    [derive.Dense(2, "tanh", frozen="biases"), derive.Dense(1, bias="shared")],
    targets=[[0], [1]], notation="layered",
)  # fmt: skip


# -- by name -----------------------------------------------------------------------------------


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("network", [MAZUR, BATCH], ids=["one", "batch"])
def test_every_trained_parameter_has_its_step(network: derive.Network, style: StyleName) -> None:
    derivation = derive.derive(network, style)
    for name, w in zip(derive.compile(network).names, network.parameters(), strict=True):
        step = derivation[name]
        assert step.id.startswith("gradient/") and step.subject == Partial(E, w)
        assert step in list(derivation.walk())


def test_names_are_those_of_the_notation_in_text_and_code() -> None:
    derivation = derive.derive(BATCH)
    assert derivation["w1_21"] is derivation["w⁽¹⁾₂₁"]
    again: derive.Derivation = pickle.loads(pickle.dumps(derivation))
    assert again["w1_21"] == derivation["w1_21"]


def test_the_gradient_is_that_of_the_algebra() -> None:
    derivation, s = derive.derive(MAZUR, "paths"), derive.symbolic(MAZUR)
    for name in derive.compile(MAZUR).names:
        assert derivation.gradient(name) == s.gradient(name)
    assert derivation.gradient("w1", "expanded") == s.gradient("w1", "expanded")
    short = derivation.gradient("w1", form="explicit", simplify=True)
    assert short == s.gradient("w1", "explicit", simplify=True)
    with pytest.raises(derive.SymbolicError, match="there is no form 'short'"):
        derivation.gradient("w1", form="short")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("w12", "no gradient with respect to 'w12'; did you mean 'w2'[?] there are w1, w3, w2, "),
        ("h1", "'h1'; there are w1"),
        ("i1", "'i1'; there are w1"),
        ("b1", "'b1'; there are w1"),  # frozen
        (None, "'None'; there are w1"),
    ],
)
def test_another_name_is_told_which_there_are(name: Any, words: str) -> None:
    derivation = derive.derive(MAZUR)
    for ask in (derivation.__getitem__, derivation.gradient):
        with pytest.raises(derive.UnknownName, match=words) as caught:
            ask(name)
        assert isinstance(caught.value, (KeyError, derive.DeriveError))


def test_another_rate_is_told_which_there_are() -> None:
    with pytest.raises(derive.UnknownName, match=r"learning rate '3'; there are 0\.1, 0\.50"):
        derive.train(MAZUR, (0.1, "0.50"), 2)[3]


# -- in a notebook -----------------------------------------------------------------------------


def shown(thing: Any) -> str:
    text: str = thing._repr_markdown_()
    return text


def test_a_derivation_is_its_page_in_brief() -> None:
    derivation = derive.derive(MAZUR)
    assert shown(derivation) == derive.render(derivation, detail="brief", dialect="plain")


def test_a_network_is_its_file() -> None:
    head, *lines, foot = shown(MAZUR).splitlines()
    assert (head, foot) == ("```yaml", "```") and "\n".join(lines) == MAZUR.text().rstrip()
    fence = derive.Network(1, [derive.Dense(1)], title="``` #")
    assert shown(fence).startswith("````yaml") and shown(fence).endswith("\n````")


def test_a_function_names_what_is_in_theta() -> None:
    text = shown(derive.compile(MAZUR, "python"))
    assert "w1, w3, w2, w4, w5, w7, w6, w8" in text and "python" in text and "2-2-2" in text
    many = shown(derive.compile(derive.Network(30, [derive.Dense(30)])))
    assert "theta, 930" in many and len(many) < 600


def test_a_function_of_formulas_names_them_and_its_leaves() -> None:
    graph = derive.Graph.from_formulas({"q": "w*x", "f": "q**2"}, "f", parameters=["w"])
    assert derive.compile(graph, "python")._repr_markdown_().splitlines()[2:] == [
        "| formulas, 2 | `q, f` |", "| theta, 1 | `w` |", "| inputs, 1 | `x` |",
        "| back end | `python` |",
    ]  # fmt: skip


def test_a_training_is_a_table_of_its_runs() -> None:
    training = derive.train(MAZUR, (0.1, "0.50"), 20)
    head, rule, first, second = shown(training).splitlines()
    assert head.count("|") == rule.count("|") == first.count("|") == 6
    assert f"{training[0.5].losses[-1]:.6g}" in second and "0.50" in second
    many = shown(derive.train(MAZUR, [k / 100 for k in range(1, 101)], 2))
    assert len(many.splitlines()) == 15 and "100 in all" in many


def test_symbols_are_the_definitions_and_the_lines_of_the_gradients() -> None:
    s = derive.symbolic(MAZUR)
    s.hessian(["w1"])  # adds lines, of which none is shown
    text = s._repr_latex_()
    assert text is not None and text.startswith("$")
    assert text.count("&=") == 11 + 8 + 10 and r"\partial i" not in text
    assert r"\frac{\partial E_{\text{Total}}}{\partial W_1} &=" in text
    many = derive.symbolic(derive.Network(30, [derive.Dense(30)]))
    assert many._repr_latex_() is None  # a notebook then takes the one line


def broken(folder: Path) -> derive.Network:
    """A network whose notation is gone."""
    file = folder / "own.yaml"
    file.write_text("extends: numbered\n", encoding="utf-8")
    network = derive.Network(1, [derive.Dense(1)], notation=file)
    file.unlink()
    return network


def test_nothing_is_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wide = derive.Network(30, [derive.Dense(30)])
    for thing in (wide, derive.derive(wide)):
        assert repr(thing) in shown(thing) and len(shown(thing)) < 300
    lost = derive.derive(broken(tmp_path))
    assert repr(lost) in shown(lost)

    def fails(*_: Any, **__: Any) -> str:
        raise derive.CheckFailed("gradient/w1.1.1", "does not hold")

    monkeypatch.setattr(notebook, "render", fails)
    derivation = derive.derive(MAZUR)
    assert repr(derivation) in shown(derivation) and "does not hold" in shown(derivation)


def test_one_line_each() -> None:
    for thing in (MAZUR, derive.compile(MAZUR), derive.symbolic(MAZUR), derive.derive(BATCH)):
        assert 20 < len(repr(thing)) < 120 and "\n" not in repr(thing)
    named = derive.Network(1, [derive.Dense(1)], title="a long title " * 20)
    assert len(repr(derive.symbolic(named))) < 120


def test_a_graph_of_formulas_is_one_line_too() -> None:
    graph = derive.Graph.from_formulas({"q": "x + y", "f": "q*z"}, loss="f")
    assert repr(graph) == "<Graph: 2 formulas>"
    assert repr(derive.symbolic(graph)) == "<Symbolic of a graph of formulas: 2 definitions>"
    assert r"\frac{\partial f}{\partial x}" in str(derive.symbolic(graph)._repr_latex_())


# -- expressions ---------------------------------------------------------------------------------


def test_an_expression_is_shown_as_a_formula_that_names_layers_and_units() -> None:
    result = derive.derive(MAZUR)["w5"].result
    assert str(result) == "δ⁽²⁾₁·a⁽¹⁾₁"
    assert repr(result) == "<Product δ⁽²⁾₁·a⁽¹⁾₁>"
    assert result._repr_latex_() == r"$\displaystyle \delta^{(2)}_1 \cdot a^{(1)}_1$"


@pytest.mark.parametrize("style", STYLES)
def test_every_expression_of_a_derivation_can_be_shown(style: StyleName) -> None:
    for network in (MAZUR, BATCH):
        for step in derive.derive(network, style).walk():
            for relation in step.relations:
                assert 0 < len(str(relation.expression)) <= 301


def test_names_of_formulas_are_shown_as_typed_and_long_formulas_cut() -> None:
    graph = derive.Graph.from_formulas({"q": "x + y", "f": "q*z"}, loss="f")
    assert [str(step.result) for step in derive.derive(graph).walk()][:2] == ["x + y", "q·z"]
    assert str(Sum((Partial(E, E),) * 100)).endswith("…")

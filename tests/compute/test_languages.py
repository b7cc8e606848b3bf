"""Every language: compiled and run, against 60 digits and more, at kinks and far from 0."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy  # type: ignore[import-untyped]

import derive
from derive.algebra.languages.catalogue import LANGUAGES, Language
from derive.algebra.languages.manners import MANNERS
from derive.algebra.languages.ordered import Ordered
from derive.compute.programs.functions import EXPM1, IEEE, LOG1P
from derive.expression.functions import Function, X
from tests.compute import language_points, reference
from tests.compute.languages import IN_PYTHON, TOOLS, alone, answers, needed

EXAMPLES = Path(__file__).parents[2] / "examples"
RUN = [name for name, row in LANGUAGES.items() if row.tried]


def worst_of(language: str, kinds: tuple[str, ...], folder: Path) -> tuple[float, str]:
    """The largest error in units of what is allowed, and where it is."""
    cases = [case for kind in kinds for case in getattr(language_points, kind)()]
    sources = [derive.standalone(case.network, language) for case in cases]  # type: ignore[arg-type]
    found = answers(language, sources, [case.queries for case in cases], folder)
    errors = [
        (reference.worst(got, true) / limit, f"{case.name} {query}: {got}")
        for case, given in zip(cases, found, strict=True)
        for query, got, true, limit in zip(
            case.queries, given, case.exact, case.allowed, strict=True
        )
    ]
    return max(errors)


@pytest.mark.parametrize("language", RUN)
def test_thirteen_digits_in_every_language(language: str, tmp_path: Path) -> None:
    needed(language)
    error, where = worst_of(language, ("ordinary", "far", "kinks"), tmp_path)
    assert error <= 1, where


def test_sums_in_the_order_of_sympy_would_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test above can fail: −e·r − t + 1 is 0 where (1 − t) − e·r is not."""

    def sorted_(self: Ordered, *, in_order: bool) -> None:
        self._settings["order"] = None
        self.used = {}

    monkeypatch.setattr(Ordered, "begin", sorted_)
    assert worst_of("python", ("far",), tmp_path)[0] > 1e6


# -- as a program ----------------------------------------------------------------------------


def told(lines: list[str]) -> list[float]:
    """The numbers that a file prints."""
    first, *rest = lines
    return [float(first.split()[1]), *(float(line.rpartition("=")[2]) for line in rest)]


OWN = {"formula": "x*erf(x) + ln(1 + x**2) + max(sin(x), x**3)/(2 + sign(x)) + sqrt(abs(x))**1.5"}
PROGRAMS = {
    "one example": EXAMPLES / "mazur.yaml",
    "many examples": EXAMPLES / "batch.yaml",
    "their sum, own formulas, thresholds": derive.Network(
        [[0.5, -0.3], [0.1, 0.7]],
        [derive.Dense(2, OWN, bias="threshold"), derive.Dense(9, "softmax", bias="threshold")],
        "cross_entropy", targets=[[1, *[0] * 8], [*[0] * 8, 1]], over_examples="sum",
    ),
    "a sum of more terms than a statement takes": derive.Network(
        [k / 100 for k in range(210)], [derive.Dense(1, "tanh"), derive.Dense(1)], targets=[2]
    ),
    "targets as formulas, and names": derive.Network(
        {"let": 0.5, "end": 2, "Let": 1.5, "gradient": 0.25, "loss": 3, "i": 1},
        [derive.Dense(2, "gelu"), derive.Dense(2)],
        targets={"fn": "let*end + ln(end)", "exp": "let - Let*i"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", RUN)
def test_a_file_is_a_program(language: str, tmp_path: Path) -> None:
    needed(language)
    networks = [derive.load(of) if isinstance(of, Path) else of for of in PROGRAMS.values()]
    sources = [derive.standalone(network, language) for network in networks]  # type: ignore[arg-type]
    for network, source, lines in zip(
        networks, sources, alone(language, sources, tmp_path), strict=True
    ):
        assert max(map(len, source.splitlines())) <= (132 if language == "fortran" else 120)
        f = derive.compile(network, "python")
        theta = f.pack() if network.has_values else [(k % 9 + 1) / 10 for k in range(len(f.names))]
        loss, gradient = f.flat(theta)
        assert told(lines) == pytest.approx(
            [float(loss), *map(float, gradient)], rel=1e-12, abs=1e-15
        )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_formula_stands_above_each_line_in_every_language(language: str) -> None:
    source = derive.standalone(EXAMPLES / "mazur.yaml", language)  # type: ignore[arg-type]
    for formula in ("h1 = W1·i1 + W2·i2 + b1", "a_h1 = σ(h1)", "∂E_Total/∂W5 = δ_o1·a_h1"):
        assert any(line.strip().endswith(f" {formula}") for line in source.splitlines())
    assert (
        "files in this language are not run" in " ".join(source.replace("#", "").split())
    ) is not bool(LANGUAGES[language].tried)
    assert (TOOLS[language] == "julia") is not bool(LANGUAGES[language].tried)


@pytest.mark.parametrize("function", [LOG1P, EXPM1], ids=str)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_goes_on_with_infinity_keeps_its_digits(
    language: Language, function: Function
) -> None:
    """Guarded or not, ln(1 + x) and eˣ − 1 are never computed as they are defined."""
    printer = MANNERS[language].printer()
    printer.begin(in_order=True)
    convert = printer.converter(lambda q: sympy.Symbol(q.name))
    plain, guarded = (printer._print(convert(f(X))) for f in (function, IEEE[function]))
    assert guarded in (plain, f"ieee_{plain}")
    assert re.search("1p|m1", plain)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_title_stays_in_its_comment(language: str) -> None:
    for title in ("*/ int x; /*", "a\\", "b\\\n} x", "\u2028x = 1", "=begin", "%{", '"""'):
        layer = derive.Dense(1, "tanh")
        try:
            network = derive.Network(["p"], [layer], title=title)
        except derive.NetworkError:
            continue
        first = derive.standalone(network, language).splitlines()[0]  # type: ignore[arg-type]
        assert first[:1] in '/#%!"' and "\\" not in first
        assert first.count('"""') <= 1


# -- frameworks ------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["jax", "torch"])
def test_frameworks_differentiate_to_the_same(language: str) -> None:
    """jax.grad and autograd of the loss that the file computes are the gradient it gives."""
    needed(language)
    random_ = random.Random(5)
    for case in language_points.ordinary()[::3]:
        space: dict[str, Any] = {"__name__": "net"}
        exec(derive.standalone(case.network, language), space)  # type: ignore[arg-type]
        n = len(case.network.parameters())
        theta = [random_.uniform(-1, 1) for _ in range(n)]
        x = [[random_.uniform(-2, 2) for _ in range(case.network.sizes[0])] for _ in range(3)]
        t = [case.queries[0][2]] * 3
        if language == "jax":
            import jax

            loss = lambda w: space["loss_and_gradient"](w, x, t)[0]  # noqa: B023, E731
            automatic = jax.grad(loss)(space["array"](theta))
            gradient = jax.jit(space["loss_and_gradient"])(theta, x, t)[1]
        else:
            import torch

            w = torch.tensor(theta, dtype=torch.float64, requires_grad=True)
            value, gradient = space["loss_and_gradient"](w, x, t)
            value.backward()
            assert w.grad is not None
            automatic, gradient = w.grad, gradient.detach()
        np.testing.assert_allclose(
            np.asarray(gradient), np.asarray(automatic), rtol=1e-9, atol=1e-12, err_msg=case.name
        )


# -- the textbook form -----------------------------------------------------------------------


@pytest.mark.parametrize("language", RUN)
def test_code_of_the_textbook_form(language: str, tmp_path: Path) -> None:
    """``Symbolic.code``, printed by the same printers."""
    needed(language)
    cases = [c for c in language_points.ordinary() if c.network.sizes == (2, 2, 2)]
    sources = [derive.symbolic(c.network).code(language) for c in cases]  # type: ignore[arg-type]
    found = answers(language, sources, [c.queries for c in cases], tmp_path)
    for case, given in zip(cases, found, strict=True):
        for got, true in zip(given, case.exact, strict=True):
            scale = max(abs(v) for v in true[1:]) / 1000
            assert reference.worst(got, true, scale) <= 1e-11, (case.name, got)


assert set(IN_PYTHON) < set(TOOLS) == set(LANGUAGES)

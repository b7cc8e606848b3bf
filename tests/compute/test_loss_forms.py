"""Logarithmic losses where textbook code overflows, cancels or takes ln 0; against mpmath."""

from __future__ import annotations

import math
from ast import literal_eval
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import mpmath
import pytest
from mpmath import mp, mpf

import derive
from derive.compute.stable import loss_forms
from tests.compute import reference

GAPS = (0.0, 1.0, 20.0, 100.0, 700.0, 1000.0)
LOSSES = ("binary_cross_entropy", "cross_entropy", "kl_divergence")
MANY = ("numpy", "native, many")  # which get an example in so many rows
BACK_ENDS = ("python", "native", *MANY)
ROWS = 600  # enough for the numpy back end to run whole layers


def computed(
    backend: str, activation: Any, loss: Any, z: list[float], t: list[float]
) -> tuple[float, list[float]]:
    """The loss and ∂loss/∂z: a layer with the unit matrix, its biases' gradient."""
    n = len(z)
    f = compiled(backend, repr(activation), repr(loss), n)
    if backend in MANY:
        loss_value, gradients = f([z] * ROWS, [t] * ROWS)
    else:
        loss_value, gradients = f(z, t)
    slopes = [float(v) for v in gradients["b1"]]
    for i, row in enumerate(gradients["W1"]):  # ∂loss/∂W[i][j] = z_i·∂loss/∂z_j
        for weight, slope in zip(row, slopes, strict=True):
            assert float(weight) == pytest.approx(z[i] * slope, rel=1e-12, abs=0, nan_ok=True)
    return loss_value, slopes


@cache
def compiled(backend: str, activation: str, loss: str, n: int) -> derive.GradientFunction:
    layer = derive.Dense(n, literal_eval(activation), weights=_unit(n), biases=[0] * n)
    network = derive.Network(n, [layer], literal_eval(loss))
    return derive.compile(network, backend.partition(",")[0])  # type: ignore[arg-type]


def _unit(n: int) -> list[list[int]]:
    return [[int(i == j) for j in range(n)] for i in range(n)]


def exact(activation: str, loss: str, z: list[float], t: list[float]) -> tuple[Any, list[Any]]:
    return _exact(activation, loss, tuple(z), tuple(t))


@cache
def _exact(
    activation: str, loss: str, z: tuple[float, ...], t: tuple[float, ...]
) -> tuple[Any, list[Any]]:
    with mp.workdps(digits(z)):
        layers = [(activation, reference.high(_unit(len(z))), [mpf(0)] * len(z))]
        targets = reference.high(t)

        def of(point: list[Any]) -> Any:
            return reference.loss_of(loss, reference.forward(layers, point), targets)

        return of(reference.high(z)), reference.differences(of, reference.high(z), 35, alike=t)


def digits(z: Sequence[float]) -> int:
    """Enough for e^−gap beside a 1, and for a difference over 1e-35."""
    return 100 + int(0.87 * (max(z) - min(*z, 0)))


def logits(n: int, gap: float) -> Iterator[list[float]]:
    """The right class, a wrong one, or the last ahead of the others by a gap; a staircase."""
    if n == 1:
        yield from ([gap], [-gap])
        return
    for ahead in (0, 1, n - 1):
        yield [gap * (k == ahead) for k in range(n)]
    yield [-gap * k / (n - 1) for k in range(n)]


def targets(n: int) -> Iterator[list[float]]:
    """One right class; soft targets that sum to 1, and that do not."""
    yield [1.0, *[0.0] * (n - 1)]
    if n == 1:
        yield from ([0.0], [0.25], [0.9], [1e-3])
        return
    yield [0.75, 0.25 - (n - 2) / 64, *[1 / 64] * (n - 2)]
    yield [0.9, 0.6, *[0.01] * (n - 2)]


@pytest.mark.parametrize("backend", BACK_ENDS)
@pytest.mark.parametrize("gap", GAPS)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(("activation", "n"), [("sigmoid", 1), ("softmax", 2), ("softmax", 3),
                                               ("softmax", 10)])  # fmt: skip
def test_loss_and_gradient_keep_thirteen_digits(
    activation: str, n: int, loss: str, gap: float, backend: str
) -> None:
    for z in logits(n, gap):
        for t in targets(n):
            found, gradient = computed(backend, activation, loss, z, t)
            value, slopes = exact(activation, loss, z, t)
            assert reference.worst([found], [value]) <= 1e-13, (z, t)
            assert reference.worst(gradient, slopes) <= 1e-13, (z, t)


@pytest.mark.parametrize("backend", BACK_ENDS)
@pytest.mark.parametrize("gap", GAPS)
@pytest.mark.parametrize("loss", LOSSES)
def test_where_the_sum_itself_cancels(loss: str, gap: float, backend: str) -> None:
    """Ties at the top, all targets 0 or 1: held against the largest term of the derivative."""
    n = 4
    for z in ([gap, gap, 0.0, 0.0], [0.0] * n, [gap, 0.0, gap, 0.0]):
        for t in ([0.0] * n, [1.0] * n, [0.0, 0.0, 0.0, 1.0]):
            with mp.workdps(600):
                found, gradient = computed(backend, "softmax", loss, z, t)
                value, slopes = exact("softmax", loss, z, t)
                y = reference.softmax(reference.high(z))
                assert reference.worst([found], [value], mpf("1e-300")) <= 1e-13
                for k, (got, true) in enumerate(zip(gradient, slopes, strict=True)):
                    scale = t[k] * (1 - y[k]) + y[k] * (1 + n)
                    scale += sum(
                        (1 - t[m]) * y[m] for m in range(n) if m != k and loss == LOSSES[0]
                    )
                    assert abs(got - true) <= 1e-13 * scale + mpf("1e-300"), (z, t, k)


@pytest.mark.parametrize("backend", BACK_ENDS)
@pytest.mark.parametrize(
    ("own", "loss"),
    [
        ("-(t*ln(y) + (1 - t)*ln(1 - y))", "binary_cross_entropy"),
        ("-t*ln(y)", "cross_entropy"),
        ("t*ln(t/y) if t > 0 else 0", "kl_divergence"),
        ("-(1 - t)*ln(1 - y) - t*ln(y)", "binary_cross_entropy"),
    ],
)
def test_losses_of_ones_own_are_as_stable(own: str, loss: str, backend: str) -> None:
    with mp.workdps(600):
        for activation, z, t in (
            ("sigmoid", [-1000.0], [1.0]),
            ("sigmoid", [1000.0], [0.25]),
            ("softmax", [1000.0, 0.0, 1.0], [0.0, 1.0, 0.0]),
            ("softmax", [0.0, 700.0], [0.5, 0.5]),
        ):
            found, gradient = computed(backend, activation, {"formula": own}, z, t)
            value, slopes = exact(activation, loss, z, t)
            assert reference.worst([found], [value]) <= 1e-13
            assert reference.worst(gradient, slopes) <= 1e-13


@pytest.mark.parametrize("backend", BACK_ENDS)
def test_a_focal_loss(backend: str) -> None:
    """A formula in y, 1 − y and ln y at once: three faces of the output in one loss."""
    own = {"formula": "-t*(1 - y)**2*ln(y)"}

    def focal(activation: str, point: list[Any], t: list[float]) -> Any:
        layers = [(activation, reference.high(_unit(len(t))), [mpf(0)] * len(t))]
        outputs = reference.forward(layers, point)
        return mpmath.fsum(
            -k * (1 - y) ** 2 * mpmath.log(y) if k else mpf(0)
            for k, y in zip(t, outputs, strict=True)
        )

    with mp.workdps(600):
        for activation, z, t in (
            ("sigmoid", [-300.0], [1.0]),
            ("sigmoid", [30.0], [1.0]),
            ("softmax", [100.0, 0.0, 1.0], [1.0, 0.0, 0.0]),
            ("softmax", [0.0, 5.0, 1.0], [1.0, 0.0, 0.0]),
        ):
            found, gradient = computed(backend, activation, own, z, t)
            point = reference.high(z)
            slopes = reference.differences(lambda p: focal(activation, p, t), point, 35)  # noqa: B023
            assert reference.worst([found], [focal(activation, point, t)]) <= 1e-13
            assert reference.worst(gradient, slopes) <= 1e-13, (z, gradient)


@pytest.mark.parametrize("backend", BACK_ENDS)
@pytest.mark.parametrize("x", [-1000.0, -745.0, -40.0, -37.0, -36.9, -1.0, 0.0, 3.0, 40.0, 1000.0])
def test_cross_entropy_on_softplus(x: float, backend: str) -> None:
    """ln of a softplus that has rounded to 0."""
    with mp.workdps(600):
        found, gradient = computed(backend, "softplus", "cross_entropy", [x], [2.0])
        value, slopes = exact("softplus", "cross_entropy", [x], [2.0])
        assert reference.worst([found], [value]) <= 1e-13
        assert reference.worst(gradient, slopes) <= 1e-13


@pytest.mark.parametrize("backend", BACK_ENDS)
@pytest.mark.parametrize("u", [0.0, 1e-200, 1e-8, 1e-3, 0.5, 0.999, 1.0, 1.5, 20.0, 800.0, 1e300])
def test_log_cosh(u: float, backend: str) -> None:
    with mp.workdps(700):
        for sign in (1, -1):
            found, (slope,) = computed(backend, "identity", "log_cosh", [sign * u], [0.0])
            size = abs(mpf(u))
            true = mpmath.log(mpmath.cosh(size)) if size < 1e4 else size - mpmath.log(2)
            assert reference.worst([found], [true]) <= 1e-13
            assert slope == pytest.approx(math.tanh(sign * u), rel=1e-14, abs=0)


@pytest.mark.parametrize("backend", BACK_ENDS)
def test_declared_derivatives_of_losses_at_kinks(backend: str) -> None:
    for loss, y, t in (("absolute_error", 2.0, 2.0), ("hinge", 1.0, 1.0), ("hinge", -1.0, -1.0)):
        assert computed(backend, "identity", loss, [y], [t])[1] == [0.0]
    assert computed(backend, "identity", "huber", [3.0], [2.0]) == (0.5, [1.0])
    assert computed(backend, "identity", {"formula": "abs(y - t)"}, [2.0], [2.0])[1] == [0.0]
    assert computed(backend, "identity", {"formula": "max(y, t)"}, [2.0], [2.0])[1] == [0.5]
    assert computed(backend, "identity", {"formula": "max(0, 1 - t*y)"}, [1.0], [1.0])[1] == [-0.5]


@pytest.mark.parametrize("backend", BACK_ENDS)
def test_zero_times_ln_zero(backend: str) -> None:
    """Activations of one's own that round to 0 and to 1, with targets that are there as well."""
    gompertz = {"formula": "exp(-exp(x))"}
    for loss, z, t in (
        ("binary_cross_entropy", 10.0, 0.0),
        ("binary_cross_entropy", -50.0, 1.0),
        ("cross_entropy", 10.0, 0.0),
        ("kl_divergence", 10.0, 0.0),
    ):
        found, (slope,) = computed(backend, gompertz, loss, [z], [t])
        assert found == 0.0
        assert abs(slope) < 1e-21  # e^−50 at the second
    y = math.exp(-1)
    found, (slope,) = computed(backend, gompertz, "binary_cross_entropy", [0.0], [0.25])
    assert found == pytest.approx(-(0.25 * math.log(y) + 0.75 * math.log(1 - y)))
    assert slope == pytest.approx((-0.25 / y + 0.75 / (1 - y)) * -y)


@pytest.mark.parametrize("backend", BACK_ENDS)
def test_the_textbook_form_would_fail(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests above can fail: without the faces of y a saturated sigmoid has no gradient."""
    monkeypatch.setattr(loss_forms, "FACES", ())
    monkeypatch.setenv("DERIVE_CACHE", "off")  # which goes by the files, and they have not changed
    loss_forms.loss_form.cache_clear()
    compiled.cache_clear()
    try:
        found, gradient = computed(backend, "sigmoid", "binary_cross_entropy", [-1000.0], [1.0])
        assert not (found == 1000.0 and gradient == [-1.0])
    finally:
        loss_forms.loss_form.cache_clear()
        compiled.cache_clear()

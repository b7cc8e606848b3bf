"""The mistakes that a student of ``pupil.py`` may make, each as they would explain it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.truth.pupil import Page, Pupil, function, place, slope, weight, work_out

_CANCELS = ("binary cross-entropy", "cross-entropy")


@dataclass(frozen=True)
class Mistake:
    """name  of the misconception that it should be recognised as
    subject  in which lines it is made
    instead  what is worked out there; None where it cannot be made
    """

    name: str
    subject: str
    instead: Callable[[Pupil, str], float | None]

    def made(self, page: Page) -> Iterator[str]:
        """The lines in which it may be made."""
        for line in page.lines:
            name = f"new {line.subject}" if line.updates else line.subject
            if re.fullmatch(self.subject, name):
                yield name


def _gradient(p: Pupil, name: str) -> tuple[float, str, str]:
    """δ, what it is multiplied by, and the parameter."""
    w = name.partition("/∂")[2]
    layer, source, unit = place(p.page, w)
    by = "" if source < 0 else f"i{source + 1}" if layer == 1 else f"a_h{source + 1}"
    return p.v[f"δ_{'ho'[layer - 1]}{unit + 1}"], by, w


def _missing_path(p: Pupil, name: str) -> float | None:
    if p.page.sizes[2] < 2:
        return None
    j = int(name[3:])
    return float(p.v["δ_o1"] * p.v[weight(p.page, 2, j - 1, 0)] * p.v[f"∂a_h{j}/∂h{j}"])


def _no_slope(p: Pupil, name: str) -> float:
    j = int(name[3:]) - 1
    n = p.page.sizes[2]
    return float(sum(p.v[f"δ_o{k + 1}"] * p.v[weight(p.page, 2, j, k)] for k in range(n)))


def _no_target(p: Pupil, name: str) -> float | None:
    k = name[-1]
    if name.startswith("δ"):
        return float(p.v[f"a_o{k}"]) if p.page.loss in _CANCELS else None
    return float(p.v[f"a_o{k}"]) * (2 if p.page.loss == "mean squared error" else 1)


def _kept(p: Pupil, name: str) -> float | None:
    a = p.v[f"a_{name[2:]}"]
    return work_out(p, name) * a * (1 - a) if p.page.loss in _CANCELS else None


def _other_function(p: Pupil, name: str) -> float | None:
    own = p.page.hidden if name[2] == "h" else p.page.output
    other = {"tanh": "sigmoid", "sigmoid": "tanh"}.get(own)
    return float(function(other, p.v[name[2:]])) if other else None


def _other_slope(wrong: Callable[[float], float]) -> Callable[[Pupil, str], float | None]:
    def instead(p: Pupil, name: str) -> float | None:
        z = name.partition("/∂")[2]
        own = p.page.hidden if z[0] == "h" else p.page.output
        a = p.v[f"a_{z}"]
        found = wrong(a)
        return None if abs(found - slope(p.v[z], a, own)) < 1e-9 else found

    return instead


def _loss(name: str, wrong: Callable[[float, float], float], kinds: tuple[str, ...]) -> Mistake:
    def instead(p: Pupil, subject: str) -> float | None:
        if p.page.loss not in kinds or (subject == "E_Total" and p.page.sizes[2] > 1):
            return None
        k = "1" if subject == "E_Total" else subject[1:]
        return wrong(p.v[f"a_o{k}"], p.v[f"t{k}"])

    return Mistake(name, r"E\d|E_Total", instead)


def _log(x: float) -> float:
    return math.log(max(x, 1e-12))


def _other_row(p: Pupil, name: str) -> float | None:
    j, (inputs, hidden, _) = int(name[1:]), p.page.sizes
    other = j % hidden
    terms = (p.v[weight(p.page, 1, i, other)] * p.v[f"i{i + 1}"] for i in range(inputs))
    return float(sum(terms) + p.v[f"b{j}"])


def _no_bias(p: Pupil, name: str) -> float:
    k = int(name[1:]) + (0 if name[0] == "h" else p.page.sizes[1])
    return float(work_out(p, name) - p.v[f"b{k}"])


def _sums(p: Pupil, name: str) -> float | None:
    delta, by, _ = _gradient(p, name)
    return delta * p.v[by[2:]] if by.startswith("a_") else None


def _weights(p: Pupil, name: str) -> float | None:
    delta, _, w = _gradient(p, name)
    return delta * p.v[w]


def _of_bias(value: float) -> Mistake:
    return Mistake("bias-gradient", r"∂E_Total/∂b\d", lambda p, name: value)


def _step(name: str, wrong: Callable[[float, float, float], float]) -> Mistake:
    def instead(p: Pupil, subject: str) -> float:
        w = subject.removeprefix("new ")
        return wrong(p.v[w], p.v["η"], p.v[f"∂E_Total/∂{w}"])

    return Mistake(name, r"new \w+", instead)


def _negated(p: Pupil, name: str) -> float:
    return float(-work_out(p, name))


SLIPS = (
    Mistake("sign", r"∂E\w+/∂a_o\d|δ_[ho]\d|∂E_Total/∂W\d+", _negated),
    Mistake("lost-minus", r"[ho]\d|a_h\d", _negated),
    Mistake("no-bias", r"[ho]\d", _no_bias),
    Mistake("transposed", r"h\d", _other_row),
    Mistake("other-activation", r"a_[ho]\d", _other_function),
    Mistake("other-derivative", r"∂a_[ho]\d/∂[ho]\d", _other_slope(lambda a: 1 - a)),
    Mistake("other-derivative", r"∂a_[ho]\d/∂[ho]\d", _other_slope(lambda a: a * (1 - a))),
    Mistake("other-derivative", r"∂a_[ho]\d/∂[ho]\d", _other_slope(lambda a: 1 - a * a)),
    _loss("squared-error", lambda y, t: (y - t) ** 2 / 2, _CANCELS),
    _loss("squared-error", lambda y, t: (y - t) ** 2, _CANCELS),
    _loss("swapped-classes", lambda y, t: -(t * _log(1 - y) + (1 - t) * _log(y)),
          ("binary cross-entropy",)),
    _loss("log-base", lambda y, t: -(t * _log(y) + (1 - t) * _log(1 - y)) / math.log(10),
          ("binary cross-entropy",)),
    _loss("lost-factor", lambda y, t: (y - t) ** 2, ("half squared error",)),
    Mistake("lost-factor", r"∂E\w+/∂a_o\d", lambda p, name: (
        work_out(p, name) / 2 if p.page.loss == "mean squared error" else None)),
    Mistake("no-target", r"∂E\w+/∂a_o\d|δ_o\d", _no_target),
    Mistake("derivative-kept", r"δ_o\d", _kept),
    Mistake("no-derivative", r"δ_h\d", _no_slope),
    Mistake("missing-path", r"δ_h\d", _missing_path),
    Mistake("sum-for-activation", r"∂E_Total/∂W\d+", _sums),
    Mistake("weight-for-activation", r"∂E_Total/∂[Wb]\d+", _weights),
    _of_bias(1.0),
    _step("no-rate", lambda w, rate, g: w - g),
    _step("update-sign", lambda w, rate, g: w + rate * g),
    _step("rate-twice", lambda w, rate, g: w - rate * rate * g),
)  # fmt: skip

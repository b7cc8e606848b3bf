"""Students who work a sheet out in plain Python: their own forward and backward pass, floats and
decimals, no formula of the package. Networks with one hidden layer and a bias per unit."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from worksheets.sheets import Sheet

from derive.expression.nodes import (
    ACTIVATION,
    BIAS,
    DELTA,
    INPUT,
    LEARNING_RATE,
    LOSS,
    LOSS_TERM,
    PRE_ACTIVATION,
    TARGET,
    WEIGHT,
    Expression,
    Partial,
    Quantity,
)
from derive.worksheets.items import put_into

Write = Callable[[float], str]
WAYS = {"half up": ROUND_HALF_UP, "half even": ROUND_HALF_EVEN, "cut off": ROUND_DOWN}


def decimals(places: int, way: str = "half up", significant: int = 0) -> Write:
    """Writes a value with so many decimals, or so many digits where those are more decimals."""

    def written(value: float) -> str:
        number = Decimal(repr(round(value, 12)))  # 0.39, not 0.38999999999999996
        more = significant - 1 - number.adjusted() if number else 0
        unit = Decimal(1).scaleb(-max(places, more))
        return format(number.quantize(unit, rounding=WAYS[way]), "f")

    return written


def called(name: Expression) -> str:
    """What a student calls it: z1.1, a2.1, E1, E, d2.1, w1.1.2, b1.1, E1/a2.1, a1.1/z1.1."""
    if isinstance(name, Partial):
        of, by = called(name.of), called(name.by)
        return f"g/{by}" if of == "E" else f"{of}/{by}"
    assert isinstance(name, Quantity)
    place = f"{name.layer}.{name.unit + 1}"
    return {
        INPUT: f"x{name.unit + 1}", TARGET: f"t{name.unit + 1}", LEARNING_RATE: "eta",
        PRE_ACTIVATION: f"z{place}", ACTIVATION: f"a{place}", DELTA: f"d{place}",
        LOSS_TERM: f"E{name.unit + 1}", LOSS: "E", BIAS: f"b{place}",
        WEIGHT: f"w{name.layer}.{name.source + 1}.{name.unit + 1}",
    }[name.kind]  # fmt: skip


class Student:
    """Works out every line.

    write    what is written of a value
    carried  whether the numbers written are put into later lines; else the unrounded ones
    slips    what this student does wrongly
    typed    lines that come out as another number, and how it is written
    """

    def __init__(
        self, variant: Sheet, write: Write, *, carried: bool = False, slips: Collection[str] = (),
        typed: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.variant, self.write, self.carried, self.slips = variant, write, carried, slips
        self.typed = dict(typed or {})
        network = variant.exercise.structure
        self.sizes = network.sizes
        self.activations = [layer.activation.name for layer in network.layers]
        self.loss = network.loss.name
        self.v: dict[str, float] = {}
        self.written: dict[str, str] = {}
        inputs = (Quantity(INPUT, unit=i) for i in range(self.sizes[0]))
        targets = (Quantity(TARGET, unit=k) for k in range(self.sizes[-1]))
        for q in (*inputs, *targets, Quantity(LEARNING_RATE), *network.parameters()):
            self.v[called(q)] = float(variant.numbers.displayed(q).number.value)
        self._forward()
        self._backward()

    def put(self, name: str, value: float) -> float:
        text = self.typed.get(name) or self.write(value)
        self.written[name] = text
        self.v[name] = float(text) if self.carried or name in self.typed else value
        return self.v[name]

    def _forward(self) -> None:
        v, (inputs, hidden, outputs) = self.v, self.sizes
        for layer, (before, size) in enumerate(((inputs, hidden), (hidden, outputs)), 1):
            for j in range(1, size + 1):
                given = [v[f"x{i}" if layer == 1 else f"a1.{i}"] for i in range(1, before + 1)]
                weights = [v[f"w{layer}.{i}.{j}"] for i in range(1, before + 1)]
                z = sum(w * x for w, x in zip(weights, given, strict=True))
                self.put(f"z{layer}.{j}", z + v[f"b{layer}.{j}"])
            name = self.activations[layer - 1]
            zs = [v[f"z{layer}.{j}"] for j in range(1, size + 1)]
            for j, z in enumerate(zs, 1):
                share = math.exp(z) / sum(map(math.exp, zs))
                a = share if name == "softmax" else function(name, z)
                if name == "identity":
                    v[f"a{layer}.{j}"] = a
                else:
                    self.put(f"a{layer}.{j}", a)
        ks = range(1, outputs + 1)
        for k in ks:
            y, t = v[f"a2.{k}"], v[f"t{k}"]
            squared = (y - t) ** 2
            if self.loss == "cross_entropy":
                self.put(f"E{k}", -t * math.log(y))
            else:
                self.put(f"E{k}", squared / 2 if self.loss == "half_squared_error" else squared)
        total = sum(v[f"E{k}"] for k in ks)
        self.put("E", total / outputs if self.loss == "mean_squared_error" else total)

    def _backward(self) -> None:
        v, (inputs, hidden, outputs) = self.v, self.sizes
        mean = self.loss == "mean_squared_error"
        for k in range(1, outputs + 1):
            if self.activations[1] != "softmax":
                away = v[f"a2.{k}"] - v[f"t{k}"]
                self.put(f"E{k}/a2.{k}", 2 * away if mean else away)
        for layer, size in ((2, outputs), (1, hidden)):
            name = self.activations[layer - 1]
            for j in range(1, size + 1):
                if name in ("softmax", "identity"):
                    continue
                z, a = v[f"z{layer}.{j}"], v[f"a{layer}.{j}"]
                if "f′ at the activation" in self.slips:
                    z, a = a, function(name, a)
                self.put(f"a{layer}.{j}/z{layer}.{j}", {
                    "sigmoid": a * (1 - a), "tanh": 1 - a * a, "relu": float(z > 0),
                }[name])  # fmt: skip
        for k in range(1, outputs + 1):
            y, t = v[f"a2.{k}"], v[f"t{k}"]
            if self.activations[1] == "softmax":
                self.put(f"d2.{k}", -t * (1 - y) if "diagonal" in self.slips else y - t)
                continue
            part = 1 / outputs if mean and "1/n lost" not in self.slips else 1.0
            slope = v.get(f"a2.{k}/z2.{k}", 1.0)
            self.put(f"d2.{k}", part * v[f"E{k}/a2.{k}"] * slope)
        for j in range(1, hidden + 1):
            terms = [v[f"d2.{k}"] * v[f"w2.{j}.{k}"] for k in range(1, outputs + 1)]
            if "one path" in self.slips:
                terms = terms[:1]
            self.put(f"d1.{j}", sum(terms) * v[f"a1.{j}/z1.{j}"])
        for layer, before, size in ((2, hidden, outputs), (1, inputs, hidden)):
            for j in range(1, size + 1):
                for i in range(1, before + 1):
                    x = v[f"x{i}" if layer == 1 else f"a1.{i}"]
                    self._step(f"w{layer}.{i}.{j}", v[f"d{layer}.{j}"] * x)
                self._step(f"b{layer}.{j}", v[f"d{layer}.{j}"])

    def _step(self, name: str, gradient: float) -> None:
        gradient = self.put(f"g/{name}", gradient)
        rate = self.v["eta"] ** (2 if "rate twice" in self.slips else 1)
        text = self.write(self.v[name] - rate * gradient)
        self.written[f"new/{name}"] = self.typed.get(f"new/{name}", text)

    def answers(self) -> dict[str, str]:
        """What stands in every blank, the numbers put in as they were written before."""
        found = {}
        for item in self.variant.items:
            if not item.answers:
                continue
            line = put_into(item.task, self.variant.numbers)
            for answer in item.answers[:-1]:
                name = line.at(answer.address)
                put_in = self.written.get(called(name))
                shown = self.variant.numbers.displayed(name).number  # type: ignore[arg-type]
                found[answer.label] = put_in or shown.text or str(shown.value)
            found[item.answers[-1].label] = self.written[self.name(item.answers[-1].label)]
        return found

    def name(self, label: str) -> str:
        """What the student calls the line of a label."""
        item = next(i for i in self.variant.items if i.answers and i.answers[-1].label == label)
        about = called(item.task.step.subject)
        return f"new/{about}" if item.task.part == "update" else about

    def label(self, name: str) -> str:
        """The label of a line."""
        labels = (i.answers[-1].label for i in self.variant.items if i.answers)
        return next(label for label in labels if self.name(label) == name)


def function(name: str, z: float) -> float:
    return {
        "sigmoid": lambda: 1 / (1 + math.exp(-z)), "tanh": lambda: math.tanh(z),
        "relu": lambda: max(0.0, z), "identity": lambda: z,
    }[name]()  # fmt: skip

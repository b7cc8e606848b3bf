"""Faults planted in derivations of networks of every kind, and where the check finds them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from derive.derivation.check import CheckFailed
from derive.derivation.derivation import Derivation
from derive.derivation.steps import Rule, Step
from derive.expression.constructors import variable
from derive.expression.nodes import LOSS, Quantity
from derive.network.description import Dense, Network
from tests.derivation import oracle
from tests.derivation.drawn import Drawn
from tests.derivation.faults import mutants, plant
from tests.derivation.networks import network
from tests.derivation.oracle import Letters, agree, moved, mp, numbers
from tests.derivation.test_gradients import in_letters

E = Quantity(LOSS)
X = variable("x")
STYLES = ("deltas", "paths", "matrices")

NETWORKS = {
    "sigmoid": network((2, 2, 2), ("sigmoid", "sigmoid")),
    "relu, softmax": network((2, 2, 2), ("relu", "softmax"), "cross_entropy", "shared"),
    "softmax inside": network((2, 2, 2), ("softmax", "tanh"), "mean_squared_error", "none"),
    "huber": network((1, 2, 1), ("elu", "identity"), "huber"),
    "own": network(
        (2, 2), ({"formula": "x**2*exp(-x) if x > 0.5 else max(x, 0.2*x)/(1 + abs(x))"},),
        {"formula": "ln(1 + (y - t)**2) + 2**y/pi"},
    ),
    "logarithm": network((1, 2, 2), ("softplus", "sigmoid"), "binary_cross_entropy"),
    "batch": Network(
        [[1, 2], [3, 4]], [Dense(2, "gelu"), Dense(1, "identity")],
        {"name": "log_cosh", "per_output": "mean"},
    ),
}  # fmt: skip


FORMULAS = {
    "x**2*exp(-x) if x > 0.5 else max(x, 0.2*x)/(1 + abs(x))": lambda x: (
        x**2 * mp.exp(-x) if x > mp.mpf("0.5") else max(x, x / 5) / (1 + abs(x))
    ),
    "ln(1 + (y - t)**2) + 2**y/pi": lambda y, t: mp.log(1 + (y - t) ** 2) + 2**y / mp.pi,
}


def really_wrong(step: Step, drawn: Drawn) -> bool:
    """Whether a mutant is a fault at all, by an evaluator that the check does not know."""
    if in_letters(step):
        points: list[Any] = [Letters({q: mp.mpf(v) for q in (X, variable("y"), variable("t"))})
                             for v in ("-1.7", "-0.3", "0.4", "0.9", "2.6")]  # fmt: skip
    else:
        points = [drawn.point(number) for number in range(3)]
    for at in points:
        try:
            values = [numbers(relation.expression, at) for relation in step.relations]
        except KeyError:  # a name that is not there: wrong, whatever it is
            return True
        except TypeError:  # a matrix and a number, or two shapes that do not go together
            return True
        except ArithmeticError:  # no value, where every step of a network has one
            if in_letters(step):
                continue
            return True
        if step.rule is Rule.UPDATE:
            goal = Quantity("batch loss") if drawn.network.is_batch else E
            values[0] = moved(step.subject, at, goal)
        for value in values[1:]:
            if len(value) != len(values[0]):
                return True
            if not all(agree(a, b, 1e-20) for a, b in zip(value, values[0], strict=True)):
                return True
    return False


@dataclass(frozen=True)
class Fault:
    """A fault in a step, and the step that the check names ("": it found none)."""

    kind: str
    rule: Rule
    step: str
    blamed: str

    @property
    def found(self) -> bool:
        return self.blamed == self.step

    def __str__(self) -> str:
        where = f"blamed on {self.blamed}" if self.blamed else "missed"
        return f"{self.step}: {self.kind}, {where}"


def planted(derivation: Derivation, name: str, most: int, seed: int) -> Iterator[Fault]:
    """Faults of every kind in a few steps of every rule, one at a time.

    most  how many steps of a rule, those not counted in which no change makes a fault
    """
    of = NETWORKS[name]
    oracle.learn(of)
    oracle.OWN.update(FORMULAS)
    derivation.check()
    chance = random.Random(f"{seed} {name} {derivation.style}")
    by_rule: dict[Rule, list[Step]] = {}
    for step in {step.id: step for step in derivation.walk()}.values():
        by_rule.setdefault(step.rule, []).append(step)
    for rule, mine in by_rule.items():
        left = most
        for step in chance.sample(mine, len(mine)):
            if not left:
                break
            drawn = Drawn(of, 17, None, bool(step.assumes))
            wrong_ones = [
                (kind, wrong) for kind, wrong in mutants(step, chance, 1)
                if really_wrong(wrong, drawn)
            ]  # fmt: skip
            left -= bool(wrong_ones)
            for kind, wrong in wrong_ones:
                broken = plant(derivation, step.id, lambda _, w=wrong: w)
                try:
                    broken.check()
                except CheckFailed as error:
                    yield Fault(kind, rule, step.id, error.step)
                else:
                    yield Fault(kind, rule, step.id, "")

"""Training with the history of every epoch, against a loop by hand that keeps nothing."""

from __future__ import annotations

import time
from math import exp

import derive
from benchmarks.measure import EXAMPLES, report

EPOCHS = 100_000
BOUND = 10  # seconds
RATIO = 4


def by_hand(epochs: int) -> float:
    """The 2-2-2 network with fixed biases, its eight weights updated in place."""
    w1, w2, w3, w4, w5, w6, w7, w8 = 0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55
    i1, i2, t1, t2, b1, b2, rate = 0.05, 0.10, 0.01, 0.99, 0.35, 0.60, 0.5
    loss = 0.0
    for _ in range(epochs):
        h1 = 1 / (1 + exp(-(w1 * i1 + w2 * i2 + b1)))
        h2 = 1 / (1 + exp(-(w3 * i1 + w4 * i2 + b1)))
        o1 = 1 / (1 + exp(-(w5 * h1 + w6 * h2 + b2)))
        o2 = 1 / (1 + exp(-(w7 * h1 + w8 * h2 + b2)))
        loss = 0.5 * (o1 - t1) ** 2 + 0.5 * (o2 - t2) ** 2
        d1 = (o1 - t1) * o1 * (1 - o1)
        d2 = (o2 - t2) * o2 * (1 - o2)
        e1 = (w5 * d1 + w7 * d2) * h1 * (1 - h1)
        e2 = (w6 * d1 + w8 * d2) * h2 * (1 - h2)
        w1, w2 = w1 - rate * e1 * i1, w2 - rate * e1 * i2
        w3, w4 = w3 - rate * e2 * i1, w4 - rate * e2 * i2
        w5, w6 = w5 - rate * d1 * h1, w6 - rate * d1 * h2
        w7, w8 = w7 - rate * d2 * h1, w8 - rate * d2 * h2
    return loss


def main() -> None:
    print(f"Training: {EPOCHS:,} epochs of 2-2-2, losses and parameters of every epoch kept")
    network = derive.load(EXAMPLES / "mazur.yaml")
    derive.train(network, epochs=10)
    start = time.perf_counter()
    training = derive.train(network, epochs=EPOCHS)
    ours = time.perf_counter() - start
    assert len(training.runs[0].kept) == EPOCHS + 1
    start = time.perf_counter()
    loss = by_hand(EPOCHS)
    hand = time.perf_counter() - start
    assert abs(loss - training.runs[0].losses[-2]) < 1e-9 * loss  # the same work
    report("derive.train", ours, BOUND, "s")
    report("times a loop by hand that keeps nothing", ours / hand, RATIO)

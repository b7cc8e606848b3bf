"""A thousand restarts of XOR, 5,000 epochs each, beside what else runs them side by side.

Every peer has the same starts, in doubles, and every processor that it uses by itself. Those
that would take minutes run fewer epochs or starts, which is said, and their time is scaled: they do
the same in every epoch.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module
from statistics import median
from typing import Any

import derive
from derive.compute.training.runner import processors

STARTS, EPOCHS, RATE = 1_000, 5_000, 0.5
ROUNDS = 5
X, T = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]]
XOR = derive.Network(
    X, [derive.Dense(2, "sigmoid"), derive.Dense(1, "sigmoid")], "half_squared_error", targets=T
)
BOUNDS = {"JAX": 5.0, "PyTorch": 50.0, "NumPy": 20.0, "own loop": 30.0}
# (starts, epochs) that a peer runs, where it is not all of them
FEWER = {"PyTorch": (STARTS, 100), "NumPy": (STARTS, 200), "own loop": (20, 1_000)}
Run = Callable[[], Any]


def _ours(starts: int = STARTS, epochs: int = EPOCHS, backend: Any = None) -> Any:
    restarts = derive.train(XOR, (RATE,), epochs, starts=starts, backend=backend)
    return [one.loss for one in restarts.outcomes[0].restarts]


def _parts() -> tuple[Any, ...]:
    """W1, b1, W2, b2 of all starts: (starts, n_in, n_out) and (starts, 1, n_out)."""
    import numpy as np

    restarts = derive.train(XOR, (RATE,), 1, starts=STARTS).outcomes[0].restarts
    theta = np.array([one.start for one in restarts])
    return (
        theta[:, :4].reshape(-1, 2, 2), theta[:, 4:6].reshape(-1, 1, 2),
        theta[:, 6:8].reshape(-1, 2, 1), theta[:, 8:].reshape(-1, 1, 1),
    )  # fmt: skip


def _jax() -> Run:
    jax: Any = import_module("jax")
    jax.config.update("jax_enable_x64", True)
    x, t = jax.numpy.array(X, float), jax.numpy.array(T, float)

    def loss(parts: Any) -> Any:
        w1, b1, w2, b2 = parts
        y = jax.nn.sigmoid(jax.nn.sigmoid(x @ w1 + b1) @ w2 + b2)
        return (0.5 * ((y - t) ** 2).sum(-1)).mean()

    def step(parts: Any, _: Any) -> Any:
        moved = jax.tree_util.tree_map(lambda w, g: w - RATE * g, parts, jax.grad(loss)(parts))
        return moved, None

    def descend(parts: Any) -> Any:
        parts, _ = jax.lax.scan(step, parts, None, length=EPOCHS)
        return loss(parts)

    run, parts = jax.jit(jax.vmap(descend)), _parts()
    return lambda: run(parts).block_until_ready()


def _torch() -> Run:
    torch: Any = import_module("torch")
    x, t = torch.tensor(X, dtype=torch.float64), torch.tensor(T, dtype=torch.float64)

    def losses(parts: Any) -> Any:
        w1, b1, w2, b2 = parts
        y = torch.sigmoid(torch.sigmoid(x @ w1 + b1) @ w2 + b2)
        return (0.5 * ((y - t) ** 2).sum(-1)).mean(-1)

    def run() -> Any:
        parts = [torch.tensor(part, requires_grad=True) for part in _starts]
        for _ in range(FEWER["PyTorch"][1]):
            losses(parts).sum().backward()
            with torch.no_grad():
                for part in parts:
                    part -= RATE * part.grad
                    part.grad = None
        return losses(parts).detach().numpy()

    _starts = _parts()
    return run


def _numpy() -> Run:
    import numpy as np

    x, t, starts = np.array(X, float), np.array(T, float), _parts()

    def run() -> Any:
        w1, b1, w2, b2 = (part.copy() for part in starts)
        for _ in range(FEWER["NumPy"][1] + 1):
            a = 1 / (1 + np.exp(-(x @ w1 + b1)))
            y = 1 / (1 + np.exp(-(a @ w2 + b2)))
            losses = 0.5 * ((y - t) ** 2).sum(axis=-1).mean(axis=-1)
            delta = (y - t) * y * (1 - y) / len(x)
            back = delta * w2.transpose(0, 2, 1) * a * (1 - a)
            w2 -= RATE * (a.transpose(0, 2, 1) @ delta)
            b2 -= RATE * delta.sum(axis=1, keepdims=True)
            w1 -= RATE * (x.T @ back)
            b1 -= RATE * back.sum(axis=1, keepdims=True)
        return losses

    return run


def _own_loop() -> Run:
    return lambda: _ours(*FEWER["own loop"], "python")


MAKE: dict[str, Callable[[], Run]] = {
    "JAX": _jax, "PyTorch": _torch, "NumPy": _numpy, "own loop": _own_loop,
}  # fmt: skip


def _seconds(run: Run) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def measured() -> tuple[float, dict[str, float]]:
    """Our seconds, and each peer's as a multiple of them, taking turns."""
    runs: dict[str, Run] = {"ours": _ours}
    for name, make in MAKE.items():
        try:
            run = make()
        except ImportError:
            continue
        starts, epochs = FEWER.get(name, (STARTS, EPOCHS))
        for mine, theirs in zip(_ours(starts, epochs), run(), strict=True):
            assert abs(mine - theirs) < 1e-9, f"{name} computes something else"
        runs[name] = run
    rounds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            starts, epochs = FEWER.get(name, (STARTS, EPOCHS))
            rounds[name].append(_seconds(run) * (STARTS * EPOCHS) / (starts * epochs))
    ratios = {
        name: median(b / a for a, b in zip(rounds["ours"], mine, strict=True))
        for name, mine in rounds.items() if name != "ours"
    }  # fmt: skip
    return median(rounds["ours"]), ratios


def main() -> None:
    print(f"{STARTS:,} restarts of XOR 2-2-1, {EPOCHS:,} epochs: how many times our time they take")
    ours, ratios = measured()
    print(f"ours: {ours:.3f} s on {processors()} processors")
    for name, ratio in ratios.items():
        starts, epochs = FEWER.get(name, (STARTS, EPOCHS))
        scaled = f"{name}, from {starts:,} starts with {epochs:,} epochs" if name in FEWER else name
        verdict = "ok" if ratio >= BOUNDS[name] else "SHORT"
        print(
            f"    {scaled:<50}{ratio:>9.3g}     at least {BOUNDS[name]:<6g} {verdict}", flush=True
        )

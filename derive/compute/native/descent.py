"""Gradient descent in machine code, for ``derive.train``: eight runs side by side, a lane each."""

from __future__ import annotations

from collections.abc import Sequence
from threading import local
from typing import Any

from derive.compute.arguments import ArgumentError
from derive.compute.native.engine import why_not
from derive.compute.native.functions import NativeFunctions
from derive.compute.native.kernel import LANES
from derive.compute.native.machine import aligned
from derive.compute.precision import numpy_or_none
from derive.compute.training.descent import Chunk
from derive.network.description import Network

_NUMBERS = 1 << 19  # of a chunk's history: 4 MB


class Lanes:
    """A way to descend, as ``derive.compute.training.descent`` has others.

    Raises ArgumentError where there is no machine code.
    """

    width = LANES

    def __init__(self, network: Network, fixed: Sequence[float], inputs: Any, targets: Any) -> None:
        if why := why_not(network):
            raise ArgumentError("backend", f"'native', and {why}", "'python'", "leave it out")
        self.np = numpy_or_none()
        self.functions = NativeFunctions(network)
        self.rows = tuple(self.np.asarray(rows, dtype=float) for rows in (inputs, targets))
        self.examples = tuple(map(self.aligned, self.rows))
        self.count = len(inputs)
        self.fixed = self.aligned(fixed or (0.0,))
        self._memory = local()
        self.functions.runs(len(inputs))  # made here, before threads ask for it

    def aligned(self, numbers: Any) -> Any:
        """Doubles as machine code has them: one after the other, from a multiple of 64 bytes on."""
        flat = self.np.asarray(numbers, dtype=float).ravel()
        copy = aligned(flat.size)
        copy[:] = flat
        return copy

    def room(self, *sizes: int) -> list[Any]:
        """Arrays of so many doubles, a thread's own, again and again the same memory."""
        known = getattr(self._memory, "arrays", [])
        if len(known) != len(sizes) or any(a.size < n for a, n in zip(known, sizes, strict=True)):
            known = self._memory.arrays = [aligned(size) for size in sizes]
        return [array[:size] for array, size in zip(known, sizes, strict=True)]

    def group(self, thetas: Sequence[Sequence[float]], rates: Sequence[float]) -> Group:
        """Up to eight runs with all examples."""
        return Group(self, thetas, rates, self.examples, self.count)

    def epoch(self, theta: Any, rate: float, batches: Sequence[Sequence[int]]) -> Any:
        """An update for each batch of examples."""
        for batch in batches:
            some = [self.aligned(rows[list(batch)]) for rows in self.rows]
            group = Group(self, [theta], [rate], some, len(batch))
            group.advance(1)
            (theta,) = group.thetas()
        return theta

    def loss(self, theta: Any) -> float:
        """Of all examples."""
        (loss,) = self.group([theta], [0.0]).losses()
        return loss


class Group:
    """Runs in the lanes; lanes that are left over have the last run once more."""

    def __init__(
        self, lanes: Lanes, thetas: Sequence[Sequence[float]], rates: Sequence[float],
        examples: Sequence[Any], examples_count: int,
    ) -> None:  # fmt: skip
        self.lanes = lanes
        self.count, self.size = len(thetas), len(thetas[0])
        places = [min(lane, self.count - 1) for lane in range(LANES)]
        np = lanes.np
        self.theta = lanes.aligned(np.asarray(thetas, dtype=float)[places].T)
        self.rates = lanes.aligned(np.asarray(rates, dtype=float)[places])
        self.examples = examples
        self.examples_count = examples_count
        self.run = lanes.functions.runs(examples_count)
        self.most = max(1, _NUMBERS // (self.size * LANES))

    def _advance(self, count: int, theta: Any) -> tuple[Any, Any]:
        """The losses and theta before each of some updates, a column for each lane."""
        losses, history = self.lanes.room(count * LANES, count * LANES * self.size)
        arrays = (theta, self.rates, *self.examples, self.lanes.fixed, losses, history)
        self.run(count, self.examples_count, *(array.ctypes.data for array in arrays))
        return losses.reshape(-1, LANES), history.reshape(-1, LANES)

    def advance(self, count: int) -> list[Chunk]:
        """``count`` updates with all examples, or as many as there is room for; what it gives is
        there until the next ones of this thread."""
        losses, history = self._advance(min(count, self.most), self.theta)
        span = float(losses.min()), float(losses.max())
        return [Chunk(losses[:, lane], history[:, lane], span) for lane in range(self.count)]

    def thetas(self) -> list[list[float]]:
        columns: list[list[float]] = self.theta.reshape(self.size, LANES).T.tolist()
        return columns[: self.count]

    def losses(self) -> list[float]:
        losses, _ = self._advance(1, self.lanes.aligned(self.theta))
        ends: list[float] = losses[0].tolist()
        return ends[: self.count]

"""Gradient descent in machine code, for ``derive.train``.

The loop has room for eight runs side by side; here each lane has the same one.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

from derive.compute.arguments import ArgumentError
from derive.compute.engines import numpy_or_none
from derive.compute.native.engine import why_not
from derive.compute.native.functions import NativeFunctions
from derive.compute.native.kernel import LANES
from derive.compute.native.machine import aligned
from derive.network.description import Network


class Lanes:
    """A way to descend, as ``derive.compute.training.descent`` has others.

    Raises ArgumentError where there is no machine code.
    """

    def __init__(self, network: Network, fixed: Sequence[float], inputs: Any, targets: Any) -> None:
        if why := why_not(network):
            raise ArgumentError("backend", f"'native', and {why}", "'python'", "leave it out")
        self.np = numpy_or_none()
        self.functions = NativeFunctions(network)
        self.examples = tuple(self.np.asarray(rows, dtype=float) for rows in (inputs, targets))
        self.fixed = self._aligned(fixed or (0.0,))

    def _aligned(self, numbers: Any) -> Any:
        """Doubles as machine code has them: one after the other, from a multiple of 64 bytes on."""
        flat = self.np.asarray(numbers, dtype=float).ravel()
        copy = aligned(flat.size)
        copy[:] = flat
        return copy

    def _run(
        self, theta: Any, rate: float, epochs: int, examples: Any, history: Any = None
    ) -> tuple[Any, Any]:
        """Theta after so many epochs, and the loss before each."""
        lanes = self._aligned(self.np.repeat(self.np.asarray(theta, dtype=float), LANES))
        losses = aligned(epochs * LANES)
        rates = self._aligned([rate] * LANES)
        x, t = map(self._aligned, examples)
        addresses = [array.ctypes.data for array in (lanes, rates, x, t, self.fixed, losses)]
        kept = None if history is None else history.ctypes.data
        self.functions.runs(epochs, len(examples[0]), *addresses, kept)
        return lanes[::LANES], losses[::LANES]

    def full(
        self, theta: Any, rate: float, count: int, losses: array[float], history: array[float]
    ) -> Any:
        """``count`` updates with all examples."""
        before = aligned(count * len(theta) * LANES)
        theta, more = self._run(theta, rate, count, self.examples, before)
        losses.frombytes(more.tobytes())
        history.frombytes(before[::LANES].tobytes())
        return theta.tolist()

    def epoch(self, theta: Any, rate: float, batches: Sequence[Sequence[int]]) -> Any:
        """An update for each batch of examples."""
        for batch in batches:
            some = [rows[list(batch)] for rows in self.examples]
            theta, _ = self._run(theta, rate, 1, some)
        return theta.tolist()

    def loss(self, theta: Any) -> float:
        """Of all examples."""
        _, losses = self._run(theta, 0.0, 1, self.examples)
        return float(losses[0])

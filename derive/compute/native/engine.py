"""Loss and gradients in machine code, as the other ways to run a network have them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property
from importlib.util import find_spec
from sys import maxsize
from typing import Any

from derive.compute.blocks import blocks
from derive.compute.engines import Defaults, LayerEngine
from derive.compute.native.builtin.layouts import why_not as why_no_builtins
from derive.compute.native.examples import CHUNK
from derive.compute.native.functions import NativeFunctions
from derive.graph import FormulaGraph
from derive.network.description import Network

# More weights than these are for NumPy: its products are then as fast, and the lanes of the sums
# would no longer fit a processor's cache.
MOST_WEIGHTS = 16_000
MOST_FORMULAS = 400  # in one line of statements, for which compiling takes more than its share


@cache
def why_none() -> str:
    """Why there is no machine code in this interpreter; "" where there is."""
    for module, name in (("llvmlite", "llvmlite"), ("numpy", "NumPy"), ("platformdirs",) * 2):
        if find_spec(module) is None:
            return f'{name} is not installed: pip install "derive[fast]"'
    return why_no_builtins()


def why_not(given: Network | FormulaGraph) -> str:
    """Why there is none for a network or a graph of formulas; "" where there is."""
    if isinstance(given, FormulaGraph):
        count, most, what = len(given.definitions), MOST_FORMULAS, "formulas"
    else:
        count = sum(block.size for block in blocks(given))
        most, what = MOST_WEIGHTS, "weights and biases"
    return f"{count:,} {what} are more than {most:,}" if count > most else why_none()


class NativeEngine(LayerEngine):
    """One example or many in machine code; what a loss needs alone. All else is the layers'."""

    def __init__(self, defaults: Defaults, threads: int) -> None:
        super().__init__(defaults)
        self.threads = threads
        self.functions = NativeFunctions(
            defaults.network, CHUNK if threads > 1 else maxsize, defaults.precision.dtype
        )

    def _kept(self, examples: Any) -> Any:
        """As they were given: machine code makes doubles of them in its registers."""
        return self.np.ascontiguousarray(self.defaults.precision.array(examples))

    def loss_and_gradient(self, parameters: Any, inputs: Any, targets: Any) -> tuple[float, Any]:
        np = self.np
        trained: list[Any] = []
        fixed: list[Any] = []
        for block, array in zip(self.defaults.blocks, parameters, strict=True):
            (fixed if block.frozen else trained).append(array.ravel())
        theta, frozen = (np.concatenate(p) if p else np.zeros(1) for p in (trained, fixed))
        x, t = (self._kept(rows) for rows in (inputs, targets))
        gradient = np.empty(self.defaults.size)
        count = len(x)
        if count == 1:
            x, t = (rows.astype(float, copy=False) for rows in (x, t))
        # The short way of ``flat`` is that of arrays, too, where no frozen number can be another.
        if not fixed and x.dtype == float and (result := self._arrays(theta, x, t)) is not None:
            return result
        addresses = [array.ctypes.data for array in (theta, x, t, frozen, gradient)]
        if count == 1:  # to the bit what ``flat`` gives
            return self.functions.one(*addresses), gradient
        if self.threads > 1 and count > CHUNK:
            loss = self._shared(count, addresses, gradient)
        else:
            loss = self.functions.many(count, *addresses)
        if self.defaults.network.over_examples == "mean":
            loss /= count
            gradient /= count
        return loss, gradient

    @cached_property
    def _arrays(self) -> Callable[..., tuple[float, Any] | None]:
        """Loss and gradient from arrays as a builtin; None of what it does not take."""
        return self.functions.builtin(lambda *_: None)

    def _shared(self, count: int, addresses: list[int], gradient: Any) -> float:
        """Threads take chunks of the examples in turn. One adds up in their order what each chunk
        has come to, as machine code alone would."""
        many = self.functions.many
        theta, x, t, frozen, _ = addresses
        size = self.np.dtype(self.defaults.precision.dtype).itemsize
        ins, outs = (size * self.defaults.network.sizes[end] for end in (0, -1))  # bytes
        chunks = -(-count // CHUNK)
        slopes = self.np.empty((chunks, len(gradient)))
        losses = [0.0] * chunks

        def some(first: int) -> None:
            for chunk in range(first, chunks, self.threads):
                start = chunk * CHUNK
                losses[chunk] = many(
                    min(CHUNK, count - start), theta, x + ins * start, t + outs * start, frozen,
                    slopes[chunk].ctypes.data,
                )  # fmt: skip

        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(some, range(self.threads)))
        gradient[:] = 0.0
        for row in slopes:
            gradient += row
        return sum(losses, 0.0)

    def loss(self, parameters: Any, inputs: Any, targets: Any) -> float:
        return self.loss_and_gradient(parameters, inputs, targets)[0]

    def flat(self, inputs: Any, targets: Any, slow: Any) -> Any:
        """``GradientFunction.flat`` as a builtin, which knows doubles alone; None where they are to
        be rounded or frozen numbers are missing."""
        if self.defaults.precision.is_single or not self.defaults.knows_fixed:
            return None
        several = self.defaults.network.is_batch
        own = [rows if rows is None or several else [rows] for rows in (inputs, targets)]
        return self.functions.flat(self.defaults.fixed, own, slow)

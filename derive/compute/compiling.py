"""derive.compile: from a network, or a graph of formulas, to the function of its loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args, overload

from derive.compute.arguments import ArgumentError
from derive.compute.function import GradientFunction
from derive.compute.precision import DType, Precision, numpy_or_none
from derive.graph import FormulaGraph
from derive.graph.conversion import GivenGraph, network_or_formulas
from derive.network.conversion import Given

if TYPE_CHECKING:
    from derive.compute.formulas.function import GraphFunction

BackEnd = Literal["auto", "python", "numpy", "native"]
BACKENDS: tuple[BackEnd, ...] = get_args(BackEnd)


@overload
def compile(
    network: FormulaGraph, backend: BackEnd = "auto", threads: int = 1, dtype: DType = "float64"
) -> GraphFunction: ...
@overload
def compile(
    network: Given, backend: BackEnd = "auto", threads: int = 1, dtype: DType = "float64"
) -> GradientFunction: ...
def compile(
    network: GivenGraph, backend: BackEnd = "auto", threads: int = 1, dtype: DType = "float64"
) -> GradientFunction | GraphFunction:
    """The loss and gradients of a network, or of a graph of formulas, as a function.

        >>> f = derive.compile("examples/mazur.yaml", "python")
        >>> loss, gradients = f()  # with the numbers of the file
        >>> round(loss, 6), [round(slope, 4) for slope in gradients["W1"][0]]
        (0.298371, [0.0004, 0.0005])
        >>> loss == f.loss() == f.flat(f.pack())[0]
        True

    network  a Network, the path of a network file, or a mapping with the keys of one; a Graph of
             formulas, the path of its file, or such a mapping, gives a GraphFunction
    backend  "python": straight-line code with ``math``, example after example, no NumPy needed;
             "numpy": whole layers and tiles of examples, a tiny net's few examples in scalar
             code, results as arrays; "native": machine code for this processor, made by
             llvmlite (derive[fast]); "auto": whichever is fastest of those that are installed.
             ``f.backend`` and ``f.why`` say which it is
    threads  of machine code for batches of more than 4,096 examples, in which they share; the bits
             are the same for any number. Products in NumPy have their own, and a graph of
             formulas has no batches in machine code
    dtype    "float32": all numbers are rounded to single precision before they are used, arrays
             that are given back are of float32, and what stands in them is the float64 result at
             these numbers, rounded once. It needs NumPy and is for networks. Half the memory; the
             time is about the same, for the work is done in double precision. ``f.dtype`` says
             which it is

    Raises ArgumentError for another back end or dtype, for "numpy" where NumPy is not installed,
    for "native" where there is none, and for threads below 1; NetworkError.
    """
    if backend not in BACKENDS:
        raise ArgumentError(
            "backend", repr(backend), ", ".join(BACKENDS), 'leave it out for "auto"'
        )
    if backend == "numpy" and numpy_or_none() is None:
        raise ArgumentError(
            "backend", "'numpy', which is not installed", '"python", or "auto"',
            'install it with: pip install "derive[numpy]"',
        )  # fmt: skip
    if isinstance(threads, bool) or not isinstance(threads, int) or threads < 1:
        raise ArgumentError("threads", repr(threads), "whole numbers from 1", "leave it out for 1")
    single = Precision(dtype).is_single
    if single and backend == "python":
        raise ArgumentError(
            "dtype", "float32, and the back end 'python' has numbers of Python", "float64",
            'choose the back end "numpy" or "auto" for float32',
        )  # fmt: skip
    given = network_or_formulas(network)
    if isinstance(given, FormulaGraph):
        if single:
            raise ArgumentError(
                "dtype", "float32, and a graph of formulas", "float64", "leave it out"
            )
        from derive.compute.formulas.function import GraphFunction

        return GraphFunction(given, backend)
    return GradientFunction(given, backend, threads, dtype)

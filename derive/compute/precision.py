"""The numbers that a compiled function takes and gives: of double or of single precision.

Whatever they are, it works in double precision: "float32" rounds what comes in and what goes out.
So what it gives is the float64 result at the same inputs, rounded once: within 0.51 units of
float32's last place however many terms a sum has and whatever cancels in it, and infinite only
where float32 has no such number.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Literal, get_args

from derive.compute.arguments import ArgumentError, is_array, nested

DType = Literal["float64", "float32"]
DTYPES: tuple[DType, ...] = get_args(DType)


@cache
def numpy_or_none() -> Any:
    """NumPy, or None where it is not installed."""
    try:
        import numpy
    except ImportError:
        return None
    return numpy


class Precision:
    """One of the two: what it makes of numbers."""

    def __init__(self, dtype: DType) -> None:
        """Raises ArgumentError for another one, and for "float32" without NumPy."""
        if dtype not in DTYPES:
            raise ArgumentError(
                "dtype", repr(dtype)[:60], " or ".join(DTYPES), "leave it out for float64"
            )
        self.dtype = dtype
        self.is_single = dtype == "float32"
        if self.is_single and numpy_or_none() is None:
            raise ArgumentError(
                "dtype", "float32, for which NumPy is needed", "float64",
                'install it with: pip install "derive[numpy]"',
            )  # fmt: skip

    @property
    def remark(self) -> str:
        """What there is to say of it beside what runs the function."""
        return "; float32 is taken and given, float64 worked with" if self.is_single else ""

    def array(self, values: Any) -> Any:
        """An array as it is given back, and as many examples are kept: too large is infinite."""
        np = numpy_or_none()
        if not self.is_single:
            return np.asarray(values, dtype=float)
        with np.errstate(over="ignore", under="ignore"):
            return np.asarray(values, dtype=self.dtype)

    def doubles(self, values: Any) -> Any:
        """The same numbers to work with."""
        array = self.array(values)
        return array.astype(float) if self.is_single else array

    def number(self, value: Any) -> float:
        """One number as it is given back: a float, also where it has the bits of a float32."""
        return float(self.array(value)) if self.is_single else float(value)

    def like(self, given: Any, values: Any) -> Any:
        """Numbers in the kind of what was given: an array, or nested lists."""
        if is_array(given):
            return self.array(values)
        return nested(self.array(values) if self.is_single else values)


DOUBLE = Precision("float64")

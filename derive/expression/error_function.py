"""erf to thousands of digits, where mpmath takes minutes: gelu of a saturated unit."""

from __future__ import annotations

import math
from typing import Any

_GUARD = 64  # bits for the rounding of single terms


def erf(x: Any) -> Any:
    """erf x = 2/√π · x · e^(−x²) · Σ yⁿ/(1·3·5 ⋯ (2n + 1)), y = 2x²: no two terms cancel.

    Terms n, n + m, n + 2m … go into one of m columns without their yⁿ mod m, which the columns get
    at the end. So all but about 2√N of the N products and quotients are with short integers
    (D. M. Smith, Efficient multiple-precision evaluation of elementary functions, 1989).
    """
    context = x.context
    precision, columns = context.prec, math.isqrt(context.prec) // 2 + 1
    if abs(x) < 1 or x * x > precision:  # few terms are needed, or none: it is ±1
        return context.erf(x)
    bits = precision + _GUARD + columns * (2 * context.mag(x) + 1)  # y < 2^(2·mag + 1)
    with context.workprec(bits):
        y = 2 * x * x
        short, long = (int(context.ldexp(factor, bits)) for factor in (y, y**columns))
        sums = [0] * columns
        term, n = 1 << bits, 0
        while term:
            for column in range(columns):
                sums[column] += term
                n += 1
                term //= 2 * n + 1
            term = term * long >> bits
        total = 0
        for column_sum in reversed(sums):
            total = (total * short >> bits) + column_sum
    with context.workprec(precision + _GUARD):
        value = context.ldexp(total, -bits) * 2 * x * context.exp(-x * x)
        value /= context.sqrt(context.pi)
    return +value

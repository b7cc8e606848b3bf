"""How large the numbers and the degree become that a formula's powers build.

Bounded before anything is computed: ((9^16)^16)^16 is short to type and long to work out.
"""

from __future__ import annotations

from math import ceil

from derive.expression.nodes import Apply, Expression, Number, Power, Quantity

MAX_BITS = 4_096


def size(expression: Expression) -> int:
    """A bound on the bits of every number in an expression, were it worked out, and on its degree.

    A quantity counts as one bit. Powers of more than MAX_BITS raise OverflowError.
    """
    sizes = [size(child) for child in expression.children]
    if isinstance(expression, Number):
        return max(map(int.bit_length, expression.value.as_integer_ratio()))
    if isinstance(expression, Power):
        largest = max(sizes[0], sizes[0] * _height(expression.exponent), sizes[1])
        if largest > MAX_BITS:
            raise OverflowError(f"a power of more than {MAX_BITS} bits")
        return largest
    if isinstance(expression, Apply):
        return max(sizes)
    return max(1, sum(sizes))


def _height(exponent: Expression) -> int:
    """The size of a constant exponent, rounded up; 1 where it holds a quantity."""
    if isinstance(exponent, Number):
        return ceil(abs(exponent.value))
    if any(isinstance(node, Quantity) for node in exponent.walk()):
        return 1
    from derive.expression.evaluate import Bindings, evaluate  # mpmath, only where it is needed

    try:
        return int(min(abs(evaluate(exponent, Bindings({}))), MAX_BITS)) + 1
    except ArithmeticError:
        return MAX_BITS + 1

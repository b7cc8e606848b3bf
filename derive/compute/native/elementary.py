"""exp, ln, tanh and their like in machine code, an example a lane: the same bits on every machine.

    e^x = 2^k·e^r                      x = k·ln 2 + r, |r| ≤ ½·ln 2
    ln x = k·ln 2 + 2·artanh(s)        x = 2^k·(1 + f), s = f/(2 + f)
    tanh x = (e^2x − 1)/(e^2x + 1)
    erf x = x + x·P(x²) for |x| < 0.85, else from erfc x = e^−x²·Q(t)/(1 + 2x), t = (x − 4)/(x + 4)

Nothing branches: a lane that needs another way gets its value by a choice at the end. Only sums,
products, quotients and fused ones occur, each rounded as IEEE 754 says. Polynomials are those of
least error at Chebyshev's points. The tests measure every error against many digits, in units in
the last place (ulp), and work the coefficients out again.

Errors, worst of two hundred thousand points over the whole range: the docstring of each function.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from derive.compute.native.values import Body, Value, Whole, fma

# ln 2 in two parts: the first has 32 bits, so that k times it is exact.
LN2_HIGH, LN2_LOW = float.fromhex("0x1.62e42fee00000p-1"), float.fromhex("0x1.a39ef35793c76p-33")
# (e^r − 1 − r)/r² on |r| ≤ ½·ln 2
EXPONENTIAL = (
    0.5, 0.1666666666666667, 0.04166666666666667, 0.008333333333326136, 0.0013888888888883748,
    0.00019841269874820627, 2.4801587325547743e-05, 2.7557255400206422e-06, 2.75572736431103e-07,
    2.5105217004720745e-08, 2.0914686968086876e-09,
)  # fmt: skip
# (2·artanh(s)/s − 2)/s² in s², on s ≤ (√2 − 1)/(√2 + 1)
LOGARITHM = (
    0.666666666666667, 0.3999999999989889, 0.28571428626253836, 0.22222211089379496,
    0.1818289243253687, 0.15331611722055008, 0.14617807153417325,
)  # fmt: skip
# erf(x)/x − 1 in x², on |x| ≤ 0.85
NEAR = (
    0.1283791670955126, -0.3761263890318375, 0.1128379167095468, -0.026866170645016264,
    0.005223977623905002, -0.000854832690207574, 0.00012055326897424474, -1.4925449144178039e-05,
    1.6457659920359016e-06, -1.6300316281873463e-07, 1.4188485881859236e-08,
    -8.834314763085402e-10,
)  # fmt: skip
# (1 + 2x)·e^x²·erfc(x) in t, on ½ ≤ x ≤ 28; the first has this more than the double
TAIL = (
    1.2329951186255526, -0.1396211168405625, 0.015379652102620016, 0.06809705425469167,
    -0.10103906603632293, 0.0937328349983909, -0.06633036581171674, 0.03716751553674007,
    -0.016197734064788805, 0.005031969984907548, -0.0007577732313701058, -0.00019925673019538138,
    0.00015062138417220957, -2.43991157988853e-05, -1.1221081769643213e-05, 5.70961983707009e-06,
    2.918466068031217e-07, -8.255330652093983e-07, 7.714633748782047e-08, 1.1055951631974993e-07,
    -1.9736933898587877e-08, -1.4705140796546524e-08, 2.409510431011927e-09, 1.522146154272357e-09,
)  # fmt: skip
TAIL_REST = -4.619542933722772e-17

# of e^r: the numerator is E + O, the denominator E − O; in r²
PADE_EVEN = (1.0, 5 / 44, 1 / 792, 1 / 665280)
PADE_ODD = (1 / 2, 1 / 66, 1 / 15840)

# Added to a small number, it leaves the nearest whole number in the low bits.
_SHIFT = 1.5 * 2.0**52
_SHIFT_BITS = 0x4338000000000000
_ONE_BITS = 0x3FF0000000000000
_ROOT_BITS = 0x3FE6A09E667F3BCD  # of √½
_SMALLEST = 2.0**-1022  # with all its bits; below, numbers have fewer


def polynomial(x: Value, coefficients: Sequence[float]) -> Value:
    """Σ c_i·x^i, in pairs and pairs of pairs, so that a processor need not wait for each term."""
    terms: list[Value | float] = list(coefficients)
    power = x
    while len(terms) > 1:
        pairs: list[Value | float] = [
            fma(power, terms[i + 1], terms[i]) if i + 1 < len(terms) else terms[i]
            for i in range(0, len(terms), 2)
        ]
        terms = pairs
        if len(terms) > 1:
            power = power * power
    (sum_of_all,) = terms
    assert isinstance(sum_of_all, Value)
    return sum_of_all


def _power_of_two(k: Whole) -> Value:
    """2^k for −1023 < k < 1024; of k only the low bits count."""
    return ((k << 52) + _ONE_BITS).double()


def _between(x: Value, low: float, high: float) -> Value:
    """x, or the bound that it is beyond; NaN stays NaN."""
    x = (x < low).choose(low, x)
    return (x > high).choose(high, x)


def _reduced(x: Value, shift: Value | float = _SHIFT) -> tuple[Whole, Value, Value]:
    """k, r and what r lacks: x = k·ln 2 + r + lack. For |x| < 2⁵¹.

    shift  _SHIFT, and what the whole number is to have more than k
    """
    shifted = fma(x, 1 / math.log(2), shift)
    k = shifted - shift
    high = fma(k, -LN2_HIGH, x)  # exact
    r = fma(k, -LN2_LOW, high)
    return shifted.bits(), r, fma(k, -LN2_LOW, high - r)


def _exp(x: Value, shift: Value | float, factor: Value | float) -> Value:
    """e^x = (size·2^(k + s))·2^−s. No double is too small or too large for the first product; the
    second rounds, where it has to."""
    k, r, lack = _reduced(x, shift)
    size = 1.0 + (r + fma(r * r, polynomial(r, EXPONENTIAL), lack))
    return size * _power_of_two(k) * factor


def exp(x: Value) -> Value:
    """e^x: 0.85 ulp; below 2⁻¹⁰²², where doubles have fewer bits, one of their last."""
    large = x > 0.0
    shift, factor = large.choose(_SHIFT - 64, _SHIFT + 64), large.choose(2.0**64, 2.0**-64)
    return _exp(_between(x, -746.0, 710.0), shift, factor)


def exp_of_negative(x: Value) -> Value:
    """e^x for x ≤ 0, to the bit what ``exp`` gives."""
    return _exp((x < -746.0).choose(-746.0, x), _SHIFT + 64, 2.0**-64)


def _power_series(r: Value, lack: Value) -> tuple[Value, Value]:
    """e^(r + lack) − 1 as a sum of two, the second far smaller, for |r| ≤ ½·ln 2."""
    square = r * r
    lost = fma(r, r, -square)
    half = 0.5 * square
    first = r + half
    rest = fma(square * r, polynomial(r, EXPONENTIAL[1:]), fma(0.5, lost, fma(r, lack, lack)))
    low = ((r - first) + half) + rest
    total = first + low
    return total, low - (total - first)


def _exp_parts(x: Value) -> tuple[Value, Value, Whole]:
    """e^x = (a + b)·2^k, b far smaller; x from −1,000 to 1,000."""
    k, r, lack = _reduced(x)
    first, second = _power_series(r, lack)
    total = 1.0 + first
    return total, (first - (total - 1.0)) + second, k


def _exp_less_one(x: Value) -> tuple[Value, Value]:
    """(e^x − 1)/2 as a sum of two, the second far smaller; x from −60 to 710."""
    k, r, lack = _reduced(x)
    first, second = _power_series(r, lack)
    half = _power_of_two(k - 1)
    whole = half - 0.5
    lost = (half - whole) - 0.5
    total, missing = _two_sum(whole, half * first)
    return total, fma(half, second, missing + lost)


def _two_sum(a: Value, b: Value) -> tuple[Value, Value]:
    """a + b, and what rounding took from it (Knuth)."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def expm1(x: Value) -> Value:
    """e^x − 1: 0.71 ulp."""
    first, second = _exp_less_one(_between(x, -60.0, 710.0))
    return (abs(x) < 2.0**-54).choose(x, 2.0 * (first + second))


def tanh(x: Value) -> Value:
    """The hyperbolic tangent: 0.55 ulp."""
    size = abs(x)
    first, second = _exp_less_one(_between(2.0 * size, 0.0, 44.0))
    # (e^2x − 1)/2 over itself and 1
    below, missing = _two_sum(first, first.body.number(1.0))
    under = 1.0 / below
    quotient = first * under
    left = fma(-quotient, below, first) + (second - quotient * (missing + second))
    return fma(left, under, quotient).signed_as(x)


def tanh_and_rest(x: Value) -> tuple[Value, Value]:
    """tanh x, and e^−2|x|, from which its slope is made; one exponential for both: 0.55 ulp, 0.8.

    tanh x = −u/(2 + u) for x ≥ 0, u = e^−2x − 1
    """
    k, r, lack = _reduced(_between(-2.0 * abs(x), -700.0, 0.0))
    first, second = _power_series(r, lack)
    size = _power_of_two(k)
    whole, part = size - 1.0, size * first
    u = whole + part
    missing = fma(size, second, (size - (whole + 1.0)) + ((whole - u) + part))
    below = 2.0 + u
    under = 1.0 / below
    quotient = -(u * under)
    lost = ((2.0 - below) + u) + missing
    left = fma(quotient, below, u) + fma(quotient, lost, missing)
    return fma(-left, under, quotient).signed_as(x), fma(size, first + second, size)


def logistic(x: Value) -> tuple[Value, Value]:
    """σ(x) and σ(−x) by one quotient: 2.6 ulp each; past ±708 both stay what they are there.

    e^−x = 2^k·(E + O)/(E − O), Padé's approximant of degree (6, 6) at |r| ≤ ½·ln 2, E even and O
    odd, so that σ(x) = (E − O)/((E − O) + 2^k·(E + O)).
    """
    x = _between(x, -708.0, 708.0)
    shifted = fma(x, -1 / math.log(2), _SHIFT)
    k = shifted - _SHIFT
    r = fma(k, -LN2_LOW, fma(k, -LN2_HIGH, -x))
    square = r * r
    even, odd = polynomial(square, PADE_EVEN), r * polynomial(square, PADE_ODD)
    below, above = even - odd, (even + odd) * _power_of_two(shifted.bits())
    under = 1.0 / (below + above)
    return below * under, above * under


def _near(x: Value) -> tuple[Value, Value]:
    """erf(x) as a sum of two, for |x| ≤ 0.85."""
    rest = x * polynomial(x * x, NEAR)
    total = x + rest
    return total, (x - total) + rest


def _tail(size: Value) -> tuple[Value, Value, Whole]:
    """erfc(x) = (a + b)·2^k for x from ½ to 28."""
    square = size * size
    first, second, k = _exp_parts(-square)
    second = second - first * fma(size, size, -square)
    above, under = size - 4.0, size + 4.0
    t = above / under
    # What rounding took from t, and what that makes of Q.
    lost = (-4.0 - (above - size)) - t * (size - (under - 4.0))
    slope = polynomial(t, [n * c for n, c in enumerate(TAIL)][1:14])
    lost = (fma(-t, under, above) + lost) / under * slope
    rest = t * polynomial(t, TAIL[1:])
    p = TAIL[0] + rest
    missing = (rest - (p - TAIL[0])) + (lost + TAIL_REST)
    over = first * p
    left = fma(first, p, -over) + (first * missing + second * p)
    double = 2.0 * size
    below = 1.0 + double
    lost = 1.0 - (below - double)
    under = 1.0 / below
    quotient = over * under
    left = (fma(-quotient, below, over) + (left - quotient * lost)) * under
    return quotient, left, k


def _sized(x: Value, k: Whole) -> Value:
    """x·2^k, −1086 < k ≤ 0, also where 2^k is no double."""
    return x * _power_of_two(k + 64) * 2.0**-64


def erf(x: Value) -> Value:
    """The error function: 0.86 ulp."""
    size = abs(x)
    near, _ = _near(_between(x, -0.85, 0.85))
    first, second, k = _tail(_between(size, 0.85, 6.0))
    far = _less(1.0, _sized(first, k), _sized(second, k)).signed_as(x)
    return (size < 0.85).choose(near, far)


def erfc(x: Value) -> Value:
    """1 − erf(x), which keeps its digits: 0.86 ulp; below 2⁻¹⁰²², one of the last bits that are
    left."""
    size = abs(x)
    near, rest = _near(_between(x, -0.5, 0.5))
    first, second, k = _tail(_between(size, 0.5, 27.3))  # from there on 0
    far = (x < 0.0).choose(
        _less(2.0, _sized(first, k), _sized(second, k)), _sized(first + second, k)
    )
    return (size < 0.5).choose(_less(1.0, near, rest), far)


def _less(number: float, first: Value, second: Value) -> Value:
    """number − (first + second), rounded once or nearly so."""
    total = number - first
    return total + (((number - total) - first) - second)


def _parts(x: Value) -> tuple[Value, Value]:
    """k and m: x = 2^k·m with √½ ≤ m < √2, for x above 0."""
    bits = x.bits()
    k = (bits - _ROOT_BITS) >> 52
    return (k + _SHIFT_BITS).double() - _SHIFT, (bits - (k << 52)).double()


def _logarithm(k: Value, f: Value, lack: Value) -> Value:
    """k·ln 2 + ln(1 + f) + lack"""
    s = f / (2.0 + f)
    z = s * s
    square = 0.5 * f * f
    rest = fma(k, LN2_LOW, lack) + s * fma(z, polynomial(z, LOGARITHM), square)
    return fma(k, LN2_HIGH, f - (square - rest))


def ln(x: Value) -> Value:
    """The natural logarithm: 0.81 ulp; −∞ of 0, NaN of what is below."""
    tiny = x < _SMALLEST
    k, m = _parts(tiny.choose(x * 2.0**54, x))
    value = _logarithm(tiny.choose(k - 54.0, k), m - 1.0, x.body.number(0.0))
    return _bounds(x, value, 0.0)


def log1p(x: Value) -> Value:
    """ln(1 + x): 0.78 ulp, −∞ of −1, NaN of what is below."""
    one = 1.0 + x
    k, m = _parts(one)
    near = k.compare("==", 0.0)
    f = near.choose(x, m - 1.0)  # where nothing was rounded
    lost = (x > 1.0).choose(1.0 - (one - x), x - (one - 1.0))
    value = _logarithm(k, f, near.choose(0.0, lost / one))
    return _bounds(x, (x.compare("==", 0.0)).choose(x, value), -1.0)


def _bounds(x: Value, value: Value, low: float) -> Value:
    """A logarithm where its argument is at a bound, beyond it, infinite or NaN."""
    value = (x.compare("==", math.inf)).choose(x, value)
    value = (x.compare("==", low)).choose(-math.inf, value)
    return (x.compare(">=", low)).choose(value, math.nan)


FUNCTIONS: Mapping[str, Callable[..., Value]] = MappingProxyType({
    "exp": exp, "exp_of_negative": exp_of_negative, "expm1": expm1, "ln": ln, "log1p": log1p,
    "tanh": tanh, "erf": erf, "erfc": erfc,
})  # fmt: skip


def definition(name: str, width: int) -> tuple[list[str], Body]:
    """The function in LLVM's language, and the body, which says what it declares and calls."""
    body = Body(width)
    x = Value(body, "%x")
    result = FUNCTIONS[name](x)
    whole = f"{name}_{width}"
    lines = [
        *body.before(whole),
        f"define internal {body.double} @{whole}({body.double} %x) alwaysinline {{",
        *body.opening(whole),
        *body.lines,
        f"  ret {body.double} {result.name}",
        "}",
    ]
    return lines, body

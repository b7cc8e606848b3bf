"""exp, ln, tanh and their like in machine code, against many digits: at most one ulp anywhere."""

from __future__ import annotations

import ctypes
import math
import struct
from collections.abc import Callable, Iterator
from functools import cache
from random import Random

import mpmath
import pytest
from mpmath import mp, mpf

from derive.compute.native import elementary, machine
from derive.compute.native.elementary import FUNCTIONS, definition

pytest.importorskip("llvmlite", reason="llvmlite is not installed")

WIDTHS = (1, 8)
EXACT: dict[str, Callable[[mpf], mpf]] = {
    "exp": mpmath.exp, "exp_of_negative": mpmath.exp, "expm1": mpmath.expm1, "ln": mpmath.log,
    "log1p": mpmath.log1p, "tanh": mpmath.tanh, "erf": mpmath.erf, "erfc": mpmath.erfc,
}  # fmt: skip
# What R means by NA: a NaN that has something to say, and must stay NaN.
NOT_AVAILABLE: float = struct.unpack(">d", bytes.fromhex("7FF00000000007A2"))[0]
SPECIAL = (
    NOT_AVAILABLE,
    0.0, -0.0, math.inf, -math.inf, math.nan, 1.0, -1.0, -2.0, 5e-324, 1e-320, 2.0**-1022, 1e308,
    -1e308, 1e-17, -1e-17, 709.78, 710.0, -745.1, -746.0, 0.5, -0.5, 0.85, 28.0, -28.0,
)  # fmt: skip


@cache
def compiled(name: str, width: int) -> Callable[[list[float]], list[float]]:
    """The function of a list, ``width`` at a time."""
    text, body = definition(name, width)
    of = body.double
    source = [
        *body.declared.values(), *text,
        "define void @each(i64 %n, ptr %x, ptr %y) {",
        "entry:", "  br label %turn",
        "turn:", "  %j = phi i64 [0, %entry], [%next, %turn]",
        "  %from = getelementptr double, ptr %x, i64 %j",
        f"  %v = load {of}, ptr %from, align 8",
        f"  %r = call {of} @{name}_{width}({of} %v)",
        "  %to = getelementptr double, ptr %y, i64 %j",
        f"  store {of} %r, ptr %to, align 8",
        f"  %next = add i64 %j, {width}", "  %more = icmp slt i64 %next, %n",
        "  br i1 %more, label %turn, label %done", "done:", "  ret void", "}",
    ]  # fmt: skip
    linked = machine.Linked(machine.object_code("\n".join(source)), ("each",))
    pointer = ctypes.c_void_p
    run = ctypes.CFUNCTYPE(None, ctypes.c_int64, pointer, pointer)(linked.address["each"])

    def each(numbers: list[float], kept: machine.Linked = linked) -> list[float]:
        count = -(-len(numbers) // width) * width
        x = (ctypes.c_double * count)(*numbers, *[1.0] * (count - len(numbers)))
        y = (ctypes.c_double * count)()
        run(count, ctypes.addressof(x), ctypes.addressof(y))
        assert kept.address
        return list(y)[: len(numbers)]

    return each


def points(name: str, count: int, seed: int) -> Iterator[float]:
    """Where a function is steep, flat, tiny, huge, and near the seams of its pieces."""
    chance = Random(seed)
    for _ in range(count):
        tiny = chance.choice((-1, 1)) * 10 ** chance.uniform(-300, -1)
        near = chance.choice((-1, 1)) * chance.uniform(0.3, 0.9)
        if name == "ln":
            yield from (abs(tiny), 10 ** chance.uniform(-1, 300), chance.uniform(0.5, 2))
        elif name == "log1p":
            yield from (tiny, near, 10 ** chance.uniform(-1, 300))
        else:
            most = {
                "exp": 709,
                "exp_of_negative": 745,
                "expm1": 709,
                "tanh": 22,
                "erf": 6,
                "erfc": 26,
            }[name]
            numbers = (tiny, near, chance.uniform(-most, most))
            yield from (-abs(x) if name == "exp_of_negative" else x for x in numbers)


def ulps(name: str, x: float, computed: float) -> float:
    """How far off, in units in the last place of what is right."""
    right = EXACT[name](mpf(x))
    return float(abs(mpf(computed) - right) / mpf(math.ulp(float(right))))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_error_is_at_most_one_ulp(name: str) -> None:
    with mp.workdps(60):
        numbers = list(points(name, 1000, 5))
        found = compiled(name, 8)(numbers)
        worst = max(map(ulps, [name] * len(numbers), numbers, found))
        assert worst <= 1
        # The same measure of what is off by two units sees it.
        assert ulps(name, 0.3, compiled(name, 8)([0.3])[0] + 2 * math.ulp(1.0)) > 1


@pytest.mark.parametrize("name", FUNCTIONS)
def test_lanes_change_no_bit(name: str) -> None:
    numbers = [*points(name, 200, 6), *SPECIAL]
    one, eight = (compiled(name, width)(numbers) for width in WIDTHS)
    assert list(map(float.hex, one)) == list(map(float.hex, eight))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_is_special_is_as_in_ieee_754(name: str) -> None:
    """0 keeps its sign, NaN stays, ∞ and what is out of the domain are what they are elsewhere."""
    numbers = [x for x in SPECIAL if not (name == "exp_of_negative" and x > 0)]
    for x, computed in zip(numbers, compiled(name, 8)(numbers), strict=True):
        wanted = plain(name, x)
        if math.isnan(wanted):
            assert math.isnan(computed), x
        elif math.isinf(wanted) or wanted == 0:
            assert (computed, math.copysign(1, computed)) == (
                wanted, math.copysign(1, wanted)
            ), x  # fmt: skip
        else:
            assert abs(computed - wanted) <= 2 * math.ulp(wanted), x


def plain(name: str, x: float) -> float:
    """As the C library says it, in place of Python's exceptions what IEEE 754 has."""
    function = {"ln": math.log, "exp_of_negative": math.exp}.get(name) or getattr(math, name)
    try:
        return float(function(x))
    except OverflowError:
        return math.inf
    except ValueError:
        return -math.inf if x in (0, -1) and x == (0 if name == "ln" else -1) else math.nan


def test_of_what_is_not_positive_both_exponentials_are_the_same() -> None:
    numbers = [x for x in (*points("exp_of_negative", 2000, 7), *SPECIAL) if not x > 0]
    one, other = (compiled(name, 8)(numbers) for name in ("exp", "exp_of_negative"))
    assert list(map(float.hex, one)) == list(map(float.hex, other))


TABLES: dict[str, tuple[Callable[[mpf], mpf], float, float]] = {
    "EXPONENTIAL": (lambda r: (mpmath.expm1(r) - r) / r**2, -0.3467, 0.3467),
    "LOGARITHM": (lambda z: (2 * mpmath.atanh(mpmath.sqrt(z)) / mpmath.sqrt(z) - 2) / z, 0, 0.0295),
    "NEAR": (lambda z: mpmath.erf(mpmath.sqrt(z)) / mpmath.sqrt(z) - 1, 0, 0.7233),
    "TAIL": (
        lambda t: (1 + 2 * _of(t)) * mpmath.exp(_of(t) ** 2) * mpmath.erfc(_of(t)), -0.7779, 0.7501
    ),
}  # fmt: skip


def _of(t: mpf) -> mpf:
    return 4 * (1 + t) / (1 - t)


@pytest.mark.parametrize("table", TABLES)
def test_the_polynomials_are_what_they_are_said_to_be(table: str) -> None:
    """At many points each is what it stands for, nearly to the last digit of a double."""
    function, low, high = TABLES[table]
    coefficients = [mpf(c) for c in getattr(elementary, table)]
    if table == "TAIL":
        coefficients[0] += mpf(elementary.TAIL_REST)
    with mp.workdps(50):
        for n in range(1, 400):
            x = mpf(low) + (mpf(high) - mpf(low)) * n / 400 + mpf(10) ** -9
            value = mpmath.polyval(coefficients[::-1], x)
            assert abs(value - function(x)) < mpf(2) ** -51


def test_ln_2_is_in_two_parts() -> None:
    with mp.workdps(50):
        both = mpf(elementary.LN2_HIGH) + mpf(elementary.LN2_LOW)
        assert abs(both - mpmath.log(2)) < mpf(2) ** -84
    assert (elementary.LN2_HIGH * 2**32).is_integer()

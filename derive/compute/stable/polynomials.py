"""Polynomials with rational coefficients: sparse ones (exponent → coefficient), whose exponents may
be fractions, and dense ones (coefficients from the constant upwards)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

Polynomial = Mapping[Fraction, Fraction]
Dense = tuple[Fraction, ...]

ONE: Polynomial = {Fraction(0): Fraction(1)}


def add(a: Polynomial, b: Polynomial) -> Polynomial:
    """a + b"""
    coefficients = dict(a)
    for exponent, coefficient in b.items():
        coefficients[exponent] = coefficients.get(exponent, Fraction(0)) + coefficient
    return {k: c for k, c in coefficients.items() if c}


def times(a: Polynomial, b: Polynomial) -> Polynomial:
    """a·b"""
    coefficients: dict[Fraction, Fraction] = {}
    for i, c in a.items():
        for j, d in b.items():
            coefficients[i + j] = coefficients.get(i + j, Fraction(0)) + c * d
    return {k: c for k, c in coefficients.items() if c}


def slope(a: Polynomial) -> Polynomial:
    """z·da/dz: every term times its exponent."""
    return {k: k * c for k, c in a.items() if k}


def divided(a: Dense, b: Dense) -> tuple[Dense, Dense]:
    """The quotient and the remainder, (0,) where there is none. b's last coefficient is not 0."""
    rest = list(a)
    quotient = [Fraction(0)] * max(1, len(a) - len(b) + 1)
    while len(rest) >= len(b) and any(rest):
        factor, shift = rest[-1] / b[-1], len(rest) - len(b)
        quotient[shift] = factor
        for i, c in enumerate(b):
            rest[shift + i] -= factor * c
        rest.pop()
    while len(rest) > 1 and not rest[-1]:
        rest.pop()
    return tuple(quotient), tuple(rest) or (Fraction(0),)


def greatest_divisor(a: Dense, b: Dense) -> Dense:
    """The greatest common divisor, its last coefficient 1, by Euclid's algorithm."""
    while any(b):
        a, b = b, divided(a, b)[1]
    return tuple(c / a[-1] for c in a)

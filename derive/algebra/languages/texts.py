"""Definitions that no formula says, as each language writes them; known without SymPy."""

from __future__ import annotations

import re
from collections.abc import Iterable

# What Python has of ``math``.
MATH = ("exp", "log", "log1p", "expm1", "sqrt", "sin", "cos", "sinh", "cosh", "tanh", "atan",
        "erf", "erfc", "copysign", "inf", "nan")  # fmt: skip


def imports(lines: Iterable[str]) -> list[str]:
    """The import of what some lines use of ``math``."""
    words = {
        word for line in lines for word in re.findall(r"(?<![\w.])[a-z]\w*", line.split("#")[0])
    }
    names = [name for name in MATH if name in words]
    return [f"from math import {', '.join(sorted(names))}", ""] if names else []


PYTHON = {
    "sign": """\
def sign(x):
    return (x > 0) - (x < 0)
""",
    "second_largest": """\
def second_largest(*values):
    return sorted(values)[-2] if len(values) > 1 else -inf
""",
    "ieee_exp": """\
def ieee_exp(x):
    try:
        return exp(x)
    except OverflowError:
        return inf
""",
    "ieee_expm1": """\
def ieee_expm1(x):
    try:
        return expm1(x)
    except OverflowError:
        return inf
""",
    "ieee_ln": """\
def ieee_ln(x):
    return log(x) if x > 0 else -inf if x == 0 else nan
""",
    "ieee_log1p": """\
def ieee_log1p(x):
    return log1p(x) if x > -1 else -inf if x == -1 else nan
""",
    "ieee_sqrt": """\
def ieee_sqrt(x):
    return sqrt(x) if x >= 0 else nan
""",
    "ieee_sin": """\
def ieee_sin(x):
    try:
        return sin(x)
    except ValueError:
        return nan
""",
    "ieee_cos": """\
def ieee_cos(x):
    try:
        return cos(x)
    except ValueError:
        return nan
""",
    "ieee_sinh": """\
def ieee_sinh(x):
    try:
        return sinh(x)
    except OverflowError:
        return x*inf
""",
    "ieee_cosh": """\
def ieee_cosh(x):
    try:
        return cosh(x)
    except OverflowError:
        return inf
""",
    "ieee_quotient": """\
def ieee_quotient(u, v):
    return u / v if v else u * copysign(inf, v)
""",
    "ieee_power": """\
def ieee_power(u, v):
    if u < 0 and v != v // 1:
        return nan
    try:
        return float(u) ** v
    except ZeroDivisionError:
        return inf
    except OverflowError:
        return -inf if u < 0 and v % 2 == 1 else inf
""",
}

NUMPY = {
    "others": """\
def others(v):
    \"\"\"The sum of all rows but its own, for every row; never a total less its own.\"\"\"
    return (1 - np.eye(len(v))) @ v
""",
    "second_largest": """\
def second_largest(v):
    \"\"\"The largest of every column after one largest is taken away.\"\"\"
    return np.sort(np.vstack([np.full_like(v[:1], -np.inf), v]), axis=0)[-2]
""",
    "erf": """\
erf = np.vectorize(math.erf, otypes=[float])
""",
    "erfc": """\
erfc = np.vectorize(math.erfc, otypes=[float])
""",
}
JAX = {name: NUMPY[name].replace("np.", "jnp.") for name in ("others", "second_largest")}
TORCH = {
    "others": """\
def others(v):
    \"\"\"The sum of all rows but its own, for every row; never a total less its own.\"\"\"
    return (1 - torch.eye(len(v), dtype=torch.float64)) @ v
""",
    "second_largest": """\
def second_largest(v):
    \"\"\"The largest of every column after one largest is taken away.\"\"\"
    rows = torch.vstack([torch.full_like(v[:1], -torch.inf), v])
    return torch.sort(rows, dim=0).values[-2]
""",
    "number": """\
def number(value):
    \"\"\"A plain number alone would be in single precision.\"\"\"
    return torch.tensor(value, dtype=torch.float64)
""",
}

C = {
    "largest": """\
static double largest(int count, const double *values) {
    double top = values[0];
    for (int k = 1; k < count; k++)
        if (values[k] > top) top = values[k];
    return top;
}
""",
    "second_largest": """\
static double second_largest(int count, const double *values) {
    double top = -INFINITY, second = -INFINITY;
    for (int k = 0; k < count; k++) {
        if (values[k] > top) {
            second = top;
            top = values[k];
        } else if (values[k] > second) {
            second = values[k];
        }
    }
    return second;
}
""",
}

JAVASCRIPT = {
    "second_largest": """\
function second_largest(...values) {
    return values.length > 1 ? values.sort((a, b) => a - b)[values.length - 2] : -Infinity;
}
""",
}

# Julia stops with a DomainError where other languages go on with NaN.
JULIA = {
    "second_largest": """\
second_largest(values...) = length(values) > 1 ? sort(collect(values))[end-1] : -Inf
""",
    "ieee_ln": "ieee_ln(x) = x >= 0.0 ? log(x) : NaN\n",
    "ieee_log1p": "ieee_log1p(x) = x >= -1.0 ? log1p(x) : NaN\n",
    "ieee_sqrt": "ieee_sqrt(x) = x >= 0.0 ? sqrt(x) : NaN\n",
    "ieee_sin": "ieee_sin(x) = isfinite(x) ? sin(x) : NaN\n",
    "ieee_cos": "ieee_cos(x) = isfinite(x) ? cos(x) : NaN\n",
    "ieee_power": "ieee_power(u, v) = u < 0.0 && v != floor(v) ? NaN : u^v\n",
}

R = {
    "second_largest": """\
second_largest <- function(...) sort(c(-Inf, ...), decreasing = TRUE)[2]
""",
}

# Octave goes on with complex numbers where other languages go on with NaN.
OCTAVE = {
    "choose": """\
function value = choose(condition, first, other)
    if condition
        value = first;
    else
        value = other;
    end
end
""",
    "second_largest": """\
function value = second_largest(values)
    ordered = sort([-Inf, values]);
    value = ordered(end - 1);
end
""",
    "ieee_ln": """\
function value = ieee_ln(x)
    value = NaN;
    if x >= 0
        value = log(x);
    end
end
""",
    "ieee_log1p": """\
function value = ieee_log1p(x)
    value = NaN;
    if x >= -1
        value = log1p(x);
    end
end
""",
    "ieee_sqrt": """\
function value = ieee_sqrt(x)
    value = NaN;
    if x >= 0
        value = sqrt(x);
    end
end
""",
    "ieee_power": """\
function value = ieee_power(u, v)
    value = NaN;
    if u >= 0 || v == floor(v)
        value = u^v;
    end
end
""",
}

RUST = {
    "largest": """\
fn largest(values: &[f64]) -> f64 {
    values.iter().fold(f64::NEG_INFINITY, |top, &value| top.max(value))
}
""",
    "second_largest": """\
fn second_largest(values: &[f64]) -> f64 {
    let mut ordered = values.to_vec();
    ordered.push(f64::NEG_INFINITY);
    ordered.sort_by(f64::total_cmp);
    ordered[ordered.len() - 2]
}
""",
}

FORTRAN = {
    "second_largest": """\
pure real(dp) function second_largest(values)
    real(dp), intent(in) :: values(:)
    integer :: top
    top = maxloc(values, dim=1)
    second_largest = max(maxval(values(:top - 1)), maxval(values(top + 1:)))
end function
""",
}

"""A skip connection.

    h = w·x + b
    a = tanh(h)
    r = a + x
    o = v·r
    L = 1/2·(o − t)²

theta holds, in this order, x, w, b, v. The inputs are t.

The comments are the textbook formulas; the lines under them compute the same in a form that neither
overflows nor cancels where it was tried: x, w, b, v, t as below, but one of them alone from −10^150
to 10^150, wherever 1,800 digits tell the value.

Logarithms are natural.

Made by derive; needs nothing but Python.
"""

from math import exp, inf, tanh

NAMES = ["x", "w", "b", "v"]
THETA = [1.5, 0.5, 0.25, -2.0]
INPUTS = [1.0]


def ieee_exp(x):
    try:
        return exp(x)
    except OverflowError:
        return inf


def loss_and_gradient(theta, inputs):
    """The loss, and its gradient with respect to theta."""
    x, w, b, v = theta
    (t,) = inputs
    # h = w·x + b
    h = w*x + b
    # a = tanh(h)
    a = tanh(h)
    # r = a + x
    r = a + x
    # o = v·r
    o = v*r
    # L = 1/2·(o − t)²
    u1_L = o - t
    L = 0.5*u1_L*u1_L
    u1_a = ieee_exp(-2*abs(h))
    # ∂L/∂o = o − t
    dL_do = u1_L
    # ∂L/∂r = ∂L/∂o·v
    dL_dr = dL_do*v
    # ∂L/∂a = ∂L/∂r
    dL_da = dL_dr
    # ∂L/∂h = ∂L/∂a·(1 − a²)
    dL_dh = dL_da*(4*u1_a/(1 + u1_a*(2 + u1_a)))
    # ∂L/∂v = ∂L/∂o·r
    dL_dv = dL_do*r
    # ∂L/∂x = ∂L/∂h·w + ∂L/∂r
    dL_dx = dL_dr + dL_dh*w
    # ∂L/∂w = ∂L/∂h·x
    dL_dw = dL_dh*x
    # ∂L/∂b = ∂L/∂h
    dL_db = dL_dh
    return L, [dL_dx, dL_dw, dL_db, dL_dv]


def forward(theta, inputs):
    """The value of every formula."""
    x, w, b, v = theta
    (t,) = inputs
    # h = w·x + b
    h = w*x + b
    # a = tanh(h)
    a = tanh(h)
    # r = a + x
    r = a + x
    # o = v·r
    o = v*r
    # L = 1/2·(o − t)²
    u1_L = o - t
    L = 0.5*u1_L*u1_L
    return [h, a, r, o, L]


if __name__ == "__main__":
    loss, gradient = loss_and_gradient(THETA, INPUTS)
    print("loss", loss)
    for name, value in zip(NAMES, gradient, strict=True):
        print(f"d loss / d {name} = {value}")

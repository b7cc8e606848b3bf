"""A sigmoid neuron, gate by gate.

    a = w0·x0
    b = w1·x1
    s = a + b + w2
    n = −s
    g = exp(n)
    d = 1 + g
    f = 1/d

theta holds, in this order, w0, x0, w1, x1, w2.

The comments are the textbook formulas; the lines under them compute the same in a form that is as
stable as derive could make it. Half of the digits or more are lost here: the derivative of f for w0
> 200; the derivative of f for x0 < −50; the derivative of f for w1 > 30; the derivative of f for x1
> 30; the derivative of f for w2 < −300. No others were found: w0, x0, w1, x1, w2 as below, but one
of them alone from −10^150 to 10^150, wherever 1,800 digits tell the value.

Logarithms are natural.

Made by derive; needs nothing but Python.
"""

from math import copysign, exp, inf

NAMES = ["w0", "x0", "w1", "x1", "w2"]
THETA = [2.0, -1.0, -3.0, -2.0, -3.0]


def ieee_exp(x):
    try:
        return exp(x)
    except OverflowError:
        return inf


def ieee_quotient(u, v):
    return u / v if v else u * copysign(inf, v)


def loss_and_gradient(theta):
    """The loss, and its gradient with respect to theta."""
    w0, x0, w1, x1, w2 = theta
    # a = w0·x0
    a = w0*x0
    # b = w1·x1
    b = w1*x1
    # s = a + b + w2
    s = a + b + w2
    # n = −s
    n = -s
    # g = exp(n)
    g = ieee_exp(n)
    # d = 1 + g
    d = 1 + g
    # f = 1/d
    f = ieee_quotient(1, d)
    # ∂f/∂d = −1/d²
    df_dd = -ieee_quotient(1, d*d)
    # ∂f/∂g = ∂f/∂d
    df_dg = df_dd
    # ∂f/∂n = ∂f/∂g·g
    df_dn = df_dg*g
    # ∂f/∂s = −∂f/∂n
    df_ds = -df_dn
    # ∂f/∂b = ∂f/∂s
    df_db = df_ds
    # ∂f/∂a = ∂f/∂s
    df_da = df_ds
    # ∂f/∂w2 = ∂f/∂s
    df_dw2 = df_ds
    # ∂f/∂w1 = ∂f/∂b·x1
    df_dw1 = df_db*x1
    # ∂f/∂x1 = ∂f/∂b·w1
    df_dx1 = df_db*w1
    # ∂f/∂w0 = ∂f/∂a·x0
    df_dw0 = df_da*x0
    # ∂f/∂x0 = ∂f/∂a·w0
    df_dx0 = df_da*w0
    return f, [df_dw0, df_dx0, df_dw1, df_dx1, df_dw2]


def forward(theta):
    """The value of every formula."""
    w0, x0, w1, x1, w2 = theta
    # a = w0·x0
    a = w0*x0
    # b = w1·x1
    b = w1*x1
    # s = a + b + w2
    s = a + b + w2
    # n = −s
    n = -s
    # g = exp(n)
    g = ieee_exp(n)
    # d = 1 + g
    d = 1 + g
    # f = 1/d
    f = ieee_quotient(1, d)
    return [a, b, s, n, g, d, f]


if __name__ == "__main__":
    loss, gradient = loss_and_gradient(THETA)
    print("loss", loss)
    for name, value in zip(NAMES, gradient, strict=True):
        print(f"d loss / d {name} = {value}")

"""One attention head over three tokens.

    q = wq·x3
    k1 = wk·x1
    k2 = wk·x2
    k3 = wk·x3
    v1 = wv·x1
    v2 = wv·x2
    v3 = wv·x3
    e1 = exp(q·k1)
    e2 = exp(q·k2)
    e3 = exp(q·k3)
    S = e1 + e2 + e3
    p1 = e1/S
    p2 = e2/S
    p3 = e3/S
    y = p1·v1 + p2·v2 + p3·v3
    L = 1/2·(y − t)²

theta holds, in this order, wq, wk, wv. The inputs are x3, x1, x2, t.

The comments are the textbook formulas; the lines under them compute the same in a form that is as
stable as derive could make it. Half of the digits or more are lost here: the value of L for wq <
−100; the value of L for wq > 100; the derivative of L for wq < −3; the derivative of L for wq > 3;
the value of L for wk < −100; the value of L for wk > 100; the derivative of L for wk < −3; the
derivative of L for wk > 3; the value of L for x3 < −3; the value of L for x3 > 3; the derivative of
L for x3 < −3; the derivative of L for x3 > 3; the value of L for x1 < −100; the derivative of L for
x1 < −3; the value of L for x2 < −100; the derivative of L for x2 < −3. No others were found: wq,
wk, wv, x3, x1, x2, t as below, but one of them alone from −10^150 to 10^150, wherever 1,800 digits
tell the value.

Logarithms are natural.

Made by derive; needs nothing but Python.
"""

from math import copysign, exp, inf

NAMES = ["wq", "wk", "wv"]
THETA = [0.9, 0.7, 1.2]
INPUTS = [-1.0, 1.0, 0.5, 0.3]


def ieee_exp(x):
    try:
        return exp(x)
    except OverflowError:
        return inf


def ieee_quotient(u, v):
    return u / v if v else u * copysign(inf, v)


def loss_and_gradient(theta, inputs):
    """The loss, and its gradient with respect to theta."""
    wq, wk, wv = theta
    x3, x1, x2, t = inputs
    # q = wq·x3
    q = wq*x3
    # k1 = wk·x1
    k1 = wk*x1
    # k2 = wk·x2
    k2 = wk*x2
    # k3 = wk·x3
    k3 = wk*x3
    # v1 = wv·x1
    v1 = wv*x1
    # v2 = wv·x2
    v2 = wv*x2
    # v3 = wv·x3
    v3 = wv*x3
    # e1 = exp(q·k1)
    e1 = ieee_exp(q*k1)
    # e2 = exp(q·k2)
    e2 = ieee_exp(q*k2)
    # e3 = exp(q·k3)
    e3 = ieee_exp(q*k3)
    # S = e1 + e2 + e3
    S = e1 + e2 + e3
    # p1 = e1/S
    p1 = ieee_quotient(e1, S)
    # p2 = e2/S
    p2 = ieee_quotient(e2, S)
    # p3 = e3/S
    p3 = ieee_quotient(e3, S)
    # y = p1·v1 + p2·v2 + p3·v3
    y = p1*v1 + p2*v2 + p3*v3
    # L = 1/2·(y − t)²
    u1_L = y - t
    L = 0.5*u1_L*u1_L
    # ∂L/∂y = y − t
    dL_dy = u1_L
    # ∂L/∂p3 = ∂L/∂y·v3
    dL_dp3 = dL_dy*v3
    # ∂L/∂p2 = ∂L/∂y·v2
    dL_dp2 = dL_dy*v2
    # ∂L/∂p1 = ∂L/∂y·v1
    dL_dp1 = dL_dy*v1
    # ∂L/∂S = −∂L/∂p1·(e1/S²) − ∂L/∂p2·(e2/S²) − ∂L/∂p3·(e3/S²)
    dL_dS = (
        -dL_dp3*ieee_quotient(e3, S*S) - dL_dp2*ieee_quotient(e2, S*S) - dL_dp1*ieee_quotient(e1,
        S*S)
    )
    # ∂L/∂e3 = ∂L/∂S + ∂L/∂p3·(1/S)
    dL_de3 = dL_dp3*ieee_quotient(1, S) + dL_dS
    # ∂L/∂e2 = ∂L/∂S + ∂L/∂p2·(1/S)
    dL_de2 = dL_dp2*ieee_quotient(1, S) + dL_dS
    # ∂L/∂e1 = ∂L/∂S + ∂L/∂p1·(1/S)
    dL_de1 = dL_dp1*ieee_quotient(1, S) + dL_dS
    # ∂L/∂v3 = ∂L/∂y·p3
    dL_dv3 = dL_dy*p3
    # ∂L/∂v2 = ∂L/∂y·p2
    dL_dv2 = dL_dy*p2
    # ∂L/∂v1 = ∂L/∂y·p1
    dL_dv1 = dL_dy*p1
    # ∂L/∂k3 = ∂L/∂e3·e3·q
    dL_dk3 = dL_de3*e3*q
    # ∂L/∂k2 = ∂L/∂e2·e2·q
    dL_dk2 = dL_de2*e2*q
    # ∂L/∂k1 = ∂L/∂e1·e1·q
    dL_dk1 = dL_de1*e1*q
    # ∂L/∂q = ∂L/∂e1·e1·k1 + ∂L/∂e2·e2·k2 + ∂L/∂e3·e3·k3
    dL_dq = dL_de3*e3*k3 + dL_de2*e2*k2 + dL_de1*e1*k1
    # ∂L/∂wv = ∂L/∂v1·x1 + ∂L/∂v2·x2 + ∂L/∂v3·x3
    dL_dwv = dL_dv3*x3 + dL_dv2*x2 + dL_dv1*x1
    # ∂L/∂wk = ∂L/∂k1·x1 + ∂L/∂k2·x2 + ∂L/∂k3·x3
    dL_dwk = dL_dk3*x3 + dL_dk2*x2 + dL_dk1*x1
    # ∂L/∂wq = ∂L/∂q·x3
    dL_dwq = dL_dq*x3
    return L, [dL_dwq, dL_dwk, dL_dwv]


def forward(theta, inputs):
    """The value of every formula."""
    wq, wk, wv = theta
    x3, x1, x2, t = inputs
    # q = wq·x3
    q = wq*x3
    # k1 = wk·x1
    k1 = wk*x1
    # k2 = wk·x2
    k2 = wk*x2
    # k3 = wk·x3
    k3 = wk*x3
    # v1 = wv·x1
    v1 = wv*x1
    # v2 = wv·x2
    v2 = wv*x2
    # v3 = wv·x3
    v3 = wv*x3
    # e1 = exp(q·k1)
    e1 = ieee_exp(q*k1)
    # e2 = exp(q·k2)
    e2 = ieee_exp(q*k2)
    # e3 = exp(q·k3)
    e3 = ieee_exp(q*k3)
    # S = e1 + e2 + e3
    S = e1 + e2 + e3
    # p1 = e1/S
    p1 = ieee_quotient(e1, S)
    # p2 = e2/S
    p2 = ieee_quotient(e2, S)
    # p3 = e3/S
    p3 = ieee_quotient(e3, S)
    # y = p1·v1 + p2·v2 + p3·v3
    y = p1*v1 + p2*v2 + p3*v3
    # L = 1/2·(y − t)²
    u1_L = y - t
    L = 0.5*u1_L*u1_L
    return [q, k1, k2, k3, v1, v2, v3, e1, e2, e3, S, p1, p2, p3, y, L]


if __name__ == "__main__":
    loss, gradient = loss_and_gradient(THETA, INPUTS)
    print("loss", loss)
    for name, value in zip(NAMES, gradient, strict=True):
        print(f"d loss / d {name} = {value}")

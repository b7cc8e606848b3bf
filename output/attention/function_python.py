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

The comments are the textbook formulas; the lines under them compute the same in a form that neither
overflows nor cancels where it was tried: wq, wk, wv, x3, x1, x2, t as below, but one of them alone
from −10^150 to 10^150, wherever 1,800 digits tell the value.

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
    # e2 = exp(q·k2)
    # e3 = exp(q·k3)
    # S = e1 + e2 + e3
    # p1 = e1/S
    u1_p1 = q*k1
    u2_p1 = q*k2
    u3_p1 = q*k3
    u4_p1 = -max(max(u1_p1, u2_p1), u3_p1)
    u5_p1 = ieee_exp(u1_p1 + u4_p1)
    p1 = ieee_quotient(u5_p1, u5_p1 + ieee_exp(u2_p1 + u4_p1) + ieee_exp(u3_p1 + u4_p1))
    # p2 = e2/S
    u1_p2 = q*k2
    u2_p2 = q*k1
    u3_p2 = q*k3
    u4_p2 = -max(max(u2_p2, u1_p2), u3_p2)
    u5_p2 = ieee_exp(u1_p2 + u4_p2)
    p2 = ieee_quotient(u5_p2, ieee_exp(u2_p2 + u4_p2) + u5_p2 + ieee_exp(u3_p2 + u4_p2))
    # p3 = e3/S
    u1_p3 = q*k3
    u2_p3 = q*k1
    u3_p3 = q*k2
    u4_p3 = -max(max(u2_p3, u3_p3), u1_p3)
    u5_p3 = ieee_exp(u1_p3 + u4_p3)
    p3 = ieee_quotient(u5_p3, ieee_exp(u2_p3 + u4_p3) + ieee_exp(u3_p3 + u4_p3) + u5_p3)
    # y = p1·v1 + p2·v2 + p3·v3
    y = p1*v1 + p2*v2 + p3*v3
    # L = 1/2·(y − t)²
    u1_L = y - t
    L = 0.5*u1_L*u1_L
    u6_p1 = p2 + p3
    u6_p2 = p1 + p3
    u6_p3 = p1 + p2
    # ∂L/∂y = y − t
    dL_dy = u1_L
    # ∂L/∂p3 = ∂L/∂y·v3
    dL_dp3 = dL_dy*v3
    # ∂L/∂p2 = ∂L/∂y·v2
    dL_dp2 = dL_dy*v2
    # ∂L/∂p1 = ∂L/∂y·v1
    dL_dp1 = dL_dy*v1
    # ∂L/∂v3 = ∂L/∂y·p3
    dL_dv3 = dL_dy*p3
    # ∂L/∂v2 = ∂L/∂y·p2
    dL_dv2 = dL_dy*p2
    # ∂L/∂v1 = ∂L/∂y·p1
    dL_dv1 = dL_dy*p1
    # ∂L/∂k3 = ∂L/∂e3·e3·q
    dL_dk3 = dL_dp3*p3*u6_p3*q - dL_dp2*p2*p3*q - dL_dp1*p1*p3*q
    # ∂L/∂k2 = ∂L/∂e2·e2·q
    dL_dk2 = -dL_dp3*p3*p2*q + dL_dp2*p2*u6_p2*q - dL_dp1*p1*p2*q
    # ∂L/∂k1 = ∂L/∂e1·e1·q
    dL_dk1 = -dL_dp3*p3*p1*q - dL_dp2*p2*p1*q + dL_dp1*p1*u6_p1*q
    # ∂L/∂q = ∂L/∂e1·e1·k1 + ∂L/∂e2·e2·k2 + ∂L/∂e3·e3·k3
    dL_dq = (
        dL_dp3*(-p3*p1*k1 - p3*p2*k2 + p3*u6_p3*k3) + dL_dp2*(-p2*p1*k1 + p2*u6_p2*k2 - p2*p3*k3)
        + dL_dp1*(p1*u6_p1*k1 - p1*p2*k2 - p1*p3*k3)
    )
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
    u1_p1 = q*k1
    u2_p1 = q*k2
    u3_p1 = q*k3
    u4_p1 = -max(max(u1_p1, u2_p1), u3_p1)
    u5_p1 = ieee_exp(u1_p1 + u4_p1)
    p1 = ieee_quotient(u5_p1, u5_p1 + ieee_exp(u2_p1 + u4_p1) + ieee_exp(u3_p1 + u4_p1))
    # p2 = e2/S
    u1_p2 = q*k2
    u2_p2 = q*k1
    u3_p2 = q*k3
    u4_p2 = -max(max(u2_p2, u1_p2), u3_p2)
    u5_p2 = ieee_exp(u1_p2 + u4_p2)
    p2 = ieee_quotient(u5_p2, ieee_exp(u2_p2 + u4_p2) + u5_p2 + ieee_exp(u3_p2 + u4_p2))
    # p3 = e3/S
    u1_p3 = q*k3
    u2_p3 = q*k1
    u3_p3 = q*k2
    u4_p3 = -max(max(u2_p3, u3_p3), u1_p3)
    u5_p3 = ieee_exp(u1_p3 + u4_p3)
    p3 = ieee_quotient(u5_p3, ieee_exp(u2_p3 + u4_p3) + ieee_exp(u3_p3 + u4_p3) + u5_p3)
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

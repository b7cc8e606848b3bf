"""Batch normalisation over three examples.

    m = (x1 + x2 + x3)/3
    d1 = x1 − m
    d2 = x2 − m
    d3 = x3 − m
    v = (d1² + d2² + d3²)/3
    s = √(v + eps)
    n1 = d1/s
    n2 = d2/s
    n3 = d3/s
    y1 = gamma·n1 + beta
    y2 = gamma·n2 + beta
    y3 = gamma·n3 + beta
    L = 1/2·(y1 − t1)² + 1/2·(y2 − t2)² + 1/2·(y3 − t3)²

theta holds, in this order, x1, x2, x3, gamma, beta. The inputs are eps, t1, t2, t3.

The comments are the textbook formulas; the lines under them compute the same in a form that is as
stable as derive could make it. Half of the digits or more are lost here: the derivative of L for x1
< −1e+06; the derivative of L for x1 > 1e+06; the derivative of L for x2 < −1e+06; the derivative of
L for x2 > 1e+06; the derivative of L for x3 < −100; the derivative of L for x3 > 100; the
derivative of L for gamma < −1e+06; the derivative of L for gamma > 1e+06; the derivative of L for
beta < −1e+06; the derivative of L for beta > 1e+06. No others were found: x1, x2, x3, gamma, beta,
eps, t1, t2, t3 as below, but one of them alone from −10^150 to 10^150, wherever 1,800 digits tell
the value.

Logarithms are natural.

Made by derive; needs nothing but NumPy.
"""

import numpy as np

NAMES = ["x1", "x2", "x3", "gamma", "beta"]
THETA = [1.0, 2.0, 4.0, 1.5, 0.5]
INPUTS = [0.001, 0.0, 0.0, 1.0]


def array(values):
    """Numbers in double precision, as an array."""
    return np.asarray(values, dtype=np.float64)


@np.errstate(all="ignore")
def loss_and_gradient(theta, inputs):
    """The loss and its gradient by theta; of several examples, a row of inputs each, their mean."""
    inputs = np.moveaxis(array(inputs), -1, 0)
    x1, x2, x3, gamma, beta = array(theta)
    eps, t1, t2, t3 = array(inputs)
    # m = (x1 + x2 + x3)/3
    m = (x1 + x2 + x3)/3
    # d1 = x1 − m
    d1 = x1 - m
    # d2 = x2 − m
    d2 = x2 - m
    # d3 = x3 − m
    d3 = x3 - m
    # v = (d1² + d2² + d3²)/3
    v = (d1*d1 + d2*d2 + d3*d3)/3
    # s = √(v + eps)
    s = np.sqrt(v + eps)
    # n1 = d1/s
    n1 = d1/s
    # n2 = d2/s
    n2 = d2/s
    # n3 = d3/s
    n3 = d3/s
    # y1 = gamma·n1 + beta
    y1 = gamma*n1 + beta
    # y2 = gamma·n2 + beta
    y2 = gamma*n2 + beta
    # y3 = gamma·n3 + beta
    y3 = gamma*n3 + beta
    # L = 1/2·(y1 − t1)² + 1/2·(y2 − t2)² + 1/2·(y3 − t3)²
    u1_L = y1 - t1
    u2_L = y2 - t2
    u3_L = y3 - t3
    L = 0.5*u1_L*u1_L + 0.5*u2_L*u2_L + 0.5*u3_L*u3_L
    u2_s = 1/(2*s)
    # ∂L/∂y3 = y3 − t3
    dL_dy3 = u3_L
    # ∂L/∂y2 = y2 − t2
    dL_dy2 = u2_L
    # ∂L/∂y1 = y1 − t1
    dL_dy1 = u1_L
    # ∂L/∂n3 = ∂L/∂y3·gamma
    dL_dn3 = dL_dy3*gamma
    # ∂L/∂n2 = ∂L/∂y2·gamma
    dL_dn2 = dL_dy2*gamma
    # ∂L/∂n1 = ∂L/∂y1·gamma
    dL_dn1 = dL_dy1*gamma
    # ∂L/∂s = −∂L/∂n1·(d1/s²) − ∂L/∂n2·(d2/s²) − ∂L/∂n3·(d3/s²)
    dL_ds = -dL_dn3*(d3/(s*s)) - dL_dn2*(d2/(s*s)) - dL_dn1*(d1/(s*s))
    # ∂L/∂v = ∂L/∂s·(1/(2·s))
    dL_dv = dL_ds*u2_s
    # ∂L/∂d3 = ∂L/∂v·(2·d3/3) + ∂L/∂n3·(1/s)
    dL_dd3 = dL_dn3*(1/s) + dL_dv*(2*d3/3)
    # ∂L/∂d2 = ∂L/∂v·(2·d2/3) + ∂L/∂n2·(1/s)
    dL_dd2 = dL_dn2*(1/s) + dL_dv*(2*d2/3)
    # ∂L/∂d1 = ∂L/∂v·(2·d1/3) + ∂L/∂n1·(1/s)
    dL_dd1 = dL_dn1*(1/s) + dL_dv*(2*d1/3)
    # ∂L/∂m = −∂L/∂d1 − ∂L/∂d2 − ∂L/∂d3
    dL_dm = -dL_dd3 - dL_dd2 - dL_dd1
    # ∂L/∂gamma = ∂L/∂y1·n1 + ∂L/∂y2·n2 + ∂L/∂y3·n3
    dL_dgamma = dL_dy3*n3 + dL_dy2*n2 + dL_dy1*n1
    # ∂L/∂beta = ∂L/∂y1 + ∂L/∂y2 + ∂L/∂y3
    dL_dbeta = dL_dy3 + dL_dy2 + dL_dy1
    # ∂L/∂x3 = ∂L/∂m·(1/3) + ∂L/∂d3
    dL_dx3 = dL_dd3 + 0.3333333333333333*dL_dm
    # ∂L/∂x2 = ∂L/∂m·(1/3) + ∂L/∂d2
    dL_dx2 = dL_dd2 + 0.3333333333333333*dL_dm
    # ∂L/∂x1 = ∂L/∂m·(1/3) + ∂L/∂d1
    dL_dx1 = dL_dd1 + 0.3333333333333333*dL_dm
    gradient = np.stack([
        array(dL_dx1).mean(), array(dL_dx2).mean(), array(dL_dx3).mean(), array(dL_dgamma).mean(),
        array(dL_dbeta).mean(),
    ])
    return array(L).mean(), gradient


@np.errstate(all="ignore")
def forward(theta, inputs):
    """The value of every formula."""
    inputs = np.moveaxis(array(inputs), -1, 0)
    x1, x2, x3, gamma, beta = array(theta)
    eps, t1, t2, t3 = array(inputs)
    # m = (x1 + x2 + x3)/3
    m = (x1 + x2 + x3)/3
    # d1 = x1 − m
    d1 = x1 - m
    # d2 = x2 − m
    d2 = x2 - m
    # d3 = x3 − m
    d3 = x3 - m
    # v = (d1² + d2² + d3²)/3
    v = (d1*d1 + d2*d2 + d3*d3)/3
    # s = √(v + eps)
    s = np.sqrt(v + eps)
    # n1 = d1/s
    n1 = d1/s
    # n2 = d2/s
    n2 = d2/s
    # n3 = d3/s
    n3 = d3/s
    # y1 = gamma·n1 + beta
    y1 = gamma*n1 + beta
    # y2 = gamma·n2 + beta
    y2 = gamma*n2 + beta
    # y3 = gamma·n3 + beta
    y3 = gamma*n3 + beta
    # L = 1/2·(y1 − t1)² + 1/2·(y2 − t2)² + 1/2·(y3 − t3)²
    u1_L = y1 - t1
    u2_L = y2 - t2
    u3_L = y3 - t3
    L = 0.5*u1_L*u1_L + 0.5*u2_L*u2_L + 0.5*u3_L*u3_L
    return [m, d1, d2, d3, v, s, n1, n2, n3, y1, y2, y3, L]


if __name__ == "__main__":
    loss, gradient = loss_and_gradient(THETA, INPUTS)
    print("loss", float(loss))
    for name, value in zip(NAMES, gradient, strict=True):
        print(f"d loss / d {name} = {float(value)}")

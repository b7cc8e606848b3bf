"""Linear regression with L2 regularisation.

    y1 = w·x1 + b
    y2 = w·x2 + b
    D = 1/2·((y1 − t1)² + (y2 − t2)²)
    R = 1/2·lam·w²
    L = D + R

theta holds, in this order, w, b. The inputs are x1, x2, t1, t2, lam.

The comments are the textbook formulas; the lines under them compute the same in a form that neither
overflows nor cancels where it was tried: w, b, x1, x2, t1, t2, lam as below, but one of them alone
from −10^150 to 10^150, wherever 1,800 digits tell the value.

Logarithms are natural.

Made by derive; needs nothing but NumPy.
"""

import numpy as np

NAMES = ["w", "b"]
THETA = [0.5, 0.25]
INPUTS = [1.0, 2.0, 1.0, 3.0, 0.1]


def array(values):
    """Numbers in double precision, as an array."""
    return np.asarray(values, dtype=np.float64)


@np.errstate(all="ignore")
def loss_and_gradient(theta, inputs):
    """The loss and its gradient by theta; of several examples, a row of inputs each, their mean."""
    inputs = np.moveaxis(array(inputs), -1, 0)
    w, b = array(theta)
    x1, x2, t1, t2, lam = array(inputs)
    # y1 = w·x1 + b
    y1 = w*x1 + b
    # y2 = w·x2 + b
    y2 = w*x2 + b
    # D = 1/2·((y1 − t1)² + (y2 − t2)²)
    u1_D = y1 - t1
    u2_D = y2 - t2
    D = 0.5*(u1_D*u1_D + u2_D*u2_D)
    # R = 1/2·lam·w²
    u1_R = w*w
    R = 0.5*lam*u1_R
    # L = D + R
    L = D + R
    # ∂L/∂y2 = ∂L/∂D·(y2 − t2)
    dL_dy2 = u2_D
    # ∂L/∂y1 = ∂L/∂D·(y1 − t1)
    dL_dy1 = u1_D
    # ∂L/∂w = ∂L/∂y1·x1 + ∂L/∂y2·x2 + ∂L/∂R·lam·w
    dL_dw = lam*w + dL_dy2*x2 + dL_dy1*x1
    # ∂L/∂b = ∂L/∂y1 + ∂L/∂y2
    dL_db = dL_dy2 + dL_dy1
    gradient = np.stack([array(dL_dw).mean(), array(dL_db).mean()])
    return array(L).mean(), gradient


@np.errstate(all="ignore")
def forward(theta, inputs):
    """The value of every formula."""
    inputs = np.moveaxis(array(inputs), -1, 0)
    w, b = array(theta)
    x1, x2, t1, t2, lam = array(inputs)
    # y1 = w·x1 + b
    y1 = w*x1 + b
    # y2 = w·x2 + b
    y2 = w*x2 + b
    # D = 1/2·((y1 − t1)² + (y2 − t2)²)
    u1_D = y1 - t1
    u2_D = y2 - t2
    D = 0.5*(u1_D*u1_D + u2_D*u2_D)
    # R = 1/2·lam·w²
    u1_R = w*w
    R = 0.5*lam*u1_R
    # L = D + R
    L = D + R
    return [y1, y2, D, R, L]


if __name__ == "__main__":
    loss, gradient = loss_and_gradient(THETA, INPUTS)
    print("loss", float(loss))
    for name, value in zip(NAMES, gradient, strict=True):
        print(f"d loss / d {name} = {float(value)}")

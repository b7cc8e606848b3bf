"""A weight used twice.

    h = w·x
    a = tanh(h)
    y = w·a
    E = 1/2·(y − t)²

theta holds, in this order, w. The inputs are x, t.

The comments are the textbook formulas; the lines under them compute the same in a form that neither
overflows nor cancels where it was tried: w, x, t as below, but one of them alone from −10^150 to
10^150, wherever 1,800 digits tell the value.

Logarithms are natural.

Made by derive; needs nothing but NumPy.
"""

import numpy as np

NAMES = ["w"]
THETA = [0.5]
INPUTS = [2.0, 1.0]


def array(values):
    """Numbers in double precision, as an array."""
    return np.asarray(values, dtype=np.float64)


@np.errstate(all="ignore")
def loss_and_gradient(theta, inputs):
    """The loss and its gradient by theta; of several examples, a row of inputs each, their mean."""
    inputs = np.moveaxis(array(inputs), -1, 0)
    (w,) = array(theta)
    x, t = array(inputs)
    # h = w·x
    h = w*x
    # a = tanh(h)
    a = np.tanh(h)
    # y = w·a
    y = w*a
    # E = 1/2·(y − t)²
    u1_E = y - t
    E = 0.5*u1_E*u1_E
    u1_a = np.exp(-2*np.abs(h))
    # ∂E/∂y = y − t
    dE_dy = u1_E
    # ∂E/∂a = ∂E/∂y·w
    dE_da = dE_dy*w
    # ∂E/∂h = ∂E/∂a·(1 − a²)
    dE_dh = dE_da*(4*u1_a/(1 + u1_a*(2 + u1_a)))
    # ∂E/∂w = ∂E/∂h·x + ∂E/∂y·a
    dE_dw = dE_dy*a + dE_dh*x
    gradient = np.stack([array(dE_dw).mean()])
    return array(E).mean(), gradient


@np.errstate(all="ignore")
def forward(theta, inputs):
    """The value of every formula."""
    inputs = np.moveaxis(array(inputs), -1, 0)
    (w,) = array(theta)
    x, t = array(inputs)
    # h = w·x
    h = w*x
    # a = tanh(h)
    a = np.tanh(h)
    # y = w·a
    y = w*a
    # E = 1/2·(y − t)²
    u1_E = y - t
    E = 0.5*u1_E*u1_E
    return [h, a, y, E]


if __name__ == "__main__":
    loss, gradient = loss_and_gradient(THETA, INPUTS)
    print("loss", float(loss))
    for name, value in zip(NAMES, gradient, strict=True):
        print(f"d loss / d {name} = {float(value)}")

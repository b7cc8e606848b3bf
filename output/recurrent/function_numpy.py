"""A recurrent network over three steps.

    z1 = U·x1 + W·h0 + b
    h1 = tanh(z1)
    z2 = U·x2 + W·h1 + b
    h2 = tanh(z2)
    z3 = U·x3 + W·h2 + b
    h3 = tanh(z3)
    y = V·h3
    E = 1/2·(y − t)²

theta holds, in this order, U, W, b, V. The inputs are x1, h0, x2, x3, t.

The comments are the textbook formulas; the lines under them compute the same in a form that neither
overflows nor cancels where it was tried: U, W, b, V, x1, h0, x2, x3, t as below, but one of them
alone from −10^150 to 10^150, wherever 1,800 digits tell the value.

Logarithms are natural.

Made by derive; needs nothing but NumPy.
"""

import numpy as np

NAMES = ["U", "W", "b", "V"]
THETA = [0.6, 0.8, 0.1, 1.5]
INPUTS = [1.0, 0.0, 0.5, -1.0, 0.5]


def array(values):
    """Numbers in double precision, as an array."""
    return np.asarray(values, dtype=np.float64)


@np.errstate(all="ignore")
def loss_and_gradient(theta, inputs):
    """The loss and its gradient by theta; of several examples, a row of inputs each, their mean."""
    inputs = np.moveaxis(array(inputs), -1, 0)
    U, W, b, V = array(theta)
    x1, h0, x2, x3, t = array(inputs)
    # z1 = U·x1 + W·h0 + b
    z1 = U*x1 + W*h0 + b
    # h1 = tanh(z1)
    h1 = np.tanh(z1)
    # z2 = U·x2 + W·h1 + b
    z2 = U*x2 + W*h1 + b
    # h2 = tanh(z2)
    h2 = np.tanh(z2)
    # z3 = U·x3 + W·h2 + b
    z3 = U*x3 + W*h2 + b
    # h3 = tanh(z3)
    h3 = np.tanh(z3)
    # y = V·h3
    y = V*h3
    # E = 1/2·(y − t)²
    u1_E = y - t
    E = 0.5*u1_E*u1_E
    u1_h1 = np.exp(-2*np.abs(z1))
    u1_h2 = np.exp(-2*np.abs(z2))
    u1_h3 = np.exp(-2*np.abs(z3))
    # ∂E/∂y = y − t
    dE_dy = u1_E
    # ∂E/∂h3 = ∂E/∂y·V
    dE_dh3 = dE_dy*V
    # ∂E/∂z3 = ∂E/∂h3·(1 − h3²)
    dE_dz3 = dE_dh3*(4*u1_h3/(1 + u1_h3*(2 + u1_h3)))
    # ∂E/∂h2 = ∂E/∂z3·W
    dE_dh2 = dE_dz3*W
    # ∂E/∂z2 = ∂E/∂h2·(1 − h2²)
    dE_dz2 = dE_dh2*(4*u1_h2/(1 + u1_h2*(2 + u1_h2)))
    # ∂E/∂h1 = ∂E/∂z2·W
    dE_dh1 = dE_dz2*W
    # ∂E/∂z1 = ∂E/∂h1·(1 − h1²)
    dE_dz1 = dE_dh1*(4*u1_h1/(1 + u1_h1*(2 + u1_h1)))
    # ∂E/∂V = ∂E/∂y·h3
    dE_dV = dE_dy*h3
    # ∂E/∂U = ∂E/∂z1·x1 + ∂E/∂z2·x2 + ∂E/∂z3·x3
    dE_dU = dE_dz3*x3 + dE_dz2*x2 + dE_dz1*x1
    # ∂E/∂W = ∂E/∂z1·h0 + ∂E/∂z2·h1 + ∂E/∂z3·h2
    dE_dW = dE_dz3*h2 + dE_dz2*h1 + dE_dz1*h0
    # ∂E/∂b = ∂E/∂z1 + ∂E/∂z2 + ∂E/∂z3
    dE_db = dE_dz3 + dE_dz2 + dE_dz1
    gradient = np.stack([
        array(dE_dU).mean(), array(dE_dW).mean(), array(dE_db).mean(), array(dE_dV).mean(),
    ])
    return array(E).mean(), gradient


@np.errstate(all="ignore")
def forward(theta, inputs):
    """The value of every formula."""
    inputs = np.moveaxis(array(inputs), -1, 0)
    U, W, b, V = array(theta)
    x1, h0, x2, x3, t = array(inputs)
    # z1 = U·x1 + W·h0 + b
    z1 = U*x1 + W*h0 + b
    # h1 = tanh(z1)
    h1 = np.tanh(z1)
    # z2 = U·x2 + W·h1 + b
    z2 = U*x2 + W*h1 + b
    # h2 = tanh(z2)
    h2 = np.tanh(z2)
    # z3 = U·x3 + W·h2 + b
    z3 = U*x3 + W*h2 + b
    # h3 = tanh(z3)
    h3 = np.tanh(z3)
    # y = V·h3
    y = V*h3
    # E = 1/2·(y − t)²
    u1_E = y - t
    E = 0.5*u1_E*u1_E
    return [z1, h1, z2, h2, z3, h3, y, E]


if __name__ == "__main__":
    loss, gradient = loss_and_gradient(THETA, INPUTS)
    print("loss", float(loss))
    for name, value in zip(NAMES, gradient, strict=True):
        print(f"d loss / d {name} = {float(value)}")

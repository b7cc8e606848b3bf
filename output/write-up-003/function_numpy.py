"""Learning a sum with a sigmoid output.

    inputs   2: x1, x2
    layer 1  2 units, sigmoid, no biases
    layer 2  1 unit, sigmoid, no biases
    loss     half squared error, the sum over the outputs of 1/2·(y − t)²

theta holds, in this order, W1 (2, 2), W2 (2, 1). W1[i][j] is the weight from unit i to unit j, and
theta has W1 row by row.

The comments are the textbook formulas; the lines under them compute the same in a form that neither
overflows nor cancels. There g is ∂loss/∂a, gap is a − t.

Logarithms are natural, 0·ln 0 = 0.

Made by derive; needs nothing but NumPy.
"""

import numpy as np

NAMES = ["w11", "w12", "w21", "w22", "w_h1", "w_h2"]
THETA = [0.2, 0.3, 0.4, 0.7, 0.6, -0.1]
INPUTS = [1.1, 2.2]
TARGETS = [3.3]


def array(values):
    """Numbers in double precision, as an array."""
    return np.asarray(values, dtype=np.float64)


def columns(rows):
    """(examples, n), or (n,) for a single one, as (n, examples)."""
    return np.atleast_2d(array(rows)).T


@np.errstate(all="ignore")
def loss_and_gradient(theta, inputs, targets):
    """The mean of the examples' losses, and its gradient with respect to theta."""
    W1 = array(theta[0:4]).reshape((2, 2))
    W2 = array(theta[4:6]).reshape((2, 1))
    a0 = columns(inputs)
    t = columns(targets)
    # the pre-activations of layer 1, (2, examples)
    # z1 = w11·x1 + w21·x2
    # z2 = w12·x1 + w22·x2
    z1 = W1.T @ a0
    # its sigmoid activations
    # a1 = σ(z1)
    # a2 = σ(z2)
    e1 = np.exp(-np.abs(z1))
    r1 = 1/(1 + e1)
    a1 = np.where(z1 >= 0, r1, e1*r1)
    # the pre-activations of layer 2, (1, examples)
    # z_o = w_h1·a1 + w_h2·a2
    z2 = W2.T @ a1
    # its sigmoid activations
    # y_pred = σ(z_o)
    e2 = np.exp(-np.abs(z2))
    r2 = 1/(1 + e2)
    a2 = np.where(z2 >= 0, r2, e2*r2)
    # the loss of every example, summed over the examples
    # Loss = 1/2·(y_pred − y)²
    gap2 = np.where(z2 < 0, a2 - t, 1 - t - e2*r2)
    loss = np.sum(0.5*gap2*gap2)
    # the deltas of layer 2, (1, examples)
    # δ_o = (y_pred − y)·y_pred·(1 − y_pred)
    delta2 = gap2*e2*r2*r2
    # ∂Loss/∂w_h1 = δ_o·a1
    dW2 = a1 @ delta2.T
    # the deltas of layer 1, (2, examples)
    # δ1 = w_h1·δ_o·a1·(1 − a1)
    # δ2 = w_h2·δ_o·a2·(1 − a2)
    g1 = W2 @ delta2
    delta1 = g1*e1*r1*r1
    # ∂Loss/∂w11 = δ1·x1
    dW1 = a0 @ delta1.T
    gradient = np.concatenate([np.ravel(dW1), np.ravel(dW2)])
    return loss / t.shape[1], gradient / t.shape[1]


@np.errstate(all="ignore")
def forward(theta, inputs):
    """The outputs, a row per example."""
    W1 = array(theta[0:4]).reshape((2, 2))
    W2 = array(theta[4:6]).reshape((2, 1))
    a0 = columns(inputs)
    # the pre-activations of layer 1, (2, examples)
    # z1 = w11·x1 + w21·x2
    # z2 = w12·x1 + w22·x2
    z1 = W1.T @ a0
    # its sigmoid activations
    # a1 = σ(z1)
    # a2 = σ(z2)
    e1 = np.exp(-np.abs(z1))
    r1 = 1/(1 + e1)
    a1 = np.where(z1 >= 0, r1, e1*r1)
    # the pre-activations of layer 2, (1, examples)
    # z_o = w_h1·a1 + w_h2·a2
    z2 = W2.T @ a1
    # its sigmoid activations
    # y_pred = σ(z_o)
    e2 = np.exp(-np.abs(z2))
    r2 = 1/(1 + e2)
    a2 = np.where(z2 >= 0, r2, e2*r2)
    return a2.T


@np.errstate(all="ignore")
def target_values(inputs):
    """The targets of one example, from its inputs."""
    x1, x2 = array(inputs)
    # y = x1 + x2
    y = x1 + x2
    return [y]


if __name__ == "__main__":
    loss, gradient = loss_and_gradient(THETA, INPUTS, TARGETS)
    print("loss", float(loss))
    for name, value in zip(NAMES, gradient, strict=True):
        print(f"d loss / d {name} = {float(value)}")

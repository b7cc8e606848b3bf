"""A batch of three examples.

    inputs   2: i1, i2
    layer 1  2 units, tanh, a bias each
    layer 2  1 unit, sigmoid, a bias each
    loss     binary cross-entropy, the sum over the outputs of −(t·ln(y) + (1 − t)·ln(1 − y)), the
             mean over the examples

theta holds, in this order, W1 (2, 2), b1 (2,), W2 (2, 1), b2 (1,). W1[i][j] is the weight from unit
i to unit j, and theta has W1 row by row.

The comments are the textbook formulas; the lines under them compute the same in a form that neither
overflows nor cancels. There g is ∂loss/∂a, q is 1 − a, l is ln a, m is ln(1 − a).

Logarithms are natural, 0·ln 0 = 0.

Made by derive; needs nothing but NumPy.
"""

import numpy as np

NAMES = ["w1", "w3", "w2", "w4", "b1", "b2", "w5", "w6", "b3"]
THETA = [0.5, -0.3, 0.4, 0.8, 0.1, -0.2, 0.7, -0.6, 0.05]
INPUTS = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
TARGETS = [[1.0], [1.0], [0.0]]


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
    b1 = array(theta[4:6]).reshape((2,))
    W2 = array(theta[6:8]).reshape((2, 1))
    b2 = array(theta[8:9]).reshape((1,))
    a0 = columns(inputs)
    t = columns(targets)
    # the pre-activations of layer 1, (2, examples)
    # h1 = W1·i1 + W2·i2 + b1
    # h2 = W3·i1 + W4·i2 + b2
    z1 = W1.T @ a0 + b1[:, None]
    # its tanh activations
    # a_h1 = tanh(h1)
    # a_h2 = tanh(h2)
    a1 = np.tanh(z1)
    e1 = np.exp(-2*np.abs(z1))
    r1 = 1/(1 + e1)
    # the pre-activations of layer 2, (1, examples)
    # o1 = W5·a_h1 + W6·a_h2 + b3
    z2 = W2.T @ a1 + b2[:, None]
    # its sigmoid activations
    # a_o1 = σ(o1)
    e2 = np.exp(-np.abs(z2))
    r2 = 1/(1 + e2)
    a2 = np.where(z2 >= 0, r2, e2*r2)
    q2 = np.where(z2 >= 0, e2*r2, r2)
    l2 = np.where(z2 >= 0, 0.0, z2) - np.log1p(e2)
    m2 = np.where(z2 >= 0, -z2, 0.0) - np.log1p(e2)
    # the loss of every example, summed over the examples
    # E_Total = −(t1·ln(a_o1) + (1 − t1)·ln(1 − a_o1))
    v1_2 = 1 - t
    loss = np.sum(-(t*l2 + v1_2*m2))
    # the deltas of layer 2, (1, examples)
    # δ_o1 = (−t1/a_o1 + (1 − t1)/(1 − a_o1))·a_o1·(1 − a_o1)
    delta2 = -t*q2 + v1_2*a2
    # ∂E_Total/∂W5 = δ_o1·a_h1
    dW2 = a1 @ delta2.T
    # ∂E_Total/∂b3 = δ_o1
    db2 = delta2.sum(axis=1)
    # the deltas of layer 1, (2, examples)
    # δ_h1 = W5·δ_o1·(1 − a_h1²)
    # δ_h2 = W6·δ_o1·(1 − a_h2²)
    g1 = W2 @ delta2
    delta1 = 4*g1*e1*r1*r1
    # ∂E_Total/∂W1 = δ_h1·i1
    dW1 = a0 @ delta1.T
    # ∂E_Total/∂b1 = δ_h1
    db1 = delta1.sum(axis=1)
    gradient = np.concatenate([np.ravel(dW1), np.ravel(db1), np.ravel(dW2), np.ravel(db2)])
    return loss / t.shape[1], gradient / t.shape[1]


@np.errstate(all="ignore")
def forward(theta, inputs):
    """The outputs, a row per example."""
    W1 = array(theta[0:4]).reshape((2, 2))
    b1 = array(theta[4:6]).reshape((2,))
    W2 = array(theta[6:8]).reshape((2, 1))
    b2 = array(theta[8:9]).reshape((1,))
    a0 = columns(inputs)
    # the pre-activations of layer 1, (2, examples)
    # h1 = W1·i1 + W2·i2 + b1
    # h2 = W3·i1 + W4·i2 + b2
    z1 = W1.T @ a0 + b1[:, None]
    # its tanh activations
    # a_h1 = tanh(h1)
    # a_h2 = tanh(h2)
    a1 = np.tanh(z1)
    # the pre-activations of layer 2, (1, examples)
    # o1 = W5·a_h1 + W6·a_h2 + b3
    z2 = W2.T @ a1 + b2[:, None]
    # its sigmoid activations
    # a_o1 = σ(o1)
    e2 = np.exp(-np.abs(z2))
    r2 = 1/(1 + e2)
    a2 = np.where(z2 >= 0, r2, e2*r2)
    return a2.T


if __name__ == "__main__":
    loss, gradient = loss_and_gradient(THETA, INPUTS, TARGETS)
    print("loss", float(loss))
    for name, value in zip(NAMES, gradient, strict=True):
        print(f"d loss / d {name} = {float(value)}")

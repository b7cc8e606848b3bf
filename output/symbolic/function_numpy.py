"""Softmax and cross-entropy in symbols.

    inputs   2: x1, x2
    layer 1  2 units, tanh, a bias each
    layer 2  2 units, softmax, a bias each
    loss     cross-entropy, the sum over the outputs of −t·ln(y)

theta holds, in this order, W1 (2, 2), b1 (2,), W2 (2, 2), b2 (2,). W1[i][j] is the weight from unit
i to unit j, and theta has W1 row by row.

The comments are the textbook formulas; the lines under them compute the same in a form that neither
overflows nor cancels. There g is ∂loss/∂a, q is 1 − a, l is ln a, top the largest pre-activation of
a layer.

Logarithms are natural, 0·ln 0 = 0.

Made by derive; needs nothing but NumPy.

The network lacks numbers of its own: those missing are made up below.
"""

import numpy as np

NAMES = [
    "w11", "w12", "w21", "w22", "b1", "b2", "w_h1_o1", "w_h1_o2", "w_h2_o1", "w_h2_o2", "b_o1",
    "b_o2",
]
THETA = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.1, 0.2, 0.3]
INPUTS = [0.1, 0.2]
TARGETS = [1.0, 0.0]


def array(values):
    """Numbers in double precision, as an array."""
    return np.asarray(values, dtype=np.float64)


def columns(rows):
    """(examples, n), or (n,) for a single one, as (n, examples)."""
    return np.atleast_2d(array(rows)).T


def others(v):
    """The sum of all rows but its own, for every row; never a total less its own."""
    return (1 - np.eye(len(v))) @ v


@np.errstate(all="ignore")
def loss_and_gradient(theta, inputs, targets):
    """The mean of the examples' losses, and its gradient with respect to theta."""
    W1 = array(theta[0:4]).reshape((2, 2))
    b1 = array(theta[4:6]).reshape((2,))
    W2 = array(theta[6:10]).reshape((2, 2))
    b2 = array(theta[10:12]).reshape((2,))
    a0 = columns(inputs)
    t = columns(targets)
    # the pre-activations of layer 1, (2, examples)
    # z1 = w11·x1 + w21·x2 + b1
    # z2 = w12·x1 + w22·x2 + b2
    z1 = W1.T @ a0 + b1[:, None]
    # its tanh activations
    # a1 = tanh(z1)
    # a2 = tanh(z2)
    a1 = np.tanh(z1)
    e1 = np.exp(-2*np.abs(z1))
    r1 = 1/(1 + e1)
    # the pre-activations of layer 2, (2, examples)
    # z_o1 = w_h1_o1·a1 + w_h2_o1·a2 + b_o1
    # z_o2 = w_h1_o2·a1 + w_h2_o2·a2 + b_o2
    z2 = W2.T @ a1 + b2[:, None]
    # its softmax activations
    # y_pred1 = exp(z_o1)/(exp(z_o1) + exp(z_o2))
    # y_pred2 = exp(z_o2)/(exp(z_o1) + exp(z_o2))
    top2 = z2.max(axis=0)
    e2 = np.exp(z2 - top2)
    S2 = e2.sum(axis=0)
    a2 = e2/S2
    q2 = others(e2)/S2
    lnS2 = np.log(S2)
    l2 = np.where(q2 < 0.5, np.log1p(-q2), z2 - top2 - lnS2)
    # the loss of every example, summed over the examples
    # Loss1 = −y1·ln(y_pred1)
    # Loss2 = −y2·ln(y_pred2)
    # Loss = Loss1 + Loss2
    loss = np.sum(-t*l2)
    # the deltas of layer 2, (2, examples)
    # δ_o1 = ∂Loss/∂y_pred1·∂y_pred1/∂z_o1 + ∂Loss/∂y_pred2·∂y_pred2/∂z_o1
    # δ_o2 = ∂Loss/∂y_pred1·∂y_pred1/∂z_o2 + ∂Loss/∂y_pred2·∂y_pred2/∂z_o2
    B2 = -t
    delta2 = q2*B2 - a2*others(B2)
    # ∂Loss/∂w_h1_o1 = δ_o1·a1
    dW2 = a1 @ delta2.T
    # ∂Loss/∂b_o1 = δ_o1
    db2 = delta2.sum(axis=1)
    # the deltas of layer 1, (2, examples)
    # δ1 = (w_h1_o1·δ_o1 + w_h1_o2·δ_o2)·(1 − a1²)
    # δ2 = (w_h2_o1·δ_o1 + w_h2_o2·δ_o2)·(1 − a2²)
    g1 = W2 @ delta2
    delta1 = 4*g1*e1*r1*r1
    # ∂Loss/∂w11 = δ1·x1
    dW1 = a0 @ delta1.T
    # ∂Loss/∂b1 = δ1
    db1 = delta1.sum(axis=1)
    gradient = np.concatenate([np.ravel(dW1), np.ravel(db1), np.ravel(dW2), np.ravel(db2)])
    return loss / t.shape[1], gradient / t.shape[1]


@np.errstate(all="ignore")
def forward(theta, inputs):
    """The outputs, a row per example."""
    W1 = array(theta[0:4]).reshape((2, 2))
    b1 = array(theta[4:6]).reshape((2,))
    W2 = array(theta[6:10]).reshape((2, 2))
    b2 = array(theta[10:12]).reshape((2,))
    a0 = columns(inputs)
    # the pre-activations of layer 1, (2, examples)
    # z1 = w11·x1 + w21·x2 + b1
    # z2 = w12·x1 + w22·x2 + b2
    z1 = W1.T @ a0 + b1[:, None]
    # its tanh activations
    # a1 = tanh(z1)
    # a2 = tanh(z2)
    a1 = np.tanh(z1)
    # the pre-activations of layer 2, (2, examples)
    # z_o1 = w_h1_o1·a1 + w_h2_o1·a2 + b_o1
    # z_o2 = w_h1_o2·a1 + w_h2_o2·a2 + b_o2
    z2 = W2.T @ a1 + b2[:, None]
    # its softmax activations
    # y_pred1 = exp(z_o1)/(exp(z_o1) + exp(z_o2))
    # y_pred2 = exp(z_o2)/(exp(z_o1) + exp(z_o2))
    top2 = z2.max(axis=0)
    e2 = np.exp(z2 - top2)
    S2 = e2.sum(axis=0)
    a2 = e2/S2
    return a2.T


if __name__ == "__main__":
    loss, gradient = loss_and_gradient(THETA, INPUTS, TARGETS)
    print("loss", float(loss))
    for name, value in zip(NAMES, gradient, strict=True):
        print(f"d loss / d {name} = {float(value)}")

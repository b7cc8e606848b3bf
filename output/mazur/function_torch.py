"""Backpropagation in a 2-2-2 network with fixed biases.

    inputs   2: i1, i2
    layer 1  2 units, sigmoid, one bias for all of them
    layer 2  2 units, sigmoid, one bias for all of them
    loss     half squared error, the sum over the outputs of 1/2·(y − t)²

theta holds, in this order, W1 (2, 2), W2 (2, 2). W1[i][j] is the weight from unit i to unit j, and
theta has W1 row by row. b1, b2: frozen, so not in theta.

The comments are the textbook formulas; the lines under them compute the same in a form that neither
overflows nor cancels. There g is ∂loss/∂a, gap is a − t.

Logarithms are natural, 0·ln 0 = 0.

Made by derive; needs nothing but PyTorch.
"""

import torch

NAMES = ["w1", "w3", "w2", "w4", "w5", "w7", "w6", "w8"]
THETA = [0.15, 0.25, 0.2, 0.3, 0.4, 0.5, 0.45, 0.55]
FIXED = [0.35, 0.6]
INPUTS = [0.05, 0.1]
TARGETS = [0.01, 0.99]


def array(values):
    """Numbers in double precision, as an array."""
    return torch.as_tensor(values, dtype=torch.float64)


def columns(rows):
    """(examples, n), or (n,) for a single one, as (n, examples)."""
    return torch.atleast_2d(array(rows)).T


def loss_and_gradient(theta, inputs, targets):
    """The mean of the examples' losses, and its gradient with respect to theta."""
    W1 = array(theta[0:4]).reshape((2, 2))
    W2 = array(theta[4:8]).reshape((2, 2))
    b1 = array(FIXED[0:1]).reshape(())
    b2 = array(FIXED[1:2]).reshape(())
    a0 = columns(inputs)
    t = columns(targets)
    # the pre-activations of layer 1, (2, examples)
    # h1 = W1·i1 + W2·i2 + b1
    # h2 = W3·i1 + W4·i2 + b1
    z1 = W1.T @ a0 + b1
    # its sigmoid activations
    # a_h1 = σ(h1)
    # a_h2 = σ(h2)
    e1 = torch.exp(-torch.abs(z1))
    r1 = 1/(1 + e1)
    a1 = torch.where(z1 >= 0, r1, e1*r1)
    # the pre-activations of layer 2, (2, examples)
    # o1 = W5·a_h1 + W6·a_h2 + b2
    # o2 = W7·a_h1 + W8·a_h2 + b2
    z2 = W2.T @ a1 + b2
    # its sigmoid activations
    # a_o1 = σ(o1)
    # a_o2 = σ(o2)
    e2 = torch.exp(-torch.abs(z2))
    r2 = 1/(1 + e2)
    a2 = torch.where(z2 >= 0, r2, e2*r2)
    # the loss of every example, summed over the examples
    # E1 = 1/2·(a_o1 − t1)²
    # E2 = 1/2·(a_o2 − t2)²
    # E_Total = E1 + E2
    gap2 = torch.where(z2 < 0, a2 - t, 1 - t - e2*r2)
    loss = torch.sum(0.5*gap2*gap2)
    # the deltas of layer 2, (2, examples)
    # δ_o1 = (a_o1 − t1)·a_o1·(1 − a_o1)
    # δ_o2 = (a_o2 − t2)·a_o2·(1 − a_o2)
    delta2 = gap2*e2*r2*r2
    # ∂E_Total/∂W5 = δ_o1·a_h1
    dW2 = a1 @ delta2.T
    # the deltas of layer 1, (2, examples)
    # δ_h1 = (W5·δ_o1 + W7·δ_o2)·a_h1·(1 − a_h1)
    # δ_h2 = (W6·δ_o1 + W8·δ_o2)·a_h2·(1 − a_h2)
    g1 = W2 @ delta2
    delta1 = g1*e1*r1*r1
    # ∂E_Total/∂W1 = δ_h1·i1
    dW1 = a0 @ delta1.T
    gradient = torch.concatenate([torch.ravel(dW1), torch.ravel(dW2)])
    return loss / t.shape[1], gradient / t.shape[1]


def forward(theta, inputs):
    """The outputs, a row per example."""
    W1 = array(theta[0:4]).reshape((2, 2))
    W2 = array(theta[4:8]).reshape((2, 2))
    b1 = array(FIXED[0:1]).reshape(())
    b2 = array(FIXED[1:2]).reshape(())
    a0 = columns(inputs)
    # the pre-activations of layer 1, (2, examples)
    # h1 = W1·i1 + W2·i2 + b1
    # h2 = W3·i1 + W4·i2 + b1
    z1 = W1.T @ a0 + b1
    # its sigmoid activations
    # a_h1 = σ(h1)
    # a_h2 = σ(h2)
    e1 = torch.exp(-torch.abs(z1))
    r1 = 1/(1 + e1)
    a1 = torch.where(z1 >= 0, r1, e1*r1)
    # the pre-activations of layer 2, (2, examples)
    # o1 = W5·a_h1 + W6·a_h2 + b2
    # o2 = W7·a_h1 + W8·a_h2 + b2
    z2 = W2.T @ a1 + b2
    # its sigmoid activations
    # a_o1 = σ(o1)
    # a_o2 = σ(o2)
    e2 = torch.exp(-torch.abs(z2))
    r2 = 1/(1 + e2)
    a2 = torch.where(z2 >= 0, r2, e2*r2)
    return a2.T


if __name__ == "__main__":
    loss, gradient = loss_and_gradient(THETA, INPUTS, TARGETS)
    print("loss", float(loss))
    for name, value in zip(NAMES, gradient, strict=True):
        print(f"d loss / d {name} = {float(value)}")

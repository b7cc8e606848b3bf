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

Made by derive; needs nothing but NumPy.
"""

import numpy as np

NAMES = ["w1", "w3", "w2", "w4", "w5", "w7", "w6", "w8"]
THETA = [0.15, 0.25, 0.2, 0.3, 0.4, 0.5, 0.45, 0.55]
FIXED = [0.35, 0.6]
INPUTS = [0.05, 0.1]
TARGETS = [0.01, 0.99]


def outer(a, delta, out):
    """a·deltaᵀ, summed over the examples; of a single one a plain product is much faster."""
    (np.multiply if a.shape[1] == 1 else np.matmul)(a, delta.T, out=out)


def loss_and_gradient_of_tile(parameters, a0, t, gradients):
    """The sum of some examples' losses; its derivatives go into gradients."""
    W1, b1, W2, b2 = parameters
    dW1, dW2 = gradients
    # the pre-activations of layer 1, (2, examples)
    # h1 = W1·i1 + W2·i2 + b1
    # h2 = W3·i1 + W4·i2 + b1
    z1 = W1.T @ a0
    z1 += b1
    # its sigmoid activations
    # a_h1 = σ(h1)
    # a_h2 = σ(h2)
    e1 = np.exp(-np.abs(z1))
    r1 = 1/(1 + e1)
    a1 = np.where(z1 >= 0, r1, e1*r1)
    # the pre-activations of layer 2, (2, examples)
    # o1 = W5·a_h1 + W6·a_h2 + b2
    # o2 = W7·a_h1 + W8·a_h2 + b2
    z2 = W2.T @ a1
    z2 += b2
    # its sigmoid activations
    # a_o1 = σ(o1)
    # a_o2 = σ(o2)
    e2 = np.exp(-np.abs(z2))
    r2 = 1/(1 + e2)
    a2 = np.where(z2 >= 0, r2, e2*r2)
    # the loss of every example, summed over the examples
    # E1 = 1/2·(a_o1 − t1)²
    # E2 = 1/2·(a_o2 − t2)²
    # E_Total = E1 + E2
    gap2 = np.where(z2 < 0, a2 - t, 1 - t - e2*r2)
    loss = np.sum(0.5*gap2*gap2)
    # the deltas of layer 2, (2, examples)
    # δ_o1 = (a_o1 − t1)·a_o1·(1 − a_o1)
    # δ_o2 = (a_o2 − t2)·a_o2·(1 − a_o2)
    delta2 = gap2*e2*r2*r2
    # ∂E_Total/∂W5 = δ_o1·a_h1
    outer(a1, delta2, dW2)
    # the deltas of layer 1, (2, examples)
    # δ_h1 = (W5·δ_o1 + W7·δ_o2)·a_h1·(1 − a_h1)
    # δ_h2 = (W6·δ_o1 + W8·δ_o2)·a_h2·(1 − a_h2)
    g1 = W2 @ delta2
    delta1 = g1*e1*r1*r1
    # ∂E_Total/∂W1 = δ_h1·i1
    outer(a0, delta1, dW1)
    return loss


def views(flat):
    """The trained parameters, or their gradients, as parts of a flat array."""
    return (flat[0:4].reshape((2, 2)), flat[4:8].reshape((2, 2)))


def loss_and_gradient_of_batch(parameters, inputs, targets):
    """The mean of the examples' losses, and its gradient, tile after tile."""
    count = len(inputs)
    loss, total = 0.0, np.empty(8)
    with np.errstate(all="ignore"):
        for start in range(0, count, 4096):
            tile = slice(start, start + 4096)
            part = np.empty(8) if start else total
            loss += loss_and_gradient_of_tile(
                parameters, inputs[tile].T, targets[tile].T, views(part)
            )
            if start:
                total += part
    total /= count
    return float(loss) / count, total


def forward_of_tile(parameters, a0):
    """The outputs, a column per example."""
    W1, b1, W2, b2 = parameters
    # the pre-activations of layer 1, (2, examples)
    # h1 = W1·i1 + W2·i2 + b1
    # h2 = W3·i1 + W4·i2 + b1
    z1 = W1.T @ a0
    z1 += b1
    # its sigmoid activations
    # a_h1 = σ(h1)
    # a_h2 = σ(h2)
    e1 = np.exp(-np.abs(z1))
    r1 = 1/(1 + e1)
    a1 = np.where(z1 >= 0, r1, e1*r1)
    # the pre-activations of layer 2, (2, examples)
    # o1 = W5·a_h1 + W6·a_h2 + b2
    # o2 = W7·a_h1 + W8·a_h2 + b2
    z2 = W2.T @ a1
    z2 += b2
    # its sigmoid activations
    # a_o1 = σ(o1)
    # a_o2 = σ(o2)
    e2 = np.exp(-np.abs(z2))
    r2 = 1/(1 + e2)
    a2 = np.where(z2 >= 0, r2, e2*r2)
    return a2


def forward_of_batch(parameters, inputs):
    """The outputs, a row per example."""
    outputs = np.empty((len(inputs), 2))
    with np.errstate(all="ignore"):
        for start in range(0, len(inputs), 4096):
            tile = slice(start, start + 4096)
            outputs[tile] = forward_of_tile(parameters, inputs[tile].T).T
    return outputs


def parameters_of(theta):
    """Every array of weights and biases, in the order of the layers."""
    W1, W2 = views(np.asarray(theta, dtype=float))
    b1 = np.array(FIXED[0:1]).reshape(())
    b2 = np.array(FIXED[1:2]).reshape(())
    return (W1, b1, W2, b2)


def loss_and_gradient(theta, inputs, targets):
    """The loss, and its gradient with respect to theta, an array like theta.

    inputs (n_in,) or (examples, n_in), targets (n_out,) or (examples, n_out)
    """
    inputs = np.atleast_2d(np.asarray(inputs, dtype=float))
    targets = np.atleast_2d(np.asarray(targets, dtype=float))
    return loss_and_gradient_of_batch(parameters_of(theta), inputs, targets)


def forward(theta, inputs):
    """The outputs, (examples, n_out), for inputs (n_in,) or (examples, n_in)."""
    inputs = np.atleast_2d(np.asarray(inputs, dtype=float))
    return forward_of_batch(parameters_of(theta), inputs)


if __name__ == "__main__":
    loss, gradient = loss_and_gradient(THETA, INPUTS, TARGETS)
    print("loss", loss)
    for name, value in zip(NAMES, gradient, strict=True):
        print(f"d loss / d {name} = {value}")

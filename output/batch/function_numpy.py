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


def outer(a, delta, out):
    """a·deltaᵀ, summed over the examples; of a single one a plain product is much faster."""
    (np.multiply if a.shape[1] == 1 else np.matmul)(a, delta.T, out=out)


def loss_and_gradient_of_tile(parameters, a0, t, gradients):
    """The sum of some examples' losses; its derivatives go into gradients."""
    W1, b1, W2, b2 = parameters
    dW1, db1, dW2, db2 = gradients
    # the pre-activations of layer 1, (2, examples)
    # h1 = W1·i1 + W2·i2 + b1
    # h2 = W3·i1 + W4·i2 + b2
    z1 = W1.T @ a0
    z1 += b1[:, None]
    # its tanh activations
    # a_h1 = tanh(h1)
    # a_h2 = tanh(h2)
    a1 = np.tanh(z1)
    e1 = np.exp(-2*np.abs(z1))
    r1 = 1/(1 + e1)
    # the pre-activations of layer 2, (1, examples)
    # o1 = W5·a_h1 + W6·a_h2 + b3
    z2 = W2.T @ a1
    z2 += b2[:, None]
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
    outer(a1, delta2, dW2)
    # ∂E_Total/∂b3 = δ_o1
    np.sum(delta2, axis=1, out=db2)
    # the deltas of layer 1, (2, examples)
    # δ_h1 = W5·δ_o1·(1 − a_h1²)
    # δ_h2 = W6·δ_o1·(1 − a_h2²)
    g1 = W2 @ delta2
    delta1 = 4*g1*e1*r1*r1
    # ∂E_Total/∂W1 = δ_h1·i1
    outer(a0, delta1, dW1)
    # ∂E_Total/∂b1 = δ_h1
    np.sum(delta1, axis=1, out=db1)
    return loss


def views(flat):
    """The trained parameters, or their gradients, as parts of a flat array."""
    return (flat[0:4].reshape((2, 2)), flat[4:6], flat[6:8].reshape((2, 1)), flat[8:9])


def loss_and_gradient_of_batch(parameters, inputs, targets):
    """The mean of the examples' losses, and its gradient, tile after tile."""
    count = len(inputs)
    loss, total = 0.0, np.empty(9)
    with np.errstate(all="ignore"):
        for start in range(0, count, 4096):
            tile = slice(start, start + 4096)
            part = np.empty(9) if start else total
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
    # h2 = W3·i1 + W4·i2 + b2
    z1 = W1.T @ a0
    z1 += b1[:, None]
    # its tanh activations
    # a_h1 = tanh(h1)
    # a_h2 = tanh(h2)
    a1 = np.tanh(z1)
    # the pre-activations of layer 2, (1, examples)
    # o1 = W5·a_h1 + W6·a_h2 + b3
    z2 = W2.T @ a1
    z2 += b2[:, None]
    # its sigmoid activations
    # a_o1 = σ(o1)
    e2 = np.exp(-np.abs(z2))
    r2 = 1/(1 + e2)
    a2 = np.where(z2 >= 0, r2, e2*r2)
    return a2


def forward_of_batch(parameters, inputs):
    """The outputs, a row per example."""
    outputs = np.empty((len(inputs), 1))
    with np.errstate(all="ignore"):
        for start in range(0, len(inputs), 4096):
            tile = slice(start, start + 4096)
            outputs[tile] = forward_of_tile(parameters, inputs[tile].T).T
    return outputs


def parameters_of(theta):
    """Every array of weights and biases, in the order of the layers."""
    W1, b1, W2, b2 = views(np.asarray(theta, dtype=float))
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

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


def target_values(inputs):
    """The targets of one example, from its inputs."""
    x1, x2 = inputs
    # y = x1 + x2
    y = x1 + x2
    return [y]


def outer(a, delta, out):
    """a·deltaᵀ, summed over the examples; of a single one a plain product is much faster."""
    (np.multiply if a.shape[1] == 1 else np.matmul)(a, delta.T, out=out)


def loss_and_gradient_of_tile(parameters, a0, t, gradients):
    """The sum of some examples' losses; its derivatives go into gradients."""
    W1, W2 = parameters
    dW1, dW2 = gradients
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
    outer(a1, delta2, dW2)
    # the deltas of layer 1, (2, examples)
    # δ1 = w_h1·δ_o·a1·(1 − a1)
    # δ2 = w_h2·δ_o·a2·(1 − a2)
    g1 = W2 @ delta2
    delta1 = g1*e1*r1*r1
    # ∂Loss/∂w11 = δ1·x1
    outer(a0, delta1, dW1)
    return loss


def views(flat):
    """The trained parameters, or their gradients, as parts of a flat array."""
    return (flat[0:4].reshape((2, 2)), flat[4:6].reshape((2, 1)))


def loss_and_gradient_of_batch(parameters, inputs, targets):
    """The mean of the examples' losses, and its gradient, tile after tile."""
    count = len(inputs)
    loss, total = 0.0, np.empty(6)
    with np.errstate(all="ignore"):
        for start in range(0, count, 4096):
            tile = slice(start, start + 4096)
            part = np.empty(6) if start else total
            loss += loss_and_gradient_of_tile(
                parameters, inputs[tile].T, targets[tile].T, views(part)
            )
            if start:
                total += part
    total /= count
    return float(loss) / count, total


def forward_of_tile(parameters, a0):
    """The outputs, a column per example."""
    W1, W2 = parameters
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
    W1, W2 = views(np.asarray(theta, dtype=float))
    return (W1, W2)


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

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


OTHERS = {}


def others(v):
    """The sum of all rows but its own, for every row; never a total less its own."""
    n = len(v)
    if n > 500:  # a matrix of n² would cost more than it saves
        result = np.zeros_like(v)
        np.cumsum(v[:-1], axis=0, out=result[1:])
        result[:-1] += np.cumsum(v[:0:-1], axis=0)[::-1]
        return result
    if n not in OTHERS:
        OTHERS[n] = 1 - np.eye(n)
    return OTHERS[n] @ v


def outer(a, delta, out):
    """a·deltaᵀ, summed over the examples; of a single one a plain product is much faster."""
    (np.multiply if a.shape[1] == 1 else np.matmul)(a, delta.T, out=out)


def loss_and_gradient_of_tile(parameters, a0, t, gradients):
    """The sum of some examples' losses; its derivatives go into gradients."""
    W1, b1, W2, b2 = parameters
    dW1, db1, dW2, db2 = gradients
    # the pre-activations of layer 1, (2, examples)
    # z1 = w11·x1 + w21·x2 + b1
    # z2 = w12·x1 + w22·x2 + b2
    z1 = W1.T @ a0
    z1 += b1[:, None]
    # its tanh activations
    # a1 = tanh(z1)
    # a2 = tanh(z2)
    a1 = np.tanh(z1)
    e1 = np.exp(-2*np.abs(z1))
    r1 = 1/(1 + e1)
    # the pre-activations of layer 2, (2, examples)
    # z_o1 = w_h1_o1·a1 + w_h2_o1·a2 + b_o1
    # z_o2 = w_h1_o2·a1 + w_h2_o2·a2 + b_o2
    z2 = W2.T @ a1
    z2 += b2[:, None]
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
    outer(a1, delta2, dW2)
    # ∂Loss/∂b_o1 = δ_o1
    np.sum(delta2, axis=1, out=db2)
    # the deltas of layer 1, (2, examples)
    # δ1 = (w_h1_o1·δ_o1 + w_h1_o2·δ_o2)·(1 − a1²)
    # δ2 = (w_h2_o1·δ_o1 + w_h2_o2·δ_o2)·(1 − a2²)
    g1 = W2 @ delta2
    delta1 = 4*g1*e1*r1*r1
    # ∂Loss/∂w11 = δ1·x1
    outer(a0, delta1, dW1)
    # ∂Loss/∂b1 = δ1
    np.sum(delta1, axis=1, out=db1)
    return loss


def views(flat):
    """The trained parameters, or their gradients, as parts of a flat array."""
    return (flat[0:4].reshape((2, 2)), flat[4:6], flat[6:10].reshape((2, 2)), flat[10:12])


def loss_and_gradient_of_batch(parameters, inputs, targets):
    """The mean of the examples' losses, and its gradient, tile after tile."""
    count = len(inputs)
    loss, total = 0.0, np.empty(12)
    with np.errstate(all="ignore"):
        for start in range(0, count, 4096):
            tile = slice(start, start + 4096)
            part = np.empty(12) if start else total
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
    # z1 = w11·x1 + w21·x2 + b1
    # z2 = w12·x1 + w22·x2 + b2
    z1 = W1.T @ a0
    z1 += b1[:, None]
    # its tanh activations
    # a1 = tanh(z1)
    # a2 = tanh(z2)
    a1 = np.tanh(z1)
    # the pre-activations of layer 2, (2, examples)
    # z_o1 = w_h1_o1·a1 + w_h2_o1·a2 + b_o1
    # z_o2 = w_h1_o2·a1 + w_h2_o2·a2 + b_o2
    z2 = W2.T @ a1
    z2 += b2[:, None]
    # its softmax activations
    # y_pred1 = exp(z_o1)/(exp(z_o1) + exp(z_o2))
    # y_pred2 = exp(z_o2)/(exp(z_o1) + exp(z_o2))
    top2 = z2.max(axis=0)
    e2 = np.exp(z2 - top2)
    S2 = e2.sum(axis=0)
    a2 = e2/S2
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

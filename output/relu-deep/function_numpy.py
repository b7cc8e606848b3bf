"""A deeper network with relu.

    inputs   2: x₁, x₂
    layer 1  3 units, relu, a bias each
    layer 2  3 units, relu, a bias each
    layer 3  1 unit, identity, a bias each
    loss     half squared error, the sum over the outputs of 1/2·(y − t)²

theta holds, in this order, W1 (2, 3), b1 (3,), W2 (3, 3), b2 (3,), W3 (3, 1), b3 (1,). W1[i][j] is
the weight from unit i to unit j, and theta has W1 row by row.

The comments are the textbook formulas; the lines under them compute the same in a form that neither
overflows nor cancels. There g is ∂loss/∂a.

Logarithms are natural, 0·ln 0 = 0.

Made by derive; needs nothing but NumPy.
"""

import numpy as np

NAMES = [
    "w1_11", "w1_12", "w1_13", "w1_21", "w1_22", "w1_23", "b1_1", "b1_2", "b1_3", "w2_11", "w2_12",
    "w2_13", "w2_21", "w2_22", "w2_23", "w2_31", "w2_32", "w2_33", "b2_1", "b2_2", "b2_3", "w3_11",
    "w3_21", "w3_31", "b3_1",
]
THETA = [
    0.5, -0.4, 0.3, 0.2, -0.6, 0.8, 0.1, 0.2, -0.1, 0.4, -0.5, 0.6, 0.3, 0.2, -0.1, -0.2, 0.7, 0.5,
    0.05, -0.15, -0.1, 0.7, -0.3, 0.5, 0.1,
]
INPUTS = [1.0, 0.5]
TARGETS = [1.0]


def array(values):
    """Numbers in double precision, as an array."""
    return np.asarray(values, dtype=np.float64)


def columns(rows):
    """(examples, n), or (n,) for a single one, as (n, examples)."""
    return np.atleast_2d(array(rows)).T


@np.errstate(all="ignore")
def loss_and_gradient(theta, inputs, targets):
    """The mean of the examples' losses, and its gradient with respect to theta."""
    W1 = array(theta[0:6]).reshape((2, 3))
    b1 = array(theta[6:9]).reshape((3,))
    W2 = array(theta[9:18]).reshape((3, 3))
    b2 = array(theta[18:21]).reshape((3,))
    W3 = array(theta[21:24]).reshape((3, 1))
    b3 = array(theta[24:25]).reshape((1,))
    a0 = columns(inputs)
    t = columns(targets)
    # the pre-activations of layer 1, (3, examples)
    # z⁽¹⁾₁ = w⁽¹⁾₁₁·x₁ + w⁽¹⁾₂₁·x₂ + b⁽¹⁾₁
    # z⁽¹⁾₂ = w⁽¹⁾₁₂·x₁ + w⁽¹⁾₂₂·x₂ + b⁽¹⁾₂
    # z⁽¹⁾₃ = w⁽¹⁾₁₃·x₁ + w⁽¹⁾₂₃·x₂ + b⁽¹⁾₃
    z1 = W1.T @ a0 + b1[:, None]
    # its relu activations
    # a⁽¹⁾₁ = relu(z⁽¹⁾₁)
    # a⁽¹⁾₂ = relu(z⁽¹⁾₂)
    # a⁽¹⁾₃ = relu(z⁽¹⁾₃)
    a1 = np.where(z1 <= 0, 0.0, z1)
    # the pre-activations of layer 2, (3, examples)
    # z⁽²⁾₁ = w⁽²⁾₁₁·a⁽¹⁾₁ + w⁽²⁾₂₁·a⁽¹⁾₂ + w⁽²⁾₃₁·a⁽¹⁾₃ + b⁽²⁾₁
    # z⁽²⁾₂ = w⁽²⁾₁₂·a⁽¹⁾₁ + w⁽²⁾₂₂·a⁽¹⁾₂ + w⁽²⁾₃₂·a⁽¹⁾₃ + b⁽²⁾₂
    # z⁽²⁾₃ = w⁽²⁾₁₃·a⁽¹⁾₁ + w⁽²⁾₂₃·a⁽¹⁾₂ + w⁽²⁾₃₃·a⁽¹⁾₃ + b⁽²⁾₃
    z2 = W2.T @ a1 + b2[:, None]
    # its relu activations
    # a⁽²⁾₁ = relu(z⁽²⁾₁)
    # a⁽²⁾₂ = relu(z⁽²⁾₂)
    # a⁽²⁾₃ = relu(z⁽²⁾₃)
    a2 = np.where(z2 <= 0, 0.0, z2)
    # the pre-activations of layer 3, (1, examples)
    # z⁽³⁾₁ = w⁽³⁾₁₁·a⁽²⁾₁ + w⁽³⁾₂₁·a⁽²⁾₂ + w⁽³⁾₃₁·a⁽²⁾₃ + b⁽³⁾₁
    z3 = W3.T @ a2 + b3[:, None]
    # its identity activations
    # ŷ₁ = z⁽³⁾₁
    a3 = z3
    # the loss of every example, summed over the examples
    # L = 1/2·(ŷ₁ − y₁)²
    v1_3 = a3 - t
    loss = np.sum(0.5*v1_3*v1_3)
    # the deltas of layer 3, (1, examples)
    # δ⁽³⁾₁ = ŷ₁ − y₁
    delta3 = v1_3
    # ∂L/∂w⁽³⁾₁₁ = δ⁽³⁾₁·a⁽²⁾₁
    dW3 = a2 @ delta3.T
    # ∂L/∂b⁽³⁾₁ = δ⁽³⁾₁
    db3 = delta3.sum(axis=1)
    # the deltas of layer 2, (3, examples)
    # δ⁽²⁾₁ = w⁽³⁾₁₁·δ⁽³⁾₁·relu′(z⁽²⁾₁)
    # δ⁽²⁾₂ = w⁽³⁾₂₁·δ⁽³⁾₁·relu′(z⁽²⁾₂)
    # δ⁽²⁾₃ = w⁽³⁾₃₁·δ⁽³⁾₁·relu′(z⁽²⁾₃)
    g2 = W3 @ delta3
    delta2 = g2*np.where(z2 <= 0, 0.0, 1.0)
    # ∂L/∂w⁽²⁾₁₁ = δ⁽²⁾₁·a⁽¹⁾₁
    dW2 = a1 @ delta2.T
    # ∂L/∂b⁽²⁾₁ = δ⁽²⁾₁
    db2 = delta2.sum(axis=1)
    # the deltas of layer 1, (3, examples)
    # δ⁽¹⁾₁ = (w⁽²⁾₁₁·δ⁽²⁾₁ + w⁽²⁾₁₂·δ⁽²⁾₂ + w⁽²⁾₁₃·δ⁽²⁾₃)·relu′(z⁽¹⁾₁)
    # δ⁽¹⁾₂ = (w⁽²⁾₂₁·δ⁽²⁾₁ + w⁽²⁾₂₂·δ⁽²⁾₂ + w⁽²⁾₂₃·δ⁽²⁾₃)·relu′(z⁽¹⁾₂)
    # δ⁽¹⁾₃ = (w⁽²⁾₃₁·δ⁽²⁾₁ + w⁽²⁾₃₂·δ⁽²⁾₂ + w⁽²⁾₃₃·δ⁽²⁾₃)·relu′(z⁽¹⁾₃)
    g1 = W2 @ delta2
    delta1 = g1*np.where(z1 <= 0, 0.0, 1.0)
    # ∂L/∂w⁽¹⁾₁₁ = δ⁽¹⁾₁·x₁
    dW1 = a0 @ delta1.T
    # ∂L/∂b⁽¹⁾₁ = δ⁽¹⁾₁
    db1 = delta1.sum(axis=1)
    gradient = np.concatenate([
        np.ravel(dW1), np.ravel(db1), np.ravel(dW2), np.ravel(db2), np.ravel(dW3), np.ravel(db3),
    ])
    return loss / t.shape[1], gradient / t.shape[1]


@np.errstate(all="ignore")
def forward(theta, inputs):
    """The outputs, a row per example."""
    W1 = array(theta[0:6]).reshape((2, 3))
    b1 = array(theta[6:9]).reshape((3,))
    W2 = array(theta[9:18]).reshape((3, 3))
    b2 = array(theta[18:21]).reshape((3,))
    W3 = array(theta[21:24]).reshape((3, 1))
    b3 = array(theta[24:25]).reshape((1,))
    a0 = columns(inputs)
    # the pre-activations of layer 1, (3, examples)
    # z⁽¹⁾₁ = w⁽¹⁾₁₁·x₁ + w⁽¹⁾₂₁·x₂ + b⁽¹⁾₁
    # z⁽¹⁾₂ = w⁽¹⁾₁₂·x₁ + w⁽¹⁾₂₂·x₂ + b⁽¹⁾₂
    # z⁽¹⁾₃ = w⁽¹⁾₁₃·x₁ + w⁽¹⁾₂₃·x₂ + b⁽¹⁾₃
    z1 = W1.T @ a0 + b1[:, None]
    # its relu activations
    # a⁽¹⁾₁ = relu(z⁽¹⁾₁)
    # a⁽¹⁾₂ = relu(z⁽¹⁾₂)
    # a⁽¹⁾₃ = relu(z⁽¹⁾₃)
    a1 = np.where(z1 <= 0, 0.0, z1)
    # the pre-activations of layer 2, (3, examples)
    # z⁽²⁾₁ = w⁽²⁾₁₁·a⁽¹⁾₁ + w⁽²⁾₂₁·a⁽¹⁾₂ + w⁽²⁾₃₁·a⁽¹⁾₃ + b⁽²⁾₁
    # z⁽²⁾₂ = w⁽²⁾₁₂·a⁽¹⁾₁ + w⁽²⁾₂₂·a⁽¹⁾₂ + w⁽²⁾₃₂·a⁽¹⁾₃ + b⁽²⁾₂
    # z⁽²⁾₃ = w⁽²⁾₁₃·a⁽¹⁾₁ + w⁽²⁾₂₃·a⁽¹⁾₂ + w⁽²⁾₃₃·a⁽¹⁾₃ + b⁽²⁾₃
    z2 = W2.T @ a1 + b2[:, None]
    # its relu activations
    # a⁽²⁾₁ = relu(z⁽²⁾₁)
    # a⁽²⁾₂ = relu(z⁽²⁾₂)
    # a⁽²⁾₃ = relu(z⁽²⁾₃)
    a2 = np.where(z2 <= 0, 0.0, z2)
    # the pre-activations of layer 3, (1, examples)
    # z⁽³⁾₁ = w⁽³⁾₁₁·a⁽²⁾₁ + w⁽³⁾₂₁·a⁽²⁾₂ + w⁽³⁾₃₁·a⁽²⁾₃ + b⁽³⁾₁
    z3 = W3.T @ a2 + b3[:, None]
    # its identity activations
    # ŷ₁ = z⁽³⁾₁
    a3 = z3
    return a3.T


if __name__ == "__main__":
    loss, gradient = loss_and_gradient(THETA, INPUTS, TARGETS)
    print("loss", float(loss))
    for name, value in zip(NAMES, gradient, strict=True):
        print(f"d loss / d {name} = {float(value)}")

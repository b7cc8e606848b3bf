"""Backpropagation in a 3-3-3-3 network, other first weights.

    inputs   3: i1, i2, i3
    layer 1  3 units, relu, a bias each
    layer 2  3 units, sigmoid, a bias each
    layer 3  3 units, softmax, a bias each
    loss     binary cross-entropy, the sum over the outputs of −(t·ln(y) + (1 − t)·ln(1 − y))

theta holds, in this order, W1 (3, 3), W2 (3, 3), W3 (3, 3). W1[i][j] is the weight from unit i to
unit j, and theta has W1 row by row. b1, b2, b3: frozen, so not in theta.

The comments are the textbook formulas; the lines under them compute the same in a form that neither
overflows nor cancels. There g is ∂loss/∂a, q is 1 − a, l is ln a, m is ln(1 − a), top the largest
pre-activation of a layer, second the largest but one.

Logarithms are natural, 0·ln 0 = 0.

Made by derive; needs nothing but NumPy.
"""

import numpy as np

NAMES = [
    "W_i1j1", "W_i1j2", "W_i1j3", "W_i2j1", "W_i2j2", "W_i2j3", "W_i3j1", "W_i3j2", "W_i3j3",
    "W_j1k1", "W_j1k2", "W_j1k3", "W_j2k1", "W_j2k2", "W_j2k3", "W_j3k1", "W_j3k2", "W_j3k3",
    "W_k1l1", "W_k1l2", "W_k1l3", "W_k2l1", "W_k2l2", "W_k2l3", "W_k3l1", "W_k3l2", "W_k3l3",
]
THETA = [
    0.1, 0.4, 0.3, 0.3, 0.7, 0.7, 0.5, 0.2, 0.9, 0.2, 0.3, 0.5, 0.3, 0.5, 0.7, 0.6, 0.4, 0.8, 0.1,
    0.4, 0.8, 0.3, 0.7, 0.2, 0.5, 0.2, 0.9,
]
FIXED = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
INPUTS = [0.1, 0.2, 0.7]
TARGETS = [1.0, 0.0, 0.0]


def array(values):
    """Numbers in double precision, as an array."""
    return np.asarray(values, dtype=np.float64)


def columns(rows):
    """(examples, n), or (n,) for a single one, as (n, examples)."""
    return np.atleast_2d(array(rows)).T


def others(v):
    """The sum of all rows but its own, for every row; never a total less its own."""
    return (1 - np.eye(len(v))) @ v


def second_largest(v):
    """The largest of every column after one largest is taken away."""
    return np.sort(np.vstack([np.full_like(v[:1], -np.inf), v]), axis=0)[-2]


@np.errstate(all="ignore")
def loss_and_gradient(theta, inputs, targets):
    """The mean of the examples' losses, and its gradient with respect to theta."""
    W1 = array(theta[0:9]).reshape((3, 3))
    W2 = array(theta[9:18]).reshape((3, 3))
    W3 = array(theta[18:27]).reshape((3, 3))
    b1 = array(FIXED[0:3]).reshape((3,))
    b2 = array(FIXED[3:6]).reshape((3,))
    b3 = array(FIXED[6:9]).reshape((3,))
    a0 = columns(inputs)
    t = columns(targets)
    # the pre-activations of layer 1, (3, examples)
    # h1_in1 = W_i1j1·i1 + W_i2j1·i2 + W_i3j1·i3 + b_j1
    # h1_in2 = W_i1j2·i1 + W_i2j2·i2 + W_i3j2·i3 + b_j2
    # h1_in3 = W_i1j3·i1 + W_i2j3·i2 + W_i3j3·i3 + b_j3
    z1 = W1.T @ a0 + b1[:, None]
    # its relu activations
    # h1_out1 = relu(h1_in1)
    # h1_out2 = relu(h1_in2)
    # h1_out3 = relu(h1_in3)
    a1 = np.where(z1 <= 0, 0.0, z1)
    # the pre-activations of layer 2, (3, examples)
    # h2_in1 = W_j1k1·h1_out1 + W_j2k1·h1_out2 + W_j3k1·h1_out3 + b_k1
    # h2_in2 = W_j1k2·h1_out1 + W_j2k2·h1_out2 + W_j3k2·h1_out3 + b_k2
    # h2_in3 = W_j1k3·h1_out1 + W_j2k3·h1_out2 + W_j3k3·h1_out3 + b_k3
    z2 = W2.T @ a1 + b2[:, None]
    # its sigmoid activations
    # h2_out1 = σ(h2_in1)
    # h2_out2 = σ(h2_in2)
    # h2_out3 = σ(h2_in3)
    e2 = np.exp(-np.abs(z2))
    r2 = 1/(1 + e2)
    a2 = np.where(z2 >= 0, r2, e2*r2)
    # the pre-activations of layer 3, (3, examples)
    # O_in1 = W_k1l1·h2_out1 + W_k2l1·h2_out2 + W_k3l1·h2_out3 + b_l1
    # O_in2 = W_k1l2·h2_out1 + W_k2l2·h2_out2 + W_k3l2·h2_out3 + b_l2
    # O_in3 = W_k1l3·h2_out1 + W_k2l3·h2_out2 + W_k3l3·h2_out3 + b_l3
    z3 = W3.T @ a2 + b3[:, None]
    # its softmax activations
    # O_out1 = exp(O_in1)/(exp(O_in1) + exp(O_in2) + exp(O_in3))
    # O_out2 = exp(O_in2)/(exp(O_in1) + exp(O_in2) + exp(O_in3))
    # O_out3 = exp(O_in3)/(exp(O_in1) + exp(O_in2) + exp(O_in3))
    top3 = z3.max(axis=0)
    e3 = np.exp(z3 - top3)
    S3 = e3.sum(axis=0)
    a3 = e3/S3
    q3 = others(e3)/S3
    lnS3 = np.log(S3)
    l3 = np.where(q3 < 0.5, np.log1p(-q3), z3 - top3 - lnS3)
    second3 = second_largest(z3)
    f3 = np.where(z3 < second3, np.exp(z3 - second3), 1.0)
    F3 = f3.sum(axis=0) - 1
    m3 = np.where(a3 < 0.5, np.log1p(-a3), second3 - top3 + np.log(F3) - lnS3)
    # the loss of every example, summed over the examples
    # E1 = −(y1·ln(O_out1) + (1 − y1)·ln(1 − O_out1))
    # E2 = −(y2·ln(O_out2) + (1 − y2)·ln(1 − O_out2))
    # E3 = −(y3·ln(O_out3) + (1 − y3)·ln(1 − O_out3))
    # E_total = E1 + E2 + E3
    v1_3 = 1 - t
    loss = np.sum(-(t*l3 + v1_3*m3))
    # the deltas of layer 3, (3, examples)
    # δ_l1 = ∂E_total/∂O_out1·∂O_out1/∂O_in1 + ∂E_total/∂O_out2·∂O_out2/∂O_in1 +
    #     ∂E_total/∂O_out3·∂O_out3/∂O_in1
    # δ_l2 = ∂E_total/∂O_out1·∂O_out1/∂O_in2 + ∂E_total/∂O_out2·∂O_out2/∂O_in2 +
    #     ∂E_total/∂O_out3·∂O_out3/∂O_in2
    # δ_l3 = ∂E_total/∂O_out1·∂O_out1/∂O_in3 + ∂E_total/∂O_out2·∂O_out2/∂O_in3 +
    #     ∂E_total/∂O_out3·∂O_out3/∂O_in3
    B3 = -t
    C3 = -v1_3
    rest3 = np.where(z3 == top3, 0.0, C3*a3/q3)
    toprest3 = np.where(z3 == top3, C3*a3/F3, 0.0)
    delta3 = q3*B3 - a3*others(B3) + a3*others(rest3) + f3*others(toprest3) - a3*C3
    # ∂E_total/∂W_k1l1 = δ_l1·h2_out1
    dW3 = a2 @ delta3.T
    # the deltas of layer 2, (3, examples)
    # δ_k1 = (W_k1l1·δ_l1 + W_k1l2·δ_l2 + W_k1l3·δ_l3)·h2_out1·(1 − h2_out1)
    # δ_k2 = (W_k2l1·δ_l1 + W_k2l2·δ_l2 + W_k2l3·δ_l3)·h2_out2·(1 − h2_out2)
    # δ_k3 = (W_k3l1·δ_l1 + W_k3l2·δ_l2 + W_k3l3·δ_l3)·h2_out3·(1 − h2_out3)
    g2 = W3 @ delta3
    delta2 = g2*e2*r2*r2
    # ∂E_total/∂W_j1k1 = δ_k1·h1_out1
    dW2 = a1 @ delta2.T
    # the deltas of layer 1, (3, examples)
    # δ_j1 = (W_j1k1·δ_k1 + W_j1k2·δ_k2 + W_j1k3·δ_k3)·relu′(h1_in1)
    # δ_j2 = (W_j2k1·δ_k1 + W_j2k2·δ_k2 + W_j2k3·δ_k3)·relu′(h1_in2)
    # δ_j3 = (W_j3k1·δ_k1 + W_j3k2·δ_k2 + W_j3k3·δ_k3)·relu′(h1_in3)
    g1 = W2 @ delta2
    delta1 = g1*np.where(z1 <= 0, 0.0, 1.0)
    # ∂E_total/∂W_i1j1 = δ_j1·i1
    dW1 = a0 @ delta1.T
    gradient = np.concatenate([np.ravel(dW1), np.ravel(dW2), np.ravel(dW3)])
    return loss / t.shape[1], gradient / t.shape[1]


@np.errstate(all="ignore")
def forward(theta, inputs):
    """The outputs, a row per example."""
    W1 = array(theta[0:9]).reshape((3, 3))
    W2 = array(theta[9:18]).reshape((3, 3))
    W3 = array(theta[18:27]).reshape((3, 3))
    b1 = array(FIXED[0:3]).reshape((3,))
    b2 = array(FIXED[3:6]).reshape((3,))
    b3 = array(FIXED[6:9]).reshape((3,))
    a0 = columns(inputs)
    # the pre-activations of layer 1, (3, examples)
    # h1_in1 = W_i1j1·i1 + W_i2j1·i2 + W_i3j1·i3 + b_j1
    # h1_in2 = W_i1j2·i1 + W_i2j2·i2 + W_i3j2·i3 + b_j2
    # h1_in3 = W_i1j3·i1 + W_i2j3·i2 + W_i3j3·i3 + b_j3
    z1 = W1.T @ a0 + b1[:, None]
    # its relu activations
    # h1_out1 = relu(h1_in1)
    # h1_out2 = relu(h1_in2)
    # h1_out3 = relu(h1_in3)
    a1 = np.where(z1 <= 0, 0.0, z1)
    # the pre-activations of layer 2, (3, examples)
    # h2_in1 = W_j1k1·h1_out1 + W_j2k1·h1_out2 + W_j3k1·h1_out3 + b_k1
    # h2_in2 = W_j1k2·h1_out1 + W_j2k2·h1_out2 + W_j3k2·h1_out3 + b_k2
    # h2_in3 = W_j1k3·h1_out1 + W_j2k3·h1_out2 + W_j3k3·h1_out3 + b_k3
    z2 = W2.T @ a1 + b2[:, None]
    # its sigmoid activations
    # h2_out1 = σ(h2_in1)
    # h2_out2 = σ(h2_in2)
    # h2_out3 = σ(h2_in3)
    e2 = np.exp(-np.abs(z2))
    r2 = 1/(1 + e2)
    a2 = np.where(z2 >= 0, r2, e2*r2)
    # the pre-activations of layer 3, (3, examples)
    # O_in1 = W_k1l1·h2_out1 + W_k2l1·h2_out2 + W_k3l1·h2_out3 + b_l1
    # O_in2 = W_k1l2·h2_out1 + W_k2l2·h2_out2 + W_k3l2·h2_out3 + b_l2
    # O_in3 = W_k1l3·h2_out1 + W_k2l3·h2_out2 + W_k3l3·h2_out3 + b_l3
    z3 = W3.T @ a2 + b3[:, None]
    # its softmax activations
    # O_out1 = exp(O_in1)/(exp(O_in1) + exp(O_in2) + exp(O_in3))
    # O_out2 = exp(O_in2)/(exp(O_in1) + exp(O_in2) + exp(O_in3))
    # O_out3 = exp(O_in3)/(exp(O_in1) + exp(O_in2) + exp(O_in3))
    top3 = z3.max(axis=0)
    e3 = np.exp(z3 - top3)
    S3 = e3.sum(axis=0)
    a3 = e3/S3
    return a3.T


if __name__ == "__main__":
    loss, gradient = loss_and_gradient(THETA, INPUTS, TARGETS)
    print("loss", float(loss))
    for name, value in zip(NAMES, gradient, strict=True):
        print(f"d loss / d {name} = {float(value)}")

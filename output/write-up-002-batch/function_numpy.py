"""A batch of three through a 3-3-3-3 network.

    inputs   3: i1, i2, i3
    layer 1  3 units, relu, a bias each
    layer 2  3 units, sigmoid, a bias each
    layer 3  3 units, softmax, a bias each
    loss     binary cross-entropy, the sum over the outputs of −(t·ln(y) + (1 − t)·ln(1 − y)), the
             mean over the examples

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
    0.1, 0.2, 0.3, 0.3, 0.2, 0.7, 0.4, 0.3, 0.9, 0.2, 0.3, 0.5, 0.3, 0.5, 0.7, 0.6, 0.4, 0.8, 0.1,
    0.4, 0.8, 0.3, 0.7, 0.2, 0.5, 0.2, 0.9,
]
FIXED = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
INPUTS = [[0.1, 0.2, 0.7], [0.4, 0.3, 0.2], [0.9, 0.1, 0.5]]
TARGETS = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]


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


def second_largest(v):
    """The largest of every column after one largest is taken away."""
    top = v.max(axis=0)
    is_top = v == top
    rest = np.where(is_top, -np.inf, v).max(axis=0)
    return np.where(is_top.sum(axis=0) > 1, top, rest)


def outer(a, delta, out):
    """a·deltaᵀ, summed over the examples; of a single one a plain product is much faster."""
    (np.multiply if a.shape[1] == 1 else np.matmul)(a, delta.T, out=out)


def loss_and_gradient_of_tile(parameters, a0, t, gradients):
    """The sum of some examples' losses; its derivatives go into gradients."""
    W1, b1, W2, b2, W3, b3 = parameters
    dW1, dW2, dW3 = gradients
    # the pre-activations of layer 1, (3, examples)
    # h1_in1 = W_i1j1·i1 + W_i2j1·i2 + W_i3j1·i3 + b_j1
    # h1_in2 = W_i1j2·i1 + W_i2j2·i2 + W_i3j2·i3 + b_j2
    # h1_in3 = W_i1j3·i1 + W_i2j3·i2 + W_i3j3·i3 + b_j3
    z1 = W1.T @ a0
    z1 += b1[:, None]
    # its relu activations
    # h1_out1 = relu(h1_in1)
    # h1_out2 = relu(h1_in2)
    # h1_out3 = relu(h1_in3)
    a1 = np.maximum(z1, 0.0)
    # the pre-activations of layer 2, (3, examples)
    # h2_in1 = W_j1k1·h1_out1 + W_j2k1·h1_out2 + W_j3k1·h1_out3 + b_k1
    # h2_in2 = W_j1k2·h1_out1 + W_j2k2·h1_out2 + W_j3k2·h1_out3 + b_k2
    # h2_in3 = W_j1k3·h1_out1 + W_j2k3·h1_out2 + W_j3k3·h1_out3 + b_k3
    z2 = W2.T @ a1
    z2 += b2[:, None]
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
    z3 = W3.T @ a2
    z3 += b3[:, None]
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
    outer(a2, delta3, dW3)
    # the deltas of layer 2, (3, examples)
    # δ_k1 = (W_k1l1·δ_l1 + W_k1l2·δ_l2 + W_k1l3·δ_l3)·h2_out1·(1 − h2_out1)
    # δ_k2 = (W_k2l1·δ_l1 + W_k2l2·δ_l2 + W_k2l3·δ_l3)·h2_out2·(1 − h2_out2)
    # δ_k3 = (W_k3l1·δ_l1 + W_k3l2·δ_l2 + W_k3l3·δ_l3)·h2_out3·(1 − h2_out3)
    g2 = W3 @ delta3
    delta2 = g2*e2*r2*r2
    # ∂E_total/∂W_j1k1 = δ_k1·h1_out1
    outer(a1, delta2, dW2)
    # the deltas of layer 1, (3, examples)
    # δ_j1 = (W_j1k1·δ_k1 + W_j1k2·δ_k2 + W_j1k3·δ_k3)·relu′(h1_in1)
    # δ_j2 = (W_j2k1·δ_k1 + W_j2k2·δ_k2 + W_j2k3·δ_k3)·relu′(h1_in2)
    # δ_j3 = (W_j3k1·δ_k1 + W_j3k2·δ_k2 + W_j3k3·δ_k3)·relu′(h1_in3)
    g1 = W2 @ delta2
    delta1 = g1*~(z1 <= 0)
    # ∂E_total/∂W_i1j1 = δ_j1·i1
    outer(a0, delta1, dW1)
    return loss


def views(flat):
    """The trained parameters, or their gradients, as parts of a flat array."""
    return (flat[0:9].reshape((3, 3)), flat[9:18].reshape((3, 3)), flat[18:27].reshape((3, 3)))


def loss_and_gradient_of_batch(parameters, inputs, targets):
    """The mean of the examples' losses, and its gradient, tile after tile."""
    count = len(inputs)
    loss, total = 0.0, np.empty(27)
    with np.errstate(all="ignore"):
        for start in range(0, count, 4096):
            tile = slice(start, start + 4096)
            part = np.empty(27) if start else total
            loss += loss_and_gradient_of_tile(
                parameters, inputs[tile].T, targets[tile].T, views(part)
            )
            if start:
                total += part
    total /= count
    return float(loss) / count, total


def forward_of_tile(parameters, a0):
    """The outputs, a column per example."""
    W1, b1, W2, b2, W3, b3 = parameters
    # the pre-activations of layer 1, (3, examples)
    # h1_in1 = W_i1j1·i1 + W_i2j1·i2 + W_i3j1·i3 + b_j1
    # h1_in2 = W_i1j2·i1 + W_i2j2·i2 + W_i3j2·i3 + b_j2
    # h1_in3 = W_i1j3·i1 + W_i2j3·i2 + W_i3j3·i3 + b_j3
    z1 = W1.T @ a0
    z1 += b1[:, None]
    # its relu activations
    # h1_out1 = relu(h1_in1)
    # h1_out2 = relu(h1_in2)
    # h1_out3 = relu(h1_in3)
    a1 = np.maximum(z1, 0.0)
    # the pre-activations of layer 2, (3, examples)
    # h2_in1 = W_j1k1·h1_out1 + W_j2k1·h1_out2 + W_j3k1·h1_out3 + b_k1
    # h2_in2 = W_j1k2·h1_out1 + W_j2k2·h1_out2 + W_j3k2·h1_out3 + b_k2
    # h2_in3 = W_j1k3·h1_out1 + W_j2k3·h1_out2 + W_j3k3·h1_out3 + b_k3
    z2 = W2.T @ a1
    z2 += b2[:, None]
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
    z3 = W3.T @ a2
    z3 += b3[:, None]
    # its softmax activations
    # O_out1 = exp(O_in1)/(exp(O_in1) + exp(O_in2) + exp(O_in3))
    # O_out2 = exp(O_in2)/(exp(O_in1) + exp(O_in2) + exp(O_in3))
    # O_out3 = exp(O_in3)/(exp(O_in1) + exp(O_in2) + exp(O_in3))
    top3 = z3.max(axis=0)
    e3 = np.exp(z3 - top3)
    S3 = e3.sum(axis=0)
    a3 = e3/S3
    return a3


def forward_of_batch(parameters, inputs):
    """The outputs, a row per example."""
    outputs = np.empty((len(inputs), 3))
    with np.errstate(all="ignore"):
        for start in range(0, len(inputs), 4096):
            tile = slice(start, start + 4096)
            outputs[tile] = forward_of_tile(parameters, inputs[tile].T).T
    return outputs


def parameters_of(theta):
    """Every array of weights and biases, in the order of the layers."""
    W1, W2, W3 = views(np.asarray(theta, dtype=float))
    b1 = np.array(FIXED[0:3]).reshape((3,))
    b2 = np.array(FIXED[3:6]).reshape((3,))
    b3 = np.array(FIXED[6:9]).reshape((3,))
    return (W1, b1, W2, b2, W3, b3)


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

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

Made by derive; needs nothing but Python.
"""

from math import exp, log1p, tanh

NAMES = ["w1", "w3", "w2", "w4", "b1", "b2", "w5", "w6", "b3"]
THETA = [0.5, -0.3, 0.4, 0.8, 0.1, -0.2, 0.7, -0.6, 0.05]
INPUTS = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
TARGETS = [[1.0], [1.0], [0.0]]


def of_example(theta, inputs, targets):
    """The loss of one example, and its gradient with respect to theta."""
    w1, w3, w2, w4, b1, b2, w5, w6, b3 = theta
    i1, i2 = inputs
    (t1,) = targets
    # h1 = W1·i1 + W2·i2 + b1
    h1 = w1*i1 + w2*i2 + b1
    # h2 = W3·i1 + W4·i2 + b2
    h2 = w3*i1 + w4*i2 + b2
    # a_h1 = tanh(h1)
    a_h1 = tanh(h1)
    e_h1 = exp(-2*abs(h1))
    r_h1 = 1/(1 + e_h1)
    # a_h2 = tanh(h2)
    a_h2 = tanh(h2)
    e_h2 = exp(-2*abs(h2))
    r_h2 = 1/(1 + e_h2)
    # o1 = W5·a_h1 + W6·a_h2 + b3
    o1 = w5*a_h1 + w6*a_h2 + b3
    # a_o1 = σ(o1)
    e_o1 = exp(-abs(o1))
    r_o1 = 1/(1 + e_o1)
    a_o1 = r_o1 if o1 >= 0 else e_o1*r_o1
    q_o1 = e_o1*r_o1 if o1 >= 0 else r_o1
    l_o1 = (0.0 if o1 >= 0 else o1) - log1p(e_o1)
    m_o1 = (-o1 if o1 >= 0 else 0.0) - log1p(e_o1)
    # E_Total = −(t1·ln(a_o1) + (1 − t1)·ln(1 − a_o1))
    v1_o1 = 1 - t1
    E_Total = -(t1*l_o1 + v1_o1*m_o1)
    # δ_o1 = (−t1/a_o1 + (1 − t1)/(1 − a_o1))·a_o1·(1 − a_o1)
    delta_o1 = -t1*q_o1 + v1_o1*a_o1
    # ∂E_Total/∂W5 = δ_o1·a_h1
    dE_Total_dw5 = delta_o1*a_h1
    # ∂E_Total/∂W6 = δ_o1·a_h2
    dE_Total_dw6 = delta_o1*a_h2
    # ∂E_Total/∂b3 = δ_o1
    dE_Total_db3 = delta_o1
    # δ_h1 = W5·δ_o1·(1 − a_h1²)
    g_h1 = w5*delta_o1
    delta_h1 = 4*g_h1*e_h1*r_h1*r_h1
    # δ_h2 = W6·δ_o1·(1 − a_h2²)
    g_h2 = w6*delta_o1
    delta_h2 = 4*g_h2*e_h2*r_h2*r_h2
    # ∂E_Total/∂W1 = δ_h1·i1
    dE_Total_dw1 = delta_h1*i1
    # ∂E_Total/∂W3 = δ_h2·i1
    dE_Total_dw3 = delta_h2*i1
    # ∂E_Total/∂W2 = δ_h1·i2
    dE_Total_dw2 = delta_h1*i2
    # ∂E_Total/∂W4 = δ_h2·i2
    dE_Total_dw4 = delta_h2*i2
    # ∂E_Total/∂b1 = δ_h1
    dE_Total_db1 = delta_h1
    # ∂E_Total/∂b2 = δ_h2
    dE_Total_db2 = delta_h2
    return E_Total, [
        dE_Total_dw1, dE_Total_dw3, dE_Total_dw2, dE_Total_dw4, dE_Total_db1, dE_Total_db2,
        dE_Total_dw5, dE_Total_dw6, dE_Total_db3,
    ]


def loss_and_gradient(theta, inputs, targets):
    """The mean of the examples' losses, and its gradient with respect to theta."""
    loss, gradient = 0.0, [0.0] * len(theta)
    for x, t in zip(inputs, targets, strict=True):
        of_one, by_theta = of_example(theta, x, t)
        loss += of_one
        gradient = [a + b for a, b in zip(gradient, by_theta, strict=True)]
    return loss / len(inputs), [value / len(inputs) for value in gradient]


def forward(theta, inputs):
    """The outputs for one example."""
    w1, w3, w2, w4, b1, b2, w5, w6, b3 = theta
    i1, i2 = inputs
    # h1 = W1·i1 + W2·i2 + b1
    h1 = w1*i1 + w2*i2 + b1
    # h2 = W3·i1 + W4·i2 + b2
    h2 = w3*i1 + w4*i2 + b2
    # a_h1 = tanh(h1)
    a_h1 = tanh(h1)
    # a_h2 = tanh(h2)
    a_h2 = tanh(h2)
    # o1 = W5·a_h1 + W6·a_h2 + b3
    o1 = w5*a_h1 + w6*a_h2 + b3
    # a_o1 = σ(o1)
    e_o1 = exp(-abs(o1))
    r_o1 = 1/(1 + e_o1)
    a_o1 = r_o1 if o1 >= 0 else e_o1*r_o1
    return [a_o1]


if __name__ == "__main__":
    loss, gradient = loss_and_gradient(THETA, INPUTS, TARGETS)
    print("loss", loss)
    for name, value in zip(NAMES, gradient, strict=True):
        print(f"d loss / d {name} = {value}")

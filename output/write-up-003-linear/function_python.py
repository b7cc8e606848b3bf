"""Learning a sum with a linear output.

    inputs   2: x1, x2
    layer 1  2 units, sigmoid, no biases
    layer 2  1 unit, identity, no biases
    loss     half squared error, the sum over the outputs of 1/2·(y − t)²

theta holds, in this order, W1 (2, 2), W2 (2, 1). W1[i][j] is the weight from unit i to unit j, and
theta has W1 row by row.

The comments are the textbook formulas; the lines under them compute the same in a form that neither
overflows nor cancels. There g is ∂loss/∂a.

Logarithms are natural, 0·ln 0 = 0.

Made by derive; needs nothing but Python.
"""

from math import exp

NAMES = ["w11", "w12", "w21", "w22", "w_h1", "w_h2"]
THETA = [0.2, 0.3, 0.4, 0.7, 0.6, -0.1]
INPUTS = [1.1, 2.2]
TARGETS = [3.3]


def loss_and_gradient(theta, inputs, targets):
    """The loss of one example, and its gradient with respect to theta."""
    w11, w12, w21, w22, w_h1, w_h2 = theta
    x1, x2 = inputs
    (y,) = targets
    # z1 = w11·x1 + w21·x2
    z1 = w11*x1 + w21*x2
    # z2 = w12·x1 + w22·x2
    z2 = w12*x1 + w22*x2
    # a1 = σ(z1)
    e_z1 = exp(-abs(z1))
    r_z1 = 1/(1 + e_z1)
    a1 = r_z1 if z1 >= 0 else e_z1*r_z1
    # a2 = σ(z2)
    e_z2 = exp(-abs(z2))
    r_z2 = 1/(1 + e_z2)
    a2 = r_z2 if z2 >= 0 else e_z2*r_z2
    # z_o = w_h1·a1 + w_h2·a2
    z_o = w_h1*a1 + w_h2*a2
    # y_pred = z_o
    y_pred = z_o
    # Loss = 1/2·(y_pred − y)²
    v1_z_o = y_pred - y
    Loss = 0.5*v1_z_o*v1_z_o
    # δ_o = y_pred − y
    delta_o = v1_z_o
    # ∂Loss/∂w_h1 = δ_o·a1
    dLoss_dw_h1 = delta_o*a1
    # ∂Loss/∂w_h2 = δ_o·a2
    dLoss_dw_h2 = delta_o*a2
    # δ1 = w_h1·δ_o·a1·(1 − a1)
    g_z1 = w_h1*delta_o
    delta1 = g_z1*e_z1*r_z1*r_z1
    # δ2 = w_h2·δ_o·a2·(1 − a2)
    g_z2 = w_h2*delta_o
    delta2 = g_z2*e_z2*r_z2*r_z2
    # ∂Loss/∂w11 = δ1·x1
    dLoss_dw11 = delta1*x1
    # ∂Loss/∂w12 = δ2·x1
    dLoss_dw12 = delta2*x1
    # ∂Loss/∂w21 = δ1·x2
    dLoss_dw21 = delta1*x2
    # ∂Loss/∂w22 = δ2·x2
    dLoss_dw22 = delta2*x2
    return Loss, [dLoss_dw11, dLoss_dw12, dLoss_dw21, dLoss_dw22, dLoss_dw_h1, dLoss_dw_h2]


def forward(theta, inputs):
    """The outputs for one example."""
    w11, w12, w21, w22, w_h1, w_h2 = theta
    x1, x2 = inputs
    # z1 = w11·x1 + w21·x2
    z1 = w11*x1 + w21*x2
    # z2 = w12·x1 + w22·x2
    z2 = w12*x1 + w22*x2
    # a1 = σ(z1)
    e_z1 = exp(-abs(z1))
    r_z1 = 1/(1 + e_z1)
    a1 = r_z1 if z1 >= 0 else e_z1*r_z1
    # a2 = σ(z2)
    e_z2 = exp(-abs(z2))
    r_z2 = 1/(1 + e_z2)
    a2 = r_z2 if z2 >= 0 else e_z2*r_z2
    # z_o = w_h1·a1 + w_h2·a2
    z_o = w_h1*a1 + w_h2*a2
    # y_pred = z_o
    y_pred = z_o
    return [y_pred]


def target_values(inputs):
    """The targets of one example, from its inputs."""
    x1, x2 = inputs
    # y = x1 + x2
    y = x1 + x2
    return [y]


if __name__ == "__main__":
    loss, gradient = loss_and_gradient(THETA, INPUTS, TARGETS)
    print("loss", loss)
    for name, value in zip(NAMES, gradient, strict=True):
        print(f"d loss / d {name} = {value}")

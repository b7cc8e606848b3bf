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

Made by derive; needs nothing but Python.

The network lacks numbers of its own: those missing are made up below.
"""

from math import exp, log, log1p, tanh

NAMES = [
    "w11", "w12", "w21", "w22", "b1", "b2", "w_h1_o1", "w_h1_o2", "w_h2_o1", "w_h2_o2", "b_o1",
    "b_o2",
]
THETA = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.1, 0.2, 0.3]
INPUTS = [0.1, 0.2]
TARGETS = [1.0, 0.0]


def loss_and_gradient(theta, inputs, targets):
    """The loss of one example, and its gradient with respect to theta."""
    w11, w12, w21, w22, b1, b2, w_h1_o1, w_h1_o2, w_h2_o1, w_h2_o2, b_o1, b_o2 = theta
    x1, x2 = inputs
    y1, y2 = targets
    # z1 = w11·x1 + w21·x2 + b1
    z1 = w11*x1 + w21*x2 + b1
    # z2 = w12·x1 + w22·x2 + b2
    z2 = w12*x1 + w22*x2 + b2
    # a1 = tanh(z1)
    a1 = tanh(z1)
    e_z1 = exp(-2*abs(z1))
    r_z1 = 1/(1 + e_z1)
    # a2 = tanh(z2)
    a2 = tanh(z2)
    e_z2 = exp(-2*abs(z2))
    r_z2 = 1/(1 + e_z2)
    # z_o1 = w_h1_o1·a1 + w_h2_o1·a2 + b_o1
    z_o1 = w_h1_o1*a1 + w_h2_o1*a2 + b_o1
    # z_o2 = w_h1_o2·a1 + w_h2_o2·a2 + b_o2
    z_o2 = w_h1_o2*a1 + w_h2_o2*a2 + b_o2
    # y_pred1 = exp(z_o1)/(exp(z_o1) + exp(z_o2))
    # y_pred2 = exp(z_o2)/(exp(z_o1) + exp(z_o2))
    top_2 = max(z_o1, z_o2)
    e_z_o1 = exp(z_o1 - top_2)
    e_z_o2 = exp(z_o2 - top_2)
    S_2 = e_z_o1 + e_z_o2
    y_pred1 = e_z_o1/S_2
    y_pred2 = e_z_o2/S_2
    q_z_o1 = e_z_o2/S_2
    q_z_o2 = e_z_o1/S_2
    lnS_2 = log(S_2)
    l_z_o1 = log1p(-q_z_o1) if q_z_o1 < 0.5 else z_o1 - top_2 - lnS_2
    l_z_o2 = log1p(-q_z_o2) if q_z_o2 < 0.5 else z_o2 - top_2 - lnS_2
    # Loss1 = −y1·ln(y_pred1)
    Loss1 = -y1*l_z_o1
    # Loss2 = −y2·ln(y_pred2)
    Loss2 = -y2*l_z_o2
    # Loss = Loss1 + Loss2
    Loss = Loss1 + Loss2
    # δ_o1 = ∂Loss/∂y_pred1·∂y_pred1/∂z_o1 + ∂Loss/∂y_pred2·∂y_pred2/∂z_o1
    # δ_o2 = ∂Loss/∂y_pred1·∂y_pred1/∂z_o2 + ∂Loss/∂y_pred2·∂y_pred2/∂z_o2
    B_z_o1 = -y1
    B_z_o2 = -y2
    delta_o1 = q_z_o1*B_z_o1 - y_pred1*B_z_o2
    delta_o2 = q_z_o2*B_z_o2 - y_pred2*B_z_o1
    # ∂Loss/∂w_h1_o1 = δ_o1·a1
    dLoss_dw_h1_o1 = delta_o1*a1
    # ∂Loss/∂w_h1_o2 = δ_o2·a1
    dLoss_dw_h1_o2 = delta_o2*a1
    # ∂Loss/∂w_h2_o1 = δ_o1·a2
    dLoss_dw_h2_o1 = delta_o1*a2
    # ∂Loss/∂w_h2_o2 = δ_o2·a2
    dLoss_dw_h2_o2 = delta_o2*a2
    # ∂Loss/∂b_o1 = δ_o1
    dLoss_db_o1 = delta_o1
    # ∂Loss/∂b_o2 = δ_o2
    dLoss_db_o2 = delta_o2
    # δ1 = (w_h1_o1·δ_o1 + w_h1_o2·δ_o2)·(1 − a1²)
    g_z1 = w_h1_o1*delta_o1 + w_h1_o2*delta_o2
    delta1 = 4*g_z1*e_z1*r_z1*r_z1
    # δ2 = (w_h2_o1·δ_o1 + w_h2_o2·δ_o2)·(1 − a2²)
    g_z2 = w_h2_o1*delta_o1 + w_h2_o2*delta_o2
    delta2 = 4*g_z2*e_z2*r_z2*r_z2
    # ∂Loss/∂w11 = δ1·x1
    dLoss_dw11 = delta1*x1
    # ∂Loss/∂w12 = δ2·x1
    dLoss_dw12 = delta2*x1
    # ∂Loss/∂w21 = δ1·x2
    dLoss_dw21 = delta1*x2
    # ∂Loss/∂w22 = δ2·x2
    dLoss_dw22 = delta2*x2
    # ∂Loss/∂b1 = δ1
    dLoss_db1 = delta1
    # ∂Loss/∂b2 = δ2
    dLoss_db2 = delta2
    return Loss, [
        dLoss_dw11, dLoss_dw12, dLoss_dw21, dLoss_dw22, dLoss_db1, dLoss_db2, dLoss_dw_h1_o1,
        dLoss_dw_h1_o2, dLoss_dw_h2_o1, dLoss_dw_h2_o2, dLoss_db_o1, dLoss_db_o2,
    ]


def forward(theta, inputs):
    """The outputs for one example."""
    w11, w12, w21, w22, b1, b2, w_h1_o1, w_h1_o2, w_h2_o1, w_h2_o2, b_o1, b_o2 = theta
    x1, x2 = inputs
    # z1 = w11·x1 + w21·x2 + b1
    z1 = w11*x1 + w21*x2 + b1
    # z2 = w12·x1 + w22·x2 + b2
    z2 = w12*x1 + w22*x2 + b2
    # a1 = tanh(z1)
    a1 = tanh(z1)
    # a2 = tanh(z2)
    a2 = tanh(z2)
    # z_o1 = w_h1_o1·a1 + w_h2_o1·a2 + b_o1
    z_o1 = w_h1_o1*a1 + w_h2_o1*a2 + b_o1
    # z_o2 = w_h1_o2·a1 + w_h2_o2·a2 + b_o2
    z_o2 = w_h1_o2*a1 + w_h2_o2*a2 + b_o2
    # y_pred1 = exp(z_o1)/(exp(z_o1) + exp(z_o2))
    # y_pred2 = exp(z_o2)/(exp(z_o1) + exp(z_o2))
    top_2 = max(z_o1, z_o2)
    e_z_o1 = exp(z_o1 - top_2)
    e_z_o2 = exp(z_o2 - top_2)
    S_2 = e_z_o1 + e_z_o2
    y_pred1 = e_z_o1/S_2
    y_pred2 = e_z_o2/S_2
    return [y_pred1, y_pred2]


if __name__ == "__main__":
    loss, gradient = loss_and_gradient(THETA, INPUTS, TARGETS)
    print("loss", loss)
    for name, value in zip(NAMES, gradient, strict=True):
        print(f"d loss / d {name} = {value}")

"""Backpropagation in a 3-3-3-3 network.

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

Made by derive; needs nothing but Python.
"""

from math import exp, inf, log, log1p

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
INPUTS = [0.1, 0.2, 0.7]
TARGETS = [1.0, 0.0, 0.0]


def second_largest(*values):
    return sorted(values)[-2] if len(values) > 1 else -inf


def loss_and_gradient(theta, inputs, targets):
    """The loss of one example, and its gradient with respect to theta."""
    (
        W_i1j1, W_i1j2, W_i1j3, W_i2j1, W_i2j2, W_i2j3, W_i3j1, W_i3j2, W_i3j3, W_j1k1, W_j1k2,
        W_j1k3, W_j2k1, W_j2k2, W_j2k3, W_j3k1, W_j3k2, W_j3k3, W_k1l1, W_k1l2, W_k1l3, W_k2l1,
        W_k2l2, W_k2l3, W_k3l1, W_k3l2, W_k3l3,
    ) = theta
    i1, i2, i3 = inputs
    y1, y2, y3 = targets
    b_j1, b_j2, b_j3, b_k1, b_k2, b_k3, b_l1, b_l2, b_l3 = FIXED
    # h1_in1 = W_i1j1·i1 + W_i2j1·i2 + W_i3j1·i3 + b_j1
    h1_in1 = W_i1j1*i1 + W_i2j1*i2 + W_i3j1*i3 + b_j1
    # h1_in2 = W_i1j2·i1 + W_i2j2·i2 + W_i3j2·i3 + b_j2
    h1_in2 = W_i1j2*i1 + W_i2j2*i2 + W_i3j2*i3 + b_j2
    # h1_in3 = W_i1j3·i1 + W_i2j3·i2 + W_i3j3·i3 + b_j3
    h1_in3 = W_i1j3*i1 + W_i2j3*i2 + W_i3j3*i3 + b_j3
    # h1_out1 = relu(h1_in1)
    h1_out1 = 0.0 if h1_in1 <= 0 else h1_in1
    # h1_out2 = relu(h1_in2)
    h1_out2 = 0.0 if h1_in2 <= 0 else h1_in2
    # h1_out3 = relu(h1_in3)
    h1_out3 = 0.0 if h1_in3 <= 0 else h1_in3
    # h2_in1 = W_j1k1·h1_out1 + W_j2k1·h1_out2 + W_j3k1·h1_out3 + b_k1
    h2_in1 = W_j1k1*h1_out1 + W_j2k1*h1_out2 + W_j3k1*h1_out3 + b_k1
    # h2_in2 = W_j1k2·h1_out1 + W_j2k2·h1_out2 + W_j3k2·h1_out3 + b_k2
    h2_in2 = W_j1k2*h1_out1 + W_j2k2*h1_out2 + W_j3k2*h1_out3 + b_k2
    # h2_in3 = W_j1k3·h1_out1 + W_j2k3·h1_out2 + W_j3k3·h1_out3 + b_k3
    h2_in3 = W_j1k3*h1_out1 + W_j2k3*h1_out2 + W_j3k3*h1_out3 + b_k3
    # h2_out1 = σ(h2_in1)
    e_h2_in1 = exp(-abs(h2_in1))
    r_h2_in1 = 1/(1 + e_h2_in1)
    h2_out1 = r_h2_in1 if h2_in1 >= 0 else e_h2_in1*r_h2_in1
    # h2_out2 = σ(h2_in2)
    e_h2_in2 = exp(-abs(h2_in2))
    r_h2_in2 = 1/(1 + e_h2_in2)
    h2_out2 = r_h2_in2 if h2_in2 >= 0 else e_h2_in2*r_h2_in2
    # h2_out3 = σ(h2_in3)
    e_h2_in3 = exp(-abs(h2_in3))
    r_h2_in3 = 1/(1 + e_h2_in3)
    h2_out3 = r_h2_in3 if h2_in3 >= 0 else e_h2_in3*r_h2_in3
    # O_in1 = W_k1l1·h2_out1 + W_k2l1·h2_out2 + W_k3l1·h2_out3 + b_l1
    O_in1 = W_k1l1*h2_out1 + W_k2l1*h2_out2 + W_k3l1*h2_out3 + b_l1
    # O_in2 = W_k1l2·h2_out1 + W_k2l2·h2_out2 + W_k3l2·h2_out3 + b_l2
    O_in2 = W_k1l2*h2_out1 + W_k2l2*h2_out2 + W_k3l2*h2_out3 + b_l2
    # O_in3 = W_k1l3·h2_out1 + W_k2l3·h2_out2 + W_k3l3·h2_out3 + b_l3
    O_in3 = W_k1l3*h2_out1 + W_k2l3*h2_out2 + W_k3l3*h2_out3 + b_l3
    # O_out1 = exp(O_in1)/(exp(O_in1) + exp(O_in2) + exp(O_in3))
    # O_out2 = exp(O_in2)/(exp(O_in1) + exp(O_in2) + exp(O_in3))
    # O_out3 = exp(O_in3)/(exp(O_in1) + exp(O_in2) + exp(O_in3))
    top_3 = max(O_in1, O_in2, O_in3)
    e_O_in1 = exp(O_in1 - top_3)
    e_O_in2 = exp(O_in2 - top_3)
    e_O_in3 = exp(O_in3 - top_3)
    S_3 = e_O_in1 + e_O_in2 + e_O_in3
    O_out1 = e_O_in1/S_3
    O_out2 = e_O_in2/S_3
    O_out3 = e_O_in3/S_3
    q_O_in1 = (e_O_in2 + e_O_in3)/S_3
    q_O_in2 = (e_O_in1 + e_O_in3)/S_3
    q_O_in3 = (e_O_in1 + e_O_in2)/S_3
    lnS_3 = log(S_3)
    l_O_in1 = log1p(-q_O_in1) if q_O_in1 < 0.5 else O_in1 - top_3 - lnS_3
    l_O_in2 = log1p(-q_O_in2) if q_O_in2 < 0.5 else O_in2 - top_3 - lnS_3
    l_O_in3 = log1p(-q_O_in3) if q_O_in3 < 0.5 else O_in3 - top_3 - lnS_3
    second_3 = second_largest(O_in1, O_in2, O_in3)
    f_O_in1 = exp(O_in1 - second_3) if O_in1 < second_3 else 1.0
    f_O_in2 = exp(O_in2 - second_3) if O_in2 < second_3 else 1.0
    f_O_in3 = exp(O_in3 - second_3) if O_in3 < second_3 else 1.0
    F_3 = f_O_in1 + f_O_in2 + f_O_in3 - 1
    m_O_in1 = log1p(-O_out1) if O_out1 < 0.5 else second_3 - top_3 + log(F_3) - lnS_3
    m_O_in2 = log1p(-O_out2) if O_out2 < 0.5 else second_3 - top_3 + log(F_3) - lnS_3
    m_O_in3 = log1p(-O_out3) if O_out3 < 0.5 else second_3 - top_3 + log(F_3) - lnS_3
    # E1 = −(y1·ln(O_out1) + (1 − y1)·ln(1 − O_out1))
    v1_O_in1 = 1 - y1
    E1 = -(y1*l_O_in1 + v1_O_in1*m_O_in1)
    # E2 = −(y2·ln(O_out2) + (1 − y2)·ln(1 − O_out2))
    v1_O_in2 = 1 - y2
    E2 = -(y2*l_O_in2 + v1_O_in2*m_O_in2)
    # E3 = −(y3·ln(O_out3) + (1 − y3)·ln(1 − O_out3))
    v1_O_in3 = 1 - y3
    E3 = -(y3*l_O_in3 + v1_O_in3*m_O_in3)
    # E_total = E1 + E2 + E3
    E_total = E1 + E2 + E3
    # δ_l1 = ∂E_total/∂O_out1·∂O_out1/∂O_in1 + ∂E_total/∂O_out2·∂O_out2/∂O_in1 +
    #     ∂E_total/∂O_out3·∂O_out3/∂O_in1
    # δ_l2 = ∂E_total/∂O_out1·∂O_out1/∂O_in2 + ∂E_total/∂O_out2·∂O_out2/∂O_in2 +
    #     ∂E_total/∂O_out3·∂O_out3/∂O_in2
    # δ_l3 = ∂E_total/∂O_out1·∂O_out1/∂O_in3 + ∂E_total/∂O_out2·∂O_out2/∂O_in3 +
    #     ∂E_total/∂O_out3·∂O_out3/∂O_in3
    B_O_in1 = -y1
    B_O_in2 = -y2
    B_O_in3 = -y3
    C_O_in1 = -v1_O_in1
    C_O_in2 = -v1_O_in2
    C_O_in3 = -v1_O_in3
    rest_O_in1 = 0.0 if O_in1 == top_3 else C_O_in1*O_out1/q_O_in1
    rest_O_in2 = 0.0 if O_in2 == top_3 else C_O_in2*O_out2/q_O_in2
    rest_O_in3 = 0.0 if O_in3 == top_3 else C_O_in3*O_out3/q_O_in3
    toprest_O_in1 = C_O_in1*O_out1/F_3 if O_in1 == top_3 else 0.0
    toprest_O_in2 = C_O_in2*O_out2/F_3 if O_in2 == top_3 else 0.0
    toprest_O_in3 = C_O_in3*O_out3/F_3 if O_in3 == top_3 else 0.0
    delta_l1 = (
        q_O_in1*B_O_in1 - O_out1*(B_O_in2 + B_O_in3) + O_out1*(rest_O_in2 + rest_O_in3) +
        f_O_in1*(toprest_O_in2 + toprest_O_in3) - O_out1*C_O_in1
    )
    delta_l2 = (
        q_O_in2*B_O_in2 - O_out2*(B_O_in1 + B_O_in3) + O_out2*(rest_O_in1 + rest_O_in3) +
        f_O_in2*(toprest_O_in1 + toprest_O_in3) - O_out2*C_O_in2
    )
    delta_l3 = (
        q_O_in3*B_O_in3 - O_out3*(B_O_in1 + B_O_in2) + O_out3*(rest_O_in1 + rest_O_in2) +
        f_O_in3*(toprest_O_in1 + toprest_O_in2) - O_out3*C_O_in3
    )
    # ∂E_total/∂W_k1l1 = δ_l1·h2_out1
    dE_total_dW_k1l1 = delta_l1*h2_out1
    # ∂E_total/∂W_k1l2 = δ_l2·h2_out1
    dE_total_dW_k1l2 = delta_l2*h2_out1
    # ∂E_total/∂W_k1l3 = δ_l3·h2_out1
    dE_total_dW_k1l3 = delta_l3*h2_out1
    # ∂E_total/∂W_k2l1 = δ_l1·h2_out2
    dE_total_dW_k2l1 = delta_l1*h2_out2
    # ∂E_total/∂W_k2l2 = δ_l2·h2_out2
    dE_total_dW_k2l2 = delta_l2*h2_out2
    # ∂E_total/∂W_k2l3 = δ_l3·h2_out2
    dE_total_dW_k2l3 = delta_l3*h2_out2
    # ∂E_total/∂W_k3l1 = δ_l1·h2_out3
    dE_total_dW_k3l1 = delta_l1*h2_out3
    # ∂E_total/∂W_k3l2 = δ_l2·h2_out3
    dE_total_dW_k3l2 = delta_l2*h2_out3
    # ∂E_total/∂W_k3l3 = δ_l3·h2_out3
    dE_total_dW_k3l3 = delta_l3*h2_out3
    # δ_k1 = (W_k1l1·δ_l1 + W_k1l2·δ_l2 + W_k1l3·δ_l3)·h2_out1·(1 − h2_out1)
    g_h2_in1 = W_k1l1*delta_l1 + W_k1l2*delta_l2 + W_k1l3*delta_l3
    delta_k1 = g_h2_in1*e_h2_in1*r_h2_in1*r_h2_in1
    # δ_k2 = (W_k2l1·δ_l1 + W_k2l2·δ_l2 + W_k2l3·δ_l3)·h2_out2·(1 − h2_out2)
    g_h2_in2 = W_k2l1*delta_l1 + W_k2l2*delta_l2 + W_k2l3*delta_l3
    delta_k2 = g_h2_in2*e_h2_in2*r_h2_in2*r_h2_in2
    # δ_k3 = (W_k3l1·δ_l1 + W_k3l2·δ_l2 + W_k3l3·δ_l3)·h2_out3·(1 − h2_out3)
    g_h2_in3 = W_k3l1*delta_l1 + W_k3l2*delta_l2 + W_k3l3*delta_l3
    delta_k3 = g_h2_in3*e_h2_in3*r_h2_in3*r_h2_in3
    # ∂E_total/∂W_j1k1 = δ_k1·h1_out1
    dE_total_dW_j1k1 = delta_k1*h1_out1
    # ∂E_total/∂W_j1k2 = δ_k2·h1_out1
    dE_total_dW_j1k2 = delta_k2*h1_out1
    # ∂E_total/∂W_j1k3 = δ_k3·h1_out1
    dE_total_dW_j1k3 = delta_k3*h1_out1
    # ∂E_total/∂W_j2k1 = δ_k1·h1_out2
    dE_total_dW_j2k1 = delta_k1*h1_out2
    # ∂E_total/∂W_j2k2 = δ_k2·h1_out2
    dE_total_dW_j2k2 = delta_k2*h1_out2
    # ∂E_total/∂W_j2k3 = δ_k3·h1_out2
    dE_total_dW_j2k3 = delta_k3*h1_out2
    # ∂E_total/∂W_j3k1 = δ_k1·h1_out3
    dE_total_dW_j3k1 = delta_k1*h1_out3
    # ∂E_total/∂W_j3k2 = δ_k2·h1_out3
    dE_total_dW_j3k2 = delta_k2*h1_out3
    # ∂E_total/∂W_j3k3 = δ_k3·h1_out3
    dE_total_dW_j3k3 = delta_k3*h1_out3
    # δ_j1 = (W_j1k1·δ_k1 + W_j1k2·δ_k2 + W_j1k3·δ_k3)·relu′(h1_in1)
    g_h1_in1 = W_j1k1*delta_k1 + W_j1k2*delta_k2 + W_j1k3*delta_k3
    delta_j1 = g_h1_in1*(0.0 if h1_in1 <= 0 else 1.0)
    # δ_j2 = (W_j2k1·δ_k1 + W_j2k2·δ_k2 + W_j2k3·δ_k3)·relu′(h1_in2)
    g_h1_in2 = W_j2k1*delta_k1 + W_j2k2*delta_k2 + W_j2k3*delta_k3
    delta_j2 = g_h1_in2*(0.0 if h1_in2 <= 0 else 1.0)
    # δ_j3 = (W_j3k1·δ_k1 + W_j3k2·δ_k2 + W_j3k3·δ_k3)·relu′(h1_in3)
    g_h1_in3 = W_j3k1*delta_k1 + W_j3k2*delta_k2 + W_j3k3*delta_k3
    delta_j3 = g_h1_in3*(0.0 if h1_in3 <= 0 else 1.0)
    # ∂E_total/∂W_i1j1 = δ_j1·i1
    dE_total_dW_i1j1 = delta_j1*i1
    # ∂E_total/∂W_i1j2 = δ_j2·i1
    dE_total_dW_i1j2 = delta_j2*i1
    # ∂E_total/∂W_i1j3 = δ_j3·i1
    dE_total_dW_i1j3 = delta_j3*i1
    # ∂E_total/∂W_i2j1 = δ_j1·i2
    dE_total_dW_i2j1 = delta_j1*i2
    # ∂E_total/∂W_i2j2 = δ_j2·i2
    dE_total_dW_i2j2 = delta_j2*i2
    # ∂E_total/∂W_i2j3 = δ_j3·i2
    dE_total_dW_i2j3 = delta_j3*i2
    # ∂E_total/∂W_i3j1 = δ_j1·i3
    dE_total_dW_i3j1 = delta_j1*i3
    # ∂E_total/∂W_i3j2 = δ_j2·i3
    dE_total_dW_i3j2 = delta_j2*i3
    # ∂E_total/∂W_i3j3 = δ_j3·i3
    dE_total_dW_i3j3 = delta_j3*i3
    return E_total, [
        dE_total_dW_i1j1, dE_total_dW_i1j2, dE_total_dW_i1j3, dE_total_dW_i2j1, dE_total_dW_i2j2,
        dE_total_dW_i2j3, dE_total_dW_i3j1, dE_total_dW_i3j2, dE_total_dW_i3j3, dE_total_dW_j1k1,
        dE_total_dW_j1k2, dE_total_dW_j1k3, dE_total_dW_j2k1, dE_total_dW_j2k2, dE_total_dW_j2k3,
        dE_total_dW_j3k1, dE_total_dW_j3k2, dE_total_dW_j3k3, dE_total_dW_k1l1, dE_total_dW_k1l2,
        dE_total_dW_k1l3, dE_total_dW_k2l1, dE_total_dW_k2l2, dE_total_dW_k2l3, dE_total_dW_k3l1,
        dE_total_dW_k3l2, dE_total_dW_k3l3,
    ]


def forward(theta, inputs):
    """The outputs for one example."""
    (
        W_i1j1, W_i1j2, W_i1j3, W_i2j1, W_i2j2, W_i2j3, W_i3j1, W_i3j2, W_i3j3, W_j1k1, W_j1k2,
        W_j1k3, W_j2k1, W_j2k2, W_j2k3, W_j3k1, W_j3k2, W_j3k3, W_k1l1, W_k1l2, W_k1l3, W_k2l1,
        W_k2l2, W_k2l3, W_k3l1, W_k3l2, W_k3l3,
    ) = theta
    i1, i2, i3 = inputs
    b_j1, b_j2, b_j3, b_k1, b_k2, b_k3, b_l1, b_l2, b_l3 = FIXED
    # h1_in1 = W_i1j1·i1 + W_i2j1·i2 + W_i3j1·i3 + b_j1
    h1_in1 = W_i1j1*i1 + W_i2j1*i2 + W_i3j1*i3 + b_j1
    # h1_in2 = W_i1j2·i1 + W_i2j2·i2 + W_i3j2·i3 + b_j2
    h1_in2 = W_i1j2*i1 + W_i2j2*i2 + W_i3j2*i3 + b_j2
    # h1_in3 = W_i1j3·i1 + W_i2j3·i2 + W_i3j3·i3 + b_j3
    h1_in3 = W_i1j3*i1 + W_i2j3*i2 + W_i3j3*i3 + b_j3
    # h1_out1 = relu(h1_in1)
    h1_out1 = 0.0 if h1_in1 <= 0 else h1_in1
    # h1_out2 = relu(h1_in2)
    h1_out2 = 0.0 if h1_in2 <= 0 else h1_in2
    # h1_out3 = relu(h1_in3)
    h1_out3 = 0.0 if h1_in3 <= 0 else h1_in3
    # h2_in1 = W_j1k1·h1_out1 + W_j2k1·h1_out2 + W_j3k1·h1_out3 + b_k1
    h2_in1 = W_j1k1*h1_out1 + W_j2k1*h1_out2 + W_j3k1*h1_out3 + b_k1
    # h2_in2 = W_j1k2·h1_out1 + W_j2k2·h1_out2 + W_j3k2·h1_out3 + b_k2
    h2_in2 = W_j1k2*h1_out1 + W_j2k2*h1_out2 + W_j3k2*h1_out3 + b_k2
    # h2_in3 = W_j1k3·h1_out1 + W_j2k3·h1_out2 + W_j3k3·h1_out3 + b_k3
    h2_in3 = W_j1k3*h1_out1 + W_j2k3*h1_out2 + W_j3k3*h1_out3 + b_k3
    # h2_out1 = σ(h2_in1)
    e_h2_in1 = exp(-abs(h2_in1))
    r_h2_in1 = 1/(1 + e_h2_in1)
    h2_out1 = r_h2_in1 if h2_in1 >= 0 else e_h2_in1*r_h2_in1
    # h2_out2 = σ(h2_in2)
    e_h2_in2 = exp(-abs(h2_in2))
    r_h2_in2 = 1/(1 + e_h2_in2)
    h2_out2 = r_h2_in2 if h2_in2 >= 0 else e_h2_in2*r_h2_in2
    # h2_out3 = σ(h2_in3)
    e_h2_in3 = exp(-abs(h2_in3))
    r_h2_in3 = 1/(1 + e_h2_in3)
    h2_out3 = r_h2_in3 if h2_in3 >= 0 else e_h2_in3*r_h2_in3
    # O_in1 = W_k1l1·h2_out1 + W_k2l1·h2_out2 + W_k3l1·h2_out3 + b_l1
    O_in1 = W_k1l1*h2_out1 + W_k2l1*h2_out2 + W_k3l1*h2_out3 + b_l1
    # O_in2 = W_k1l2·h2_out1 + W_k2l2·h2_out2 + W_k3l2·h2_out3 + b_l2
    O_in2 = W_k1l2*h2_out1 + W_k2l2*h2_out2 + W_k3l2*h2_out3 + b_l2
    # O_in3 = W_k1l3·h2_out1 + W_k2l3·h2_out2 + W_k3l3·h2_out3 + b_l3
    O_in3 = W_k1l3*h2_out1 + W_k2l3*h2_out2 + W_k3l3*h2_out3 + b_l3
    # O_out1 = exp(O_in1)/(exp(O_in1) + exp(O_in2) + exp(O_in3))
    # O_out2 = exp(O_in2)/(exp(O_in1) + exp(O_in2) + exp(O_in3))
    # O_out3 = exp(O_in3)/(exp(O_in1) + exp(O_in2) + exp(O_in3))
    top_3 = max(O_in1, O_in2, O_in3)
    e_O_in1 = exp(O_in1 - top_3)
    e_O_in2 = exp(O_in2 - top_3)
    e_O_in3 = exp(O_in3 - top_3)
    S_3 = e_O_in1 + e_O_in2 + e_O_in3
    O_out1 = e_O_in1/S_3
    O_out2 = e_O_in2/S_3
    O_out3 = e_O_in3/S_3
    return [O_out1, O_out2, O_out3]


if __name__ == "__main__":
    loss, gradient = loss_and_gradient(THETA, INPUTS, TARGETS)
    print("loss", loss)
    for name, value in zip(NAMES, gradient, strict=True):
        print(f"d loss / d {name} = {value}")

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

Made by derive; needs nothing but Python.
"""

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


def loss_and_gradient(theta, inputs, targets):
    """The loss of one example, and its gradient with respect to theta."""
    (
        w1_11, w1_12, w1_13, w1_21, w1_22, w1_23, b1_1, b1_2, b1_3, w2_11, w2_12, w2_13, w2_21,
        w2_22, w2_23, w2_31, w2_32, w2_33, b2_1, b2_2, b2_3, w3_11, w3_21, w3_31, b3_1,
    ) = theta
    x1, x2 = inputs
    (y1,) = targets
    # z⁽¹⁾₁ = w⁽¹⁾₁₁·x₁ + w⁽¹⁾₂₁·x₂ + b⁽¹⁾₁
    z1_1 = w1_11*x1 + w1_21*x2 + b1_1
    # z⁽¹⁾₂ = w⁽¹⁾₁₂·x₁ + w⁽¹⁾₂₂·x₂ + b⁽¹⁾₂
    z1_2 = w1_12*x1 + w1_22*x2 + b1_2
    # z⁽¹⁾₃ = w⁽¹⁾₁₃·x₁ + w⁽¹⁾₂₃·x₂ + b⁽¹⁾₃
    z1_3 = w1_13*x1 + w1_23*x2 + b1_3
    # a⁽¹⁾₁ = relu(z⁽¹⁾₁)
    a1_1 = 0.0 if z1_1 <= 0 else z1_1
    # a⁽¹⁾₂ = relu(z⁽¹⁾₂)
    a1_2 = 0.0 if z1_2 <= 0 else z1_2
    # a⁽¹⁾₃ = relu(z⁽¹⁾₃)
    a1_3 = 0.0 if z1_3 <= 0 else z1_3
    # z⁽²⁾₁ = w⁽²⁾₁₁·a⁽¹⁾₁ + w⁽²⁾₂₁·a⁽¹⁾₂ + w⁽²⁾₃₁·a⁽¹⁾₃ + b⁽²⁾₁
    z2_1 = w2_11*a1_1 + w2_21*a1_2 + w2_31*a1_3 + b2_1
    # z⁽²⁾₂ = w⁽²⁾₁₂·a⁽¹⁾₁ + w⁽²⁾₂₂·a⁽¹⁾₂ + w⁽²⁾₃₂·a⁽¹⁾₃ + b⁽²⁾₂
    z2_2 = w2_12*a1_1 + w2_22*a1_2 + w2_32*a1_3 + b2_2
    # z⁽²⁾₃ = w⁽²⁾₁₃·a⁽¹⁾₁ + w⁽²⁾₂₃·a⁽¹⁾₂ + w⁽²⁾₃₃·a⁽¹⁾₃ + b⁽²⁾₃
    z2_3 = w2_13*a1_1 + w2_23*a1_2 + w2_33*a1_3 + b2_3
    # a⁽²⁾₁ = relu(z⁽²⁾₁)
    a2_1 = 0.0 if z2_1 <= 0 else z2_1
    # a⁽²⁾₂ = relu(z⁽²⁾₂)
    a2_2 = 0.0 if z2_2 <= 0 else z2_2
    # a⁽²⁾₃ = relu(z⁽²⁾₃)
    a2_3 = 0.0 if z2_3 <= 0 else z2_3
    # z⁽³⁾₁ = w⁽³⁾₁₁·a⁽²⁾₁ + w⁽³⁾₂₁·a⁽²⁾₂ + w⁽³⁾₃₁·a⁽²⁾₃ + b⁽³⁾₁
    z3_1 = w3_11*a2_1 + w3_21*a2_2 + w3_31*a2_3 + b3_1
    # ŷ₁ = z⁽³⁾₁
    y_hat1 = z3_1
    # L = 1/2·(ŷ₁ − y₁)²
    v1_z3_1 = y_hat1 - y1
    L = 0.5*v1_z3_1*v1_z3_1
    # δ⁽³⁾₁ = ŷ₁ − y₁
    delta3_1 = v1_z3_1
    # ∂L/∂w⁽³⁾₁₁ = δ⁽³⁾₁·a⁽²⁾₁
    dL_dw3_11 = delta3_1*a2_1
    # ∂L/∂w⁽³⁾₂₁ = δ⁽³⁾₁·a⁽²⁾₂
    dL_dw3_21 = delta3_1*a2_2
    # ∂L/∂w⁽³⁾₃₁ = δ⁽³⁾₁·a⁽²⁾₃
    dL_dw3_31 = delta3_1*a2_3
    # ∂L/∂b⁽³⁾₁ = δ⁽³⁾₁
    dL_db3_1 = delta3_1
    # δ⁽²⁾₁ = w⁽³⁾₁₁·δ⁽³⁾₁·relu′(z⁽²⁾₁)
    g_z2_1 = w3_11*delta3_1
    delta2_1 = g_z2_1*(0.0 if z2_1 <= 0 else 1.0)
    # δ⁽²⁾₂ = w⁽³⁾₂₁·δ⁽³⁾₁·relu′(z⁽²⁾₂)
    g_z2_2 = w3_21*delta3_1
    delta2_2 = g_z2_2*(0.0 if z2_2 <= 0 else 1.0)
    # δ⁽²⁾₃ = w⁽³⁾₃₁·δ⁽³⁾₁·relu′(z⁽²⁾₃)
    g_z2_3 = w3_31*delta3_1
    delta2_3 = g_z2_3*(0.0 if z2_3 <= 0 else 1.0)
    # ∂L/∂w⁽²⁾₁₁ = δ⁽²⁾₁·a⁽¹⁾₁
    dL_dw2_11 = delta2_1*a1_1
    # ∂L/∂w⁽²⁾₁₂ = δ⁽²⁾₂·a⁽¹⁾₁
    dL_dw2_12 = delta2_2*a1_1
    # ∂L/∂w⁽²⁾₁₃ = δ⁽²⁾₃·a⁽¹⁾₁
    dL_dw2_13 = delta2_3*a1_1
    # ∂L/∂w⁽²⁾₂₁ = δ⁽²⁾₁·a⁽¹⁾₂
    dL_dw2_21 = delta2_1*a1_2
    # ∂L/∂w⁽²⁾₂₂ = δ⁽²⁾₂·a⁽¹⁾₂
    dL_dw2_22 = delta2_2*a1_2
    # ∂L/∂w⁽²⁾₂₃ = δ⁽²⁾₃·a⁽¹⁾₂
    dL_dw2_23 = delta2_3*a1_2
    # ∂L/∂w⁽²⁾₃₁ = δ⁽²⁾₁·a⁽¹⁾₃
    dL_dw2_31 = delta2_1*a1_3
    # ∂L/∂w⁽²⁾₃₂ = δ⁽²⁾₂·a⁽¹⁾₃
    dL_dw2_32 = delta2_2*a1_3
    # ∂L/∂w⁽²⁾₃₃ = δ⁽²⁾₃·a⁽¹⁾₃
    dL_dw2_33 = delta2_3*a1_3
    # ∂L/∂b⁽²⁾₁ = δ⁽²⁾₁
    dL_db2_1 = delta2_1
    # ∂L/∂b⁽²⁾₂ = δ⁽²⁾₂
    dL_db2_2 = delta2_2
    # ∂L/∂b⁽²⁾₃ = δ⁽²⁾₃
    dL_db2_3 = delta2_3
    # δ⁽¹⁾₁ = (w⁽²⁾₁₁·δ⁽²⁾₁ + w⁽²⁾₁₂·δ⁽²⁾₂ + w⁽²⁾₁₃·δ⁽²⁾₃)·relu′(z⁽¹⁾₁)
    g_z1_1 = w2_11*delta2_1 + w2_12*delta2_2 + w2_13*delta2_3
    delta1_1 = g_z1_1*(0.0 if z1_1 <= 0 else 1.0)
    # δ⁽¹⁾₂ = (w⁽²⁾₂₁·δ⁽²⁾₁ + w⁽²⁾₂₂·δ⁽²⁾₂ + w⁽²⁾₂₃·δ⁽²⁾₃)·relu′(z⁽¹⁾₂)
    g_z1_2 = w2_21*delta2_1 + w2_22*delta2_2 + w2_23*delta2_3
    delta1_2 = g_z1_2*(0.0 if z1_2 <= 0 else 1.0)
    # δ⁽¹⁾₃ = (w⁽²⁾₃₁·δ⁽²⁾₁ + w⁽²⁾₃₂·δ⁽²⁾₂ + w⁽²⁾₃₃·δ⁽²⁾₃)·relu′(z⁽¹⁾₃)
    g_z1_3 = w2_31*delta2_1 + w2_32*delta2_2 + w2_33*delta2_3
    delta1_3 = g_z1_3*(0.0 if z1_3 <= 0 else 1.0)
    # ∂L/∂w⁽¹⁾₁₁ = δ⁽¹⁾₁·x₁
    dL_dw1_11 = delta1_1*x1
    # ∂L/∂w⁽¹⁾₁₂ = δ⁽¹⁾₂·x₁
    dL_dw1_12 = delta1_2*x1
    # ∂L/∂w⁽¹⁾₁₃ = δ⁽¹⁾₃·x₁
    dL_dw1_13 = delta1_3*x1
    # ∂L/∂w⁽¹⁾₂₁ = δ⁽¹⁾₁·x₂
    dL_dw1_21 = delta1_1*x2
    # ∂L/∂w⁽¹⁾₂₂ = δ⁽¹⁾₂·x₂
    dL_dw1_22 = delta1_2*x2
    # ∂L/∂w⁽¹⁾₂₃ = δ⁽¹⁾₃·x₂
    dL_dw1_23 = delta1_3*x2
    # ∂L/∂b⁽¹⁾₁ = δ⁽¹⁾₁
    dL_db1_1 = delta1_1
    # ∂L/∂b⁽¹⁾₂ = δ⁽¹⁾₂
    dL_db1_2 = delta1_2
    # ∂L/∂b⁽¹⁾₃ = δ⁽¹⁾₃
    dL_db1_3 = delta1_3
    return L, [
        dL_dw1_11, dL_dw1_12, dL_dw1_13, dL_dw1_21, dL_dw1_22, dL_dw1_23, dL_db1_1, dL_db1_2,
        dL_db1_3, dL_dw2_11, dL_dw2_12, dL_dw2_13, dL_dw2_21, dL_dw2_22, dL_dw2_23, dL_dw2_31,
        dL_dw2_32, dL_dw2_33, dL_db2_1, dL_db2_2, dL_db2_3, dL_dw3_11, dL_dw3_21, dL_dw3_31,
        dL_db3_1,
    ]


def forward(theta, inputs):
    """The outputs for one example."""
    (
        w1_11, w1_12, w1_13, w1_21, w1_22, w1_23, b1_1, b1_2, b1_3, w2_11, w2_12, w2_13, w2_21,
        w2_22, w2_23, w2_31, w2_32, w2_33, b2_1, b2_2, b2_3, w3_11, w3_21, w3_31, b3_1,
    ) = theta
    x1, x2 = inputs
    # z⁽¹⁾₁ = w⁽¹⁾₁₁·x₁ + w⁽¹⁾₂₁·x₂ + b⁽¹⁾₁
    z1_1 = w1_11*x1 + w1_21*x2 + b1_1
    # z⁽¹⁾₂ = w⁽¹⁾₁₂·x₁ + w⁽¹⁾₂₂·x₂ + b⁽¹⁾₂
    z1_2 = w1_12*x1 + w1_22*x2 + b1_2
    # z⁽¹⁾₃ = w⁽¹⁾₁₃·x₁ + w⁽¹⁾₂₃·x₂ + b⁽¹⁾₃
    z1_3 = w1_13*x1 + w1_23*x2 + b1_3
    # a⁽¹⁾₁ = relu(z⁽¹⁾₁)
    a1_1 = 0.0 if z1_1 <= 0 else z1_1
    # a⁽¹⁾₂ = relu(z⁽¹⁾₂)
    a1_2 = 0.0 if z1_2 <= 0 else z1_2
    # a⁽¹⁾₃ = relu(z⁽¹⁾₃)
    a1_3 = 0.0 if z1_3 <= 0 else z1_3
    # z⁽²⁾₁ = w⁽²⁾₁₁·a⁽¹⁾₁ + w⁽²⁾₂₁·a⁽¹⁾₂ + w⁽²⁾₃₁·a⁽¹⁾₃ + b⁽²⁾₁
    z2_1 = w2_11*a1_1 + w2_21*a1_2 + w2_31*a1_3 + b2_1
    # z⁽²⁾₂ = w⁽²⁾₁₂·a⁽¹⁾₁ + w⁽²⁾₂₂·a⁽¹⁾₂ + w⁽²⁾₃₂·a⁽¹⁾₃ + b⁽²⁾₂
    z2_2 = w2_12*a1_1 + w2_22*a1_2 + w2_32*a1_3 + b2_2
    # z⁽²⁾₃ = w⁽²⁾₁₃·a⁽¹⁾₁ + w⁽²⁾₂₃·a⁽¹⁾₂ + w⁽²⁾₃₃·a⁽¹⁾₃ + b⁽²⁾₃
    z2_3 = w2_13*a1_1 + w2_23*a1_2 + w2_33*a1_3 + b2_3
    # a⁽²⁾₁ = relu(z⁽²⁾₁)
    a2_1 = 0.0 if z2_1 <= 0 else z2_1
    # a⁽²⁾₂ = relu(z⁽²⁾₂)
    a2_2 = 0.0 if z2_2 <= 0 else z2_2
    # a⁽²⁾₃ = relu(z⁽²⁾₃)
    a2_3 = 0.0 if z2_3 <= 0 else z2_3
    # z⁽³⁾₁ = w⁽³⁾₁₁·a⁽²⁾₁ + w⁽³⁾₂₁·a⁽²⁾₂ + w⁽³⁾₃₁·a⁽²⁾₃ + b⁽³⁾₁
    z3_1 = w3_11*a2_1 + w3_21*a2_2 + w3_31*a2_3 + b3_1
    # ŷ₁ = z⁽³⁾₁
    y_hat1 = z3_1
    return [y_hat1]


if __name__ == "__main__":
    loss, gradient = loss_and_gradient(THETA, INPUTS, TARGETS)
    print("loss", loss)
    for name, value in zip(NAMES, gradient, strict=True):
        print(f"d loss / d {name} = {value}")

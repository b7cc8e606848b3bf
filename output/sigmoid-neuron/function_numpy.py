"""A sigmoid neuron, gate by gate.

    a = w0·x0
    b = w1·x1
    s = a + b + w2
    n = −s
    g = exp(n)
    d = 1 + g
    f = 1/d

theta holds, in this order, w0, x0, w1, x1, w2.

The comments are the textbook formulas; the lines under them compute the same in a form that neither
overflows nor cancels where it was tried: w0, x0, w1, x1, w2 as below, but one of them alone from
−10^150 to 10^150, wherever 1,800 digits tell the value.

Logarithms are natural.

Made by derive; needs nothing but NumPy.
"""

import numpy as np

NAMES = ["w0", "x0", "w1", "x1", "w2"]
THETA = [2.0, -1.0, -3.0, -2.0, -3.0]


def array(values):
    """Numbers in double precision, as an array."""
    return np.asarray(values, dtype=np.float64)


@np.errstate(all="ignore")
def loss_and_gradient(theta):
    """The loss, and its gradient with respect to theta."""
    w0, x0, w1, x1, w2 = array(theta)
    # a = w0·x0
    a = w0*x0
    # b = w1·x1
    b = w1*x1
    # s = a + b + w2
    s = a + b + w2
    # n = −s
    n = -s
    # g = exp(n)
    # d = 1 + g
    # f = 1/d
    u1_f = np.exp(-np.abs(n))
    u2_f = 1 + u1_f
    f = np.where(n >= 0, u1_f/u2_f, 1/u2_f)
    # ∂f/∂n = ∂f/∂g·g
    df_dn = -u1_f/(1 + u1_f*(2 + u1_f))
    # ∂f/∂s = −∂f/∂n
    df_ds = -df_dn
    # ∂f/∂b = ∂f/∂s
    df_db = df_ds
    # ∂f/∂a = ∂f/∂s
    df_da = df_ds
    # ∂f/∂w2 = ∂f/∂s
    df_dw2 = df_ds
    # ∂f/∂w1 = ∂f/∂b·x1
    df_dw1 = df_db*x1
    # ∂f/∂x1 = ∂f/∂b·w1
    df_dx1 = df_db*w1
    # ∂f/∂w0 = ∂f/∂a·x0
    df_dw0 = df_da*x0
    # ∂f/∂x0 = ∂f/∂a·w0
    df_dx0 = df_da*w0
    gradient = np.stack([
        array(df_dw0).mean(), array(df_dx0).mean(), array(df_dw1).mean(), array(df_dx1).mean(),
        array(df_dw2).mean(),
    ])
    return array(f).mean(), gradient


@np.errstate(all="ignore")
def forward(theta):
    """The value of every formula."""
    w0, x0, w1, x1, w2 = array(theta)
    # a = w0·x0
    a = w0*x0
    # b = w1·x1
    b = w1*x1
    # s = a + b + w2
    s = a + b + w2
    # n = −s
    n = -s
    # g = exp(n)
    g = np.exp(n)
    # d = 1 + g
    d = 1 + g
    # f = 1/d
    u1_f = np.exp(-np.abs(n))
    u2_f = 1 + u1_f
    f = np.where(n >= 0, u1_f/u2_f, 1/u2_f)
    return [a, b, s, n, g, d, f]


if __name__ == "__main__":
    loss, gradient = loss_and_gradient(THETA)
    print("loss", float(loss))
    for name, value in zip(NAMES, gradient, strict=True):
        print(f"d loss / d {name} = {float(value)}")

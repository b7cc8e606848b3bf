"""The circuit f = (x + y)·z.

    q = x + y
    f = q·z

theta holds, in this order, x, y, z.

The comments are the textbook formulas; the lines under them compute the same in a form that neither
overflows nor cancels where it was tried: x, y, z as below, but one of them alone from −10^150 to
10^150, wherever 1,800 digits tell the value.

Logarithms are natural.

Made by derive; needs nothing but Python.
"""

NAMES = ["x", "y", "z"]
THETA = [-2.0, 5.0, -4.0]


def loss_and_gradient(theta):
    """The loss, and its gradient with respect to theta."""
    x, y, z = theta
    # q = x + y
    q = x + y
    # f = q·z
    f = q*z
    # ∂f/∂q = z
    df_dq = z
    # ∂f/∂z = q
    df_dz = q
    # ∂f/∂x = ∂f/∂q
    df_dx = df_dq
    # ∂f/∂y = ∂f/∂q
    df_dy = df_dq
    return f, [df_dx, df_dy, df_dz]


def forward(theta):
    """The value of every formula."""
    x, y, z = theta
    # q = x + y
    q = x + y
    # f = q·z
    f = q*z
    return [q, f]


if __name__ == "__main__":
    loss, gradient = loss_and_gradient(THETA)
    print("loss", loss)
    for name, value in zip(NAMES, gradient, strict=True):
        print(f"d loss / d {name} = {value}")

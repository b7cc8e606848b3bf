"""Networks that worksheets are made of in the tests."""

from __future__ import annotations

from hypothesis import strategies as st

from derive.network import Dense, Network


def two_two_two(**others: object) -> Network:
    """2-2-2, sigmoid, half squared error, a bias per neuron."""
    return Network(2, [Dense(2, "sigmoid"), Dense(2, "sigmoid")], learning_rate=0.5, **others)


def relu_softmax() -> Network:
    """2-3-2, relu and softmax with cross-entropy."""
    return Network(2, [Dense(3, "relu"), Dense(2, "softmax")], "cross_entropy", learning_rate=0.1)


PAIRS = (
    ("sigmoid", "half_squared_error"), ("sigmoid", "binary_cross_entropy"),
    ("softmax", "cross_entropy"), ("softmax", "binary_cross_entropy"),
    ("softmax", "half_squared_error"), ("identity", "half_squared_error"),
    ("tanh", "mean_squared_error"), ("identity", "hinge"),
)  # fmt: skip


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Up to three layers of up to three units."""
    last, loss = draw(st.sampled_from(PAIRS))
    hidden = draw(st.lists(st.sampled_from(("sigmoid", "relu", "tanh")), max_size=2))
    bias = st.sampled_from(("none", "neuron", "shared"))
    # Without a bias, a layer of which no unit is active leaves the next at its kink.
    layers = [
        Dense(draw(st.integers(1, 3)), name, "neuron" if "relu" in hidden else draw(bias))
        for name in hidden
    ]
    outputs = draw(st.integers(2 if last == "softmax" else 1, 3))
    layers.append(Dense(outputs, last, draw(bias)))
    return Network(draw(st.integers(1, 3)), layers, loss, learning_rate=0.5)

"""What other programs and books call activations, losses and keys, and what derive has for it.

A name of Keras, PyTorch, scikit-learn or JAX is never taken silently: what they mean by it may
differ in a factor or in what they average. The message says what to write here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Other:
    """What to write for a name from elsewhere.

    meant  the name of derive; "" where it has none, and ``note`` says what comes nearest
    """

    meant: str = ""
    note: str = ""


def _formula(text: str, more: str = "") -> Other:
    return Other("", f'write {{formula: "{text}"}}{more}')


def _mean(text: str) -> Other:
    return Other("", f'write {{formula: "{text}", per_output: mean}}')


_SQUARES = Other("half_squared_error", 'without the factor ½ it is {formula: "(y - t)**2"}')
_SOFTMAX_LOSS = Other(
    "cross_entropy",
    "the last layer has activation: softmax, which other programs count to the loss",
)
_SIGMOID_LOSS = Other(
    "binary_cross_entropy",
    "the last layer has activation: sigmoid, which other programs count to the loss; its logits "
    "are the pre-activations, and the compiled function takes them as they do",
)
_LABELS = Other("cross_entropy", "the class may be given as a target: targets: {class: 2}")
_ABSOLUTE = Other("", "write {name: absolute_error, per_output: mean}; without per_output it sums")
_PARAMETRIC = Other("leaky_relu", "its slope is set, not trained: {name: leaky_relu, slope: 0.25}")
_OF_PAIRS = Other(
    "", "a loss here is a sum over the outputs of one term in y and t, which this is not"
)
_STEP = Other("sigmoid", "a step has no slope that gradient descent could use")

ACTIVATIONS: Mapping[str, Other] = {
    "linear": Other("identity"),
    "none": Other("identity"),
    "logistic": Other("sigmoid"),
    "expit": Other("sigmoid"),
    "hyperbolic tangent": Other("tanh"),
    "swish": Other("silu"),
    "lrelu": Other("leaky_relu"),
    "rectifier": Other("relu"),
    "gelu new": Other("gelu_tanh"),
    "gelu approximate": Other("gelu_tanh"),
    "prelu": _PARAMETRIC,
    "rrelu": _PARAMETRIC,
    "celu": Other("elu", "with α = 1 they are the same function"),
    "step": _STEP,
    "heaviside": _STEP,
    "threshold": _STEP,
    "sign": Other("tanh", "a sign has no slope that gradient descent could use"),
    "log softmax": Other("softmax", "with loss: cross_entropy, which takes the logarithm"),
    "softmin": Other("softmax", "of weights and biases with the opposite sign"),
    "sparsemax": Other("softmax", "which is positive everywhere"),
    "glu": Other("", "it multiplies two halves of a layer, and a layer here has one formula in x"),
    "maxout": Other("", "it takes several sums for a unit, and a layer here has one formula in x"),
    "exponential": _formula("exp(x)"),
    "hard sigmoid": _formula("max(0, min(1, x/6 + 1/2))"),
    "hard tanh": _formula("max(-1, min(1, x))"),
    "hard swish": _formula("x*max(0, min(1, x/6 + 1/2))"),
    "hard silu": _formula("x*max(0, min(1, x/6 + 1/2))"),
    "relu6": _formula("min(max(0, x), 6)"),
    "log sigmoid": _formula("-ln(1 + exp(-x))"),
    "tanhshrink": _formula("x - tanh(x)"),
    "softshrink": _formula("x - max(-1/2, min(1/2, x))"),
    "hardshrink": _formula("x if abs(x) > 1/2 else 0"),
    "squareplus": _formula("(x + sqrt(x**2 + 4))/2"),
    "gaussian": _formula("exp(-x**2)"),
    "arctan": _formula("atan(x)"),
    "sine": _formula("sin(x)"),
    "square": _formula("x**2"),
    "bipolar sigmoid": _formula("2/(1 + exp(-x)) - 1"),
    "scaled tanh": _formula("1.7159*tanh(2/3*x)"),
}

LOSSES: Mapping[str, Other] = {
    "mse": Other("mean_squared_error"),
    "quadratic": _SQUARES,
    "squared error": _SQUARES,
    "sum of squared errors": _SQUARES,
    "sum squared error": _SQUARES,
    "sse": _SQUARES,
    "squared": _SQUARES,
    "l2": _SQUARES,
    "rmse": Other("mean_squared_error", "its root has the same minimum, and is no sum of terms"),
    "root mean squared error": Other(
        "mean_squared_error", "its root has the same minimum, and is no sum of terms"
    ),
    "mae": _ABSOLUTE,
    "mean absolute error": _ABSOLUTE,
    "l1": _ABSOLUTE,
    "smooth l1": Other("huber", "which it is for β = δ = 1"),
    "bce": Other("binary_cross_entropy"),
    "log": Other("binary_cross_entropy", "for one output; for classes it is cross_entropy"),
    "bce with logits": _SIGMOID_LOSS,
    "binary cross entropy with logits": _SIGMOID_LOSS,
    "sigmoid binary cross entropy": _SIGMOID_LOSS,
    "sigmoid cross entropy": _SIGMOID_LOSS,
    "multi label soft margin": _SIGMOID_LOSS,
    "ce": Other("cross_entropy"),
    "categorical crossentropy": Other("cross_entropy"),
    "softmax cross entropy": _SOFTMAX_LOSS,
    "softmax cross entropy with logits": _SOFTMAX_LOSS,
    "sparse categorical crossentropy": _LABELS,
    "softmax cross entropy with integer labels": _LABELS,
    "nll": Other("cross_entropy", "the last layer has activation: softmax, without a logarithm"),
    "negative log likelihood": Other("cross_entropy"),
    "kullback leibler divergence": Other("kl_divergence"),
    "kl": Other("kl_divergence"),
    "kld": Other("kl_divergence"),
    "kl div": Other("kl_divergence"),
    "mape": _mean("abs((t - y)/t)"),
    "mean absolute percentage error": _mean("abs((t - y)/t)"),
    "msle": _mean("(ln(1 + y) - ln(1 + t))**2"),
    "mean squared logarithmic error": _mean("(ln(1 + y) - ln(1 + t))**2"),
    "poisson": _formula("y - t*ln(y)"),
    "poisson nll": _formula("y - t*ln(y)"),
    "squared hinge": _formula("max(0, 1 - t*y)**2", ", with t = ±1"),
    "soft margin": _formula("ln(1 + exp(-t*y))", ", with t = ±1"),
    "quantile": _formula("max(9/10*(t - y), 1/10*(y - t))"),
    "pinball": _formula("max(9/10*(t - y), 1/10*(y - t))"),
    "epsilon insensitive": _formula("max(0, abs(y - t) - 1/10)"),
    "focal": _formula("-(t*(1 - y)**2*ln(y) + (1 - t)*y**2*ln(1 - y))"),
    "cosine similarity": _OF_PAIRS,
    "cosine embedding": _OF_PAIRS,
    "triplet margin": _OF_PAIRS,
    "margin ranking": _OF_PAIRS,
    "contrastive": _OF_PAIRS,
    "categorical hinge": _OF_PAIRS,
    "multi margin": _OF_PAIRS,
    "dice": _OF_PAIRS,
    "ctc": _OF_PAIRS,
}

_UNITS = Other("units")
_LAYERS = Other("layers", "one entry for each layer, the last one too: - {units: 3}")
_OF_LAYERS = Other("", "write it in each layer, under layers")
_OF_TRAINING = Other("", "a file says what the network is; that is an option of derive train")
_LACKING = Other("", "derive does not have it")
_FROZEN = Other("frozen", "as in frozen: [weights, biases]")
_BIAS = Other("bias", "one of neuron, shared and none")

FILE_KEYS: Mapping[str, Other] = {
    "hidden layer sizes": _LAYERS,
    "hidden layers": _LAYERS,
    "hidden": _LAYERS,
    "layer sizes": _LAYERS,
    "sizes": _LAYERS,
    "architecture": _LAYERS,
    "network": _LAYERS,
    "model": _LAYERS,
    "x": Other("inputs"),
    "input": Other("inputs"),
    "input shape": Other("inputs"),
    "input size": Other("inputs"),
    "input dim": Other("inputs"),
    "n inputs": Other("inputs"),
    "in features": Other("inputs"),
    "features": Other("inputs"),
    "y": Other("targets"),
    "t": Other("targets"),
    "target": Other("targets"),
    "labels": Other("targets"),
    "outputs": Other("targets", "how many outputs there are, the last layer says with units"),
    "expected": Other("targets"),
    "lr": Other("learning_rate"),
    "eta": Other("learning_rate"),
    "rate": Other("learning_rate"),
    "alpha": Other("learning_rate"),
    "learning rate init": Other("learning_rate"),
    "cost": Other("loss"),
    "error": Other("loss"),
    "criterion": Other("loss"),
    "objective": Other("loss"),
    "loss function": Other("loss"),
    "cost function": Other("loss"),
    "name": Other("title"),
    "precision": Other("digits"),
    "decimals": Other("digits"),
    "reduction": Other("over_examples", "mean or sum over the examples of a batch"),
    "activation": _OF_LAYERS,
    "activations": _OF_LAYERS,
    "activation function": _OF_LAYERS,
    "weights": _OF_LAYERS,
    "biases": _OF_LAYERS,
    "bias": _OF_LAYERS,
    "units": _OF_LAYERS,
    "epochs": _OF_TRAINING,
    "max iter": _OF_TRAINING,
    "batch size": _OF_TRAINING,
    "shuffle": _OF_TRAINING,
    "optimizer": Other("", "derive has gradient descent with a constant learning_rate"),
    "solver": Other("", "derive has gradient descent with a constant learning_rate"),
}

LAYER_KEYS: Mapping[str, Other] = {
    "size": _UNITS,
    "neurons": _UNITS,
    "nodes": _UNITS,
    "n": _UNITS,
    "out features": _UNITS,
    "output dim": _UNITS,
    "in features": Other("", "it is the number of units before the layer, and not given"),
    "input shape": Other("", "it is the number of units before the layer, and not given"),
    "act": Other("activation"),
    "activation function": Other("activation"),
    "function": Other("activation"),
    "nonlinearity": Other("activation"),
    "use bias": _BIAS,
    "has bias": _BIAS,
    "weight": Other("weights"),
    "w": Other("weights"),
    "kernel": Other("weights"),
    "b": Other("biases"),
    "thresholds": Other("biases", "with bias: threshold they are subtracted"),
    "trainable": _FROZEN,
    "freeze": _FROZEN,
    "type": Other("", "every layer is fully connected, and there is no type to give"),
    "dropout": _LACKING,
    "kernel initializer": Other("", "derive train draws what is missing: --initial SEED"),
    "kernel regularizer": _LACKING,
}


def plain(name: str) -> str:
    """A name without case, punctuation and the words that are optional in it.

    e.g. "LeakyReLU" and "leaky_relu" → leakyrelu; "BCEWithLogitsLoss" → bcewithlogits;
    "nn.functional.relu" → relu
    """
    word = re.sub(r"[\W_]+", "", name.rpartition(".")[2].lower())
    for end in ("loss", "activation", "layer"):
        if len(word) > len(end):
            word = word.removesuffix(end)
    return word


def find(name: str, allowed: Iterable[str], others: Mapping[str, Other]) -> Other | None:
    """What a name from elsewhere means here: the same name otherwise spelled, or one of a table."""
    plain_name = plain(name[:100])
    same = {plain(word): Other(word) for word in allowed}
    return same.get(plain_name) or {plain(key): other for key, other in others.items()}.get(
        plain_name
    )

"""The papers that brought in activations and losses of the catalogue, by name of the row."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SOURCES: Mapping[str, str] = MappingProxyType({
    "softplus":
        "Dugas, Bengio, Bélisle, Nadeau and Garcia 2000, “Incorporating second-order "
        "functional knowledge for better option pricing”",
    "relu": "Nair and Hinton 2010, “Rectified linear units improve restricted Boltzmann machines”",
    "leaky_relu":
        "Maas, Hannun and Ng 2013, “Rectifier nonlinearities improve neural network acoustic "
        "models”",
    "elu": "Clevert, Unterthiner and Hochreiter 2015, arXiv:1511.07289",
    "gelu": "Hendrycks and Gimpel 2016, arXiv:1606.08415",
    "gelu_tanh": "Hendrycks and Gimpel 2016, arXiv:1606.08415",
    "selu": "Klambauer, Unterthiner, Mayr and Hochreiter 2017, arXiv:1706.02515; λ and α too",
    "silu":
        "Elfwing, Uchibe and Doya 2017, arXiv:1702.03118; with β Ramachandran, Zoph and Le "
        "2017, arXiv:1710.05941, where it is called Swish",
    "mish": "Misra 2019, arXiv:1908.08681",
    "softmax": "Bridle 1990; with a temperature Hinton, Vinyals and Dean 2015, arXiv:1503.02531",
    "huber": "Huber 1964, “Robust estimation of a location parameter”",
    "kl_divergence": "Kullback and Leibler 1951, “On information and sufficiency”",
})  # fmt: skip

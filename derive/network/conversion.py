"""Where a network is wanted: a Network, or what one can be made of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from derive.network.description import Network
from derive.network.errors import NetworkError, Problem
from derive.reading.words import describe

# A network, the path of its file, or a mapping with the keys of a file.
Given = Network | str | Path | Mapping[str, object]


def network_of(source: Given) -> Network:
    """The network itself, or that of a file or a mapping. Raises NetworkError."""
    if isinstance(source, Network):
        return source
    from derive.network.loader import from_mapping, load  # the reader of YAML, where it is needed

    if isinstance(source, (str, Path)):
        return load(source)
    if isinstance(source, Mapping):
        return from_mapping(source)
    raise NetworkError([
        Problem(
            f"network: got {model_kind(source)}; allowed are a derive.Network, the path of a "
            f"network file, and a mapping with its keys{hint(source)}"
        )
    ])  # fmt: skip


def model_kind(value: object) -> str:
    """What a value is called in a message: a model by its kind, anything else as it is shown."""
    kind = type(value)
    return f"a {kind.__name__} of {_maker(value)}" if _maker(value) else describe(value)


_MAKERS = ("torch", "keras", "tensorflow", "sklearn", "jax", "flax", "equinox")


def _maker(value: object) -> str:
    maker = type(value).__module__.partition(".")[0]
    return maker if maker in _MAKERS else ""


def hint(value: object) -> str:
    """What to do with a model of another library; nothing for anything else."""
    if not _maker(value):
        return ""
    return (
        "; write each layer as derive.Dense(units, activation, weights=…, biases=…), where "
        "weights[i][j] leads from unit i to unit j: of a torch.nn.Linear, layer.weight.T.tolist() "
        "and layer.bias.tolist()"
    )

"""Any formula of one's own leads to a page or to an error in words, never to a traceback."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

import derive
from derive.checking import examine
from tests.derivation.random_formulas import formula

STYLES = ("deltas", "paths", "matrices")


def outcome(seed: int, folder: Path) -> str:
    """What becomes of a network with a random formula; raises what is no error in words."""
    chance = Random(f"formula {seed}")
    activation, loss = "tanh", "half_squared_error"
    if seed % 2:
        loss = f'{{formula: "{formula(chance, ("y", "t"))}"}}'
    else:
        activation = f'{{formula: "{formula(chance, ("x",))}"}}'
    path = folder / "net.yaml"
    path.write_text(
        "inputs: {a: 0.5, b: -0.25}\nlayers:\n"
        f"  - {{units: 2, activation: {activation}, weights: [[0.3, -0.4], [0.2, 0.7]],"
        f" biases: [0.1, 0.2]}}\nloss: {loss}\ntargets: [0.3, 0.8]\nlearning_rate: 0.5\n"
    )
    try:
        network = derive.load(path)
        examine(network, STYLES[seed // 2 % 3])
        derive.compile(network, "python")()
        derive.standalone(network)
        derive.render(derive.derive(network), "markdown")
    except derive.NetworkError as error:
        assert str(error).startswith(f"{path}:"), error
        return "refused"
    except derive.CheckFailed as error:
        assert error.remedy, error
        return "not checked"
    except derive.DeriveError as error:
        assert len(str(error)) > 40, error
        return "no numbers"
    return "page"


@pytest.mark.parametrize("seed", range(4, 12))
def test_a_random_formula_is_shown_or_refused_in_words(seed: int, tmp_path: Path) -> None:
    assert outcome(seed, tmp_path) in ("page", "refused", "no numbers")

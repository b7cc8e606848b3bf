"""The report of a training as a part of a page about the derivation."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import derive
from derive.document.blocks import Figure, Heading
from derive.document.training import report
from derive.document.wording import Wording
from derive.notation import names
from derive.rendering import EPOCHS, SWEEP, narrated
from derive.writers import write
from tests.derived import derived
from tests.document.networks import ALL
from tests.document.test_repetition import MOST, sentences

EXAMPLES = sorted(Path("examples").glob("*.yaml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("detail", ["brief", "normal", "full"])
def test_a_page_takes_the_training_in(path: Path, detail: str) -> None:
    network = derive.load(path)
    document, called = narrated(derived(network), detail=detail, parts=["training"])
    headings = [b.content for b in document.blocks if isinstance(b, Heading)]
    assert headings.count(("Training",)) == network.has_values
    curves = [b.picture for b in document.blocks if isinstance(b, Figure)]
    assert len(curves) == 2 * network.has_values
    often = {s: n for s, n in Counter(sentences(document, called)).items() if n > MOST}
    assert often == {}
    plain, _ = narrated(derived(network), detail=detail)
    assert set(map(str, plain.blocks)) <= set(map(str, document.blocks))


def test_the_part_trains_with_the_networks_own_rate_beside_the_usual_ones() -> None:
    network = derive.load("examples/write-up-002.yaml")
    page = derive.render(derive.derive(network), "text", parts=["training"])
    assert isinstance(page, str)
    rates = sorted(("0.01", *SWEEP), key=float)
    listed = f"{', '.join(rates[:-1])} and {rates[-1]}"
    assert f"learning rates {listed}" in " ".join(page.split())
    assert "Some of the epochs with η = 0.01" in page and str(EPOCHS) in page


@pytest.mark.parametrize("name", ALL)
def test_every_kind_of_network_has_a_report(name: str) -> None:
    network = ALL[name]
    training = derive.train(
        network, (0.1, 5.0), 30, on_divergence="continue",
        initial=None if network.has_values else 1,
        inputs=None if network.inputs else [[0.5] * network.sizes[0]] * 2,
        targets=None if network.targets else [[1.0, *[0.0] * (network.sizes[-1] - 1)]] * 2,
    )  # fmt: skip
    document = report(training, Wording(), network.digits)
    called = names(network.notation, network.shape, network.layout)
    for to in ("markdown", "latex", "text"):
        page = write(document, called, to)
        assert "nan" not in page.lower().split() and "<<" not in page
    often = {s: n for s, n in Counter(sentences(document, called)).items() if n > MOST}
    assert often == {}


def test_a_page_without_it_loads_nothing_of_it() -> None:
    code = (
        "import sys, derive; derive.render(derive.derive(derive.load('examples/mazur.yaml'))); "
        "print([m for m in sys.modules if 'training' in m or 'curves' in m])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

"""Python between the sections of a page that can be run: what it does and what it is about.

The code itself is a template of the format; here it is decided which pieces there are, and with
which names, literals and numbers each is filled.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from derive.document.blocks import Block, Program
from derive.document.narration.teller import Teller
from derive.graph import FormulaGraph
from derive.graph.in_python import python_of, quoted
from derive.graph.names import names_of
from derive.network.description import Network
from derive.notation import BUILT_IN

NUMERIC = ("forward", "gradient", "train", "curve")  # they need a value for everything
_EPOCHS = {"network": "1000", "graph": "100"}
_RATES = {"network": "0.5", "graph": "0.01"}  # where none is given


def programs(teller: Teller, *kinds: str) -> Iterator[Block]:
    """Pieces of some kinds, as far as the page has Python and the network the numbers for it."""
    source = teller.built
    if source is None:
        return
    values = _values(teller, source)
    for kind in kinds:
        if source.has_values or kind not in NUMERIC:
            yield Program(kind, values)


def _values(teller: Teller, source: Network | FormulaGraph) -> dict[str, str]:
    """What the pieces are filled with.

    What each of them is, is at the head of ``templates/ipynb/blocks.ipynb``.
    """
    graph = teller.derivation.graph
    kind, notation = ("network", source.notation) if isinstance(source, Network) else (
        "graph", None
    )  # fmt: skip
    names, page = names_of(graph, notation), teller.names.notation
    rate = source.learning_rate
    return {
        "kind": kind,
        "source": python_of(source),
        "loss": names.code(graph.goal),
        "example_loss": names.code(graph.loss),
        "weight": names.code(graph.trained[0]),
        "batch": "yes" if source.is_batch else "",
        "own_notation": "" if page in BUILT_IN else quoted(Path(page).name),
        "rate": _RATES[kind] if rate is None else str(float(rate.value)),
        "epochs": _EPOCHS[kind],
    }

"""Half a page: the rules for any network, in symbols and by matrices, and what single gates do."""

from __future__ import annotations

from collections.abc import Iterator

from derive.document.blocks import Block, Equation
from derive.document.narration.teller import Teller, rows
from derive.graph import E

# The rules in the order in which they are told, with the numbers they usually have.
_FORWARD = ("sums", "activations")
_BACK = {"last": "BP1", "deltas": "BP2", "biases": "BP3", "weights": "BP4"}
_GATES = ("sum", "product", "maximum")


def rules(teller: Teller) -> Iterator[Block]:
    """What holds for every network of such layers, in the notation and the layout of the page."""
    yield teller.heading(2, "rules")
    yield teller.say(f"rules_{teller.network.layout}", loss=E)
    yield from _rules(teller, dict.fromkeys(_FORWARD, ""))
    yield teller.say("rules_back", loss=E)
    yield from _rules(teller, _BACK)
    yield teller.say("rules_in_words")
    yield teller.say(f"rules_batch_{teller.network.over_examples}")
    yield from _rules(teller, {f"batch {name}": number for name, number in _BACK.items()})
    yield teller.say("rules_gates")
    named = {f"gate {gate}": teller.words.text(f"gate_{gate}") for gate in _GATES}
    yield from _rules(teller, named)


def _rules(teller: Teller, named: dict[str, str]) -> Iterator[Block]:
    """Rules set together, each with what it is called."""
    yield from rows([
        Equation(teller.general[name].relations, None, "", reason=title)
        for name, title in named.items()
    ])  # fmt: skip

"""Pages to play with in the browser, and what Python says of the same numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import derive
from derive.derivation.derivation import Derivation, StyleName
from derive.derivation.numbers.chains import Atom
from derive.derivation.styles.deltas import pre_activation_of
from derive.derivation.trace import values_with
from derive.document.narration import narrate
from derive.explore import playable
from derive.explore.page import Explorer
from derive.explore.steps import stages
from derive.expression.arithmetic import HIGH
from derive.expression.nodes import DELTA, Partial, Quantity
from derive.graph import AnyGraph, NetworkGraph
from derive.graph.conversion import network_or_formulas
from derive.notation import NEGATIVE
from derive.rendering import teller_of
from derive.writers.expressions.mathml import MATHML
from tests.browser import Browser

ROOT = Path(__file__).parent.parent.parent
CHAINS = """JSON.stringify(explore.DATA.steps.map((step) => explore.model.view.step(step).members
  .map(([sign, tree]) => [sign, explore.print(tree).m])))"""


@cache
def derivation(source: str, style: StyleName | None = None) -> Derivation:
    given, _ = playable(network_or_formulas(ROOT / "examples" / f"{source}.yaml"))
    return derive.derive(given, style)


@cache
def explorer(
    source: str, style: StyleName | None = None, rounding: str | None = None
) -> tuple[Explorer, str]:
    """The writer of a page to play with, and the page."""
    teller = teller_of(
        derivation(source, style), notation=None, detail="normal", digits=None, rounding=rounding,
        templates=None, parts=(), without=(), runs=False,
    )  # fmt: skip
    assert teller.valuation is not None
    writer = Explorer(teller, teller.valuation, False, None)
    return writer, writer.page(narrate(teller))


def opened(chromium: Browser, text: str, folder: Path, width: int = 1280) -> None:
    (folder / "page.html").write_text(text, encoding="utf-8")
    chromium.open(folder / "page.html", width)


def chains_in(chromium: Browser) -> list[list[tuple[str, str]]]:
    """The numeric chain of every step: sign and letters of each member."""
    return [
        [(sign, letters(elements)) for sign, elements in chain]
        for chain in json.loads(chromium.run(CHAINS))
    ]


def chains_of(writer: Explorer) -> Iterator[list[tuple[str, str]]]:
    """The same as the page below the panel has them."""
    for stage in stages(writer.teller, writer.valuation):
        numeric = writer.valuation.step(stage.step)
        assert numeric is not None
        yield [(r.sign, letters(MATHML(r.expression, writer.names))) for r in numeric.relations[1:]]


def letters(mathml: str) -> str:
    return re.sub("[\u0001\u2061]", "", unescape(re.sub(r"<[^>]+>", "", mathml)))


def truth(graph: AnyGraph, numbers: Mapping[Quantity, Fraction]) -> Callable[[Atom], Any]:
    """What a value is, to many digits, where leaves have other numbers; slopes are SymPy's.

    None of the derivative of a formula that has no name.
    """
    full = values_with(graph, {q: HIGH.number(number) for q, number in numbers.items()})

    def true(atom: Atom) -> Any:
        if isinstance(atom, Partial):
            return full.partial(atom.of, atom.by) if isinstance(atom.of, Quantity) else None
        if atom.kind == DELTA:
            assert isinstance(graph, NetworkGraph) and graph.network.delta_sign != NEGATIVE
            return full.partial(graph.loss, pre_activation_of(atom))
        return full.quantity(atom)

    return true


def close(value: float, true: Any) -> bool:
    """Whether a double is a value to 10⁻¹², of its size or of 1."""
    return bool(abs(HIGH.context.mpf(value) - true) <= 1e-12 * max(1, abs(true)))

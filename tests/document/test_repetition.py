"""No sentence stands word for word more than three times in a document."""

from __future__ import annotations

import random
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

import derive
from derive.document.blocks import (
    Document,
    Equation,
    Equations,
    Figure,
    Inline,
    Items,
    Paragraph,
    Table,
)
from derive.rendering import PARTS, narrated
from derive.writers.expressions.text import text
from tests.derived import derived

MOST = 3
STYLES = ("deltas", "paths", "matrices")
DETAILS = ("brief", "normal", "full")
EXAMPLES = [derive.load(path) for path in sorted(Path("examples").glob("*.yaml"))]


def drawn(sizes: tuple[int, ...], activation: str, last: str, loss: str) -> derive.Network:
    """A network with seeded numbers."""
    chance = random.Random(str(sizes))

    def matrix(rows: int, columns: int) -> list[list[float]]:
        return [[round(chance.uniform(-1, 1), 2) for _ in range(columns)] for _ in range(rows)]

    layers = [
        derive.Dense(
            b, last if k == len(sizes) - 2 else activation, weights=matrix(a, b), biases=[0.1] * b
        )
        for k, (a, b) in enumerate(pairwise(sizes))
    ]
    return derive.Network(
        matrix(1, sizes[0]), layers, loss, targets=[[1, *[0] * (sizes[-1] - 1)]], learning_rate=0.5
    )


WIDE = [
    drawn((2, 6), "tanh", "sigmoid", "binary_cross_entropy"),
    drawn((3, 5, 6), "sigmoid", "softmax", "cross_entropy"),
    drawn((2, 4, 4, 4, 2), "relu", "tanh", "half_squared_error"),
    drawn((2, 5, 5), "softmax", "identity", "mean_squared_error"),
    drawn((1, 1, 1, 1, 1, 1), "sigmoid", "sigmoid", "huber"),
]


def sentences(document: Document, names: derive.notation.Names) -> list[str]:
    """The sentences of running text, formulas as their text."""

    def spoken(content: Inline) -> str:
        return "".join(
            part if isinstance(part, str)
            else part.text if hasattr(part, "text") and not hasattr(part, "value")
            else text(part, names)  # type: ignore[arg-type]
            for part in content
        )  # fmt: skip

    found = []
    for block in document.blocks:
        contents: tuple[Inline, ...] = ()
        if isinstance(block, Paragraph):
            contents = (block.content,)
        elif isinstance(block, Items):
            contents = block.items
        elif isinstance(block, (Equation, Equations, Table, Figure)) and block.caption:
            contents = (block.caption,)
        for content in contents:
            found += re.split(r"(?<=[.:;!?])\s+", spoken(content))
    return [sentence for sentence in found if len(sentence.split()) >= 4]


@pytest.mark.parametrize("number", range(len(EXAMPLES) + len(WIDE)))
@pytest.mark.parametrize("style", STYLES)
def test_no_sentence_comes_again_and_again(number: int, style: str) -> None:
    """Every network in every style, and in one of the three details."""
    derivation = derived([*EXAMPLES, *WIDE][number], style)
    detail = DETAILS[(number + STYLES.index(style)) % 3]
    for parts in ((), tuple(PARTS)):
        document, names = narrated(derivation, detail=detail, parts=parts)
        often = {s: n for s, n in Counter(sentences(document, names)).items() if n > MOST}
        assert often == {}


def test_the_count_can_fail() -> None:
    again = Paragraph(("This is said again.",))
    document = Document(("t",), (again,) * (MOST + 1))
    names = narrated(derived(EXAMPLES[0]))[1]
    assert Counter(sentences(document, names)).most_common(1) == [("This is said again.", MOST + 1)]

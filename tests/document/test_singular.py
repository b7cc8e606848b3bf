"""One is not said as many: captions over a single unit, sentences about a single parameter."""

from __future__ import annotations

import re

import pytest

from derive.document.blocks import Document, Equation, Equations, Figure, Paragraph
from derive.document.wording import Wording
from derive.expression.matrices import Named, shape
from derive.network import Dense, Network
from derive.notation import Names
from derive.pictures.picture import Line
from derive.rendering import narrated
from derive.writers import write
from tests.derived import derived
from tests.document.claims import network
from tests.document.networks import OTHERS
from tests.document.test_captions import plain

STYLES = ("deltas", "paths", "matrices", "nodes")
NETWORKS = {
    **{name: OTHERS[name] for name in ("narrow", "many inputs", "shared", "wide", "no rate")},
    "one": network((1, 1), ("sigmoid",)),
    "two to one": network((2, 2, 1), ("sigmoid", "tanh")),
    "one to two": network((2, 1, 2), ("tanh", "sigmoid"), bias="shared"),
    "softmax": network((2, 1, 2), ("tanh", "softmax"), "binary_cross_entropy", bias="none"),
}
ONE_PARAMETER = {
    "weight": network((1, 1), ("sigmoid",), bias="none"),
    "last weight": network((1, 2, 1), ("tanh", "sigmoid"), bias="shared", frozen=(
        ("weights", "biases"), ("weights",))),
    "bias": network((1, 1), ("sigmoid",), frozen=(("weights",),)),
    "shared": network((1, 2), ("sigmoid",), bias="shared", frozen=(("weights",),)),
    "paths": network((1, 1, 2), ("tanh", "sigmoid"), bias="none", frozen=((), ("weights",))),
    "no rate": network((1, 1), ("sigmoid",), bias="none", rate=None),
    "symbols": Network(1, [Dense(1, "sigmoid", "none")]),
}  # fmt: skip

# What stands at the head of a caption of matrices where there is one entry, and where several.
_ONE = re.compile(
    r"(The (new )?(activation|delta|weighted sum|weight|bias) |The derivative of |"
    r"What comes back to the activation |How \S+ depends on the activation |"
    r"The gradient of \S+ with respect to the (weight|bias) )"
)
_SEVERAL = re.compile(
    r"(The (new )?(activations|deltas|weighted sums|weights|biases) |The derivatives of |"
    r"What comes back to the activations |How \S+ depends on the activations |"
    r"The gradient of \S+ with respect to the (weights|biases) |The row sums|What the cross)"
)


def pages(of: Network, style: str, detail: str = "full", *parts: str) -> tuple[Document, Names]:
    return narrated(derived(of, style), detail=detail, parts=parts)


@pytest.mark.parametrize("name", NETWORKS)
def test_captions_of_matrices_count_their_entries(name: str) -> None:
    document, names = pages(NETWORKS[name], "matrices", "full", "captions")
    seen = 0
    for block in document.blocks:
        if not isinstance(block, (Equation, Equations)):
            continue
        first = block.rows[0] if isinstance(block, Equations) else block
        size = shape(first.chain[0].expression)
        if size is None or isinstance(first.chain[0].expression, Named):
            continue
        caption = plain(block.caption, names)
        one = size[0] * size[1] == 1
        assert bool(_ONE.match(caption)) == one and bool(_SEVERAL.match(caption)) != one, caption
        seen += 1
    assert seen


@pytest.mark.parametrize("name", NETWORKS)
def test_captions_of_steps_count_units_and_arrows(name: str) -> None:
    of = NETWORKS[name]
    document, names = pages(of, "deltas", "full", "captions", "pictures")
    seen = 0
    for block in document.blocks:
        if not isinstance(block, Figure) or not block.picture.name.startswith("step-"):
            continue
        seen += 1
        caption = plain(block.caption, names)
        layer = int(block.picture.name.removeprefix("step-"))
        one = of.sizes[layer] == 1
        arrows = sum(isinstance(s, Line) and s.arrow for s in block.picture.shapes)
        assert ("its delta comes from" in caption) == one and (
            "its deltas come from" in caption
        ) != one
        assert ("along the arrow, its" in caption) == (arrows == 1), (caption, arrows)
        if layer < len(of.layers):
            assert ("from that of" in caption) == (of.sizes[layer + 1] == 1)
            assert ("from those of" in caption) == (of.sizes[layer + 1] > 1)
    assert seen == len(of.layers)


@pytest.mark.parametrize("name", ONE_PARAMETER)
@pytest.mark.parametrize("style", STYLES)
def test_one_parameter_is_not_many(name: str, style: str) -> None:
    for detail in ("brief", "full"):
        document, names = pages(ONE_PARAMETER[name], style, detail, "closing")
        page = " ".join(str(write(document, names, "text")).split())
        assert not re.search(r"\b(1|one) (trained parameters|derivatives|paths)\b", page), page
        assert re.search(r"only trained parameter\b", page)
        assert not re.search(r"each trained parameter|trained parameters to", page)
    of_many = [plain(b.content, names) for b in pages(NETWORKS["wide"], style)[0].blocks
               if isinstance(b, Paragraph)]  # fmt: skip
    assert any("trained parameters" in said for said in of_many)


@pytest.mark.parametrize(("counts", "said"), [
    ((1, 1, 1), "The only weight is trained. A forward pass takes one multiplication."),
    ((1, 0, 1), "The only weight is not trained. A forward pass takes one multiplication."),
    ((2, 1, 1), "Of these 2 weights and biases, 1 is trained. A forward pass takes one "
     "multiplication."),
    ((9, 9, 6), "All 9 weights and biases are trained. A forward pass takes one multiplication for "
     "every weight, 6 in all."),
])  # fmt: skip
def test_the_count_of_weights_is_said_of_as_many_as_there_are(
    counts: tuple[int, int, int], said: str
) -> None:
    all_, trained, products = counts
    found = Wording().text(
        "architecture_count", all=all_, trained=trained, products=products, batch=False
    )
    assert found == said

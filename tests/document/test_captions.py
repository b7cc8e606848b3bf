"""Every formula, table and figure has a caption that speaks of what stands there, and of all of it.

What a caption may say of which left sides is written down here once more, as a reader sees it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import pytest

import derive
from derive.document.blocks import Document, Equation, Equations, Figure, Inline, Strong, Table
from derive.expression.nodes import ACTIVATION, DELTA, PRE_ACTIVATION, Quantity
from derive.notation import Names
from derive.rendering import narrated
from derive.writers.expressions.text import text
from tests.derived import derived
from tests.document.entries import listed
from tests.document.networks import ALL, EXAMPLES, OTHERS


@dataclass(frozen=True)
class Captioned:
    """A displayed formula as text: its caption, its left sides, the numbers beside it."""

    caption: str
    lefts: tuple[str, ...]
    numbers: dict[int, str]  # number → left side


def plain(content: Inline, names: Names) -> str:
    return "".join(
        p if isinstance(p, str) else p.text if isinstance(p, Strong) else text(p, names)
        for p in content
    )


def formulas(document: Document, names: Names) -> list[Captioned]:
    found = []
    for block in document.blocks:
        if not isinstance(block, (Equation, Equations)):
            continue
        lefts: list[str] = []
        numbers: dict[int, str] = {}
        for row in block.rows if isinstance(block, Equations) else (block,):
            if not row.chain[0].sign:
                lefts.append(text(row.chain[0].expression, names))
            if row.number is not None:
                numbers[row.number] = lefts[-1]
        found.append(Captioned(plain(block.caption, names), tuple(lefts), numbers))
    return found


# Fragments of a caption, and the left sides each name in them stands for: N is the name.
_OF_NAMES = (
    (r"the weighted sums? (.+)", "N"),
    (r"the activations? (.+)", "N"),
    (r"the loss terms? (?!that)(.+)", "N"),
    (r"the loss(?:es)? (?!terms)(.+)", "N"),
    (r"the targets? (.+)", "N"),
    (r"the definitions? of (.+)", "N"),
    (r"the derivatives? (.+)", "N"),
    (r"the deltas? of (.+)", "δN"),
    (r"the gradients? of (?!all)(.+)", "∂L/∂N"),
    (r"the loss terms that (.+) reaches", "∂L/∂N"),
    (r"the chain rule from \S+ back to (.+)", "∂L/∂N"),
    (r"all factors between \S+ and (.+)", "∂L/∂N"),
    (r"the new values? of (?!all)(.+)", "N"),
    (r"the update rules? for (.+)", "N"),
    (r"what comes back to (.+) from the next layer", "∂L/∂N"),
)
_BEGIN = r"(?:the [a-z]|how |what |all factors)"


class Judge:
    """Knows the names of a network, and doubts captions."""

    def __init__(self, network: derive.Network, names: Names) -> None:
        self.names = names
        self.deltas: dict[str, str] = {}
        self.sums: dict[str, set[str]] = {}
        self.activations: dict[str, set[str]] = {}
        for k, units in enumerate(network.sizes[1:], start=1):
            layer = "the output layer" if k == len(network.layers) else f"hidden layer {k}"
            if k < len(network.layers) == 2:
                layer = "the hidden layer"
            zs = [names.text(Quantity(PRE_ACTIVATION, k, unit)) for unit in range(units)]
            self.sums[layer] = {*zs}
            self.activations[layer] = {names.text(Quantity(ACTIVATION, k, u)) for u in range(units)}
            self.deltas |= {z: names.text(Quantity(DELTA, k, u)) for u, z in enumerate(zs)}
        self.losses = [names.text(Quantity(kind)) for kind in ("loss", "batch loss")]
        self.parameters = {names.text(w) for w in network.parameters()}
        terms = [names.text(Quantity("loss term", unit=k)) for k in range(network.sizes[-1])]
        self.known = {*self.parameters, *self.deltas, *terms}.union(*self.activations.values())

    def doubts(self, shown: Captioned) -> list[str]:
        """What the caption claims and is not there, and what is there and goes unsaid."""
        caption = re.sub(r", continued$", "", shown.caption)
        caption = caption[:1].lower() + caption[1:]
        spoken: set[str] = set()
        wrong = []
        for fragment in re.split(rf", (?:and )?(?={_BEGIN})", caption):
            said = self.said(fragment, shown)
            if said is None:
                wrong.append(f"cannot be judged: {fragment}")
                continue
            wrong += [f"not there: {left}" for left in sorted(said - set(shown.lefts))]
            spoken |= said
        return wrong + [f"unsaid: {left}" for left in sorted(set(shown.lefts) - spoken)]

    def said(self, fragment: str, shown: Captioned) -> set[str] | None:
        """The left sides that a fragment speaks of."""
        if found := re.fullmatch(r"how (\S+) changes with (\S+?)(, one rule per line)?", fragment):
            return {f"∂{found[1]}/∂{found[2]}"}
        if found := re.fullmatch(r"(weighted sums? and )?activations? of (.+)", fragment):
            activations = self.activations[found[2]]
            return activations | self.sums[found[2]] if found[1] else activations
        if found := re.fullmatch(r"the local derivatives? (\(.+\))", fragment):
            return {shown.numbers.get(n, f"({n})") for n in _numbers(found[1])}
        if found := re.fullmatch(r"the local derivatives of (.+), back to (.+)", fragment):
            tops, ends = self.named(found[1]), self.named(found[2])
            mine = {left for left in shown.lefts if _of(left) in tops}
            bys = {left.partition("/∂")[2] for left in mine}
            return mine if {*map(_of, mine)} == tops and bys - tops == ends else None
        if found := re.fullmatch(r"the (?:entries of|rules for) (.+)", fragment):
            return {name for name in self.named(found[1]) if self.array(name)}
        if re.fullmatch(r"the gradients of all parameters", fragment):
            return {f"∂{self.loss(shown)}/∂{w}" for w in self.parameters}
        if re.fullmatch(r"the (new values|update rules) of all parameters", fragment):
            return self.parameters
        for pattern, left in _OF_NAMES:
            if found := re.fullmatch(pattern, fragment):
                return {self.left(left, name, shown) for name in self.named(found[1])}
        return None

    def array(self, left: str) -> bool:
        """Whether it is the name of a vector or a matrix, or a derivative by one: ∂L/∂W⁽¹⁾."""
        name = left.rpartition("/∂")[2]
        return bool(re.fullmatch(r"[^\W\d_]+(_\w+)?(⁽.⁾)?", name)) or name in self.known

    def left(self, pattern: str, name: str, shown: Captioned) -> str:
        if pattern == "δN":
            return self.deltas.get(name, f"the delta of {name}")
        return pattern.replace("L", self.loss(shown)).replace("N", name)

    def named(self, text: str) -> set[str]:
        """The names of a list with runs in it; w₁₁ to w₃₃ are not w₁₄."""
        return {
            name
            for part in re.split(r", | and ", text)
            for name in listed(part)
            if " to " not in part or name in self.known
        }

    def loss(self, shown: Captioned) -> str:
        """The loss on the left sides."""
        left = [loss for loss in self.losses for left in shown.lefts if f"∂{loss}/" in left]
        return left[0] if left else self.losses[0]


def _of(left: str) -> str:
    """The a of ∂a/∂z."""
    return left.partition("/")[0].removeprefix("∂")


def _numbers(text: str) -> list[int]:
    found: list[int] = []
    for part in re.split(r", | and ", text):
        ends = [int(n) for n in re.findall(r"\d+", part)]
        found += range(ends[0], ends[-1] + 1)
    return found


NETWORKS = {**EXAMPLES, **OTHERS}
DETAILS = ("brief", "normal", "full")


def told(name: str, style: str, detail: str) -> tuple[Document, Names]:
    derivation = derived(ALL[name], style)
    return narrated(derivation, detail=detail, parts=["captions"])


@pytest.mark.parametrize("number", range(len(NETWORKS)))
@pytest.mark.parametrize("style", ["deltas", "paths"])
def test_captions_speak_of_what_stands_above_them(number: int, style: str) -> None:
    """Of every network in both styles, and in one of the three details."""
    name = list(NETWORKS)[number]
    document, names = told(name, style, DETAILS[(number + (style == "paths")) % 3])
    judge = Judge(ALL[name], names)
    shown = formulas(document, names)
    assert shown and all(one.caption for one in shown)
    assert [(one.caption, judge.doubts(one)) for one in shown if judge.doubts(one)] == []


@pytest.mark.parametrize("name", ["mazur", "batch", "write-up-002"])
def test_tables_and_figures_are_counted(name: str) -> None:
    document, names = told(name, "deltas", "full")
    captions = [plain(b.caption, names) for b in document.blocks if isinstance(b, Table)]
    assert captions
    for n, caption in enumerate(captions, start=1):
        assert re.fullmatch(rf"Table {n}\. \w.+", caption)
    assert not any(isinstance(b, Figure) and not b.caption for b in document.blocks)


def test_without_the_part_there_are_none() -> None:
    document, names = narrated(derived(ALL["mazur"]))
    assert not any(one.caption for one in formulas(document, names))


@pytest.mark.parametrize(
    ("right", "slip", "doubt"),
    [
        ("delta of o1", "delta of o2", "not there: δ_o2"),
        ("gradients of W5 and W6", "gradients of W5", "unsaid: ∂E_Total/∂W6"),
        ("gradients of W5 and W6", "gradients of W5 and W7", "not there: ∂E_Total/∂W7"),
        ("hidden layer", "output layer", "not there: o1"),
        ("The delta", "Some delta", "cannot be judged"),
    ],
)
def test_a_false_caption_is_doubted(right: str, slip: str, doubt: str) -> None:
    _, names = told("mazur", "deltas", "normal")
    judge = Judge(ALL["mazur"], names)
    shown = [
        Captioned("The delta of o1", ("δ_o1",), {}),
        Captioned("The gradients of W5 and W6", ("∂E_Total/∂W5", "∂E_Total/∂W6"), {}),
        Captioned(
            "Weighted sums and activations of the hidden layer", ("h1", "h2", "a_h1", "a_h2"), {}
        ),
        Captioned("The loss E_Total, and the delta of o1", ("E_Total", "δ_o1"), {}),
    ]
    for one in shown:
        assert judge.doubts(one) == []
    wrong = [replace(one, caption=one.caption.replace(right, slip)) for one in shown]
    assert any(doubt in said for one in wrong for said in judge.doubts(one))

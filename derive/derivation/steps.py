"""A derivation as data: steps of some kind, each a chain of relations under one rule.

Nothing here knows how a step is printed or checked; the styles build steps, the check judges
them, the narration finds words for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from derive.expression.matrices import shape
from derive.expression.nodes import Expression, Quantity


class Kind(Enum):
    """What a step is about, each with an "e.g."; nothing is read off the text of an id."""

    FUNCTION = "function"  # e.g. σ(x) = 1/(1 + e^(−x))
    LEMMA = "lemma"  # e.g. σ′(x) = σ(x)·(1 − σ(x))
    DEFINITION = "definition"  # e.g. h1 = w1·i1 + w2·i2
    LOCAL = "local derivative"  # e.g. ∂a_h1/∂h1 = a_h1·(1 − a_h1)
    LINE = "line"  # e.g. ∂(u²)/∂x = 2·u·∂u/∂x: one line on the way to a derivative
    CANCELLING = "cancelling"  # e.g. (−t/y)·y·(1 − y) = −t·(1 − y): one line on the way to y − t
    INDEPENDENT = "independent"  # e.g. ∂E2/∂w5 = 0
    SPLIT = "split"  # e.g. ∂E/∂w5 = ∂E1/∂w5 + ∂E2/∂w5
    CHAIN = "chain"  # e.g. ∂E/∂w5 = ∂E1/∂a_o1·∂a_o1/∂o1·∂o1/∂w5
    FACTORS = "factors"  # e.g. ∂E/∂w5 = (a_o1 − t1)·a_o1·(1 − a_o1)·a_h1: the same, put in
    UPSTREAM = "upstream gradient"  # e.g. ∂E/∂a_h1 = δ_o1·w5 + δ_o2·w7
    ROW_SUMS = "row sums"  # e.g. ∂a1/∂z1 + ∂a1/∂z2 = 0: of the Jacobian of a softmax
    DELTA = "delta"  # e.g. δ_h1 = (δ_o1·w5 + δ_o2·w7)·a_h1·(1 − a_h1)
    CONTRAST = "contrast"  # e.g. what cross-entropy would leave of δ
    GRADIENT = "gradient"  # e.g. ∂E/∂w1 = δ_h1·i1
    AVERAGE = "average"  # e.g. ∂Ē/∂w1 = 1/N·Σ ∂E⟨n⟩/∂w1
    UPDATE = "update"  # e.g. w1 ← w1 − η·∂E/∂w1
    GENERAL = "general"  # e.g. δ = ∂E/∂a·∂a/∂z: a rule of any network, shown of one unit
    TASK = "task"  # e.g. δ_h1 = δ_o1·w5·∂a_h1/∂h1: asked of a student, in earlier results


class Rule(Enum):
    """What a step does, each with an "e.g. before → after"."""

    DEFINE = "define"  # e.g. h1 → w1·i1 + w2·i2
    INDEPENDENT = "independent"  # e.g. ∂E2/∂w5 → 0: no path leads from w5 to E2
    SPLIT = "split"  # e.g. ∂E/∂w5 → ∂E1/∂w5 + ∂E2/∂w5
    CHAIN = "chain"  # e.g. ∂E1/∂w5 → ∂E1/∂a·∂a/∂o1·∂o1/∂w5, one product per path
    LOCAL = "local"  # e.g. ∂o1/∂w5 → a_h1: one partial of one definition
    CONSTANT = "constant"  # e.g. d(3)/dx → 0
    MULTIPLE = "multiple"  # e.g. d(c·u)/dx → c·du/dx, d(−u)/dx → −du/dx
    IDENTITY = "identity"  # e.g. dx/dx → 1
    SUM = "sum"  # e.g. d(u + v)/dx → du/dx + dv/dx
    PRODUCT = "product"  # e.g. d(u·v)/dx → du/dx·v + u·dv/dx
    QUOTIENT = "quotient"  # e.g. d(u/v)/dx → (du/dx·v − u·dv/dx)/v²
    RECIPROCAL = "reciprocal"  # e.g. d(1/v)/dx → −(dv/dx)/v²
    POWER = "power"  # e.g. d(uⁿ)/dx → n·uⁿ⁻¹·du/dx
    EXP = "exp"  # e.g. d(eᵘ)/dx → eᵘ·du/dx
    LOG = "log"  # e.g. d(ln u)/dx → 1/u·du/dx
    FUNCTION = "function"  # e.g. dσ(u)/dx → σ(u)·(1 − σ(u))·du/dx
    CASES = "cases"  # e.g. d(x if x > 0 else 0)/dx → (1 if x > 0 else 0)
    CANCEL = "cancel"  # e.g. (−t/y)·y·(1 − y) → −t·(1 − y)
    EXPAND = "expand"  # e.g. −t·(1 − y) → −t + t·y
    COLLECT = "collect"  # e.g. p·d·x + q·d·x → (p + q)·d·x
    NAME = "name"  # e.g. ∂E/∂o1 → δ_o1
    SUBSTITUTE = "substitute"  # e.g. σ(o1) → a_o1, or w1·i1 → 0.15·0.05
    SIMPLIFY = "simplify"  # e.g. 1/2·2·(y − t)·1 → y − t
    ADD_ZERO = "add zero"  # e.g. u → (1 + u) − 1
    AVERAGE = "average"  # e.g. ∂Ē/∂w → 1/N·Σ ∂E⟨n⟩/∂w
    EVALUATE = "evaluate"  # e.g. 0.15·0.05 + 0.20·0.10 → 0.0275
    GATHER = "gather"  # e.g. δ_1 = …, δ_2 = … → [δ_1 δ_2] = [… …]: a matrix, entry by entry
    FORM = "form"  # e.g. δ_h1 = (δ_o1·w5 + δ_o2·w7)·a_h1·(1 − a_h1), … → δ¹ = δ² W²ᵀ ⊙ σ′(z¹)
    UPDATE = "update"  # e.g. w ← w − η·∂E/∂w


SUM_TO_ONE = "targets sum to 1"  # what a step may assume


@dataclass(frozen=True, slots=True)
class Relation:
    """One member of a chain and the sign before it: "" (the first), "=", "≈" or "←"."""

    sign: str
    expression: Expression


Chain = tuple[Relation, ...]


def chain(*members: Expression) -> Chain:
    """first = second = third …"""
    return tuple(Relation("=" if i else "", member) for i, member in enumerate(members))


@dataclass(frozen=True, slots=True, repr=False)
class Step:
    """One step of a derivation.

    id         its address, unique in the derivation: "local/o1/w5", "gradient/w5"
    kind       what it is about
    relations  the chain it states; every member equals the first (after "←": is assigned to it)
    uses       ids of earlier steps it rests on: reuse is what makes it *back*propagation
    assumes    what the equality needs beyond the definitions, a word of ``ASSUMPTIONS``
    substeps   more detail, in order
    number     its place in the register of numbered results, where it is one
    about      what it speaks of, for the sentence: quantities, in an order the rule fixes
    chained    whether the chain rule comes with the rule: d(u²)/dx → 2·u·du/dx where u is not x
    planted    a misconception's id, only in exercises
    """

    id: str
    kind: Kind
    rule: Rule
    relations: Chain
    uses: tuple[str, ...] = ()
    assumes: tuple[str, ...] = ()
    substeps: tuple[Step, ...] = ()
    number: int | None = None
    about: tuple[Quantity, ...] = ()
    chained: bool = False
    planted: str | None = None

    def __repr__(self) -> str:
        return f"<Step {self.id}, rule {self.rule.value}: {len(self.relations)} members>"

    @property
    def subject(self) -> Expression:
        """What the chain starts from."""
        return self.relations[0].expression

    @property
    def of_array(self) -> bool:
        """Whether it states an equation between matrices."""
        return shape(self.subject) is not None

    @property
    def result(self) -> Expression:
        """What the chain ends in."""
        return self.relations[-1].expression

    def walk(self) -> Iterator[Step]:
        """The step and all its substeps, outer first."""
        yield self
        for step in self.substeps:
            yield from step.walk()


SectionKind = Literal[
    "functions", "lemmas", "forward", "layer", "loss", "backward", "backward layer", "deltas",
    "gradients", "paths layer", "weight", "too many paths", "matrix layer", "averages", "batch",
    "updates", "node", "route", "exercise",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """A run of steps under one heading.

    kind   which heading and which words
    about  what the section is about: the weight of a "gradient", the neuron of a "delta"
    """

    kind: SectionKind
    steps: tuple[Step, ...] = ()
    about: tuple[Quantity, ...] = ()
    layer: int = 0
    sections: tuple[Section, ...] = ()

    def walk(self) -> Iterator[Step]:
        """Every step of the section, in reading order, substeps after their step."""
        for step in self.steps:
            yield from step.walk()
        for section in self.sections:
            yield from section.walk()

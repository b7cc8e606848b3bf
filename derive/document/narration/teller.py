"""What every part of the narration needs: the derivation, its numbers, the detail, the words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from derive.derivation.check import Report
from derive.derivation.derivation import Derivation
from derive.derivation.numbers.valuation import Valuation
from derive.derivation.steps import Chain, Relation, Step
from derive.derivation.styles import common
from derive.derivation.styles.deltas import delta_of
from derive.document.blocks import Block, Equation, Equations, Heading, Paragraph
from derive.document.wording import Value, Wording
from derive.expression.functions import Function
from derive.expression.nodes import ACTIVATION, LOSS, LOSS_TERM, Expression, Quantity
from derive.graph import FormulaGraph, NetworkGraph, pre_activations
from derive.network.description import Layer, Network
from derive.notation import Names

if TYPE_CHECKING:
    from derive.compute.training import Training

ROW_LIMIT = 8  # so many names are listed one by one; of more, the first and the last


class Detail(Enum):
    """How much is told of the same steps."""

    BRIEF = "brief"
    NORMAL = "normal"
    FULL = "full"


@dataclass(frozen=True)
class Teller:
    """The context of one document.

    valuation  None where the network is symbolic
    numbers    how many relations between displayed numbers were checked
    example    the example whose numbers the chains show
    parts      what is told besides the derivation: names of ``derive.rendering.PARTS``
    without    what is not told: names of ``derive.rendering.OMISSIONS``
    training   what gradient descent came by, where that is one of the parts
    extra      the steps that the parts add, checked, by name
    general    the rules for any network, checked, by name, where they are one of the parts
    built      what Python between the sections builds; None where there is none to be run
    """

    derivation: Derivation
    report: Report
    valuation: Valuation | None
    detail: Detail
    words: Wording
    names: Names
    numbers: int = 0
    example: int = 0
    parts: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    training: Training | None = None
    extra: Mapping[str, Step] = field(default_factory=dict)
    general: Mapping[str, Step] = field(default_factory=dict)
    built: Network | FormulaGraph | None = None

    @property
    def network(self) -> Network:
        return self.derivation.network

    @property
    def graph(self) -> NetworkGraph:
        return self.derivation.layered

    @property
    def brief(self) -> bool:
        return self.detail is Detail.BRIEF

    @property
    def by_matrices(self) -> bool:
        """Whether a layer is told by its vectors and matrices."""
        return self.derivation.style == "matrices"

    @property
    def gradients_in_table(self) -> bool:
        """Whether δ · input stands in the table of parameters instead of in equations."""
        return self.brief and self.derivation.style == "deltas" and self.valuation is not None

    @property
    def full(self) -> bool:
        return self.detail is Detail.FULL

    @cached_property
    def register(self) -> dict[str, int]:
        """The numbers of numbered steps, by id."""
        steps = self.derivation.walk()
        return {step.id: step.number for step in steps if step.number is not None}

    @cached_property
    def proofs(self) -> tuple[tuple[Function, Step], ...]:
        """The activations of one variable, each with the lemma about its derivative."""
        return tuple(common.proofs(self.derivation.sections, self.graph))

    @cached_property
    def steps(self) -> dict[str, Step]:
        """Every step by its id."""
        return {step.id: step for step in self.derivation.walk()}

    @cached_property
    def lemmas(self) -> dict[str, int]:
        """The numbers of the lemmas, by function name, "softmax" and "loss"; {} without them."""
        if "lemmas" not in self.parts:
            return {}
        names = [function.name for function, _ in self.proofs]
        names += ["softmax"] if "softmax own" in self.extra else []
        return {name: n for n, name in enumerate([*names, "loss"], start=1)}

    def lemma(self, step: Step) -> int | None:
        """The number of the lemma that a local derivative is an instance of."""
        if not self.lemmas or len(step.about) != 2:
            return None
        of, by = step.about
        if of.kind in (LOSS, LOSS_TERM) and by.kind == ACTIVATION:
            return self.lemmas["loss"]
        if of.kind != ACTIVATION:
            return None
        layer = self.network.layers[of.layer - 1]
        function = layer.activation.function
        if function is None:
            return self.lemmas["softmax"] if layer.units > 1 else None
        return self.lemmas.get(function.name)

    def say(self, sentence: str, **values: Value) -> Paragraph:
        """A paragraph of one sentence."""
        return Paragraph(self.words(sentence, **values))

    def remark(self, sentence: str, **values: Value) -> Paragraph:
        """A paragraph that stands apart."""
        return Paragraph(self.words(sentence, **values), "remark")

    def heading(self, level: int, title: str, **values: Value) -> Heading:
        """A heading whose words are a sentence, ``heading_`` and its title."""
        return Heading(level, self.words(f"heading_{title}", **values))

    def numeric(self, step: Step) -> Step | None:
        """The numeric chain of a step, where there are numbers."""
        return None if self.valuation is None else self.valuation.step(step, self.example)

    def equation(
        self, step: Step, chain: Chain | None = None, role: str = "", *, numbers: bool = True,
        only_last: bool = False, number: int | None = None, result: bool = False,
        reason: str = "",
    ) -> Equation:  # fmt: skip
        """A step as a displayed chain: symbols, and behind them its numbers, or the last."""
        relations = list(chain if chain is not None else step.relations)
        numeric = self.numeric(step) if numbers else None
        if numeric is not None:
            numeric_chain = numeric.relations[1:]
            if self.brief or only_last:
                numeric_chain = tail(numeric_chain)
            # A formula without a name in it is the same with numbers in it.
            again = numeric_chain[:1] and numeric_chain[0].expression == relations[-1].expression
            relations += numeric_chain[1:] if again else numeric_chain
        return Equation(
            tuple(relations), number if number is not None else step.number, role, result, reason
        )

    def layer_role(self, layer: int) -> str:
        """The colour role of a layer."""
        return "output" if layer == len(self.network.layers) else "hidden"

    def layer_name(self, layer: Layer | int) -> str:
        """the output layer, the hidden layer, hidden layer 2."""
        index = layer if isinstance(layer, int) else layer.index
        return self.words.layer_name(index, len(self.network.layers))

    def before(self, layer: Layer) -> str:
        """The name of what a layer's units receive from."""
        if layer.index == 1:
            return self.words.text("layer_inputs")
        return self.layer_name(layer.index - 1)

    def deltas(self, layer: Layer) -> tuple[Quantity, ...]:
        """The δ of every unit of a layer."""
        return tuple(delta_of(z) for z in pre_activations(layer))

    def some(self, quantities: tuple[Quantity, ...]) -> tuple[str | Expression, ...]:
        """The names of quantities, listed, or from the first to the last."""
        if len(quantities) <= ROW_LIMIT:
            listing = self.words.listing(quantities)
        else:
            listing = self.words("from_to", first=quantities[0], last=quantities[-1])
        return tuple(part for part in listing if isinstance(part, (str, Expression)))


def tail(relations: tuple[Relation, ...], count: int = 1) -> Chain:
    """The last members of a numeric chain; the first of them after ≈ if digits were dropped on
    the way to it."""
    before, last = relations[:-count], relations[-count:]
    if any(relation.sign == "≈" for relation in before):
        last = (Relation("≈", last[0].expression), *last[1:])
    return last


def rows(equations: Iterator[Equation] | list[Equation]) -> Iterator[Block]:
    """Several chains set together; nothing for none, and one chain as itself."""
    chains = tuple(equations)
    if len(chains) == 1:
        yield chains[0]
    elif chains:
        yield Equations(chains)


def first_and_last(step: Step) -> Chain:
    """subject = result."""
    return (step.relations[0], Relation("=", step.result))

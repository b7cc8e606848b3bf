"""Local derivatives: one partial of one definition, with its lines, worked out once.

    ∂a_o1/∂o1 = σ′(o1) = σ(o1)·(1 − σ(o1)) = a_o1·(1 − a_o1)

The lines come from the stepwise differentiator; where the catalogue knows how the result is
taught, its proof lines lead there, and formulas give way to the names the page has for them.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from derive.derivation.calculus.differentiator import (
    Line,
    differentiate,
    is_short,
    outer_derivative,
    prime,
    with_names,
)
from derive.derivation.steps import Kind, Relation, Rule, Step, chain
from derive.expression.constructors import ONE, product
from derive.expression.functions import VALUE, Function
from derive.expression.nodes import (
    ACTIVATION,
    BATCH_LOSS,
    LEARNING_RATE,
    LOSS,
    LOSS_TERM,
    NAMED,
    PRE_ACTIVATION,
    Apply,
    Cases,
    Expression,
    Negative,
    Partial,
    Product,
    Quantity,
    Quotient,
    Sum,
    quantities,
)
from derive.expression.rewriting import substitute
from derive.graph import Graph, NetworkGraph, over
from derive.network.catalogue import ActivationUse, in_letters
from derive.network.proofs import loss_proof, proof

_SHORT = {
    "input": "x", "weight": "w", "bias": "b", "pre-activation": "z", "activation": "a",
    "target": "t", "loss term": "E", "delta": "delta",
}  # fmt: skip
_ALONE = {LOSS: "E", BATCH_LOSS: "batch", LEARNING_RATE: "rate"}


def key(q: Quantity) -> str:
    """A quantity's name in step ids, the same whatever the notation: w1.2.1, z1.1, E2.

    Of a graph of formulas it is the name as typed.
    """
    if q.kind == NAMED:
        return q.name
    if q.kind == "weight":
        return f"w{q.layer}.{q.source + 1}.{q.unit + 1}"
    if q.kind == "bias":
        return f"b{q.layer}" if q.unit < 0 else f"b{q.layer}.{q.unit + 1}"
    if q.kind in (PRE_ACTIVATION, ACTIVATION, "delta"):
        return f"{_SHORT[q.kind]}{q.layer}.{q.unit + 1}"
    if q.kind in _ALONE:
        return _ALONE[q.kind]
    return f"{_SHORT[q.kind]}{q.unit + 1}"


G = TypeVar("G", bound=Graph)

_LONG = 8  # terms past which a sum is derived without those that the variable is not in


class Edges(Generic[G]):
    """The local derivatives of a graph, one for each edge, each made once, on demand."""

    def __init__(self, graph: G) -> None:
        self.graph = graph
        self._steps: dict[tuple[Quantity, Quantity], Step] = {}

    def step(self, of: Quantity, by: Quantity) -> Step:
        """The step that works out ∂of/∂by from the definition of ``of``."""
        edge = (of, by)
        if edge not in self._steps:
            self._steps[edge] = self._make(of, by)
        return self._steps[edge]

    def named(self, of: Quantity, by: Quantity) -> Partial:
        """The local derivative by its name.

        That is ∂of/∂by; where ``by`` reaches ``of`` on another way as well, ∂(formula)/∂by: all
        else in the formula of ``of`` is held still.
        """
        elsewhere = self.graph.goes_elsewhere(by, of)
        return Partial(self._formula(of, by) if elsewhere else of, by)

    def factor(self, of: Quantity, by: Quantity) -> Expression:
        """What stands for ∂of/∂by inside longer formulas: its result, unless that has cases."""
        result = self.step(of, by).result
        cased = any(isinstance(node, Cases) for node in result.walk())
        return self.named(of, by) if cased else result

    def _make(self, of: Quantity, by: Quantity) -> Step:
        lines, uses = self._lines(of, by, self._formula(of, by))
        name, named = f"local/{key(of)}/{key(by)}", self.named(of, by)
        first, last = lines[0].expression, lines[-1].expression
        members = (named, last) if named == first else (named, first, last)
        return Step(
            name, Kind.LOCAL, Rule.LOCAL, chain(*members), uses=(f"define/{key(of)}", *uses),
            substeps=line_steps(name, lines), about=(of, by),
        )  # fmt: skip

    def _lines(
        self, of: Quantity, by: Quantity, formula: Expression
    ) -> tuple[tuple[Line, ...], tuple[str, ...]]:
        """The lines that lead from ∂formula/∂by to its result, and what they rest on besides the
        definition. Where the formula itself comes up, its name stands for it: a = e^z, a′ = a."""
        lines = differentiate(formula, by)
        result = lines[-1].expression
        whole = self.graph.definitions[of]
        if whole.children and not isinstance(whole, Sum):
            renamed = with_names(result, {whole: of})
            if renamed != result:
                lines = (*lines, Line(Rule.SUBSTITUTE, renamed))
        return lines, ()

    def _formula(self, of: Quantity, by: Quantity) -> Expression:
        """The definition of ``of``; of a long sum only the terms that mention ``by``.

        A layer of n inputs has n weights into each unit: with the whole sum in every one of
        their derivatives a page would grow as n².
        """
        formula = self.graph.definitions[of]
        if isinstance(formula, Sum) and len(formula.terms) > _LONG:
            return self.graph.relevant(of, by)
        return formula


class Locals(Edges[NetworkGraph]):
    """The local derivatives of a network, as they are taught."""

    def factor(self, of: Quantity, by: Quantity) -> Expression:
        """The same; cases inside a formula stay in it, as they are short."""
        result = self.step(of, by).result
        return self.named(of, by) if isinstance(result, Cases) else result

    def _lines(
        self, of: Quantity, by: Quantity, formula: Expression
    ) -> tuple[tuple[Line, ...], tuple[str, ...]]:
        uses: tuple[str, ...] = ()
        if of.kind == ACTIVATION:
            use = self.graph.network.layers[of.layer - 1].activation
            if use.function is None:
                lines = self._softmax(of, by, formula)
            elif use.name == "identity":
                lines = differentiate(formula, by)
            else:
                lines = self._activation(use.function, of, by)
                uses = (f"lemma/{use.function.name}",)
        elif of.kind in (LOSS_TERM, LOSS) and by.kind == ACTIVATION:
            lines = self._loss(of, by, formula)
        else:
            lines = differentiate(formula, by)
        return lines, uses

    def _activation(self, f: Function, a: Quantity, z: Quantity) -> tuple[Line, ...]:
        """a = f(z): the lemma about f, then f(z) is called a again."""
        first = Line(Rule.DEFINE, prime(f)(z))
        if not is_short(f):
            return (first,)
        applied = Apply(f, (z,))
        taught = outer_derivative(applied)
        lines = [first, Line(Rule.FUNCTION, taught)]
        renamed = with_names(taught, {applied: a})
        if renamed != taught:
            lines.append(Line(Rule.SUBSTITUTE, renamed))
        return tuple(lines)

    def _softmax(self, a: Quantity, z: Quantity, formula: Expression) -> tuple[Line, ...]:
        """a_k = e^(z_k/T)/S: quotient rule, then a_k·(1 − a_k)/T or −a_k·a_m/T."""
        lines = list(differentiate(formula, z))
        if not isinstance(formula, Quotient):
            raise TypeError("softmax is a quotient")
        bottom = formula.denominator
        share = Quotient(_exponential(self.graph, z), bottom)
        other = Quantity(ACTIVATION, z.layer, z.unit)
        temperature = self.graph.network.layers[z.layer - 1].activation.temperature
        if a.unit == z.unit:
            rest = Quotient(Sum((bottom, Negative(share.numerator))), bottom)
            lines.append(Line(Rule.SIMPLIFY, over(product(share, rest), temperature)))
            result: Expression = over(product(a, Sum((ONE, Negative(a)))), temperature)
        else:
            lines.append(Line(Rule.SIMPLIFY, Negative(over(product(formula, share), temperature))))
            result = Negative(over(Product((a, other)), temperature))
        if not isinstance(bottom, Sum):  # one unit: softmax is constantly 1
            return lines[0], Line(Rule.SIMPLIFY, result)
        lines.append(Line(Rule.SUBSTITUTE, result))
        return tuple(lines)

    def _loss(self, of: Quantity, y: Quantity, formula: Expression) -> tuple[Line, ...]:
        lines = list(differentiate(formula, y))
        use = self.graph.network.loss
        if use.derivative is None:
            return tuple(lines)
        t = Quantity("target", unit=y.unit)
        further = (*loss_proof(use), (Rule.SIMPLIFY.value, use.derivative))
        return _led_to(lines, *(Line(Rule(how), in_letters(e, y=y, t=t)) for how, e in further))


def _exponential(graph: NetworkGraph, z: Quantity) -> Expression:
    formula = graph.definitions[Quantity(ACTIVATION, z.layer, z.unit)]
    return formula.children[0]


def line_steps(name: str, lines: tuple[Line, ...]) -> tuple[Step, ...]:
    """The lines of a stepwise derivative as substeps, each from the line before to its own."""
    steps = []
    for position in range(1, len(lines)):
        before, line = lines[position - 1], lines[position]
        steps.append(
            Step(
                f"{name}/{position}",
                Kind.LINE,
                line.rule,
                (Relation("", before.expression), Relation("=", line.expression)),
                chained=line.chained,
            )
        )
    return tuple(steps)


def _led_to(lines: list[Line], *further: Line) -> tuple[Line, ...]:
    """The lines and those that lead to the form taught, the last; none is there twice."""
    every = list(lines)
    for line in further:
        if all(known.expression != line.expression for known in every):
            every.append(line)
    end = [line.expression for line in every].index(further[-1].expression)
    return tuple(every[: end + 1])


def lemma(use: ActivationUse) -> Step:
    """f′ derived from f's formula, in the letter x, as it is taught."""
    function = use.function
    if function is None or function.definition is None:
        raise ValueError(f"{use.name} has no formula of one variable")
    (x,) = function.parameters
    applied = Apply(function, (x,))
    lines = list(differentiate(function.definition, x))
    if function.derivatives:
        taught = Line(
            Rule.SUBSTITUTE if VALUE in quantities(function.derivatives[0]) else Rule.SIMPLIFY,
            substitute(function.derivatives[0], {VALUE: applied}),
        )
        lines = list(_led_to(lines, *(Line(Rule(how), line) for how, line in proof(use)), taught))
    name = f"lemma/{function.name}"
    members = (prime(function)(x), lines[0].expression, lines[-1].expression)
    return Step(
        name, Kind.LEMMA, Rule.LOCAL, chain(*members),
        uses=(f"function/{function.name}",), substeps=line_steps(name, tuple(lines)),
    )  # fmt: skip

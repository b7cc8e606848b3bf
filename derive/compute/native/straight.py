"""Programs as straight lines of instructions, a statement after the other: graphs of formulas one
example at a time, and the descent of small networks eight runs at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from derive.compute.native.elementary import logistic
from derive.compute.native.expressions import assignment, emitted, run
from derive.compute.native.kernel import LANES, needed
from derive.compute.native.values import Body, Value, fma
from derive.compute.programs.plan import key
from derive.compute.programs.program import Program, Statement, auxiliary, gradient
from derive.compute.sources.source import ScalarSource
from derive.expression.constructors import ONE, ZERO
from derive.expression.functions import ABS, EXP, MAX, MIN
from derive.expression.nodes import (
    Apply,
    Cases,
    Comparison,
    Expression,
    Negative,
    Number,
    Product,
    Quantity,
    Quotient,
    Sum,
    quantities,
)
from derive.expression.rewriting import rewrite

MOST_STATEMENTS = 120  # of a network; beyond, compiling takes longer than is gained
_TOGETHER = 4  # examples, at most


@dataclass(frozen=True, slots=True)
class Task:
    """What is worked out of one example.

    program   in statements
    given     argument → the quantities that lie in it, one double after the other
    loss      what is returned
    results   what is written, one double after the other
    """

    program: Program
    given: Mapping[str, Sequence[Quantity]]
    loss: Quantity
    results: Sequence[Quantity]


def one_example(task: Task, name: str) -> list[str]:
    """double name(theta*, inputs*, …, results*, room*); it needs no room to work in."""
    body = Body()
    values = {
        key(q): load(body, f"%{argument}", place)
        for argument, quantities in task.given.items()
        for place, q in enumerate(quantities)
    }
    run(task.program.only((task.loss, *task.results)), body, values)
    for place, q in enumerate(task.results):
        store(body, values[key(q)], "%results", place)
    arguments = ", ".join(
        f"ptr noalias %{argument}" for argument in (*task.given, "results", "room")
    )
    loss = values[key(task.loss)]
    return [
        *needed(body),
        f"define double @{name}({arguments}) {{",
        *body.lines,
        f"  ret double {loss.name}",
        "}",
    ]


def load(body: Body, pointer: str, place: int, align: int = 8) -> Value:
    at = body.emit(f"getelementptr double, ptr {pointer}, i64 {place}")
    return body.value(f"load {body.double}, ptr {at}, align {align}")


def store(body: Body, value: Value, pointer: str, place: int | str, align: int = 8) -> None:
    at = body.emit(f"getelementptr double, ptr {pointer}, i64 {place}")
    body.lines.append(f"  store {body.double} {value.name}, ptr {at}, align {align}")


# -- descent --------------------------------------------------------------------------------


def fits(source: ScalarSource) -> bool:
    """Whether a network is small enough."""
    return len(_program(source).items) <= MOST_STATEMENTS


def together(count: int) -> int:
    """How many of so many examples are written one after the other."""
    return next(size for size in (_TOGETHER, 2, 1) if count % size == 0)


def _program(source: ScalarSource) -> Program:
    return source.program.only((source.loss, *map(gradient, source.theta)))


@dataclass(frozen=True, slots=True)
class Sigmoid:
    """A sigmoid of a program: what is made of one exponential and one quotient.

    z        its argument
    a, rest  σ(z) and σ(−z)
    """

    z: Quantity
    a: Quantity
    rest: Quantity


def sigmoids(program: Program) -> tuple[Program, dict[Quantity, Sigmoid]]:
    """The program with its sigmoids by ``logistic``, and these, each at the target where it stands.

        e = exp(−|z|)      r = 1/(1 + e)      … r …      … e·r …      … e·r·r …
    ⇒                      a, rest = σ(±z)    … max …    … min …      … a·rest …

    and a for the choice by the sign of z of r or e·r. One whose e is asked for otherwise stays.
    """
    exponentials: dict[Quantity, Quantity] = {}
    units: dict[Quantity, Sigmoid] = {}
    of: dict[Quantity, Quantity] = {}  # r → e
    for item in program.items:
        match item:
            case Statement(e, Apply(_, (Negative(Apply(_, (Quantity() as z,))),)) as power) if (
                power == EXP(Negative(ABS(z)))
            ):
                exponentials[e] = z
            case Statement(
                r, Quotient(Number(), Sum((Number(), Quantity() as e)))
            ) as statement if e in exponentials and statement.expression == Quotient(
                ONE, Sum((ONE, e))
            ):
                a, rest = (
                    auxiliary(f"{name} of {e.name}", e.layer, e.unit) for name in ("a", "rest")
                )
                units[r], of[r] = Sigmoid(exponentials[e], a, rest), e
    for r, e in list(of.items()):
        changed = _with_sigmoid(program, r, e, units[r])
        left = [q for item in changed.items if isinstance(item, Statement) and item.target != r
                for q in quantities(item.expression)]  # fmt: skip
        if e in left or r in left:
            del units[r]
        else:
            program = changed
    return program, units


def _with_sigmoid(program: Program, r: Quantity, e: Quantity, unit: Sigmoid) -> Program:
    """One sigmoid replaced; r's statement stays, as the place where it is worked out."""
    both = Product((e, r))
    above = Comparison(unit.z, ">=", ZERO)

    def choices(node: Expression) -> Expression:
        if node == Cases((r, both), (above,)):
            return unit.a
        return unit.rest if node == Cases((both, r), (above,)) else node

    def products(node: Expression) -> Expression:
        if not isinstance(node, Product) or e not in node.factors:
            return node
        factors = list(node.factors)
        for pieces, instead in (
            ((e, r, r), (unit.a, unit.rest)),
            ((e, r), (MIN(unit.a, unit.rest),)),
        ):
            if all(factors.count(piece) >= pieces.count(piece) for piece in pieces):
                for piece in pieces:
                    factors.remove(piece)
                factors += instead
                break
        return Product(tuple(factors)) if len(factors) > 1 else factors[0]

    def alone(node: Expression) -> Expression:
        return MAX(unit.a, unit.rest) if node == r else node

    items = []
    for item in program.items:
        if isinstance(item, Statement) and item.target not in (e, r):
            changed = rewrite(item.expression, choices)
            changed = rewrite(rewrite(changed, products), alone)
            item = Statement(item.target, changed)
        if not (isinstance(item, Statement) and item.target == e):
            items.append(item)
    return Program(tuple(items))


class Unrolled:
    """void name(epochs, count, theta*, …, room*), as ``Runs`` has it; it needs no room.

    Every statement is written once for each of several examples, one after the other: a processor
    works on the next example while it waits for the exponential of the last. Examples are added up
    in their order, so that the bits do not depend on how many are written together.
    """

    room = 0

    def __init__(self, source: ScalarSource, mean: bool, together: int) -> None:
        """``count`` has to be a multiple of ``together``."""
        self.source = source
        self.mean = mean
        self.together = together
        self.body = Body(LANES, block="epoch")

    def lines(self, name: str) -> list[str]:
        body, source = self.body, self.source
        size = len(source.theta)
        theta = [load(body, "%theta", k * LANES, 64) for k in range(size)]
        self._keep(theta)
        zero = body.number(0.0)
        loss, *gradients = body.loop(
            "%count", self.together,
            lambda first, sums: self._examples(first, theta, sums), [zero] * (1 + size),
        )  # fmt: skip
        share = Value(body, "%share")
        step = -(Value(body, "%rate") * share)
        for k, slope in enumerate(gradients):
            store(body, fma(step, slope, theta[k]), "%theta", k * LANES, 64)
        store(body, loss * share, "%losses", body.emit(f"mul i64 %e, {LANES}"), 64)
        theirs = ("rates", "inputs", "targets", "fixed", "losses", "history", "room")
        arguments = ", ".join(f"ptr noalias %{what}" for what in ("theta", *theirs))
        of = body.double
        return [
            *needed(body),
            *body.before(name),
            f"define void @{name}(i64 %epochs, i64 %count, {arguments}) {{",
            "entry:",
            *body.opening(name),
            f"  %rate = load {of}, ptr %rates, align 64",
            *self._share(),
            "  br label %epoch",
            "epoch:",
            f"  %e = phi i64 [0, %entry], [%e_next, %{body.block}]",
            *body.lines,
            "  %e_next = add i64 %e, 1",
            "  %on = icmp slt i64 %e_next, %epochs",
            "  br i1 %on, label %epoch, label %done",
            "done:",
            "  ret void",
            "}",
        ]

    def _share(self) -> list[str]:
        """What one example counts, in every lane."""
        of = self.body.double
        one = "fdiv double 1.0, %examples" if self.mean else "fadd double 1.0, 0.0"
        return [
            "  %examples = sitofp i64 %count to double",
            f"  %one = {one}",
            f"  %one_1 = insertelement {of} poison, double %one, i64 0",
            f"  %share = shufflevector {of} %one_1, {of} poison, <{LANES} x i32> zeroinitializer",
        ]

    def _examples(self, first: str, theta: list[Value], sums: list[Value]) -> list[Value]:
        """The sums with some more examples, statement by statement for all of these."""
        source, sums = self.source, list(sums)
        given = [self._given(first, place, theta) for place in range(self.together)]
        results = [source.loss, *map(gradient, source.theta)]
        rests: list[dict[str, Value]] = [{} for _ in given]
        pairs: dict[str, tuple[Quantity, Quantity]] = {}  # results that are products of two
        program, logistics = sigmoids(_program(source))
        for item in program.items:
            assert isinstance(item, Statement)
            if unit := logistics.get(item.target):
                for values in given:
                    both = logistic(values[key(unit.z)])
                    values[key(unit.a)], values[key(unit.rest)] = both
                continue
            e = item.expression
            match e:
                case Product(factors=(Quantity() as a, Quantity() as b)) if item.target in results:
                    pairs[key(item.target)] = a, b  # goes into the sum at once
                    continue
            formula = assignment(e)
            for values, known in zip(given, rests, strict=True):
                values[key(item.target)] = emitted(formula, self.body, values, known)
        for values in given:
            for place, result in enumerate(results):
                if pair := pairs.get(key(result)):
                    first_factor, second = (values[key(factor)] for factor in pair)
                    sums[place] = fma(first_factor, second, sums[place])
                else:
                    sums[place] = sums[place] + values[key(result)]
        return sums

    def _given(self, first: str, place: int, theta: list[Value]) -> dict[str, Value]:
        """What an example begins with: its own numbers and the frozen ones in every lane."""
        body, source = self.body, self.source
        values = {key(q): value for q, value in zip(source.theta, theta, strict=True)}
        example = body.emit(f"add i64 {first}, {place}")
        for pointer, numbers in (("%inputs", source.inputs), ("%targets", source.targets)):
            start = body.emit(f"mul i64 {example}, {len(numbers)}")
            for k, q in enumerate(numbers):
                values[key(q)] = self._spread(pointer, body.emit(f"add i64 {start}, {k}"))
        for k, q in enumerate(source.fixed):
            values[key(q)] = self._spread("%fixed", str(k))
        return values

    def _spread(self, pointer: str, index: str) -> Value:
        """A number in memory, in every lane."""
        body, of = self.body, self.body.double
        at = body.emit(f"getelementptr double, ptr {pointer}, i64 {index}")
        number = body.emit(f"load double, ptr {at}, align 8")
        first = body.emit(f"insertelement {of} poison, double {number}, i64 0")
        return body.value(
            f"shufflevector {of} {first}, {of} poison, <{LANES} x i32> zeroinitializer"
        )

    def _keep(self, theta: list[Value]) -> None:
        """Theta before the epoch, into the history."""
        start = self.body.emit(f"mul i64 %e, {len(theta) * LANES}")
        for k, value in enumerate(theta):
            place = self.body.emit(f"add i64 {start}, {k * LANES}")
            store(self.body, value, "%history", place, 64)

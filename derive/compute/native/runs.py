"""Gradient descent: eight runs at a time, one in each lane, each with its own parameters and rate.

The examples come one after the other, the same for all runs, and nothing is added up over lanes:
a run gives the same numbers whichever others run beside it.
"""

from __future__ import annotations

from derive.compute.native.examples import Examples
from derive.compute.native.kernel import LANES, Layout, needed
from derive.compute.native.values import Value
from derive.compute.programs.plan import Plan


class Runs(Examples):
    """void name(epochs, count, theta*, rates*, inputs*, targets*, fixed*, losses*, history*, room*)

    So many epochs of θ ← θ − η·∂E/∂θ over ``count`` examples.

    theta    eight numbers for each entry, one of each run; changed
    rates    eight
    losses   eight for each epoch: the loss before it
    history  eight for each entry and epoch, theta before it
    """

    vectors = 1

    def __init__(self, plan: Plan, layout: Layout, size: int, mean: bool) -> None:
        """``size`` is theta's; ``mean`` whether the loss of several examples is their mean."""
        super().__init__(plan, layout, "")
        self.masked = set()
        self.size = size
        self.mean = mean

    def weight(self, name: str, *terms: str | int) -> Value:
        argument, start = self.layout.places[name]
        if argument == "fixed":
            return super().weight(name, *terms)
        in_lanes = [self.scaled(term, LANES) for term in terms]
        return self.load(self.at("%theta", start * LANES, *in_lanes))

    def lines(self, name: str) -> list[str]:
        tile, sums = self._laid_out()
        self.room = tile + sums * LANES
        turn, turn_end = self._piece("example_start", self._example)
        update, update_end = self._piece("update_start", self._update)
        clearing, clear_end = self._piece("clear_start", lambda: self._begin(sums))
        theirs = ("rates", "inputs", "targets", "fixed", "losses", "history", "room")
        arguments = ", ".join(f"ptr noalias %{what}" for what in ("theta", *theirs))
        of = self.body.double
        return [
            *needed(self.body),
            *self.body.before(name),
            f"define void @{name}(i64 %epochs, i64 %count, {arguments}) {{",
            "entry:",
            *self.body.opening(name),
            "  %tile = getelementptr double, ptr %room, i64 0",
            f"  %sums = getelementptr double, ptr %room, i64 {tile}",
            "  %as_double = sitofp i64 %count to double",
            f"  %count_1 = insertelement {of} poison, double %as_double, i64 0",
            f"  %examples = shufflevector {of} %count_1, {of} poison, "
            f"<{LANES} x i32> zeroinitializer",
            f"  %rate = load {of}, ptr %rates, align 8",
            "  br label %epoch",
            "epoch:",
            f"  %e = phi i64 [0, %entry], [%e_next, %{update_end}]",
            "  br label %clear_start",
            "clear_start:",
            *clearing,
            "  br label %example_start",
            "example_start:",
            f"  %first = phi i64 [0, %{clear_end}], [%second, %{turn_end}]",
            *turn,
            "  %second = add i64 %first, 1",
            "  %another = icmp slt i64 %second, %count",
            "  br i1 %another, label %example_start, label %update_start",
            "update_start:",
            *update,
            "  %e_next = add i64 %e, 1",
            "  %on = icmp slt i64 %e_next, %epochs",
            "  br i1 %on, label %epoch, label %done",
            "done:",
            "  ret void",
            "}",
        ]

    def _example(self) -> None:
        """One example, its numbers in every lane."""
        for name, argument in (
            (self.layout.inputs, "%inputs"), (self.layout.targets, "%targets"),
        ):  # fmt: skip
            start = self.scaled("%first", self.plan.rows[name])

            def unit(
                row: str, _: list[Value], name: str = name, argument: str = argument,
                start: str | int = start,
            ) -> list[Value]:  # fmt: skip
                self.store(self.splat(self.at(argument, start, row)), self.cell(name, row, 0))
                return []

            self.body.loop(self.plan.rows[name], 1, unit)
        for step in self.plan.steps:
            self.run(step)

    def _begin(self, sums: int) -> None:
        """Theta before the epoch is kept; all sums are 0."""
        start = self.scaled("%e", self.size * LANES)

        def turn(index: str, _: list[Value]) -> list[Value]:
            place = self.scaled(index, LANES)
            self.store(self.load(self.at("%theta", place)), self.at("%history", start, place))
            return []

        self.body.loop(self.size, 1, turn)
        self._clear(sums)

    def _update(self) -> None:
        """The loss is kept, and every parameter goes against its gradient."""
        body = self.body
        rate, examples = Value(body, "%rate"), Value(body, "%examples")

        def total(target: str, place: str | int) -> Value:
            value = self.load(self._sum(target, place))
            if self.factors[target] != 1:
                value = value * self.factors[target]
            return value / examples if self.mean else value

        self.store(total(self.layout.loss, 0), self.at("%losses", self.scaled("%e", LANES)))
        for target, start in self.layout.gradients.items():

            def turn(
                index: str, _: list[Value], target: str = target, start: int = start
            ) -> list[Value]:
                cell = self.at("%theta", start * LANES, self.scaled(index, LANES))
                self.store(self.load(cell) - rate * total(target, index), cell)
                return []

            body.loop(self.sums[target][1], 1, turn)

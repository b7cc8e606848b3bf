"""One example alone: eight units of a layer at a time, one in each lane.

An array of a layer is so many vectors; what a whole layer has once stands in every lane of one. A
row of W belongs to one sender and has its receivers beside each other: W's rows times activations
add up to z without a sum over lanes; only δ on its way back is one, in halves.
"""

from __future__ import annotations

from collections.abc import Callable

from derive.compute.native.expressions import larger
from derive.compute.native.kernel import LANES, Kernel, needed
from derive.compute.native.values import Value, fma, hexadecimal
from derive.compute.programs.functions import ALL, LARGEST, MIX, ROWS, SECOND
from derive.compute.programs.plan import ONE, PER_EXAMPLE, Elementwise, Operation

_TOGETHER = 4  # vectors of units whose sums are in registers at a time


class Units(Kernel):
    """double name(theta*, inputs*, targets*, fixed*, results*, room*)

    The loss of one example; its gradients are written.
    """

    # -- memory ------------------------------------------------------------------------------

    def _laid_out(self) -> int:
        """Gives every array its place; how many vectors there are."""
        self.memory: dict[str, int] = {}
        at = 0
        for name in (self.layout.inputs, self.layout.targets, *self.targets()):
            rows = self.plan.rows[name]
            if rows != ONE and name not in self.memory:
                self.memory[name] = at
                at += _vectors(rows)
        return at

    def _cell(self, name: str, vector: str | int) -> str:
        """Where a vector of an array is."""
        if self.plan.rows[name] == PER_EXAMPLE:
            vector = 0
        return self.at("%units", self.memory[name] * LANES, self.scaled(vector, LANES))

    def _number(self, name: str, row: str | int) -> str:
        """Where the number of one unit is."""
        return self.at("%units", self.memory[name] * LANES, row)

    def _there(self, rows: int, vector: str | int) -> str:
        """Which lanes of a vector are units; "" for all."""
        if isinstance(vector, int) and (vector + 1) * LANES <= rows:
            return ""
        if rows % LANES == 0:
            return ""
        of = self.body.of("i64")
        lanes = ", ".join(f"i64 {lane}" for lane in range(LANES))
        start = self.spread(str(self.scaled(vector, LANES)), "i64")
        number = self.body.emit(f"add {of} {start}, <{lanes}>")
        return self.body.emit(f"icmp slt {of} {number}, splat (i64 {rows})")

    def _only_units(self, value: Value, rows: int, vector: str | int, otherwise: float) -> Value:
        """The value, and ``otherwise`` in the lanes that are no units."""
        there = self._there(rows, vector)
        if not there:
            return value
        other = self.body.number(otherwise).name
        of, double = self.body.of("i1"), self.body.double
        return self.body.value(f"select {of} {there}, {double} {value.name}, {double} {other}")

    def _read(self, pointer: str, there: str) -> Value:
        """A vector that lies anywhere, of which some lanes alone may be read."""
        double, of = self.body.double, self.body.of("i1")
        if not there:
            return self.body.value(f"load {double}, ptr {pointer}, align 8")
        name = f"@llvm.masked.load.v{LANES}f64.p0"
        self.body.declared[name] = f"declare {double} {name}(ptr, {of}, {double})"
        return self.body.value(
            f"call {double} {name}(ptr align 8 {pointer}, {of} {there}, {double} zeroinitializer)"
        )

    def _write(self, value: Value, pointer: str, there: str) -> None:
        double, of = self.body.double, self.body.of("i1")
        if not there:
            self.body.lines.append(f"  store {double} {value.name}, ptr {pointer}, align 8")
            return
        name = f"@llvm.masked.store.v{LANES}f64.p0"
        self.body.declared[name] = f"declare void {name}({double}, ptr, {of})"
        self.body.lines.append(
            f"  call void {name}({double} {value.name}, ptr align 8 {pointer}, {of} {there})"
        )

    def _each(self, rows: int, work: Callable[[str | int], None]) -> None:
        """``work(vector)`` for every vector of so many units."""
        count = _vectors(rows)
        if count == 1:
            work(0)
            return

        def turn(index: str, _: list[Value]) -> list[Value]:
            work(index)
            return []

        self.body.loop(count, 1, turn)

    # -- steps -------------------------------------------------------------------------------

    def elementwise(self, step: Elementwise) -> None:
        names = self.outer_names(step)
        ones = self.ones(names)

        def work(vector: str | int) -> None:
            values = dict(ones)
            for name in names:
                if name in self.plan.columns:
                    at = self.parameter(self.plan.columns[name], self.scaled(vector, LANES))
                    values[name] = self._read(at, self._there(self.plan.rows[name], vector))
                elif name not in values:
                    values[name] = self.load(self._cell(name, vector))
            self.worked_out(step, values)
            for name, _ in step.statements:
                if name in self.stored:
                    self.store(values[name], self._cell(name, vector))

        self._each(step.rows, work)

    def product(self, step: Operation) -> None:
        (self._forwards if step.function is MIX else self._back)(step)

    def _forwards(self, step: Operation) -> None:
        """Wᵀ·a: row by row of W, each times its sender's activation."""
        weights, operand = step.operands
        ins, outs = self.plan.arrays[weights]
        zero = self.body.number(0.0)
        for first in range(0, _vectors(outs), _TOGETHER):
            vectors = range(first, min(first + _TOGETHER, _vectors(outs)))
            there = [self._there(outs, v) for v in vectors]

            def turn(
                index: str, sums: list[Value], vectors: range = vectors, there: list[str] = there
            ) -> list[Value]:
                activation = self.splat(self._number(operand, index))
                row = self.scaled(index, outs)
                return [
                    fma(activation, self._read(self.parameter(weights, row, v * LANES), mask), s)
                    for v, mask, s in zip(vectors, there, sums, strict=True)
                ]

            sums = self.body.loop(ins, 1, turn, [zero] * len(vectors))
            for v, value in zip(vectors, sums, strict=True):
                self.store(value, self._cell(step.target, v))

    def _back(self, step: Operation) -> None:
        """W·δ: for every sender the sum over its row."""
        weights, operand = step.operands
        ins, outs = self.plan.arrays[weights]
        vectors = range(_vectors(outs))
        zero = self.body.number(0.0)
        there = [self._there(outs, v) for v in vectors]
        deltas = [
            self._only_units(self.load(self._cell(operand, v)), outs, v, 0.0) for v in vectors
        ]
        for v in range(_vectors(ins)):  # what is no sender is asked for no more than a number
            self.store(zero, self._cell(step.target, v))

        def turn(index: str, _: list[Value]) -> list[Value]:
            row = self.scaled(index, outs)
            total = None
            for v in vectors:
                part = self._read(self.parameter(weights, row, v * LANES), there[v])
                total = part * deltas[v] if total is None else fma(part, deltas[v], total)
            assert total is not None
            number = self._halved(total, lambda a, b: a + b)
            to = self._number(step.target, index)
            self.body.lines.append(f"  store double {number}, ptr {to}, align 8")
            return []

        self.body.loop(ins, 1, turn)

    def _halved(self, value: Value, join: Callable[[Value, Value], Value]) -> str:
        """All lanes joined, the upper half to the lower, again and again: a number."""
        lanes = LANES
        while lanes > 1:
            lanes //= 2
            places = ", ".join(f"i32 {lanes + k if k < lanes else k}" for k in range(LANES))
            upper = self.body.value(
                f"shufflevector {self.body.double} {value.name}, {self.body.double} poison, "
                f"<{LANES} x i32> <{places}>"
            )
            value = join(value, upper)
        return self.body.emit(f"extractelement {self.body.double} {value.name}, i64 0")

    def outer(self, step: Operation) -> None:
        """∂E/∂W: for every sender a row, its activation times the deltas."""
        senders, operand = step.operands
        ins, outs = (max(1, self.plan.rows[name]) for name in step.operands)
        start = self.layout.gradients[step.target]
        for first in range(0, _vectors(outs), _TOGETHER):
            vectors = range(first, min(first + _TOGETHER, _vectors(outs)))
            there = [self._there(outs, v) for v in vectors]
            deltas = [self.load(self._cell(operand, v)) for v in vectors]

            def turn(
                index: str, _: list[Value], vectors: range = vectors,
                there: list[str] = there, deltas: list[Value] = deltas,
            ) -> list[Value]:  # fmt: skip
                activation = self.splat(self._number(senders, index))
                row = self.scaled(index, outs)
                for v, mask, delta in zip(vectors, there, deltas, strict=True):
                    to = self.at("%results", start, row, v * LANES)
                    self._write(activation * delta, to, mask)
                return []

            self.body.loop(ins, 1, turn)

    def summed(self, step: Operation) -> None:
        """Of one example every row is its own sum; all rows are added up, the lanes in halves."""
        (operand,) = step.operands
        rows = max(1, self.plan.rows[operand])
        factor = step.factor
        if step.function is ROWS:
            start = self.layout.gradients[step.target]

            def work(vector: str | int) -> None:
                value = self.load(self._cell(operand, vector))
                if factor != 1:
                    value = value * factor
                to = self.at("%results", start, self.scaled(vector, LANES))
                self._write(value, to, self._there(rows, vector))

            self._each(rows, work)
            return
        assert step.function is ALL
        total = self._total(operand, rows)
        if factor != 1:
            total = self.body.emit(f"fmul double {total}, {hexadecimal(factor)}")
        if step.target == self.layout.loss:
            self._loss = total
        else:
            to = self.at("%results", self.layout.gradients[step.target])
            self.body.lines.append(f"  store double {total}, ptr {to}, align 8")

    def _total(self, operand: str, rows: int) -> str:
        if self.plan.rows[operand] == PER_EXAMPLE:
            value = self.load(self._cell(operand, 0))
            return self.body.emit(f"extractelement {self.body.double} {value.name}, i64 0")
        parts = [
            self._only_units(self.load(self._cell(operand, v)), rows, v, 0.0)
            for v in range(_vectors(rows))
        ]
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return self._halved(total, lambda a, b: a + b)

    def over_units(self, step: Operation) -> None:
        (operand,) = step.operands
        rows = self.plan.rows[operand]
        if step.function not in (LARGEST, SECOND):
            self.store(self._everywhere(self._total(operand, rows)), self._cell(step.target, 0))
            return
        least = float("-inf")
        parts = [
            self._only_units(self.load(self._cell(operand, v)), rows, v, least)
            for v in range(_vectors(rows))
        ]
        top = self._everywhere(self._halved(self._joined(parts, larger), larger))
        if step.function is SECOND:
            # How often the largest is there decides whether it is the second, too.
            are = [part.compare("==", top) for part in parts]
            lower = [is_top.choose(least, part) for is_top, part in zip(are, parts, strict=True)]
            often = self._joined([is_top.choose(1.0, 0.0) for is_top in are], _plus)
            count = self._everywhere(self._halved(often, _plus))
            rest = self._everywhere(self._halved(self._joined(lower, larger), larger))
            top = (count > 1.0).choose(top, rest)
        self.store(top, self._cell(step.target, 0))

    def _joined(self, parts: list[Value], join: Callable[[Value, Value], Value]) -> Value:
        total = parts[0]
        for part in parts[1:]:
            total = join(total, part)
        return total

    def _everywhere(self, number: str) -> Value:
        return Value(self.body, self.spread(number))

    def others(self, step: Operation) -> None:
        """The sum of the units before, and that of those after: never a total less its own."""
        (operand,) = step.operands
        rows, body = self.plan.rows[operand], self.body
        zero = hexadecimal(0.0)
        for v in range(_vectors(rows)):
            self.store(body.number(0.0), self._cell(step.target, v))
        before, after = zero, zero
        numbers = [
            body.emit(f"load double, ptr {self._number(operand, k)}, align 8") for k in range(rows)
        ]
        sums = []
        for number in numbers:
            sums.append(before)
            before = body.emit(f"fadd double {before}, {number}")
        for k in reversed(range(rows)):
            total = body.emit(f"fadd double {sums[k]}, {after}")
            body.lines.append(
                f"  store double {total}, ptr {self._number(step.target, k)}, align 8"
            )
            after = body.emit(f"fadd double {after}, {numbers[k]}")

    # -- the function ------------------------------------------------------------------------

    def lines(self, name: str) -> list[str]:
        self.room = self._laid_out() * LANES
        self.body.block = "entry"
        for what, argument in (
            (self.layout.inputs, "%inputs"), (self.layout.targets, "%targets"),
        ):  # fmt: skip
            rows = self.plan.rows[what]

            def read(vector: str | int, what: str = what, argument: str = argument,
                     rows: int = rows) -> None:  # fmt: skip
                at = self.at(argument, self.scaled(vector, LANES))
                self.store(self._read(at, self._there(rows, vector)), self._cell(what, vector))

            self._each(rows, read)
        for step in self.plan.steps:
            self.run(step)
        return [
            *needed(self.body),
            *self.body.before(name),
            f"define double @{name}(ptr noalias %theta, ptr noalias %inputs, "
            "ptr noalias %targets, ptr noalias %fixed, ptr noalias %results, ptr noalias %room) {",
            "entry:",
            *self.body.opening(name),
            "  %units = getelementptr double, ptr %room, i64 0",
            *self.body.lines,
            f"  ret double {self._loss}",
            "}",
        ]


def _vectors(rows: int) -> int:
    return -(-max(1, rows) // LANES)


def _plus(a: Value, b: Value) -> Value:
    return a + b

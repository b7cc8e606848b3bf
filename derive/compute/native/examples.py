"""Batches: a tile of examples at a time, one in each lane.

Every array of a layer is a block of memory with a row per unit and a column per example of the
tile. Between two products, all that is done to a layer element by element is one loop. Products go
in blocks of units whose sums stay in registers. What is summed over examples is summed lane by
lane; the lanes are added up after a chunk of examples, in their order.
"""

from __future__ import annotations

from collections.abc import Callable

from derive.compute.native.columns import fill
from derive.compute.native.expressions import larger
from derive.compute.native.kernel import LANES, Kernel, Layout, needed
from derive.compute.native.machine import has_wide_registers
from derive.compute.native.values import Value, fma, hexadecimal
from derive.compute.precision import DType
from derive.compute.programs.functions import LARGEST, MIX, OUTER, ROWS, SECOND, TOTAL
from derive.compute.programs.plan import ONE, PER_EXAMPLE, Elementwise, Operation, Plan

CHUNK = 4096  # examples after which lanes are added up


class Examples(Kernel):
    """double name(count, theta*, inputs*, targets*, fixed*, results*, room*)

    The sums of the losses and of the gradients over ``count`` rows of inputs and targets.

    masked  what is 0 for the columns of a tile in which there is no example
    """

    vectors = 4  # of a tile

    def __init__(self, plan: Plan, layout: Layout, deltas: str, given: DType = "float64") -> None:
        """deltas  of the last layer: from them comes all that is summed but the loss
        given   what numbers the rows of inputs and targets have
        """
        super().__init__(plan, layout)
        self.element, self.bytes = ("float", 4) if given == "float32" else ("double", 8)
        sums = [s for s in plan.steps if isinstance(s, Operation) and s.target == layout.loss]
        self.masked = {deltas, *(operand for step in sums for operand in step.operands)}
        self.stored |= self.masked
        # Units, and vectors of examples, whose sums are in registers at a time.
        self.together = 4 if has_wide_registers() else 2
        self.memory: dict[str, int] = {}  # name → where its rows begin in the tile
        self.sums: dict[str, tuple[int, int]] = {}  # target → where its lanes begin, how many
        self.factors: dict[str, float] = {}

    @property
    def tile(self) -> int:
        """Its columns."""
        return self.vectors * LANES

    # -- memory ------------------------------------------------------------------------------

    def _laid_out(self) -> tuple[int, int]:
        """Gives every array its place; how many doubles a tile has, and how many sums."""
        at = 0
        for name in (self.layout.inputs, self.layout.targets, *self.targets()):
            rows = self.plan.rows[name]
            if rows != ONE and name not in self.memory:
                self.memory[name] = at
                at += max(1, rows) * self.tile
        sums = 0
        for step in self.plan.steps:
            if isinstance(step, Operation) and self.plan.rows[step.target] == ONE:
                count = self._count(step)
                self.sums[step.target] = sums, count
                self.factors[step.target] = step.factor
                sums += count
        return at, sums

    def _count(self, step: Operation) -> int:
        rows = [max(1, self.plan.rows[operand]) for operand in step.operands]
        if step.function is OUTER:
            return rows[0] * rows[1]
        return rows[0] if step.function is ROWS else 1

    def cell(self, name: str, row: str | int, column: str | int) -> str:
        """Where a row of a tile's array has its eight columns from ``column`` on."""
        return self.at("%tile", self.memory[name], self.scaled(row, self.tile), column)

    def _sum(self, target: str, place: str | int) -> str:
        """Where the lanes of a sum are."""
        return self.at("%sums", self.sums[target][0] * LANES, self.scaled(place, LANES))

    def _row_of(self, name: str, index: str | int) -> str | int:
        return 0 if self.plan.rows[name] == PER_EXAMPLE else index

    # -- steps -------------------------------------------------------------------------------

    def elementwise(self, step: Elementwise) -> None:
        names = self.outer_names(step)
        ones = self.ones(names)

        def row(index: str, _: list[Value]) -> list[Value]:
            columns = {
                name: self.weight(self.plan.columns[name], index)
                for name in names if name in self.plan.columns
            }  # fmt: skip

            def cells(column: str, _: list[Value]) -> list[Value]:
                values = {**ones, **columns}
                for name in names:
                    if name not in values:
                        values[name] = self.load(self.cell(name, self._row_of(name, index), column))
                self.worked_out(step, values)
                for name, _e in step.statements:
                    if name in self.stored:
                        value = values[name]
                        if name in self.masked:
                            value = self._without_strangers(value, column)
                        self.store(value, self.cell(name, self._row_of(name, index), column))
                return []

            self.body.loop(self.tile, LANES, cells)
            return []

        self.body.loop(max(1, step.rows), 1, row)

    def _without_strangers(self, value: Value, column: str) -> Value:
        """0 in the columns in which there is no example."""
        of, double = self.body.of("i64"), self.body.double
        lanes = ", ".join(f"i64 {lane}" for lane in range(LANES))
        number = self.body.emit(f"add {of} {self.spread(column, 'i64')}, <{lanes}>")
        there = self.body.emit(f"icmp slt {of} {number}, %examples")
        return self.body.value(
            f"select {self.body.of('i1')} {there}, {double} {value.name}, {double} zeroinitializer"
        )

    def _blocks(self, count: int, work: Callable[[str | int, int], None]) -> None:
        """``work(first, how many)`` for units in blocks, and for those that are left."""
        size = self.together
        whole = count // size * size

        def turn(index: str, _: list[Value]) -> list[Value]:
            work(index, size)
            return []

        if whole > size:
            self.body.loop(whole, size, turn)
        elif whole:
            work(0, size)
        if count > whole:
            work(whole, count - whole)

    def product(self, step: Operation) -> None:
        """A block of units at a time, their sums over the other side in registers."""
        weights, operand = step.operands
        ins, outs = self.plan.arrays[weights]
        forwards = step.function is MIX
        rows, other = (outs, ins) if forwards else (ins, outs)
        zero = self.body.number(0.0)

        vectors = min(self.together, self.vectors)

        def work(first: str | int, many: int) -> None:
            def columns(column: str, _: list[Value]) -> list[Value]:
                def turn(index: str, sums: list[Value]) -> list[Value]:
                    parts = [
                        self.load(self.cell(operand, index, self.plus(column, v * LANES)))
                        for v in range(vectors)
                    ]
                    added = []
                    for unit in range(many):
                        if forwards:
                            weight = self.weight(weights, self.scaled(index, outs), first, unit)
                        else:
                            row = self.scaled(first, outs)
                            weight = self.weight(weights, row, unit * outs, index)
                        added += [
                            fma(part, weight, sums[unit * vectors + v])
                            for v, part in enumerate(parts)
                        ]
                    return added

                sums = self.body.loop(other, 1, turn, [zero] * (many * vectors))
                for unit in range(many):
                    row = self.plus(first, unit)
                    for v in range(vectors):
                        cell = self.cell(step.target, row, self.plus(column, v * LANES))
                        self.store(sums[unit * vectors + v], cell)
                return []

            self.body.loop(self.tile, vectors * LANES, columns)

        self._blocks(rows, work)

    def outer(self, step: Operation) -> None:
        """A block of units by another, lane by lane onto the sums so far."""
        senders, deltas = step.operands
        ins, outs = (max(1, self.plan.rows[name]) for name in step.operands)

        def senders_block(i: str | int, some: int) -> None:
            def deltas_block(j: str | int, many: int) -> None:
                start = self.scaled(i, outs)
                cells = []
                for ii in range(some):
                    for jj in range(many):
                        place = self.plus(start, ii * outs + jj)
                        if isinstance(place, int) and isinstance(j, int):
                            place += j
                        else:
                            place = self.body.emit(f"add i64 {place}, {j}")
                        cells.append(self._sum(step.target, place))
                sums = [self.load(cell) for cell in cells]
                for v in range(self.vectors):
                    a = [
                        self.load(self.cell(senders, self.plus(i, ii), v * LANES))
                        for ii in range(some)
                    ]
                    d = [
                        self.load(self.cell(deltas, self.plus(j, jj), v * LANES))
                        for jj in range(many)
                    ]
                    sums = [
                        fma(a[ii], d[jj], sums[ii * many + jj])
                        for ii in range(some) for jj in range(many)
                    ]  # fmt: skip
                for value, cell in zip(sums, cells, strict=True):
                    self.store(value, cell)

            self._blocks(outs, deltas_block)

        self._blocks(ins, senders_block)

    def summed(self, step: Operation) -> None:
        """A sum for each row, or one for all, lane by lane onto the sums so far."""
        (operand,) = step.operands

        def turn(index: str, _: list[Value]) -> list[Value]:
            cell = self._sum(step.target, index if step.function is ROWS else 0)
            total = self.load(cell)
            for v in range(self.vectors):
                total = total + self.load(self.cell(operand, index, v * LANES))
            self.store(total, cell)
            return []

        self.body.loop(max(1, self.plan.rows[operand]), 1, turn)

    def over_units(self, step: Operation) -> None:
        (operand,) = step.operands
        start = self.body.number(0.0 if step.function is TOTAL else float("-inf"))

        def cells(column: str, _: list[Value]) -> list[Value]:
            def row(index: str, so_far: list[Value]) -> list[Value]:
                value = self.load(self.cell(operand, index, column))
                if step.function is TOTAL:
                    return [so_far[0] + value]
                top = larger(so_far[0], value)
                if step.function is LARGEST:
                    return [top]
                lower = (value > so_far[0]).choose(so_far[0], value)
                return [top, larger(so_far[1], lower)]

            carried = [start] * (2 if step.function is SECOND else 1)
            results = self.body.loop(self.plan.rows[operand], 1, row, carried)
            self.store(results[-1], self.cell(step.target, 0, column))
            return []

        self.body.loop(self.tile, LANES, cells)

    def others(self, step: Operation) -> None:
        """The sum of the rows before, and that of those after: never a total less its own."""
        (operand,) = step.operands
        rows = self.plan.rows[operand]

        def cells(column: str, _: list[Value]) -> list[Value]:
            def before(index: str, so_far: list[Value]) -> list[Value]:
                self.store(so_far[0], self.cell(step.target, index, column))
                return [so_far[0] + self.load(self.cell(operand, index, column))]

            def after(index: str, so_far: list[Value]) -> list[Value]:
                row = self.body.emit(f"sub i64 {rows - 1}, {index}")
                cell = self.cell(step.target, row, column)
                self.store(self.load(cell) + so_far[0], cell)
                return [so_far[0] + self.load(self.cell(operand, row, column))]

            zero = self.body.number(0.0)
            self.body.loop(rows, 1, before, [zero])
            self.body.loop(rows, 1, after, [zero])
            return []

        self.body.loop(self.tile, LANES, cells)

    # -- the function ------------------------------------------------------------------------

    def lines(self, name: str) -> list[str]:
        tile, sums = self._laid_out()
        self.room = tile + sums * LANES
        turn, tile_end = self._piece("tile_start", self._turn)
        reduction, reduce_end = self._piece("reduce_start", self._reduce)
        clearing, clear_end = self._piece("clear_start", lambda: self._clear(sums))
        of = self.body.of("i64")
        results = sum(self.sums[target][1] for target in self.layout.gradients)
        return [
            *needed(self.body),
            *self.body.before(name),
            f"declare double @llvm.vector.reduce.fadd.v{LANES}f64(double, {self.body.double})",
            "declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)",
            f"define double @{name}(i64 %count, ptr noalias %theta, ptr noalias %inputs, "
            "ptr noalias %targets, ptr noalias %fixed, ptr noalias %results, ptr noalias %room) {",
            "entry:",
            *self.body.opening(name),
            "  %tile = getelementptr double, ptr %room, i64 0",
            f"  %sums = getelementptr double, ptr %room, i64 {tile}",
            f"  call void @llvm.memset.p0.i64(ptr %results, i8 0, i64 {8 * results}, i1 false)",
            "  br label %chunk",
            "chunk:",
            f"  %from = phi i64 [0, %entry], [%to, %{reduce_end}]",
            f"  %loss = phi double [0.0, %entry], [%loss_next, %{reduce_end}]",
            "  %left = sub i64 %count, %from",
            f"  %many = icmp sgt i64 %left, {CHUNK}",
            f"  %here = select i1 %many, i64 {CHUNK}, i64 %left",
            "  %to = add i64 %from, %here",
            "  %none = icmp eq i64 %here, 0",
            "  br i1 %none, label %done, label %clear_start",
            "clear_start:",
            *clearing,
            "  br label %tile_start",
            "tile_start:",
            f"  %first = phi i64 [%from, %{clear_end}], [%second, %{tile_end}]",
            "  %still = sub i64 %to, %first",
            f"  %full = icmp sge i64 %still, {self.tile}",
            f"  %there = select i1 %full, i64 {self.tile}, i64 %still",
            f"  %there_1 = insertelement {of} poison, i64 %there, i64 0",
            f"  %examples = shufflevector {of} %there_1, {of} poison, "
            f"<{LANES} x i32> zeroinitializer",
            *turn,
            "  %second = add i64 %first, %there",
            "  %another = icmp slt i64 %second, %to",
            "  br i1 %another, label %tile_start, label %reduce_start",
            "reduce_start:",
            *reduction,
            "  br label %chunk",
            "done:",
            "  ret double %loss",
            "}",
        ]

    def _piece(self, start: str, write: Callable[[], None]) -> tuple[list[str], str]:
        """The lines of a part of the function, and the block in which it ends."""
        self.body.block, self.body.lines = start, []
        write()
        return self.body.lines, self.body.block

    def _turn(self) -> None:
        for name, argument in (
            (self.layout.inputs, "%inputs"), (self.layout.targets, "%targets"),
        ):  # fmt: skip
            fill(self, name, argument)
        for step in self.plan.steps:
            self.run(step)

    def _clear(self, sums: int) -> None:
        zero = self.body.number(0.0)

        def turn(index: str, _: list[Value]) -> list[Value]:
            self.store(zero, self.at("%sums", self.scaled(index, LANES)))
            return []

        self.body.loop(sums, 1, turn)

    def _reduce(self) -> None:
        """The sums of a chunk, lane after lane, onto the results and the loss."""
        for target, start in self.layout.gradients.items():

            def turn(
                index: str, _: list[Value], target: str = target, start: int = start
            ) -> list[Value]:
                to = self.at("%results", start, index)
                old = self.body.emit(f"load double, ptr {to}")
                new = self.body.emit(f"fadd double {old}, {self._added_up(target, index)}")
                self.body.lines.append(f"  store double {new}, ptr {to}")
                return []

            self.body.loop(self.sums[target][1], 1, turn)
        number = self._added_up(self.layout.loss, 0)
        self.body.lines.append(f"  %loss_next = fadd double %loss, {number}")

    def _added_up(self, target: str, place: str | int) -> str:
        """A sum's lanes, one after the other, times what stands before the sum."""
        value = self.load(self._sum(target, place))
        number = self.body.emit(
            f"call double @llvm.vector.reduce.fadd.v{LANES}f64(double -0.0, "
            f"{self.body.double} {value.name})"
        )
        factor = self.factors[target]
        if factor == 1:
            return number
        return self.body.emit(f"fmul double {number}, {hexadecimal(factor)}")

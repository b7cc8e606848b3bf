"""LLVM's instructions as arithmetic: ``a*b + 1`` appends a multiplication and an addition.

Every operation rounds once, as IEEE 754 has it: nothing is contracted or reordered unless a product
and a sum are written as one, ``fma(a, b, c)``. A value is a double or a vector of them, an example
or a run a lane; a number among them is a vector of that number.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass
class Body:
    """The instructions of a function so far.

    width     lanes of a vector; 1 for plain doubles
    declared  the functions of LLVM's and of the C library that are called: name → declaration
    calls     our own functions that are called, without their lanes: exp, log1p, …
    table     the bits of the numbers that a vector has in every lane, but for 0. They are read from
              memory, lane for lane, which costs nothing where an operation can do it itself; a
              compiler left alone keeps one, spreads it out and runs short of registers
    """

    width: int = 1
    lines: list[str] = field(default_factory=list)
    declared: dict[str, str] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    table: dict[int, int] = field(default_factory=dict)
    block: str = "entry"
    _count: int = 0

    @property
    def double(self) -> str:
        """LLVM's name of the type of a value."""
        return self.of("double")

    def of(self, element: str) -> str:
        return element if self.width == 1 else f"<{self.width} x {element}>"

    def name(self) -> str:
        self._count += 1
        return f"%v{self._count}"

    def emit(self, instruction: str) -> str:
        """An instruction that gives something; its name."""
        name = self.name()
        self.lines.append(f"  {name} = {instruction}")
        return name

    def value(self, instruction: str) -> Value:
        return Value(self, self.emit(instruction))

    def number(self, number: float) -> Value:
        text = hexadecimal(number)
        if self.width == 1:
            return Value(self, text)
        if int(text, 16) == 0:
            return Value(self, "zeroinitializer")
        return Value(self, self._read(int(text, 16), "double"))

    def whole(self, number: int) -> Whole:
        if self.width == 1:
            return Whole(self, str(number))
        return Whole(self, self._read(number % 2**64, "i64"))

    def _read(self, bits: int, element: str) -> str:
        place = self.table.setdefault(bits, len(self.table))
        at = self.emit(f"getelementptr {self.of('i64')}, ptr %numbers, i64 {place}")
        return self.emit(f"load {self.of(element)}, ptr {at}, align 64")

    def before(self, function: str) -> list[str]:
        """What stands before a function of this body: its numbers."""
        if not self.table:
            return []
        of = self.of("i64")
        rows = ", ".join(f"{of} splat (i64 {bits})" for bits in self.table)
        # An address that is read is kept in a register, one that is known is written out each time.
        kind = f"[{len(self.table)} x {of}]"
        return [
            f"@{function}_numbers = internal constant {kind} [{rows}], align 64",
            f"@{function}_numbers_at = internal global ptr @{function}_numbers",
        ]

    def opening(self, function: str) -> list[str]:
        """What a function of this body begins with."""
        if not self.table:
            return []
        return [f"  %numbers = load ptr, ptr @{function}_numbers_at"]

    def loop(
        self, count: int | str, step: int, turn: Callable[[str, list[Value]], list[Value]],
        carried: Sequence[Value] = (),
    ) -> list[Value]:  # fmt: skip
        """``turn(index, values)`` for index 0, step, … below count, at least once.

        carried  values at the start; a turn gives those with which the next goes on, and those
                 that the last turn gives are what comes out
        """
        label, before = f"loop{self._count}", self.block
        self._count += 1
        index, following = f"%i_{label}", f"%n_{label}"
        self.lines += [f"  br label %{label}", f"{label}:"]
        place = len(self.lines)
        self.block = label
        starts = [Value(self, self.name()) for _ in carried]
        ends = turn(index, starts)
        self.lines[place:place] = [
            f"  {index} = phi i64 [0, %{before}], [{following}, %{self.block}]",
            *(
                f"  {start.name} = phi {self.double} [{first.name}, %{before}], "
                f"[{end.name}, %{self.block}]"
                for start, first, end in zip(starts, carried, ends, strict=True)
            ),
        ]
        self.lines += [
            f"  {following} = add i64 {index}, {step}",
            f"  %m_{label} = icmp slt i64 {following}, {count}",
            f"  br i1 %m_{label}, label %{label}, label %after_{label}",
            f"after_{label}:",
        ]
        self.block = f"after_{label}"
        return ends

    def branch(
        self, condition: str, then: Callable[[], None], otherwise: Callable[[], None]
    ) -> None:
        """One or the other, which leave nothing but what they store."""
        label = f"branch{self._count}"
        self._count += 1
        yes, no, after = f"{label}_yes", f"{label}_no", f"{label}_after"
        self.lines.append(f"  br i1 {condition}, label %{yes}, label %{no}")
        for self.block, write in ((yes, then), (no, otherwise)):
            self.lines.append(f"{self.block}:")
            write()
            self.lines.append(f"  br label %{after}")
        self.lines.append(f"{after}:")
        self.block = after

    def intrinsic(self, name: str, *arguments: Value) -> Value:
        """One of LLVM's own functions, on doubles."""
        suffix = "f64" if self.width == 1 else f"v{self.width}f64"
        whole = f"@llvm.{name}.{suffix}"
        types = ", ".join([self.double] * len(arguments))
        self.declared[whole] = f"declare {self.double} {whole}({types})"
        given = ", ".join(f"{self.double} {a.name}" for a in arguments)
        return self.value(f"call {self.double} {whole}({given})")

    def lane_by_lane(self, name: str, *arguments: Value) -> Value:
        """A function of the C library; it knows no vectors."""
        types = ", ".join(["double"] * len(arguments))
        self.declared[f"@{name}"] = f"declare double @{name}({types})"
        if self.width == 1:
            given = ", ".join(f"double {a.name}" for a in arguments)
            return self.value(f"call double @{name}({given})")
        vector = "poison"
        for lane in range(self.width):
            given = ", ".join(
                "double " + self.emit(f"extractelement {self.double} {a.name}, i64 {lane}")
                for a in arguments
            )
            result = self.emit(f"call double @{name}({given})")
            vector = self.emit(f"insertelement {self.double} {vector}, double {result}, i64 {lane}")
        return Value(self, vector)

    def call(self, name: str, *arguments: Value) -> Value:
        """One of our own functions (``elementary``)."""
        self.calls[name] = len(arguments)
        given = ", ".join(f"{self.double} {a.name}" for a in arguments)
        return self.value(f"call {self.double} @{name}_{self.width}({given})")


@dataclass(frozen=True, slots=True)
class Value:
    """A double, or one in each lane."""

    body: Body
    name: str

    def _with(self, operation: str, other: Value | float, reverse: bool = False) -> Value:
        second = other if isinstance(other, Value) else self.body.number(other)
        left, right = (second, self) if reverse else (self, second)
        return self.body.value(f"{operation} {self.body.double} {left.name}, {right.name}")

    def __add__(self, other: Value | float) -> Value:
        return self._with("fadd", other)

    def __radd__(self, other: float) -> Value:
        return self._with("fadd", other, reverse=True)

    def __sub__(self, other: Value | float) -> Value:
        return self._with("fsub", other)

    def __rsub__(self, other: float) -> Value:
        return self._with("fsub", other, reverse=True)

    def __mul__(self, other: Value | float) -> Value:
        return self._with("fmul", other)

    def __rmul__(self, other: float) -> Value:
        return self._with("fmul", other, reverse=True)

    def __truediv__(self, other: Value | float) -> Value:
        return self._with("fdiv", other)

    def __rtruediv__(self, other: float) -> Value:
        return self._with("fdiv", other, reverse=True)

    def __neg__(self) -> Value:
        return self.body.value(f"fneg {self.body.double} {self.name}")

    def __abs__(self) -> Value:
        return self.body.intrinsic("fabs", self)

    def compare(self, sign: str, other: Value | float) -> Truth:
        """Whether it is <, <=, >, >=, == or !=; as in IEEE 754, NaN only differs."""
        second = other if isinstance(other, Value) else self.body.number(other)
        kind = f"fcmp {_COMPARED[sign]} {self.body.double}"
        return Truth(self.body, self.body.emit(f"{kind} {self.name}, {second.name}"))

    def __lt__(self, other: Value | float) -> Truth:
        return self.compare("<", other)

    def __gt__(self, other: Value | float) -> Truth:
        return self.compare(">", other)

    def sqrt(self) -> Value:
        return self.body.intrinsic("sqrt", self)

    def signed_as(self, other: Value) -> Value:
        """Its size with the sign of the other."""
        return self.body.intrinsic("copysign", self, other)

    def bits(self) -> Whole:
        """The sixty-four bits of the double as a whole number."""
        text = f"bitcast {self.body.double} {self.name} to {self.body.of('i64')}"
        return Whole(self.body, self.body.emit(text))


_COMPARED = {"<": "olt", "<=": "ole", ">": "ogt", ">=": "oge", "==": "oeq", "!=": "une"}


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number of 64 bits, or one in each lane."""

    body: Body
    name: str

    def _with(self, operation: str, other: Whole | int) -> Whole:
        second = other if isinstance(other, Whole) else self.body.whole(other)
        text = f"{operation} {self.body.of('i64')} {self.name}, {second.name}"
        return Whole(self.body, self.body.emit(text))

    def __add__(self, other: Whole | int) -> Whole:
        return self._with("add", other)

    def __sub__(self, other: Whole | int) -> Whole:
        return self._with("sub", other)

    def __and__(self, other: Whole | int) -> Whole:
        return self._with("and", other)

    def __lshift__(self, places: int) -> Whole:
        return self._shifted("shl", places)

    def __rshift__(self, places: int) -> Whole:
        """Shifted right; the sign stays."""
        return self._shifted("ashr", places)

    def _shifted(self, operation: str, places: int) -> Whole:
        text = str(places) if self.body.width == 1 else f"splat (i64 {places})"
        of = self.body.of("i64")
        return Whole(self.body, self.body.emit(f"{operation} {of} {self.name}, {text}"))

    def double(self) -> Value:
        """The double that has these bits."""
        return self.body.value(f"bitcast {self.body.of('i64')} {self.name} to {self.body.double}")


@dataclass(frozen=True, slots=True)
class Truth:
    """Whether something holds, in each lane."""

    body: Body
    name: str

    def choose(self, then: Value | float, otherwise: Value | float) -> Value:
        """``then`` where it holds, ``otherwise`` elsewhere; both have been worked out."""
        a, b = (
            v.name if isinstance(v, Value) else self.body.number(v).name for v in (then, otherwise)
        )
        kind, double = self.body.of("i1"), self.body.double
        return self.body.value(f"select {kind} {self.name}, {double} {a}, {double} {b}")


def fma(a: Value | float, b: Value | float, c: Value | float) -> Value:
    """a·b + c, rounded once; one of the three at least is a value."""
    body = next(v.body for v in (a, b, c) if isinstance(v, Value))
    return body.intrinsic(
        "fma", *(v if isinstance(v, Value) else body.number(v) for v in (a, b, c))
    )


def hexadecimal(number: float) -> str:
    """A double as LLVM reads it, to the bit."""
    return f"0x{struct.unpack('>Q', struct.pack('>d', number))[0]:016X}"

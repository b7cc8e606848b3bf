"""A student who has nothing but the text of a sheet: reads it, and works it out in plain Python.

Knows no formula, no tree and no number of the package. Sheets are in the numbered notation, with
one hidden layer and a bias for every unit: h1 = W1·i1 + W2·i2 + b1, …, W5 leads from a_h1 to o1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from tests.truth.span import exp, log, positive, relu, tanh

_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4}
_LAYERS = re.compile(
    r"has (\w+) inputs?, followed by \w+ hidden layer of (\w+) units? \((\w+)\) and \w+ output "
    r"layer of (\w+) units? \((\w+)\)\. The loss is (?:the )?([\w ½-]+)"
)
_BLANK = re.compile(r"____\((\d+)([a-z]*)\)____")
_NAME = re.compile(r"∂[a-zA-Z0-9_]+/∂[a-zA-Z0-9_]+|δ_[a-z0-9]+|[A-Za-zη][A-Za-z0-9_]*")
_FUNCTIONS = frozenset({"tanh", "σ", "relu", "ln", "e"})
Write = Callable[[float], str]


@dataclass(frozen=True)
class Line:
    """A line to be worked out: its subject, its label, and which name belongs in which gap."""

    subject: str
    label: str
    put_in: tuple[tuple[str, str], ...]
    updates: bool


@dataclass(frozen=True)
class Page:
    """What a student reads: the shape of the network, the numbers given, the lines."""

    sizes: tuple[int, int, int]
    hidden: str
    output: str
    loss: str
    given: Mapping[str, float]
    lines: tuple[Line, ...]


def read(text: str) -> Page:
    """A sheet as it is handed out."""
    flat = " ".join(text.split())
    found = _LAYERS.search(flat)
    assert found is not None, flat[:500]
    inputs, hidden, f, outputs, g, loss = found.groups()
    sizes = (_NUMBERS[inputs], _NUMBERS[hidden], _NUMBERS[outputs])
    return Page(
        sizes,
        f.lower(),
        g.lower(),
        loss.strip(),
        dict(_tables(text.splitlines())),
        tuple(_lines(text)),
    )


def _tables(rows: list[str]) -> Iterator[tuple[str, float]]:
    for above, ruled, below in zip(rows, rows[1:], rows[2:], strict=False):
        if re.fullmatch(r"  ─+(  ─+)*", ruled):
            numbers = (float(cell.replace("−", "-")) for cell in below.split())
            yield from zip(above.split(), numbers, strict=True)


def _lines(text: str) -> Iterator[Line]:
    whole = ""
    for row in [*text.splitlines(), ""]:
        if whole and re.match(r" {5}", row):
            whole += " " + row.strip()
            continue
        if line := _line(whole):
            yield line
        whole = row.strip() if re.match(r" {4}\S", row) else ""


def _line(whole: str) -> Line | None:
    blanks = _BLANK.findall(whole)
    parts = re.split(r" (?:=|≈|←) ", whole)
    if not blanks or len(parts) < 2 or blanks[-1][1]:
        return None
    names = [name for name in _NAME.findall(parts[1]) if name not in _FUNCTIONS]
    gaps = [f"{number}{letter}" for number, letter in blanks if letter]
    put_in = zip(gaps, names, strict=True) if len(gaps) == len(names) else ()
    return Line(parts[0], blanks[-1][0], tuple(put_in), "←" in whole)


# -- ways to write a number ------------------------------------------------------------------------


def decimals(places: int, cut: bool = False, significant: int = 0) -> Write:
    """Rounded half up, or cut off; with more decimals where so many digits need them."""

    def written(value: float) -> str:
        number = Decimal(repr(round(value, 13)))  # 0.39, not 0.38999999999999996
        more = significant - 1 - number.adjusted() if number else 0
        unit = Decimal(1).scaleb(-max(places, more))
        return format(number.quantize(unit, ROUND_DOWN if cut else ROUND_HALF_UP), "f")

    return written


# -- working it out --------------------------------------------------------------------------------


@dataclass
class Pupil:
    """Works a page out, line after line.

    write    what is written of a value
    carried  whether what is written is put into later lines; else the unrounded value is
    slips    subject → what this student works out there instead, from the values so far
    skips    subjects that are left out
    """

    page: Page
    write: Write
    carried: bool = False
    slips: Mapping[str, Callable[[Pupil], float]] = field(default_factory=dict)
    skips: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.v: dict[str, Any] = {**self.page.given}
        self.written: dict[str, str] = {}

    def answers(self) -> dict[str, str]:
        """Label → what stands there."""
        found: dict[str, str] = {}
        for line in self.page.lines:
            name = f"new {line.subject}" if line.updates else line.subject
            value = self.slips[name](self) if name in self.slips else work_out(self, name)
            text = self.write(value)
            self.v[name] = float(text) if self.carried else value
            if name in self.skips:
                continue
            self.written[name] = found[line.label] = text
            found |= {gap: self._shown(atom) for gap, atom in line.put_in}
        return found

    def _shown(self, atom: str) -> str:
        return self.written.get(atom) or repr(self.v[atom])


def place(page: Page, name: str) -> tuple[int, int, int]:
    """W5 → (2, 0, 0): its layer, where it comes from and leads to; b3 → (2, −1, 0)."""
    inputs, hidden, _ = page.sizes
    k = int(name[1:]) - 1
    if name[0] == "b":
        return (1, -1, k) if k < hidden else (2, -1, k - hidden)
    if k < inputs * hidden:
        return 1, k % inputs, k // inputs
    k -= inputs * hidden
    return 2, k % hidden, k // hidden


def weight(page: Page, layer: int, source: int, unit: int) -> str:
    inputs, hidden, _ = page.sizes
    if layer == 1:
        return f"W{unit * inputs + source + 1}"
    return f"W{inputs * hidden + unit * hidden + source + 1}"


def work_out(p: Pupil, name: str) -> Any:
    """What a line comes to, by the rules of any textbook."""
    page, v = p.page, p.v
    inputs, hidden, _ = page.sizes
    if name.startswith("new "):
        w = name.removeprefix("new ")
        return v[w] - v["η"] * v[f"∂E_Total/∂{w}"]
    if re.fullmatch(r"h\d", name):
        j = int(name[1:]) - 1
        return (
            sum(v[weight(page, 1, i, j)] * v[f"i{i + 1}"] for i in range(inputs)) + v[f"b{j + 1}"]
        )
    if re.fullmatch(r"o\d", name):
        k = int(name[1:]) - 1
        arriving = sum(v[weight(page, 2, j, k)] * v[f"a_h{j + 1}"] for j in range(hidden))
        return arriving + v[f"b{hidden + k + 1}"]
    if name.startswith("a_"):
        return activation(p, name, page.hidden if name[2] == "h" else page.output)
    if name.startswith("E"):
        return loss(p, name)
    if name.startswith("δ_"):
        return delta(p, name[2:])
    of, by = name.removeprefix("∂").split("/∂")
    if of.startswith("a_"):
        return slope(v[by], v[of], page.hidden if by[0] == "h" else page.output)
    if by.startswith("a_"):
        return loss_slope(p, by)
    layer, source, unit = place(page, by)
    arriving = v[f"δ_{'ho'[layer - 1]}{unit + 1}"]
    if source < 0:
        return arriving
    return arriving * v[f"i{source + 1}" if layer == 1 else f"a_h{source + 1}"]


def activation(p: Pupil, name: str, f: str) -> Any:
    z = p.v[name[2:]]
    if f == "softmax":
        others = [p.v[f"o{k + 1}"] for k in range(p.page.sizes[2])]
        return 1 / sum(exp(other - z) if other is not z else 1 for other in others)
    return function(f, z)


def function(f: str, z: Any) -> Any:
    """σ, tanh or relu of a number."""
    return {"sigmoid": lambda: 1 / (1 + exp(-z)), "tanh": lambda: tanh(z),
            "relu": lambda: relu(z)}[f]()  # fmt: skip


def slope(z: Any, a: Any, f: str) -> Any:
    return {"sigmoid": a * (1 - a), "tanh": 1 - a * a, "relu": positive(z)}[f]


def outputs(p: Pupil) -> list[tuple[Any, Any]]:
    return [(p.v[f"a_o{k + 1}"], p.v[f"t{k + 1}"]) for k in range(p.page.sizes[2])]


def loss(p: Pupil, name: str) -> Any:
    n, kind = p.page.sizes[2], p.page.loss
    if name == "E_Total" and "E1" in p.v:
        total = sum(p.v[f"E{k + 1}"] for k in range(n))
        return total / n if kind == "mean squared error" else total
    y, t = outputs(p)[0 if name == "E_Total" else int(name[1:]) - 1]
    if kind == "binary cross-entropy":
        return -(t * log(y) + (1 - t) * log(1 - y))
    if kind == "cross-entropy":
        return -t * log(y)
    return (y - t) * (y - t) / (2 if kind == "half squared error" else 1)


def loss_slope(p: Pupil, by: str) -> Any:
    y, t = outputs(p)[int(by[3:]) - 1]
    return (2 if p.page.loss == "mean squared error" else 1) * (y - t)


def delta(p: Pupil, z: str) -> Any:
    v, n = p.v, p.page.sizes[2]
    if z[0] == "o":
        k = int(z[1:])
        if p.page.loss in ("binary cross-entropy", "cross-entropy"):
            return v[f"a_o{k}"] - v[f"t{k}"]
        of = f"E{k}" if f"∂E{k}/∂a_o{k}" in v else "E_Total"
        found = v[f"∂{of}/∂a_o{k}"] * v[f"∂a_o{k}/∂o{k}"]
        return found / n if p.page.loss == "mean squared error" and of != "E_Total" else found
    j = int(z[1:]) - 1
    arriving = sum(v[f"δ_o{k + 1}"] * v[weight(p.page, 2, j, k)] for k in range(n))
    return arriving * v[f"∂a_h{j + 1}/∂h{j + 1}"]

"""What a person reads off a circuit with gaps: which number stands at which wire, by its place.

Knows nothing of how the picture is made: a value stands to the left of its wire, the derivative to
the right; beside a product the derivative stands below the weight; a gap belongs to the words
before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from derive.expression.nodes import Number, Quantity
from derive.notation import Names
from derive.pictures.picture import Box, Label, Picture
from derive.writers.drawings.runs import runs, width

_NEAR = 1.0


class Read(NamedTuple):
    """A number, and the label of the gap that it stands in or that is empty."""

    number: Number | None
    gap: str


@dataclass(frozen=True)
class _Text:
    """Words with what follows them: from ``left`` to ``right`` on the line ``y``."""

    words: tuple[object, ...]
    left: float
    right: float
    y: float
    found: Read


def read(picture: Picture, names: Names) -> dict[tuple[Quantity, str], Read]:
    """(quantity, "value", "slope" or "local") → what stands there; of an activation, "local" is
    its own derivative."""
    labels = [s for s in picture.shapes if isinstance(s, Label)]
    gaps = [s for s in picture.shapes if isinstance(s, Box) and not s.rounding]
    inside = {id(gap): [label for label in labels if _within(label, gap)] for gap in gaps}
    loose = [
        label for label in labels if not any(label in some for some in inside.values())
    ]  # fmt: skip
    texts = [_text(label, gaps, inside, names) for label in loose if label.anchor != "middle"]
    values = [t for t in texts if isinstance(t.words[0], Quantity)]
    found = {(_quantity(t), "value"): t.found for t in values if t.found != (None, "")}
    for text in texts:
        first = text.words[0]
        if not isinstance(first, str):
            continue
        if first.startswith("∂"):
            found[_carrier(text, values, picture), "slope"] = text.found
        elif "′" in first:
            below = [t for t in values if abs(t.y - text.y - 23) < _NEAR and t.right < text.left]
            found[_quantity(max(below, key=lambda t: t.right)), "local"] = text.found
    return found


def _quantity(text: _Text) -> Quantity:
    (first, *_) = text.words
    assert isinstance(first, Quantity)
    return first


def _within(label: Label, gap: Box) -> bool:
    (x, y), (wide, high) = gap.corner, gap.size
    return x < label.at[0] < x + wide and y < label.at[1] < y + high


def _text(
    label: Label, gaps: list[Box], inside: dict[int, list[Label]], names: Names
) -> _Text:  # fmt: skip
    """A label, and the gap right behind it where its words end in no number."""
    long = label.size * width(list(runs(label.content, names)))
    x, y = label.at
    left, right = (x - long, x) if label.anchor == "end" else (x, x + long)
    last = label.content[-1]
    if isinstance(last, Number):
        return _Text(label.content, left, right, y, Read(last, ""))
    if last == "1":
        return _Text(label.content, left, right, y, Read(Number(1), ""))  # type: ignore[arg-type]
    level = [g for g in gaps if abs(g.corner[1] + g.size[1] / 2 - y) < _NEAR]
    behind = (
        []
        if isinstance(last, Quantity)
        else [g for g in level if g.corner[0] > left and g.corner[0] - right < 20]
    )
    if not behind:
        return _Text(label.content, left, right, y, Read(None, ""))
    gap = min(behind, key=lambda g: g.corner[0])
    name, *number = (piece for one in inside[id(gap)] for piece in one.content)
    assert isinstance(name, str)
    value = number[0] if number else None
    assert value is None or isinstance(value, Number)
    right = gap.corner[0] + gap.size[0]
    return _Text(label.content, left, right, y, Read(value, name.strip("()")))


def _carrier(text: _Text, values: list[_Text], picture: Picture) -> Quantity:
    """What a derivative is by: the value on the other side of the wire, above it, or before it."""
    beside = [t for t in values if abs(t.y - text.y) < _NEAR and 7 < text.left - t.right < 9]
    above = [t for t in values if abs(text.y - t.y - 15) < _NEAR and abs(t.left - text.left) < 1]
    before = [t for t in values if abs(t.y - text.y) < _NEAR and t.left < text.left]
    if beside or above:
        (one,) = beside or above
        return _quantity(one)
    if before:
        return _quantity(max(before, key=lambda t: t.left))
    names = [
        s for s in picture.shapes if isinstance(s, Label) and s.anchor == "middle"
        and 0 < s.at[1] - text.y < 40 and abs(text.left - s.at[0] - 4) < _NEAR
    ]  # fmt: skip
    (name,) = names
    (q,) = name.content
    assert isinstance(q, Quantity)
    return q

"""Pictures made by hand, of every shape, and an SVG file read back."""

from __future__ import annotations

from xml.etree import ElementTree

from derive.document.blocks import Document, Figure, Paragraph
from derive.expression.nodes import LOSS, LOSS_TERM, WEIGHT, Number, Partial, Quantity
from derive.pictures.picture import Box, Circle, Label, Line, Pen, Picture
from tests.writers.samples import NASTY, number, w, z

ROLES = ("", "hidden", "output", "loss", "gradient", "positive", "negative", "faint")
E = Quantity(LOSS)
CONTENTS = (
    (w(1, 0, 1), " = ", number("-0.25")),
    (Partial(E, w(2, 1, 0)), " ≈ ", number("1.23e-7")),
    ("from ", z(1, 0), " on"),
    (Partial(Quantity(LOSS_TERM, unit=1), Quantity(WEIGHT, 2, 1, 1)),),
    (NASTY,),
)


def sample(name: str = "sample") -> Picture:
    """One of everything, in every role."""
    shapes: list[Line | Circle | Box | Label] = []
    for place, role in enumerate(ROLES):
        y = 20.0 + 24 * place
        dash = (4.0, 2.0) if place % 2 else ()
        pen = Pen(role, 0.5 + place / 3, dash)
        shapes.append(Line(((20, y), (60, y - 7), (120, y)), pen, arrow=place % 3 > 0))
        shapes.append(Circle((150, y), 9, pen, role))
        shapes.append(Box((170, y - 9), (30, 18), pen, role, rounding=3 * (place % 2)))
        content = CONTENTS[place % len(CONTENTS)]
        anchor = ("start", "middle", "end")[place % 3]
        shapes.append(Label((300, y), content, 9, anchor, role, -8.0 * (place % 2), place % 4 > 0))
    title = ("A sample & ", w(1, 0, 0))
    return Picture(name, title, ("Of <everything>, with ", E, "."), (460, 220), tuple(shapes))


def figured() -> Document:
    """A document with two pictures."""
    return Document(
        ("Pictures",),
        (
            Paragraph(("Look:",)),
            Figure(sample(), ("The weight ", w(1, 0, 0), " in the middle.")),
            Figure(sample("other")),
            Paragraph(("That was all.",)),
        ),
    )


def letters(element: ElementTree.Element) -> str:
    """The text of an element without spaces."""
    return "".join("".join(element.itertext()).split())


def whole(value: Number) -> str:
    return value.text.replace("-", "−")

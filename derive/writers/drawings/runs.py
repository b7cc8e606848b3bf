r"""Labels as runs of text: letters slanted, digits and words upright, scripts smaller and shifted.

A name is taken from its LaTeX, so that W_{i1j1} has its subscript; where that says more than a
drawing can set (a command not known here), the name's plain text stands in for it. Fractions stay
on the line: ∂E/∂w.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast
from unicodedata import normalize

from derive.expression.nodes import Expression, Number, Partial, Quantity
from derive.writers.columns import plain
from derive.writers.expressions.letters import Letter, letters
from derive.writers.expressions.printer import CALL, Piece, Printed, Printer, exponent_form
from derive.writers.expressions.text import MINUS, TEXT

if TYPE_CHECKING:
    from derive.notation import Names
    from derive.pictures.picture import Content

_SCRIPT = 0.7  # size of a script, of what it belongs to
_RAISED, _LOWERED = -0.36, 0.2  # shifts of the base line, of the size of what it belongs to
_APART = {"^": -0.12, "_": 0.08}  # further shifts where one script stands above another
_OPEN, _CLOSE = "\x02", "\x03"  # around LaTeX within printed text


@dataclass(frozen=True, slots=True)
class Run:
    """Letters in one style.

    scale  of the label's size
    down   how far its base line is below the label's, of the label's size
    back   it begins so far before the end of the run before it, of the label's size: one of two
           scripts stands above or below the other
    """

    text: str
    italic: bool = False
    bold: bool = False
    scale: float = 1.0
    down: float = 0.0
    back: float = 0.0


def runs(content: Content, names: Names) -> tuple[Run, ...]:
    """The content of a label as runs."""
    parts: list[Run] = []
    for piece in content:
        if isinstance(piece, str):
            parts.append(Run(plain(piece)))
        else:
            parts += _expression(_MARKED(piece, names), names)
    return tuple(_merged(parts))


def _expression(printed: str, names: Names) -> Iterator[Run]:
    for position, part in enumerate(re.split(f"[{_OPEN}{_CLOSE}]", printed)):
        if position % 2:
            yield from _name(part)
        elif part:
            yield Run(part)


def _name(both: str) -> list[Run]:
    """A name from its LaTeX, or from its text; both are given, a line end between them."""
    latex, text = both.split("\n")
    known = letters(latex)
    if known is None:
        return [Run(text)]
    return [run for letter in known for run in _letter_runs(letter, Run(""))]


def _merged(parts: list[Run]) -> Iterator[Run]:
    """Neighbours in one style as one run."""
    last: Run | None = None
    for run in parts:
        if (
            last is not None
            and not run.back
            and replace(last, text="", back=0.0) == replace(run, text="")
        ):
            last = replace(last, text=last.text + run.text)
            continue
        if last is not None:
            yield last
        last = run
    if last is not None:
        yield last


def _letter_runs(letter: Letter, style: Run) -> list[Run]:
    """A letter and its scripts; of two, the wider stands above or below the other, with which it
    begins: how wide the narrower comes out can be told best."""
    text = normalize("NFC", letter.text + letter.accent)
    own = replace(style, text=text, italic=letter.italic and not letter.bold, bold=letter.bold)
    parts = [own] if text else []
    scripts = [(sign, _script(sign, inner, style)) for sign, inner in letter.scripts]
    if len(scripts) != 2:
        return [*parts, *(run for _, script in scripts for run in script)]
    apart = [_shifted(script, _APART[sign] * style.scale) for sign, script in scripts]
    narrow, wide = sorted(apart, key=width)
    return [*parts, *narrow, replace(wide[0], back=width(narrow)), *wide[1:]]


def _script(sign: str, inner: tuple[Letter, ...], style: Run) -> list[Run]:
    shift = _RAISED if sign == "^" else _LOWERED
    small = replace(style, scale=style.scale * _SCRIPT, down=style.down + shift * style.scale)
    return [run for letter in inner for run in _letter_runs(letter, small)]


def _shifted(some: list[Run], down: float) -> list[Run]:
    return [replace(run, down=run.down + down) for run in some]


def width(some: Iterable[Run]) -> float:
    """About how wide runs come out, of the label's size, in a face as wide as Times."""
    return sum(run.scale * sum(map(_advance, run.text)) - run.back for run in some)


def _advance(character: str) -> float:
    if character in ".,;:'|":
        return 0.25
    if character in "ijltfr()[]{} ⟨⟩":
        return 0.33
    if character in "mwMW":
        return 0.75
    return 0.5 if character.islower() or character.isdigit() else 0.65


def _marked(quantity: Quantity, names: Names) -> str:
    return f"{_OPEN}{names.latex(quantity)}\n{names.text(quantity)}{_CLOSE}"


def _quantity(e: Expression, names: Names) -> Printed:
    return _marked(cast(Quantity, e), names)


def _partial(e: Expression, names: Names) -> Printed:
    e = cast(Partial, e)
    closed = TEXT.level(e.of) >= CALL and not isinstance(e.of, Number)
    return [Piece("∂", e.of, "" if closed else "(", f"/∂{_marked(e.by, names)}")]


def _number(e: Expression, names: Names) -> Printed:
    e = cast(Number, e)
    if scientific := exponent_form(e):
        mantissa, exponent = scientific
        raised = f"{_OPEN}{{}}^{{{exponent}}}\n^{exponent}{_CLOSE}"
        return f"{mantissa}·10".replace("-", MINUS) + raised
    return (e.text or str(e.value)).replace("-", MINUS)


_MARKED: Printer = replace(
    TEXT, rules={**TEXT.rules, Quantity: _quantity, Partial: _partial, Number: _number}
)

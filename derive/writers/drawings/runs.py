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
from derive.notation.spelling import GREEK
from derive.writers.columns import plain
from derive.writers.expressions.printer import CALL, Piece, Printed, Printer, exponent_form
from derive.writers.expressions.text import MINUS, TEXT

if TYPE_CHECKING:
    from derive.notation import Names
    from derive.pictures.picture import Content

_SCRIPT = 0.7  # size of a script, of what it belongs to
_RAISED, _LOWERED = -0.36, 0.2  # shifts of the base line, of the size of what it belongs to
_APART = {"^": -0.12, "_": 0.08}  # further shifts where one script stands above another
_OPEN, _CLOSE = "\x02", "\x03"  # around LaTeX within printed text
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|.", re.DOTALL)
_UPRIGHT = frozenset({r"\mathrm", r"\text", r"\mathsf", r"\mathtt", r"\operatorname"})
_BOLD = frozenset({r"\mathbf", r"\boldsymbol", r"\bm"})
_ACCENTS = {r"\hat": "\u0302", r"\bar": "\u0304", r"\tilde": "\u0303", r"\dot": "\u0307",
            r"\ddot": "\u0308", r"\vec": "\u20d7"}  # fmt: skip
_SYMBOLS = {
    rf"\{name}": letter for name, letter in GREEK.items()
} | {
    r"\varepsilon": "ε", r"\varphi": "φ", r"\langle": "⟨", r"\rangle": "⟩", r"\ell": "ℓ",
    r"\partial": "∂", r"\nabla": "∇", r"\prime": "′", r"\,": "\u2009", r"\_": "_", "-": MINUS,
    r"\vartheta": "ϑ", r"\circ": "∘",
    r"\to": "→", r"\rightarrow": "→", r"\leftarrow": "←", r"\star": "⋆", r"\ast": "∗", "'": "′",
}  # fmt: skip


class _Unknown(Exception):
    """LaTeX that a drawing cannot set."""


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
    try:
        return _Reader(latex).all(Run(""))
    except _Unknown:
        return [Run(text)]


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


class _Reader:
    """The LaTeX of a name, read token by token."""

    def __init__(self, latex: str) -> None:
        self.tokens: list[str] = [t for t in _TOKEN.findall(latex) if not t.isspace()]
        self.position = 0

    def all(self, style: Run) -> list[Run]:
        """Every run up to the end of the name or of the group."""
        group: list[Run] = []
        while self.position < len(self.tokens) and self.tokens[self.position] != "}":
            group += self._item(style)
        return group

    def _next(self) -> str:
        if self.position >= len(self.tokens):
            raise _Unknown
        self.position += 1
        return self.tokens[self.position - 1]

    def _item(self, style: Run) -> list[Run]:
        token = self._next()
        if token in "_^":
            return self._scripts(token, style)
        if token == "{":
            group = self.all(style)
            if self._next() != "}":
                raise _Unknown
            return group
        if token == r"\mathit":
            return self._item(style)
        if token in _UPRIGHT or token in _BOLD:
            bold = token in _BOLD
            inner = self._item(style)
            return [replace(run, italic=False, bold=bold or run.bold) for run in inner]
        if token in _ACCENTS:
            inner = self._item(style)
            if len(inner) != 1 or len(inner[0].text) != 1:
                raise _Unknown
            return [replace(inner[0], text=normalize("NFC", inner[0].text + _ACCENTS[token]))]
        letter = _SYMBOLS.get(token, token)
        if letter.startswith("\\"):
            raise _Unknown
        return [replace(style, text=letter, italic=letter.isalpha())]

    def _scripts(self, sign: str, style: Run) -> list[Run]:
        """A script; of two, the wider stands above or below the other, with which it begins: how
        wide the narrower comes out can be told best."""
        first = self._script(sign, style)
        if self.position >= len(self.tokens) or self.tokens[self.position] not in "_^":
            return first
        other = self._next()
        second = self._script(other, style)
        narrow, wide = sorted(
            (
                _shifted(first, _APART[sign] * style.scale),
                _shifted(second, _APART[other] * style.scale),
            ),
            key=width,
        )
        return [*narrow, replace(wide[0], back=width(narrow)), *wide[1:]]

    def _script(self, sign: str, style: Run) -> list[Run]:
        shift = _RAISED if sign == "^" else _LOWERED
        small = replace(style, scale=style.scale * _SCRIPT, down=style.down + shift * style.scale)
        return self._item(small)


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

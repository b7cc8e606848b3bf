r"""The LaTeX of a name, read: letters with their scripts, for what sets names without LaTeX.

W_{i1j1} is a letter with four as its subscript, \mathbf{\hat{y}} a bold one with an accent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from derive.notation.spelling import GREEK
from derive.writers.expressions.text import MINUS

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|.", re.DOTALL)
_UPRIGHT = frozenset({r"\mathrm", r"\text", r"\mathsf", r"\mathtt", r"\operatorname"})
_BOLD = frozenset({r"\mathbf", r"\boldsymbol", r"\bm"})
_ACCENTS = {r"\hat": "\u0302", r"\bar": "\u0304", r"\tilde": "\u0303", r"\dot": "\u0307",
            r"\ddot": "\u0308", r"\vec": "\u20d7"}  # fmt: skip
_WORDS = frozenset({
    r"\ln", r"\exp", r"\max", r"\min", r"\tanh", r"\sin", r"\cos", r"\sinh", r"\cosh", r"\arctan",
})  # fmt: skip
_SYMBOLS = {
    rf"\{name}": letter for name, letter in GREEK.items()
} | {
    r"\varepsilon": "ε", r"\varphi": "φ", r"\langle": "⟨", r"\rangle": "⟩", r"\ell": "ℓ",
    r"\partial": "∂", r"\nabla": "∇", r"\prime": "′", r"\,": "\u2009", r"\_": "_", "-": MINUS,
    r"\vartheta": "ϑ", r"\circ": "∘", r"\top": "⊤",
    r"\to": "→", r"\rightarrow": "→", r"\leftarrow": "←", r"\star": "⋆", r"\ast": "∗", "'": "′",
}  # fmt: skip


class _Unknown(Exception):
    """LaTeX that is not known here."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter, a digit or a sign.

    scripts  "_" or "^" and what stands there, in the order in which they are written
    accent   the character that combines with it, or ""
    """

    text: str
    italic: bool = False
    bold: bool = False
    accent: str = ""
    scripts: tuple[tuple[str, tuple[Letter, ...]], ...] = ()


def letters(latex: str) -> tuple[Letter, ...] | None:
    """The letters of a name; None where its LaTeX says more than is known here."""
    try:
        return tuple(_Reader(latex).all())
    except _Unknown:
        return None


def joined(some: Iterable[Letter]) -> list[Letter]:
    """Digits of a number as one, and letters of a word."""
    out: list[Letter] = []
    for letter in some:
        before = out[-1] if out else None
        if (
            before is not None and not before.scripts and not before.accent and not letter.accent
            and before.bold == letter.bold and not before.italic and not letter.italic
            and (is_number(before.text + letter.text) or (before.text + letter.text).isalpha())
        ):  # fmt: skip
            out[-1] = replace(letter, text=before.text + letter.text)
        else:
            out.append(letter)
    return out


def is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


class _Reader:
    """The LaTeX of a name, token by token."""

    def __init__(self, latex: str) -> None:
        self.tokens: list[str] = [t for t in _TOKEN.findall(latex) if not t.isspace()]
        self.position = 0

    def all(self) -> list[Letter]:
        """Every letter up to the end of the name or of the group."""
        group: list[Letter] = []
        while self.position < len(self.tokens) and self.tokens[self.position] != "}":
            if self.tokens[self.position] in "_^":
                base = group.pop() if group else Letter("")
                group.append(self._with_script(base))
            else:
                group += self._item()
        return group

    def _next(self) -> str:
        if self.position >= len(self.tokens):
            raise _Unknown
        self.position += 1
        return self.tokens[self.position - 1]

    def _with_script(self, base: Letter) -> Letter:
        sign = self._next()
        return replace(base, scripts=(*base.scripts, (sign, tuple(self._item()))))

    def _item(self) -> list[Letter]:
        token = self._next()
        if token == "{":
            group = self.all()
            if self._next() != "}":
                raise _Unknown
            return group
        if token == r"\mathit":
            return self._item()
        if token in _UPRIGHT:
            return [replace(letter, italic=False) for letter in self._item()]
        if token in _BOLD:
            slanted = token != r"\mathbf"
            return [
                replace(letter, italic=letter.italic and slanted, bold=True)
                for letter in self._item()
            ]
        if token in _ACCENTS:
            inner = self._item()
            if len(inner) != 1 or len(inner[0].text) != 1:
                raise _Unknown
            return [replace(inner[0], accent=_ACCENTS[token])]
        if token in _WORDS:
            return [Letter(token[1:])]
        letter = _SYMBOLS.get(token, token)
        if letter.startswith("\\"):
            raise _Unknown
        return [Letter(letter, italic=letter.isalpha())]

"""OMML written as the LaTeX that says the same, to hold one printer against the other.

Both are brought to the one form of ``mathml_reader``, in which brackets have no size.
"""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element, fromstring

from writers.mathml_reader import _LETTERS, _SIGNS, _WORDS, _both, plain

MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"
_M = f"{{{MATH}}}"
_ACCENTS = {"\u0302": r"\hat", "\u0304": r"\bar", "\u0303": r"\tilde"}


def as_latex(omml: str) -> str:
    """The LaTeX of a row of elements."""
    latex = plain(_row(fromstring(f'<row xmlns:m="{MATH}">{omml}</row>')))
    for end in (r"[\begin{bmatrix}", r"\end{bmatrix}]"):  # these brackets LaTeX sets of itself
        latex = latex.replace(end, end.strip("[]"))
    return latex


def _row(element: Element) -> str:
    return "".join(_latex(part) for part in element)


def _part(e: Element, name: str) -> str:
    part = e.find(f"{_M}{name}")
    assert part is not None, (e.tag, name)
    return _row(part)


def _value(e: Element, name: str, default: str = "") -> str:
    found = e.find(f".//{_M}{name}")
    return default if found is None else found.get(f"{_M}val", default)


def _text(e: Element) -> str:
    text = e.findtext(f"{_M}t") or ""
    if e.find(f"{_M}rPr/{_M}nor") is not None:
        return f"{{{text.strip()}}}"
    if text in _WORDS:
        return rf"\{text} "
    latex = "".join(_LETTERS.get(c, _SIGNS.get(c, c)) for c in text if c not in "\u200b\u2009")
    return f"{{{latex}}}" if len(text) > 1 and text.isalpha() else latex


def _table(e: Element) -> str:
    lines = (" & ".join(map(_row, line)) for line in e.findall(f"{_M}mr"))
    name = {"left": "cases", "center": "bmatrix"}[_value(e, "mcJc")]
    return rf"\begin{{{name}}} " + r" \\ ".join(lines) + rf" \end{{{name}}}"


def _brackets(e: Element) -> str:
    properties = e.find(f"{_M}dPr")
    assert properties is not None
    opening, closing = _value(properties, "begChr"), _value(properties, "endChr")
    return f"{opening.replace('{', '')}{_part(e, 'e')}{closing}"


def _limit(e: Element) -> str:
    """A gap over its label, or a bound of a sum that goes on in the next row."""
    base = e.find(f"{_M}e/{_M}bar")
    if base is not None:
        return rf"\underset{{{_part(e, 'lim')}}}{{\underline{{{_part(base, 'e')}}}}}"
    return f"{_part(e, 'e')}{'_' if e.tag == f'{_M}limLow' else '^'}{{{_part(e, 'lim')}}}"


_KINDS: dict[str, Callable[[Element], str]] = {
    "r": _text,
    "m": _table,
    "d": _brackets,
    "f": lambda e: rf"\frac{{{_part(e, 'num')}}}{{{_part(e, 'den')}}}",
    "rad": lambda e: rf"\sqrt{{{_part(e, 'e')}}}",
    "acc": lambda e: rf"{_ACCENTS[_value(e, 'chr')]}{{{_part(e, 'e')}}}",
    "sSub": lambda e: f"{_part(e, 'e')}_{{{_part(e, 'sub')}}}",
    "sSup": lambda e: f"{_part(e, 'e')}^{{{_part(e, 'sup')}}}",
    "sSubSup": lambda e: _both(_part(e, "e"), f"{{{_part(e, 'sub')}}}", f"{{{_part(e, 'sup')}}}"),
    "nary": lambda e: rf"\sum_{{{_part(e, 'sub')}}}^{{{_part(e, 'sup')}}}{_part(e, 'e')}",
    "limLow": _limit,
    "limUpp": _limit,
    "borderBox": lambda e: _part(e, "e"),
}


def _latex(e: Element) -> str:
    return _KINDS[e.tag.removeprefix(_M)](e)

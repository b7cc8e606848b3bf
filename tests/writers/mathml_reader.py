"""MathML written as the LaTeX that says the same, to hold one printer against the other.

Both are brought to one form, in which brackets have no size, no space and no needless braces.
"""

from __future__ import annotations

import re
import unicodedata
from xml.etree.ElementTree import Element, fromstring

from derive.expression.functions import elementary
from derive.notation.spelling import GREEK

_SIGNS = {
    "−": "-", "⋅": r"\cdot ", "×": r"\times ", "∗": r"\ast ", "≈": r"\approx ", "←": r"\leftarrow ",
    "<": r"\lt ", ">": r"\gt ", "≤": r"\le ", "≥": r"\ge ", "≠": r"\ne ", "⊙": r"\odot ",
    "∂": r"\partial ", "∑": r"\sum ", "\u2061": "", "⟨": r"\langle ", "⟩": r"\rangle ",
    "⊤": r"\top ", "′": "'", "π": r"\pi ", "{": "", "|": "|",
}  # fmt: skip
_ACCENTS = {"^": r"\hat", "¯": r"\bar", "˜": r"\tilde"}
_LETTERS = {letter: rf"\{name} " for name, letter in GREEK.items()} | {"ϵ": r"\epsilon "}
_WORDS = {f.latex[1:] for f in elementary().values() if re.fullmatch(r"\\[a-z]+", f.latex)}


def as_latex(mathml: str) -> str:
    """The LaTeX of a row of elements."""
    latex = plain(_row(fromstring(f"<mrow>{mathml}</mrow>")))
    for end in (r"[\begin{bmatrix}", r"\end{bmatrix}]"):  # these brackets LaTeX sets of itself
        latex = latex.replace(end, end.strip("[]"))
    return latex


def plain(latex: str) -> str:
    """The one form: \\left( a \\right) and (a), x^2 and x^{2}, \\mathrm{d} and d."""
    latex = re.sub(r"\\left|\\right|\\(?:big|Bigg)[lr]|\\, ", "", latex)
    latex = latex.replace(r"\lvert", "|").replace(r"\rvert", "|").replace(r"\dfrac", r"\frac")
    latex = re.sub(r"\\\\\[\d+pt\]", r"\\\\", latex)
    latex = re.sub(r"\\(?:mathrm|text|boldsymbol|mathbf)\{", "{", latex)
    latex = latex.replace(r"\varepsilon", r"\epsilon").replace(r"\varphi", r"\phi")
    latex = re.sub(r"\s+", "", re.sub(r"(\\[a-zA-Z]+)", r"\1 ", latex).replace("\\ ", "\\"))
    before = ""
    while before != latex:  # braces around one thing, or around braces
        before = latex
        latex = re.sub(r"(?<!\\begin)(?<!\\end)\{(\\[a-zA-Z]+|[^{}\\])?\}", r"⦃\1⦄", latex)
        latex = latex.replace("⦃", "").replace("⦄", "")
        latex = re.sub(r"\{(\{[^{}]*\})\}", r"\1", latex)
    return latex


def _both(base: str, below: str, above: str) -> str:
    """A layer stands before the unit, as notations write it, an example behind it."""
    if above.startswith("{("):
        return f"{base}^{above}_{below}"
    return f"{base}_{below}^{above}"


def _row(element: Element) -> str:
    return "".join(map(_latex, element))


def _text(element: Element) -> str:
    text = "".join(map(_unbold, element.text or ""))
    if text in _WORDS:
        return rf"\{text} "
    latex = "".join(_LETTERS.get(c, _SIGNS.get(c, c)) for c in text)
    return f"{{{latex}}}" if element.tag == "mi" and len(text) > 1 else latex


def _unbold(character: str) -> str:
    return unicodedata.normalize("NFKC", character) if ord(character) > 0x1D3FF else character


def _latex(e: Element) -> str:
    if e.tag in ("mi", "mn", "mo"):
        return _text(e)
    if e.tag == "mtext":
        return f"{{{(e.text or '').strip()}}}"
    if e.tag == "mrow":
        return _row(e)
    if e.tag == "mtable":
        lines = (" & ".join(map(_row, line)) for line in e)
        name = {"cases": "cases", "matrix": "bmatrix"}[e.get("class", "")]
        return rf"\begin{{{name}}} " + r" \\ ".join(lines) + rf" \end{{{name}}}"
    if e.tag == "msqrt":
        return rf"\sqrt{{{_row(e)}}}"
    if e.tag == "mspace":
        return ""
    parts = [f"{{{_latex(part)}}}" for part in e]
    base = _latex(e[0])
    if e.tag == "mover":
        return rf"{_ACCENTS[e[1].text or '']}{{{base}}}"
    return {
        "mfrac": lambda: rf"\frac{parts[0]}{parts[1]}",
        "msub": lambda: f"{base}_{parts[1]}",
        "msup": lambda: f"{base}^{parts[1]}",
        "msubsup": lambda: _both(base, parts[1], parts[2]),
        "munderover": lambda: f"{base}_{parts[1]}^{parts[2]}",
        "munder": lambda: rf"\underset{parts[1]}{{\underline{parts[0]}}}",
    }[e.tag]()

"""How a typed name such as ``i1``, ``y_pred``, ``η`` or ``ŷ`` is spelled in each target."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache
from keyword import iskeyword

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ",
    "eta": "η", "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
    "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "chi": "χ",
    "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ",
    "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
_GREEK_NAMES = {letter: name for name, letter in GREEK.items()}
_ACCENTS = {"\u0302": "hat", "\u0304": "bar", "\u0303": "tilde"}
_ACCENT_NAMES = frozenset(_ACCENTS.values())
_LETTERS_THEN_DIGITS = re.compile(r"([^\W\d_]+)(\d+)")

SUPERSCRIPTS = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
SUBSCRIPTS = str.maketrans("0123456789_", "₀₁₂₃₄₅₆₇₈₉,")
SUPERSCRIPT_LETTERS = frozenset("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")


@dataclass(frozen=True, slots=True)
class Spelling:
    """One name in every target."""

    latex: str
    text: str
    code: str
    speech: str


def is_name(typed: str) -> bool:
    """Whether ``typed`` may be a name: letters, digits and _, a letter first."""
    return typed.isidentifier() and not typed.startswith("_") and not typed.endswith("_")


@cache
def spell(typed: str) -> Spelling:
    """A typed name in every target; ``typed`` must satisfy ``is_name``.

    e.g. i1 → i_1, x_1 → x_1, y_pred → y_{\\mathrm{pred}}, size → \\mathrm{size}, ŷ → \\hat{y}
    """
    base, *subscripts = [part for part in typed.split("_") if part]
    if subscripts and subscripts[0] in _ACCENT_NAMES and len(base) == 1:
        latex = f"\\{subscripts.pop(0)}{{{_latex_word(base)}}}"
    elif match := _LETTERS_THEN_DIGITS.fullmatch(base):
        latex = _latex_word(match[1])
        subscripts.insert(0, match[2])
    else:
        latex = _latex_word(base)
    if subscripts:
        latex += f"_{{{','.join(map(_latex_word, subscripts))}}}"
    return Spelling(tidy_latex(latex), typed, _code(typed), _speech(typed))


def _latex_word(word: str) -> str:
    if len(word) == 1 and not word.isascii():
        if word in _GREEK_NAMES:
            return f"\\{_latex_greek(_GREEK_NAMES[word])}"
        letter, *marks = list(unicodedata.normalize("NFD", word))
        if len(marks) == 1 and marks[0] in _ACCENTS and letter.isascii():
            return f"\\{_ACCENTS[marks[0]]}{{{letter}}}"
    if word in GREEK:
        return f"\\{_latex_greek(word)}"
    if word.isascii():
        return word if len(word) == 1 or word.isdigit() else f"\\mathrm{{{word}}}"
    return f"\\text{{{word}}}"


def _latex_greek(name: str) -> str:
    return "varepsilon" if name == "epsilon" else "varphi" if name == "phi" else name


def _code(typed: str) -> str:
    parts: list[str] = []
    for letter in unicodedata.normalize("NFC", typed):
        if letter in _GREEK_NAMES:
            parts.append(_GREEK_NAMES[letter])
            continue
        plain, *marks = list(unicodedata.normalize("NFD", letter))
        named = [_ACCENTS.get(mark) for mark in marks]
        parts.append(plain + "".join(f"_{name}" for name in named) if all(named) else letter)
    code = unicodedata.normalize("NFKC", "".join(parts))
    return f"{code}_" if iskeyword(code) else code


def _speech(typed: str) -> str:
    words = _code(typed).replace("_", " ")
    return re.sub(r"(?<=[^\W\d])(?=\d)", " ", words).strip()


def told_apart(typed: Collection[str]) -> dict[str, Spelling]:
    """Typed names in every target; those that would sound alike are said letter by letter.

    e.g. x and X → x and capital X; x1b and x_1b → x 1b and x underscore 1b
    """
    spelled = {name: spell(name) for name in typed}
    sounds = Counter(spelling.speech.lower() for spelling in spelled.values())
    return {
        name: replace(spelling, speech=_speech_by_letters(name))
        if sounds[spelling.speech.lower()] > 1
        else spelling
        for name, spelling in spelled.items()
    }


def _speech_by_letters(typed: str) -> str:
    parts = (_speech(part) for part in typed.split("_"))
    letters = (re.sub(r"(?=[A-Z])", "capital ", part) for part in parts)
    return " underscore ".join(letters)


# -- LaTeX names -----------------------------------------------------------------------------


def tidy_latex(name: str, mark: str = "") -> str:
    """A name with scripts merged and braces only where needed; ``mark`` joins the superscript.

    e.g. W_{1} → W_1, y_{p}_{1} → y_{p,1}, z^{(1)}_{1} with ⟨n⟩ → z^{(1)⟨n⟩}_1
    """
    out: list[str] = []
    scripts: dict[str, list[str]] = {}
    position = 0
    while position < len(name):
        character = name[position]
        if character in "_^":
            end = _argument_end(name, position + 1)
            group = name[position + 1 : end]
            inner = group[1:-1] if group.startswith("{") else group
            scripts.setdefault(character, []).append(tidy_latex(inner))
        else:
            out.append(_scripts(scripts))
            scripts = {}
            end = _argument_end(name, position)
            group = name[position:end]
            out.append(f"{{{tidy_latex(group[1:-1])}}}" if group.startswith("{") else group)
        position = end
    if mark:
        scripts.setdefault("^", []).append(mark)
    out.append(_scripts(scripts))
    return "".join(out)


def _scripts(scripts: dict[str, list[str]]) -> str:
    parts = []
    for sign, groups in scripts.items():
        joined = ("," if sign == "_" else "").join(groups)
        parts.append(f"{sign}{joined}" if len(joined) == 1 else f"{sign}{{{joined}}}")
    return "".join(parts)


def _argument_end(name: str, start: int) -> int:
    """Where the group, command or character that begins at ``start`` ends."""
    if start >= len(name):
        return start
    if name[start] == "\\":
        end = start + 1
        while end < len(name) and name[end].isalpha():
            end += 1
        end = max(end, min(start + 2, len(name)))
        return _argument_end(name, end) if name[end : end + 1] == "{" else end
    if name[start] != "{":
        return start + 1
    depth = 0
    for position in range(start, len(name)):
        depth += (name[position] == "{") - (name[position] == "}")
        if depth == 0:
            return position + 1
    return len(name)

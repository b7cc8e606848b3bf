"""What people type, in the signs that numbers and formulas are read in.

A raised 2 is a power, ½ is (1/2), every kind of minus is one minus, LaTeX is what it stands for.
What is not known to mean one thing is left as it is, so that it is refused and not misread.
"""

from __future__ import annotations

import re
import unicodedata

from derive.notation.spelling import GREEK
from derive.worksheets.marking.reading.faults import Fault

_MINUS = "−–—‐‑‒﹣－"
_TIMES = "×⋅∙•✕✖∗‧·\u2062"
_PRIMES = "′’‘ʹʼ´`"
_SIGNS = str.maketrans({
    **dict.fromkeys(_MINUS, "-"), **dict.fromkeys(_TIMES, "·"), **dict.fromkeys(_PRIMES, "'"),
    "÷": "/", "∕": "/", "[": "(", "]": ")", "٫": ".", "≃": "≈", "≅": "≈", "∼": "~", "$": "",
})  # fmt: skip
_PLAIN_MINUS = str.maketrans(dict.fromkeys(f"{_MINUS}-", "−"))
_KEPT_INVISIBLE = "\u00ad\u202e\u2062"  # may have been a minus; turns what follows round; times

_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_RAISED_SIGNS = frozenset(f"⁽⁾⁺⁻⁼ⁿ{_RAISED}")
_LOWERED = re.compile(r"[₀-₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ]+")
_POWER = re.compile(rf"(?:([⁺⁻]?)([{_RAISED}]+)|⁽([⁺⁻])([{_RAISED}]+)⁾)(?![⁽⁾⁺⁻⁼ⁿ⁄{_RAISED}])")
_LEVEL = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_VULGAR = re.compile(r"(?<![0-9])([0-9]{0,9})([¼-¾⅐-⅞])(?![0-9.,¼-¾⅐-⅞])")
_MEANT = ("<super>", "<sub>", "<fraction>", "<circle>")  # more than the plain sign

_GREEK = {**GREEK, "varepsilon": "ε", "varphi": "φ", "vartheta": "θ"}
_COMMANDS = {
    **_GREEK, "partial": "∂", "cdot": "·", "times": "·", "div": "/", "leftarrow": "←",
    "approx": "≈", "left": "", "right": "", "quad": " ", "arctan": "atan", "lvert": "|",
    "rvert": "|", "dfrac": r"\frac", "tfrac": r"\frac", "prime": "'", "ast": "·", "to": "→",
    "rightarrow": "→", **dict.fromkeys(("big", "Big", "bigl", "bigr", "Bigl", "Bigr"), ""),
    **{name: name for name in (
        "exp", "ln", "log", "sin", "cos", "sinh", "cosh", "tanh", "max", "min",
    )},
}  # fmt: skip
_COMMAND = re.compile(r"\\([A-Za-z]+) ?")
_SPACES = re.compile(r"\\[,;:! ]")
_ONE_RAISED = re.compile(r"\^(\d)(?=[^\W\d_]|\\)")  # a^2W is a²·W: only one sign is raised
_ACCENTS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303"}
_ACCENT = re.compile(r"\\(hat|bar|tilde) ?(?:\{ ?([^\W\d_]) ?\}|([^\W\d_]))")
_WORD_IN_BRACES = re.compile(
    r"\\(?:text|mathrm|mathit|mathbf|mathsf|boldsymbol|operatorname)\s*\{([^{}\\]*)\}"
)
_WITH_BRACES = re.compile(r"\\frac\s*\{|\\sqrt\s*\{|[\^_]\{")
_MOST_BRACES = 100


def spelled(text: str) -> str:
    """What was typed, for the reader of numbers and formulas; names with raised digits get lost.

    e.g. 6.1·10⁻¹ → 6.1·10**(-1); ½ → (1/2); 1½ → (1+1/2); \\frac{1}{2} → ((1)/(2))
    """
    return powers(signs(text))


def signs(text: str) -> str:
    """Signs and LaTeX; names stay names, lowered digits in them as _1.

    e.g. a_{h_1} → a_h_1, W₅ → W_5, \\delta_{o_1}\\cdot W_5 → δ_o_1· W_5
    """
    text = "".join(
        c for c in unicodedata.normalize("NFC", text)
        if c in _KEPT_INVISIBLE or unicodedata.category(c) != "Cf"
    ).translate(_SIGNS)  # fmt: skip
    text = _LOWERED.sub(lambda m: "_" + unicodedata.normalize("NFKC", m[0]), text)
    text = text.replace("__", "_")
    return _latex(text) if any(sign in text for sign in ("\\", "^{", "_{", "{,}")) else text


def powers(text: str) -> str:
    """Raised digits as powers, ½ as a quotient, digits and letters of every kind as plain ones.

    What is raised in another way, ⁿ or ⁽²⁾, stays: it may be an index.
    """
    text = "".join(map(_plain, text))
    text = _VULGAR.sub(_quotient, _POWER.sub(_power, text))
    return text.replace("⁄", "/")


def answered(text: str, label: str) -> str:
    """What was typed without what is no part of an answer: the number of its own blank before it,
    and a comment behind it.

    e.g. in blank 3: "(3) 0.98" → "0.98"; "delta2*a1  # gradient" → "delta2*a1"
    """
    return re.sub(rf"^\s*\({label}\)[\s:]+(?=[^\s*·×/+^:])", "", _COMMENT.sub("", text))


_COMMENT = re.compile(r"(?<=\S)\s*#.*", re.DOTALL)


def doubtful(text: str) -> Fault | None:
    """Why a number or working may mean two things; None where it does not.

    e.g. 0·61, which is 0.61 with a raised point, or a product; 9.8×10−1 and 9.8·103, which are
    9.8·10⁻¹ and 9.8·10³ where they have lost what was raised, or 97 and 1009.4
    """
    if lost := _LOST_POWER.search(text):
        number, minus, *digits = lost.groups()
        power = (minus or "") + "".join(filter(None, digits))
        return Fault(
            "lost-power", lost[0].strip(), f"{number}·10^({power.translate(_PLAIN_MINUS)})"
        )
    product = _RAISED_POINT.search(text)
    if product is None or (product[1] != "0" and _POINT.search(text)):
        return None  # whoever writes 0.5 writes no 2·5 for 2.5
    before, after = product.groups()
    return Fault("raised-point", f"{before}·{after}", f"{before}.{after}")


_LOST_POWER = re.compile(
    rf"(?<![\w.,])([0-9]+(?:[.,][0-9]+)?)\s*(?:[xX*·{_TIMES}]|\\cdot|\\times)\s*"
    rf"(?:10(?:\s*([{_MINUS}-])\s*|\s+)([0-9]{{1,2}})|10()([1-9]))(?![\w.,^*({_TIMES}])"
)
_POINT = re.compile(r"[0-9][.,][0-9]")
_RAISED_POINT = re.compile(
    r"(?<![\w.,])([0-9]{1,9})[·⋅∙•‧\u0387](?!10(?:\^|\*\*|[⁺⁻⁰¹²³⁴-⁹]))([0-9]{1,60})(?![\w.,])"
)


def _plain(c: str) -> str:
    if c.isascii():
        return c
    value = unicodedata.decimal(c, None)
    if value is not None:
        return str(value)
    if unicodedata.decomposition(c).startswith(_MEANT):
        return c
    plain = unicodedata.normalize("NFKC", c)
    return c if any(map(str.isdigit, plain)) else plain


def _power(match: re.Match[str]) -> str:
    if _before(match) in _RAISED_SIGNS:
        return match[0]
    raised = (match[1] or match[3] or "") + (match[2] or match[4])
    return f"**({raised.translate(_LEVEL)})"


def _before(match: re.Match[str]) -> str:
    return match.string[max(match.start() - 1, 0) : match.start()]


def _quotient(match: re.Match[str]) -> str:
    if _before(match) in (".", ","):
        return match[0]
    over = unicodedata.normalize("NFKC", match[2]).replace("⁄", "/")
    return f"({match[1]}+{over})" if match[1] else f"({over})"


# -- LaTeX -------------------------------------------------------------------------------------


def _latex(text: str) -> str:
    text = _WORD_IN_BRACES.sub(r"\1", _SPACES.sub(" ", text.replace("{,}", ",")))
    text = text.replace(r"\(", "").replace(r"\)", "")
    text = _ACCENT.sub(lambda m: _accented(m[2] or m[3], m[1]), text)
    text = _ONE_RAISED.sub(r"^(\1)", text)
    text = _COMMAND.sub(lambda m: _COMMANDS.get(m[1], m[0]), text)
    openings = list(_WITH_BRACES.finditer(text))
    if len(openings) > _MOST_BRACES:
        return text
    for opening in reversed(openings):  # the last first: it has none inside
        start = opening.end() - 1
        end = _closing(text, start)
        if end < 0:
            return text
        inside, what, rest = text[start + 1 : end], opening[0][0], text[end + 1 :]
        if what == "_":
            new = "_" + re.sub(r"[\s,{}]", "", inside).removeprefix("_")
        elif what == "^":
            new = f"^({inside})"
        elif opening[0].startswith("\\sqrt"):
            new = f"sqrt({inside})"
        else:
            below = re.match(r"\s*\{", rest)
            last = _closing(rest, below.end() - 1) if below else -1
            if below is None or last < 0:
                return text
            top, bottom = inside.strip(), rest[below.end() : last].strip()
            if top.isdigit() and bottom.isdigit() and text[: opening.start()][-1:].isdigit():
                return text  # 1\frac{1}{2} is 1.5, and 2\frac{1}{2} may be meant as 1
            new = f"(({top})/({bottom}))"
            rest = rest[last + 1 :]
        text = text[: opening.start()] + new + rest
    return text


def _accented(letter: str, accent: str) -> str:
    """\\hat{y} → ŷ"""
    return unicodedata.normalize("NFC", letter + _ACCENTS[accent])


def _closing(text: str, opening: int) -> int:
    """Where the brace that is opened there is closed; −1 where it is not."""
    depth = 0
    for place in range(opening, len(text)):
        depth += (text[place] == "{") - (text[place] == "}")
        if depth == 0:
            return place
    return -1

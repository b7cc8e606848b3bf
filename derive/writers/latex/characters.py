"""What pdflatex sets for a character beyond ASCII: tables, no logic.

``SIGNS`` is mathematics, set in any mode; ``WORDS`` is running text.
"""

from __future__ import annotations

_COMMANDS = {
    # Greek letters
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ζ": "zeta",
    "η": "eta", "θ": "theta", "ϑ": "vartheta", "ι": "iota", "κ": "kappa", "λ": "lambda",
    "μ": "mu", "µ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma",
    "ς": "varsigma", "τ": "tau", "υ": "upsilon", "φ": "varphi", "ϕ": "phi", "χ": "chi",
    "ψ": "psi", "ω": "omega", "ϵ": "epsilon", "Γ": "Gamma", "Δ": "Delta", "∆": "Delta",
    "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Υ": "Upsilon",
    "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
    # operators
    "∂": "partial", "∇": "nabla", "∑": "sum", "∏": "prod", "∫": "int", "√": "surd",
    "·": "cdot", "⋅": "cdot", "×": "times", "÷": "div", "±": "pm", "∓": "mp", "∘": "circ",
    "⊙": "odot", "⊗": "otimes", "⊕": "oplus", "∗": "ast", "¬": "neg", "∧": "wedge", "∨": "vee",
    # relations
    "≤": "leq", "≥": "geq", "≠": "neq", "≈": "approx", "≡": "equiv", "∼": "sim", "≃": "simeq",
    "∝": "propto", "∈": "in", "∉": "notin", "⊂": "subset", "⊆": "subseteq", "∥": "parallel",
    "≪": "ll", "≫": "gg", "←": "leftarrow", "→": "rightarrow", "↔": "leftrightarrow",
    "⇐": "Leftarrow", "⇒": "Rightarrow", "⇔": "Leftrightarrow", "↦": "mapsto",
    "↑": "uparrow", "↓": "downarrow",
    # brackets and the rest
    "⟨": "langle", "⟩": "rangle", "⌊": "lfloor", "⌋": "rfloor", "⌈": "lceil", "⌉": "rceil",
    "∞": "infty", "∅": "emptyset", "∀": "forall", "∃": "exists", "∪": "cup", "∩": "cap",
    "⊤": "top", "⊥": "bot", "ℓ": "ell", "…": "ldots", "⋯": "cdots", "⋮": "vdots", "⋱": "ddots",
    "•": "bullet", "★": "star", "►": "triangleright", "▸": "triangleright",
}  # fmt: skip

_FRACTIONS = {
    "½": "12", "⅓": "13", "⅔": "23", "¼": "14", "¾": "34", "⅕": "15", "⅖": "25", "⅗": "35",
    "⅘": "45", "⅙": "16", "⅚": "56", "⅛": "18", "⅜": "38", "⅝": "58", "⅞": "78",
}  # fmt: skip

_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵀᵗ", "0123456789+-=()niTt", strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ",
                    "0123456789+-=()aehijklmnoprstuvx", strict=True))  # fmt: skip

SIGNS: dict[str, str] = {
    **{sign: rf"\{command}" for sign, command in _COMMANDS.items()},
    **{sign: rf"\tfrac{pair[0]}{pair[1]}" for sign, pair in _FRACTIONS.items()},
    **{sign: f"^{{{letter}}}" for sign, letter in _RAISED.items()},
    **{sign: f"_{{{letter}}}" for sign, letter in _LOWERED.items()},
    "−": "-", "′": "'", "″": "''",
}  # fmt: skip

WORDS: dict[str, str] = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
    "<": r"\textless{}", ">": r"\textgreater{}", '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
    "\u00a0": "~", "\u2002": "~", "\u2003": "~", "\u2009": r"\,", "\u202f": r"\,",
    "\u200b": "", "\u200d": "", "\ufeff": "", "\u00ad": r"\-", "\u2011": r"\mbox{-}",
    "‐": "-", "–": "--", "—": "---", "‘": "`", "’": "'", "“": "``", "”": "''",
    "„": r"\quotedblbase{}", "‚": r"\quotesinglbase{}", "«": r"\guillemotleft{}",
    "»": r"\guillemotright{}", "‹": r"\guilsinglleft{}", "›": r"\guilsinglright{}",
    "°": r"\textdegree{}", "§": r"\S{}", "¶": r"\P{}", "©": r"\textcopyright{}",
    "®": r"\textregistered{}", "™": r"\texttrademark{}", "†": r"\dag{}", "‡": r"\ddag{}",
    "€": r"\texteuro{}", "£": r"\pounds{}", "¢": r"\textcent{}", "¥": r"\textyen{}",
    "¡": r"\textexclamdown{}", "¿": r"\textquestiondown{}", "ª": r"\textordfeminine{}",
    "º": r"\textordmasculine{}", "ı": r"\i{}", "ß": r"\ss{}", "æ": r"\ae{}", "Æ": r"\AE{}",
    "œ": r"\oe{}", "Œ": r"\OE{}", "ø": r"\o{}", "Ø": r"\O{}", "ł": r"\l{}", "Ł": r"\L{}",
    "đ": r"\dj{}", "Đ": r"\DJ{}", "þ": r"\th{}", "Þ": r"\TH{}", "ð": r"\dh{}", "Ð": r"\DH{}",
    "ŋ": r"\ng{}", "Ŋ": r"\NG{}", "ẞ": r"\SS{}", "ŀ": r"l\textperiodcentered{}",
    "Ŀ": r"L\textperiodcentered{}", "ʻ": "`", "ʼ": "'", "ʿ": "`", "ʾ": "'",
    # letters that no T1 font has, put together of what it has
    "Ħ": r"\rlap{\kern.07em\raisebox{.53ex}{--}}H", "ħ": r"\rlap{\raisebox{.72ex}{-}}h",
    "Ŧ": r"\rlap{\kern.2em\raisebox{.2ex}{-}}T", "ŧ": r"\rlap{\kern.03em\raisebox{-.05ex}{-}}t",
    "ə": r"\rotatebox[origin=c]{180}{e}", "Ə": r"\scalebox{1.5}{\rotatebox[origin=c]{180}{e}}",
    "ɔ": r"\rotatebox[origin=c]{180}{c}", "Ɔ": r"\rotatebox[origin=c]{180}{C}",
}  # fmt: skip

ACCENTS: dict[str, str] = {
    "\u0300": r"\`", "\u0301": r"\'", "\u0302": r"\^", "\u0303": r"\~", "\u0304": r"\=",
    "\u0306": r"\u", "\u0307": r"\.", "\u0308": r"\"", "\u030a": r"\r", "\u030b": r"\H",
    "\u030c": r"\v", "\u0323": r"\d", "\u0326": r"\textcommabelow", "\u0327": r"\c",
    "\u0328": r"\k", "\u0331": r"\b",
}  # fmt: skip
BELOW = frozenset("\u0323\u0326\u0327\u0328\u0331")

# The upper half of the encoding T5, in which the fonts of lmodern have the letters of Vietnamese.
_T5 = (
    "ÀÁÃẢẠÂẦẤẪẨẬĂẰẮẴẲẶÈÉẼẺẸÊỀẾỄỂỆÌÍĨỈàáãảạâầấẫẩậăằắẵẳặèéẽẻẹêềếễểệìíĩỉ"
    "ỊÒÓÕỎỌÔỒỐỖỔỘƠỜỚỠỞỢÙÚŨỦỤƯỪỨỮỬỰỲÝỸịòóõỏọôồốỗổộơờớỡởợùúũủụưừứữửựỳýỹ"
)
_FROM = "Ơ"  # letters before it are in T1, or put together of what is there

VIETNAMESE: dict[str, int] = {
    letter: place for place, letter in (*enumerate(_T5, 128), *enumerate("ỶỷỴỵ", 26))
    if letter >= _FROM
}  # fmt: skip

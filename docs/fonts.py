"""Makes the fonts of web pages anew: the characters that pages have, cut out of STIX Two.

    python -m docs.fonts FOLDER

FOLDER holds the packages that ``npm pack @fontsource/stix-two-math@5.3.0`` and
``npm pack @fontsource/stix-two-text@5.3.0`` fetch, unpacked; fontTools and brotli are needed. The
same fonts give the same bytes. Their licence, the SIL Open Font License 1.1, lies beside them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

FONTS = Path(__file__).parent.parent / "templates" / "html" / "fonts"
LATIN = "".join(map(chr, range(0x20, 0x7F)))
# What running text has besides: accents of Western Europe, quotation marks, dashes, a few signs.
WORDS = LATIN + "".join(map(chr, range(0xA0, 0x100))) + "–—‘’“”„…•″′−×·≈→"
SIGNS = "−⋅·×∗+=≈←→↦≤≥≠<>∂∑∏√⊤⊙⟨⟩{}[]()|′″∞∈∇…⋯^¯˜˙¨±∘⋆ℓ½⟵⟶∑⁄—"
RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿˡᴸᵀ₀₁₂₃₄₅₆₇₈₉"
# Mathematical letters: bold, slanted, bold and slanted; h lies elsewhere.
BLOCKS = (
    (0x391, 0x3CA), (0x3D1, 0x3D2), (0x3D5, 0x3D7), (0x3F1, 0x3F2), (0x3F5, 0x3F6),
    (0x1D400, 0x1D468), (0x210E, 0x210F), (0x1D6A4, 0x1D6A6), (0x1D6A8, 0x1D756),
    (0x1D7CE, 0x1D7D8),
)  # fmt: skip
# file → where it comes from, its characters
CUTS = {
    "stix-two-math.woff2": ("stix-two-math-latin-400-normal", None),
    "stix-two-text.woff2": ("stix-two-text-latin-400-normal", WORDS),
    "stix-two-text-bold.woff2": ("stix-two-text-latin-700-normal", WORDS),
    "stix-two-text-italic.woff2": ("stix-two-text-latin-400-italic", WORDS),
}


def formula_characters() -> str:
    """Every character that formulas may have."""
    blocks = (chr(code) for first, end in BLOCKS for code in range(first, end))
    return LATIN + SIGNS + RAISED + "".join(blocks)


def cut(folder: Path) -> Iterator[Path]:
    """Write the fonts; the files written."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    for name, (source, characters) in CUTS.items():
        options = subset.Options()
        options.flavor = "woff2"
        options.hinting = False
        options.layout_features = ["kern", "liga", "mark", "mkmk", "ccmp"] if characters else []
        options.notdef_outline = True
        (path,) = folder.rglob(f"{source}.woff2")
        font = TTFont(path, recalcTimestamp=False)
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=characters or formula_characters())
        subsetter.subset(font)
        font.flavor = "woff2"
        font.save(FONTS / name)
        yield FONTS / name


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    for path in cut(Path(sys.argv[1])):
        print(f"{path.stat().st_size:7} {path.name}")


if __name__ == "__main__":
    main()

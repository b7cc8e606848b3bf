"""From Typst source to the bytes of a PDF, with the fonts that Typst brings and no others."""

from __future__ import annotations

import re
from typing import Final

from derive.writers.errors import WriterError

STANDARD: Final = "ua-1"  # refuses a formula or a picture without alternative text
_DOTS = 300.0
_NO_GLYPH = re.compile(r'the text `"(.)"` could not be displayed')


def compiled(source: str) -> bytes:
    """The PDF; the same source gives the same bytes.

    A letter that the fonts have not is shown by its number, [U+4E2D], as in LaTeX; who listens to
    the page hears the letter. Raises WriterError where Typst is not installed, or where it refuses
    the source.
    """
    try:
        import typst
    except ImportError:
        raise WriterError(
            'pdf needs Typst, which is not installed: install it with: pip install "derive[pdf]"'
        ) from None

    def compile_(text: str) -> bytes:
        pdf = typst.compile(text.encode(), pdf_standards=[STANDARD], ignore_system_fonts=True)
        assert isinstance(pdf, bytes)
        return pdf

    try:
        try:
            return compile_(source)
        except typst.TypstError as error:
            missing = sorted(set(_NO_GLYPH.findall(error.diagnostic)))
            if not missing:
                raise
            return compile_("".join(map(_by_number, missing)) + source)
    except typst.TypstError as error:
        raise WriterError(
            f"pdf: Typst refuses the page; mend the template or the name that it points at:\n"
            f"{error.diagnostic.strip()}"
        ) from error


def picture_of(svg: str, of: str) -> bytes:
    """A drawing as a PNG of 300 dots an inch, for the format ``of``. Raises WriterError where Typst
    is not installed."""
    try:
        import typst
    except ImportError:
        raise WriterError(
            f"pictures in {of} are drawn by Typst, which is not installed: install it with: "
            f'pip install "derive[{of}]"'
        ) from None
    from derive.writers.expressions.typst import quoted

    source = (
        "#set page(width: auto, height: auto, margin: 0pt)\n"
        f'#image(bytes({quoted(svg)}), format: "svg")'
    )
    png = typst.compile(source.encode(), format="png", ppi=_DOTS, ignore_system_fonts=True)
    assert isinstance(png, bytes)
    return png


def _by_number(letter: str) -> str:
    return f'#show "{letter}": [\\[U+{ord(letter):04X}\\]]\n'

"""Running text as Markdown: every character stands for itself, in CommonMark, GFM and pandoc.

Never is a ``(`` or a ``[`` escaped, but what closes it: to some readers ``\\(`` and ``\\[`` open
a formula.
"""

from __future__ import annotations

import re

from derive.writers.columns import plain

_SPECIAL = re.compile(
    r"[\\`*$~^@]"  # code, emphasis, formula, strikethrough, superscript, citation
    r"|(?<![^\W_])_|_(?![^\W_])"  # emphasis; inside a word an underscore is only itself
    r"|<(?=[A-Za-z/!?])"  # tag
    r"|&(?=#?\w+;)"  # entity
    r"|\](?=[(\[:])"  # link
)
_START = re.compile(
    r"\(?(?:\d+|[A-Za-z]|[ivxlcdmIVXLCDM]+|#)(?P<mark>[.)])(?=\s|$)"  # (1) 1. a)
    r"|[-+:](?=[\s-]|$)|[#>|=]"  # list, heading, quotation, line block
)


def escape(text: str) -> str:
    """Text whose characters stand for themselves anywhere in a line."""
    return _SPECIAL.sub(r"\\\g<0>", re.sub(r"\s+", " ", plain(text)))


def escape_start(line: str) -> str:
    """A line that does not open a list, a heading or a quotation by accident."""
    match = _START.match(line)
    if not match:
        return line
    place = match.start("mark") if match["mark"] else 0
    return f"{line[:place]}\\{line[place:]}"

"""Text as Word takes it."""

from __future__ import annotations

import re
from html import escape as _escape

from derive.writers.columns import plain

_NO_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


def escape(text: str) -> str:
    """Text of one line in XML, also between quotes."""
    return _escape(_NO_XML.sub("\ufffd", plain(text)))


def run(text: str, properties: str = "") -> str:
    """A run of letters."""
    manner = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{manner}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'

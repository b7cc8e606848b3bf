"""Running text as Typst markup in which every character stands for itself."""

from __future__ import annotations

import re

from derive.writers.columns import plain

_MARKUP = re.compile(r"[!-/:-@\[-`{-~]")  # all ASCII that is no letter, digit or space


def escape(text: str) -> str:
    """Text whose characters stand for themselves on the page."""
    return _MARKUP.sub(lambda sign: f"\\{sign[0]}", plain(text))

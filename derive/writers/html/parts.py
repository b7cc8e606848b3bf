"""Rows of a formula in parts between which a narrow window may end a line.

A row breaks before a relation, + or −; a part that is still wide, before a times sign as well, and
inside of brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from derive.writers.expressions.mathml_width import width

NARROW = 27.0  # half ems that fit on a line of the narrowest window, 320 pixels
_TAG = re.compile(r"<(/?)(\w+)[^>]*?(/?)>")
_SIGN = re.compile(r"<mo>(.)</mo>")
_INSIDE = re.compile(r"<mrow><mo([^>]*)>([(\[|])</mo>(.*)<mo\1>([)\]|])</mo></mrow>", re.DOTALL)
_WEAK = frozenset("=≈←→+−")
_STRONG = frozenset("⋅×∗⊙")


def parts(row: str) -> list[str]:
    """The elements of a row, in parts."""
    return ["".join(part) for part in _parts(list(_elements(row)))]


def _parts(elements: list[str]) -> Iterator[list[str]]:
    for part in _split(elements, _WEAK):
        if not _is_wide(part):
            yield part
            continue
        for piece in _split(part, _STRONG):
            opened = list(_opened(piece)) if _is_wide(piece) else piece
            if len(opened) == len(piece):
                yield piece
            else:
                yield from _parts(opened)


def _is_wide(part: list[str]) -> bool:
    return width("".join(part)) > NARROW


def _opened(elements: list[str]) -> Iterator[str]:
    """The elements, and in place of brackets what is in them and the brackets one by one."""
    for element in elements:
        inner = _INSIDE.fullmatch(element)
        if inner is None:
            yield element
            continue
        manner, opening, body, closing = inner.groups()
        yield f'<mo form="prefix"{manner}>{opening}</mo>'
        yield from _elements(body)
        yield f'<mo form="postfix"{manner}>{closing}</mo>'


def _elements(row: str) -> Iterator[str]:
    """The elements of a row one by one, each with all that is in it."""
    depth = start = 0
    for tag in _TAG.finditer(row):
        closing, _, empty = tag.groups()
        if not depth:
            start = tag.start()
        depth += 0 if empty else -1 if closing else 1
        if not depth:
            yield row[start : tag.end()]


def _split(elements: list[str], signs: frozenset[str]) -> list[list[str]]:
    """A new part before each of some signs, which there is not to look like one before a number."""
    split: list[list[str]] = [[]]
    for element in elements:
        sign = _SIGN.fullmatch(element)
        if sign and sign[1] in signs and split[-1]:
            split.append([element.replace("<mo>", '<mo form="infix">')])
        else:
            split[-1].append(element)
    return split

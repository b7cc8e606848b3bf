"""Text in columns of a terminal: widths as shown, words wrapped, cells padded.

A formula inside running text keeps together: its spaces are no-break spaces while lines are
filled, and ordinary ones afterwards.
"""

from __future__ import annotations

from unicodedata import category, east_asian_width

NO_BREAK = "\u00a0"


def width(text: str) -> int:
    """Columns a terminal needs: 2 for a wide character, 0 for a combining one."""
    if text.isascii():
        return len(text)
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if character < "\u0300":
        return 0 if character == "\u00ad" else 1
    if category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def pad(text: str, columns: int, align: str = "l") -> str:
    """Text filled up with spaces to so many columns; ``align`` is l, r or c."""
    free = max(columns - width(text), 0)
    left = {"l": 0, "r": free, "c": free // 2}[align]
    return " " * left + text + " " * (free - left)


def wrap(text: str, columns: int) -> list[str]:
    """Lines of at most so many columns, broken at spaces, inside a word only where one is longer.

    Empty text is one empty line.
    """
    lines: list[str] = []
    line = ""
    for word in _words(text, columns):
        longer = f"{line} {word}" if line else word
        if width(longer) <= columns:
            line = longer
        else:
            lines.append(line)
            line = word
    lines.append(line)
    return [line.replace(NO_BREAK, " ") for line in lines]


def _words(text: str, columns: int) -> list[str]:
    words: list[str] = []
    for word in text.split(" "):
        if width(word) <= columns:
            words += [word] if word else []
        else:
            for part in word.split(NO_BREAK):
                words += cut(part, columns)
    return words


def cut(text: str, columns: int) -> list[str]:
    """Pieces of at most so many columns; nothing of empty text."""
    pieces: list[str] = []
    piece, used = "", 0
    for character in text:
        wide = _width(character)
        if piece and used + wide > columns:
            pieces.append(piece)
            piece, used = "", 0
        piece += character
        used += wide
    return [*pieces, piece] if piece else pieces


def plain(text: str) -> str:
    """Text of one line: control characters and line ends become spaces."""
    return "".join(c if c >= " " and not "\x7f" <= c <= "\x9f" else " " for c in text)

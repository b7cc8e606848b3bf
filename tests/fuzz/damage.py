"""Damage to texts, to bytes and to data, as hands, editors, spreadsheets and malice do it."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

# What may stand anywhere, and rarely should.
SIGNS = (
    "{", "}", "[", "]", "(", ")", ":", ",", ";", "\n", "\n\n", "  ", "\t", "- ", "'", '"', "`", "#",
    "|", "? ", "<<: ", "&a ", "*a", "!x ", "%", "@", "\\", "/", "=", "×", "−", "·", "²", "√", "′",
    "é", "θ", "王", "\u2028", "\u202e", "\x00", "\x07", "\ufeff", "🙂", "None", "null", "true", "~",
    "<< x >>", "<% x %>", "{{ x }}", "{x}", "$x$", "\\frac{", "__import__", "lambda", "NaN",
)  # fmt: skip
NUMBERS = (
    "0", "-0", "1", "-1", "0.0", "1e-300", "1e300", "1e999", "-1e-999", ".nan", ".inf", "0x10",
    "1_000", "1/3", "1/0", "0,5", "1e5", "99999999999999999999", "9" * 400, "0.1" + "0" * 90, "٣",
    "+3", "3.", ".5", "1e", "4096", "64", "13",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 3, 10**30, 1.5, float("nan"), float("inf"), "", "x", "\ud800",
    "é" * 200,
    [], {}, [[]], [1, 2], {"x": 1}, {"": ""}, [None], [[[[[[[[]]]]]]]], "1e999", [True],
    {"kind": []},
)  # fmt: skip


def damaged(chance: random.Random, text: str, words: Sequence[str]) -> bytes:
    """A text with one to four pieces of damage; ``words`` are such as belong into such a file."""
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
        text = chance.choice(_WAYS)(chance, text, words)
    raw = text.encode("utf-8", "surrogatepass")
    if chance.random() < 0.04:
        raw = chance.choice(_ENCODINGS)(chance, text, raw)
    return raw


def altered(chance: random.Random, data: Any) -> Any:
    """JSON data in which some values, keys or items are others, gone or there twice."""
    changed = json.loads(json.dumps(data))
    for _ in range(chance.choice((1, 1, 2, 3))):
        changed = _alter(chance, changed)
    return changed


def _alter(chance: random.Random, data: Any) -> Any:
    if isinstance(data, dict) and data and chance.random() < 0.85:
        key = chance.choice(sorted(data))
        how = chance.random()
        if how < 0.12:
            del data[key]
        elif how < 0.2:
            data[chance.choice(("x", "", key + "s", key.upper(), "é"))] = data.pop(key)
        elif how < 0.27:
            data[key] = data[chance.choice(sorted(data))]
        else:
            data[key] = _alter(chance, data[key])
        return data
    if isinstance(data, list) and data and chance.random() < 0.85:
        place = chance.randrange(len(data))
        how = chance.random()
        if how < 0.15:
            del data[place]
        elif how < 0.25:
            data.insert(place, data[place])
        else:
            data[place] = _alter(chance, data[place])
        return data
    if isinstance(data, str) and data and chance.random() < 0.4:
        return damaged(chance, data, ("x",)).decode("utf-8", "replace")
    if isinstance(data, (int, float)) and chance.random() < 0.4:
        return chance.choice((data + 1, -data, data * 10**6, data / 3, str(data)))
    return chance.choice(VALUES)


def _span(chance: random.Random, text: str) -> tuple[int, int]:
    start = chance.randint(0, len(text))
    return start, min(len(text), start + chance.choice((1, 1, 2, 3, 5, 8, 20, 60)))


def _cut(chance: random.Random, text: str, _: Sequence[str]) -> str:
    start, end = _span(chance, text)
    return text[:start] + text[end:]


def _double(chance: random.Random, text: str, _: Sequence[str]) -> str:
    start, end = _span(chance, text)
    return text[:end] + text[start:end] * chance.choice((1, 1, 2, 30)) + text[end:]


def _put_in(chance: random.Random, text: str, words: Sequence[str]) -> str:
    start = chance.randint(0, len(text))
    return text[:start] + chance.choice((*SIGNS, *NUMBERS, *words)) + text[start:]


def _swap_lines(chance: random.Random, text: str, _: Sequence[str]) -> str:
    lines = text.split("\n")
    a, b = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]
    return "\n".join(lines)


def _drop_line(chance: random.Random, text: str, _: Sequence[str]) -> str:
    lines = text.split("\n")
    del lines[chance.randrange(len(lines))]
    return "\n".join(lines)


def _repeat_line(chance: random.Random, text: str, _: Sequence[str]) -> str:
    lines = text.split("\n")
    place = chance.randrange(len(lines))
    return "\n".join([*lines[:place], lines[place], *lines[place:]])


def _indent(chance: random.Random, text: str, _: Sequence[str]) -> str:
    lines = text.split("\n")
    place = chance.randrange(len(lines))
    lines[place] = lines[place].lstrip() if chance.random() < 0.5 else "  " + lines[place]
    return "\n".join(lines)


def _other_token(chance: random.Random, text: str, words: Sequence[str]) -> str:
    """Another word for a word, another number for a number."""
    places = [
        i for i in range(len(text)) if text[i].isalnum() and (not i or not text[i - 1].isalnum())
    ]
    if not places:
        return text
    start = chance.choice(places)
    end = start
    while end < len(text) and (text[end].isalnum() or text[end] in "._"):
        end += 1
    pool = NUMBERS if text[start].isdigit() and chance.random() < 0.8 else (*words, *NUMBERS)
    return text[:start] + chance.choice(pool) + text[end:]


def _truncate(chance: random.Random, text: str, _: Sequence[str]) -> str:
    return text[: chance.randint(0, len(text))]


_WAYS = (
    _cut, _double, _put_in, _put_in, _put_in, _swap_lines, _drop_line, _repeat_line, _indent,
    _other_token, _other_token, _other_token, _other_token, _truncate,
)  # fmt: skip


def _broken_utf8(chance: random.Random, _text: str, raw: bytes) -> bytes:
    place = chance.randint(0, len(raw))
    return raw[:place] + bytes([chance.randrange(128, 256)]) + raw[place:]


def _other_encoding(chance: random.Random, text: str, _raw: bytes) -> bytes:
    return text.encode(chance.choice(("utf-16", "utf-8-sig", "cp1252", "latin-1")), "replace")


def _noise(chance: random.Random, _text: str, _raw: bytes) -> bytes:
    return chance.randbytes(chance.choice((1, 7, 200)))


_ENCODINGS = (_broken_utf8, _other_encoding, _noise)

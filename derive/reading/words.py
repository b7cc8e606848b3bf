"""What messages call a value, a list and a place in a description."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from derive.expression.nodes import Number

Path = tuple[str | int, ...]  # ("layers", 0, "weights")


def dotted(path: Path) -> str:
    """("layers", 0, "weights") → layers[0].weights"""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def comma_list(words: Iterable[str]) -> str:
    """("a", "b", "c") → a, b, c; past sixteen the rest is left out."""
    items = list(words)
    return ", ".join(items if len(items) <= 16 else [*items[:15], "…"])


def shorten(text: str) -> str:
    """Text for a message, at most 40 characters of it."""
    return text if len(text) <= 40 else f"{text[:36]}…{text[-1]}"


def describe(raw: object) -> str:
    """A value for a message, in the words of a file, short."""
    if isinstance(raw, Number):
        return shorten(raw.text or str(raw.value))
    if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) > 10**30:
        return "a huge number"
    if raw is None:
        return "nothing"
    if isinstance(raw, bool):
        return str(raw).lower()
    if isinstance(raw, Mapping):
        return f"a mapping of {len(raw)}"
    if isinstance(raw, Sequence) and not isinstance(raw, (str, bytes)):
        return f"a list of {len(raw)}"
    return shorten(repr(raw))

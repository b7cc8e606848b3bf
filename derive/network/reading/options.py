"""The small keys of a description: title, learning rate, digits, and choices among words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from derive.expression.nodes import INPUT, TARGET, Number, Quantity
from derive.network.errors import Notes, unknown
from derive.network.values import plain, read_number, read_whole
from derive.notation import BUILT_IN, DELTA_SIGNS, Names
from derive.reading.words import comma_list, describe

MAX_DIGITS = 30
MAX_TITLE = 300

CHOICES = {
    "over_examples": ("mean", "sum"),
    "layout": ("from_to", "to_from"),
    "rounding": ("exact", "carried"),
    "delta_sign": DELTA_SIGNS,
}


def read_choice(notes: Notes, key: str, raw: Any) -> str:
    """One of the words allowed for a key; the first of them where it is none of them."""
    allowed = CHOICES[key]
    if isinstance(raw, str) and raw in allowed:
        return raw
    if isinstance(raw, str):
        notes.problem((key,), unknown(key, raw, allowed))
    else:
        notes.problem((key,), f"{key}: got {describe(raw)}; allowed are {comma_list(allowed)}")
    return allowed[0]


def read_notation(notes: Notes, raw: Any) -> str | Path | None:
    """A notation's name or the path of its file; what is in the file is asked later."""
    if isinstance(raw, str) and raw not in BUILT_IN and not is_file(Path(raw)):
        message = f"{unknown('notation', raw, BUILT_IN)}, and the path of a notation file"
    elif isinstance(raw, (str, Path)):
        return raw if raw in BUILT_IN else Path(raw)
    else:
        message = (
            f"notation: got {describe(raw)}; allowed are {comma_list(BUILT_IN)}, and the path of a "
            "notation file"
        )
    notes.problem(("notation",), message)
    return None


def is_file(path: Path) -> bool:
    """Whether there is such a file; no for what cannot be a path at all."""
    try:
        return path.is_file()
    except OSError:
        return False


def read_own_names(notes: Notes, raw: Any, usual: Names) -> tuple[tuple[Quantity, str], ...]:
    """Own names of single quantities: {name in the notation: own name}."""
    if not isinstance(raw, Mapping) or not raw:
        notes.problem(
            ("names",),
            f"names: got {describe(raw)}; allowed is a mapping from names of the notation to own "
            "ones, as in {w1: w13, w2: w14}",
        )
        return ()
    there = {spelling(q): q for q in usual.quantities() for spelling in (usual.code, usual.text)}
    names: dict[Quantity, str] = {}
    for key, own in raw.items():
        q = there.get(str(key))
        if q is None:
            allowed = list(dict.fromkeys(map(usual.code, usual.quantities())))
            notes.problem(("names", str(key)), unknown("name", str(key), allowed), at_key=True)
        elif q.kind in (INPUT, TARGET):
            notes.problem(
                ("names", str(key)),
                f"{key} is {'an input' if q.kind == INPUT else 'a target'}; name it under "
                f"{q.kind}s",
                at_key=True,
            )
        elif not isinstance(own, str):
            notes.problem(("names", str(key)), f"{key}: got {describe(own)}; allowed is a name")
        else:
            names[q] = own
    return tuple(names.items())


def read_title(notes: Notes, raw: Any) -> str | None:
    """One line of text, or None where there is none."""
    if raw is None:
        return None
    if isinstance(raw, str) and raw.strip() and len(raw) <= MAX_TITLE and "\n" not in raw.strip():
        return raw.strip()
    notes.problem(
        ("title",),
        f"title: got {describe(raw)}; allowed is one line of text of at most {MAX_TITLE} "
        "characters; put a number in quotation marks to make it text",
    )
    return None


def read_rate(notes: Notes, raw: Any) -> Number | None:
    """A learning rate above 0, or None where there is none."""
    if raw is None:
        return None
    try:
        rate = read_number(raw)
    except ValueError as error:
        notes.problem(("learning_rate",), f"learning_rate: {error}; write it as in 0.5")
        return None
    if rate.value <= 0:
        notes.problem(
            ("learning_rate",),
            f"learning_rate: got {describe(rate)}; allowed are numbers above 0; the minus of the "
            "update rule is not part of it",
        )
    return rate


def read_digits(notes: Notes, raw: Any) -> dict[str, int]:
    """``digits`` and ``update_digits``, from a number or {values: …, update: …}."""
    raw = plain(raw)
    digits: dict[str, Any] = {"values": raw}
    if isinstance(raw, Mapping):
        digits = {"values": 5, **raw}
        notes.unknown_keys(("digits",), raw, ("values", "update"))
    counts: dict[str, int] = {}
    for key in ("values", "update"):
        if key not in digits:
            continue
        try:
            counts[key] = read_whole(digits[key], 1, MAX_DIGITS)
        except ValueError as error:
            path = ("digits", key) if isinstance(raw, Mapping) else ("digits",)
            notes.problem(path, f"digits: {error}")
    values = counts.get("values", 5)
    return {"digits": values, "update_digits": counts.get("update", values)}

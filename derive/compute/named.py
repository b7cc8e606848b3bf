"""Parameters given one by one, by the names of the network's notation: {"w1": 0.15, "w2": …}."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from derive.compute.arguments import ArgumentError, described, is_single, listing, number
from derive.compute.blocks import Block
from derive.compute.engines import Defaults


def by_array(given: Mapping[Any, Any], own: Defaults) -> Mapping[str, Any]:
    """What was given, an array for each block: single numbers put into the array they are in.

    A name of an array with a value of its shape is that array; any other is looked for among the
    names of single weights and biases, in text or in code. Of an array that is given in part the
    network gives the rest. Raises ArgumentError.
    """
    keys = own.keyed
    if all(key in keys and _is_whole(value, keys[key]) for key, value in given.items()):
        return given
    arrays = {
        key: value for key, value in given.items() if key in keys and _is_whole(value, keys[key])
    }
    singles: dict[str, dict[int, tuple[str, float]]] = {}
    for key, value in given.items():
        if key in arrays:
            continue
        block, place = _place_of(key, keys, own)
        entries = singles.setdefault(block.key, {})
        if block.key in arrays:
            raise _refused(f"both {key} and {block.key}, which holds it", "give one of the two")
        if place in entries:
            raise _refused(f"both {entries[place][0]} and {key}, two names of one", "leave one out")
        single = number(value)
        if single is None:
            raise ArgumentError(str(key), described(value), "one number", "as in 0.5")
        entries[place] = str(key), single
    for key in arrays:
        _refuse_ambiguous(key, singles, own)
    return arrays | {key: _whole(keys[key], entries, own) for key, entries in singles.items()}


def _is_whole(value: Any, block: Block) -> bool:
    """Whether a value may be the block itself, and not one number out of it."""
    return not block.shape or type(value) is list or not is_single(value)


def _place_of(key: Any, keys: Mapping[str, Block], own: Defaults) -> tuple[Block, int]:
    """The block that a name's weight or bias is in, and its place there."""
    q = own.notation.find(key) if isinstance(key, str) else None
    for block in own.blocks:
        place = None if q is None else block.place(q)
        if place is not None:
            return block, place
    if key in keys:
        block = keys[key]
        raise ArgumentError(
            block.key, "one number", f"numbers of shape {block.shape}",
            f"give them all, or single ones by their names: {listing(_names(block, own))}",
        )  # fmt: skip
    if q is not None:
        raise _refused(
            f"{key!r}, which is an {q.kind}" if q.kind == "input" else f"{key!r}, a {q.kind}",
            f"give the {q.kind}s as the argument {q.kind}s",
        )
    every = [*keys, *(name for block in own.blocks for name in _names(block, own))]
    close = get_close_matches(str(key)[:100], every, 1, 0.6)
    meant = f"did you mean {close[0]!r}? " if close else ""
    raise ArgumentError(
        "parameters", f"the unknown name {str(key)!r:.60}",
        f"the arrays {listing(list(keys))}, or single ones: {listing(every[len(keys):])}",
        f"{meant}layers count from 1: W1 leads from the inputs to layer 1",
    )  # fmt: skip


def _refuse_ambiguous(key: str, singles: Mapping[str, Any], own: Defaults) -> None:
    """b2 is what layer 2 shares; among single biases of layer 1 it may mean one of those."""
    q = own.notation.find(key)
    for block in own.blocks:
        if q is not None and block.key != key and block.place(q) is not None:
            if block.key in singles:
                raise _refused(
                    f"{key!r}, which may be the array {key} or one of those in {block.key}",
                    f"give {block.key} as an array",
                )
            return


def _whole(block: Block, entries: Mapping[int, tuple[str, float]], own: Defaults) -> Any:
    """The array with the numbers given in their places, in the network's own where it has any."""
    known = own.known(block)
    if known is None and len(entries) < block.size:
        names = _names(block, own)
        given = listing([names[place] for place in sorted(entries)])
        missing = listing([name for place, name in enumerate(names) if place not in entries])
        raise ArgumentError(
            block.key, f"{given} alone, and the network has no values for the rest",
            "all of an array", f"give {missing} too",
        )  # fmt: skip
    values = list(known or [0.0] * block.size)
    for place, (_, value) in entries.items():
        values[place] = value
    return block.shaped(values)


def _names(block: Block, own: Defaults) -> Sequence[str]:
    return [own.notation.code(q) for q in block.quantities]


def _refused(got: str, remedy: str) -> ArgumentError:
    return ArgumentError("parameters", got, "every weight and bias once", remedy)

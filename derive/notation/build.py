"""From a notation's name or file, a shape and changed letters to checked names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from keyword import iskeyword
from pathlib import Path
from typing import NamedTuple

from derive.expression.nodes import INPUT, TARGET, Quantity
from derive.notation import builtin
from derive.notation.builtin import LETTERS, Scheme
from derive.notation.errors import NotationError
from derive.notation.names import Names
from derive.notation.shape import Shape
from derive.notation.spelling import is_name

BUILT_IN: tuple[str, ...] = tuple(builtin.BUILT_IN)
LAYOUTS = ("from_to", "to_from")

_RESERVED = {"e": "Euler's number", "pi": "the number π", "π": "the number π"}
_LONGEST = 60  # characters of a name that a message repeats
_MARKED = re.compile(r".*_ex\w+")  # what code writes for "of example …"


def names(
    notation: str | Path = "numbered",
    shape: Shape = Shape((1, 1)),  # noqa: B008 (immutable)
    layout: str = "from_to",
    letters: Mapping[str, str] | None = None,
) -> Names:
    """The names of a network's quantities.

    notation  one of ``BUILT_IN``, or the path of a notation file
    letters   letters to change alone, e.g. {"loss": "C", "output": "ŷ"}

    Raises NotationError where the notation is unknown or wrong, or where two quantities would
    have one name.
    """
    if layout not in LAYOUTS:
        raise NotationError(f"layout: got {layout!r}; allowed are {', '.join(LAYOUTS)}")
    changed = tuple(sorted((letters or {}).items()))
    if isinstance(notation, str) and notation in BUILT_IN:
        return _built_in(notation, shape, layout, changed)
    if notation == "":
        raise NotationError(
            f"notation: got ''; allowed are {', '.join(BUILT_IN)}, and the path of a notation file"
        )
    from derive.notation.files import read  # ruamel.yaml, only where a file is read

    return _checked(str(notation), shape, layout, read(Path(notation), shape, layout), changed)


def as_typed(letters: Iterable[Quantity]) -> Names:
    """Names for quantities that have one already, and for nothing else."""
    shape = Shape((), names=tuple((q, q.name) for q in letters))
    return Names("plain", shape, "from_to", builtin.BUILT_IN["plain"](shape, "from_to"))


@lru_cache(maxsize=32)
def _built_in(
    notation: str, shape: Shape, layout: str, changed: tuple[tuple[str, str], ...]
) -> Names:
    scheme = builtin.BUILT_IN[notation](shape, layout)
    if changed or shape.input_names or shape.target_names or shape.names:
        return _checked(notation, shape, layout, scheme, changed)
    return Names(notation, shape, layout, scheme)  # one name per quantity: a tested property


def _checked(
    notation: str, shape: Shape, layout: str, scheme: Scheme, changed: tuple[tuple[str, str], ...]
) -> Names:
    problems = [*own_name_problems(shape), *letter_problems(dict(changed))]
    if problems:
        raise NotationError(*problems)
    scheme = builtin.with_letters(scheme, dict(changed))
    result = Names(notation, shape, layout, scheme)
    messages: dict[tuple[object, ...], str] = {}
    for clash in (*not_identifiers(result), *clashes(result)):
        who = tuple(_named_by(result, quantity) for quantity in clash.quantities)
        places = [scheme.places[role] for role in who if role in scheme.places]
        place = f"{places[0]}: " if places else ""
        messages.setdefault(who, f"{place}{clash.what}: {_remedy(result, clash.quantities)}")
    if messages:
        raise NotationError(*messages.values())
    return result


def letter_problems(changed: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with changed letters."""
    for role, typed in changed.items():
        if role not in LETTERS:
            yield f"letters: unknown key {role!r}; allowed are {', '.join(LETTERS)}"
        elif not isinstance(typed, str) or not is_name(typed):
            yield (
                f"letters: {role}: got {typed!r}; a letter is a name of letters, digits and _, "
                "such as C, ŷ or y_pred"
            )


def own_name_problems(shape: Shape) -> Iterator[str]:
    """What is wrong with a network's own names, apart from clashes."""
    for what, names, count in (
        ("input", shape.input_names, shape.sizes[0]),
        ("target", shape.target_names, shape.outputs),
    ):
        if names and len(names) != count:
            yield f"{len(names)} {what} names for {count} {what}s: give one name for each"
        yield from _bad_names(what, names)
    yield from _bad_names("own", (name for _, name in shape.names))


def _bad_names(what: str, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if not is_name(name) or _MARKED.fullmatch(name):
            yield (
                f"{what} name {name[:_LONGEST]!r}: a name has letters, digits and _ (not at an "
                "end, and not as _ex…), and a letter first: rename it"
            )
        elif name in _RESERVED:
            yield f"{what} name {name!r} is {_RESERVED[name]}: rename it"


class Clash(NamedTuple):
    """Quantities with a name they cannot have, and what is wrong with it."""

    quantities: tuple[Quantity, ...]
    what: str


def clashes(result: Names) -> Iterator[Clash]:
    """The pairs of quantities that would have one name in some target.

    Text and code are one target here, since a file may use either.
    """
    for target, spellings in (
        ("text or code", (result.text, result.code)), ("LaTeX", (result.latex,)),
    ):  # fmt: skip
        seen: dict[str, Quantity] = {}
        for quantity in result.quantities():
            for name in {spelling(quantity): None for spelling in spellings}:
                other = seen.setdefault(name, quantity)
                if other != quantity:
                    both = f"{describe(other)} and {describe(quantity)}"
                    what = f"{both} would both be called {name} in {target}"
                    yield Clash((other, quantity), what)


def not_identifiers(result: Names) -> Iterator[Clash]:
    """The quantities whose name in code Python could not read."""
    for quantity in result.quantities():
        name = result.code(quantity)
        if not name.isidentifier() or iskeyword(name):
            what = f"{describe(quantity)} would be called {name!r} in code"
            yield Clash((quantity,), what)


def _named_by(result: Names, quantity: Quantity) -> object:
    """What decides on a quantity's name: its role's row, or itself where it has its own name."""
    shape = result.shape
    own = {INPUT: shape.input_names, TARGET: shape.target_names}.get(quantity.kind)
    return quantity if own or quantity in dict(shape.names) else result.role(quantity)


def _remedy(result: Names, quantities: tuple[Quantity, ...]) -> str:
    shape = result.shape
    each = dict(shape.names)
    for quantity in quantities:
        if quantity in each:
            return f"rename the own {each[quantity]}"
        if quantity.kind == INPUT and shape.input_names:
            return f"rename the input {shape.input_names[quantity.unit]}"
        if quantity.kind == TARGET and shape.target_names:
            return f"rename the target {shape.target_names[quantity.unit]}"
    if len(quantities) == 1:
        return "in code a name has letters, digits and _, a letter first, and is no Python keyword"
    return "give them different letters or patterns"


def describe(quantity: Quantity) -> str:
    """A quantity in words, whatever the notation: the weight from unit 1 to unit 2 of layer 1."""
    q = quantity
    if q.kind == "weight":
        return f"the weight from unit {q.source + 1} to unit {q.unit + 1} of layer {q.layer}"
    if q.kind == "bias" and q.unit < 0:
        return f"the shared bias of layer {q.layer}"
    if q.kind in ("loss", "batch loss", "learning rate"):
        return f"the {q.kind}"
    place = f" of layer {q.layer}" if q.layer else ""
    return f"the {q.kind} {q.unit + 1}{place}"

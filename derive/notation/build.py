"""From a notation's name or file, a shape and changed letters to checked names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from keyword import iskeyword
from pathlib import Path

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
_MOST = 10  # clashes shown: one wrong pattern gives as many as there are weights
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
    from derive.notation.own import read  # ruamel.yaml, only where a file is read

    return _checked(str(notation), shape, layout, read(Path(notation), shape, layout), changed)


@lru_cache(maxsize=32)
def _built_in(
    notation: str, shape: Shape, layout: str, changed: tuple[tuple[str, str], ...]
) -> Names:
    scheme = builtin.BUILT_IN[notation](shape, layout)
    if changed or shape.input_names or shape.target_names:
        return _checked(notation, shape, layout, scheme, changed)
    return Names(notation, shape, layout, scheme)  # one name per quantity: a tested property


def _checked(
    notation: str, shape: Shape, layout: str, scheme: Scheme, changed: tuple[tuple[str, str], ...]
) -> Names:
    problems = [*own_name_problems(shape), *letter_problems(dict(changed))]
    if problems:
        raise NotationError(*problems)
    result = Names(notation, shape, layout, builtin.with_letters(scheme, dict(changed)))
    problems = [*islice(code_problems(result), _MOST), *islice(clashes(result), _MOST)]
    if problems:
        raise NotationError(*problems)
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
    for what, given, count in (
        ("input", shape.input_names, shape.sizes[0]),
        ("target", shape.target_names, shape.outputs),
    ):
        if given and len(given) != count:
            yield f"{len(given)} {what} names for {count} {what}s: give one name for each"
        for name in given:
            if not is_name(name) or _MARKED.fullmatch(name):
                yield (
                    f"{what} name {name!r}: a name has letters, digits and _ (not at an end, and "
                    "not as _ex…), and a letter first: rename it"
                )
            elif name in _RESERVED:
                yield f"{what} name {name!r} is {_RESERVED[name]}: rename it"


def clashes(result: Names) -> Iterator[str]:
    """A line for each pair of quantities that would have one name in some target.

    Text and code are one target here, since a file may use either.
    """
    reported: set[tuple[Quantity, Quantity]] = set()
    for target, spellings in (
        ("text or code", (result.text, result.code)), ("LaTeX", (result.latex,)),
    ):  # fmt: skip
        seen: dict[str, Quantity] = {}
        for quantity in result.quantities():
            for name in {spelling(quantity): None for spelling in spellings}:
                other = seen.setdefault(name, quantity)
                if other != quantity and (other, quantity) not in reported:
                    reported.add((other, quantity))
                    yield (
                        f"{describe(other)} and {describe(quantity)} would both be called "
                        f"{name} in {target}: {_remedy(result, other, quantity)}"
                    )


def code_problems(result: Names) -> Iterator[str]:
    """A line for each quantity whose name in code is not an identifier."""
    for quantity in result.quantities():
        name = result.code(quantity)
        if not name.isidentifier() or iskeyword(name):
            yield (
                f"{describe(quantity)} would be called {name!r} in code, which is not an "
                "identifier: use letters, digits and _ there, a letter first"
            )


def _remedy(result: Names, *pair: Quantity) -> str:
    shape = result.shape
    for quantity in pair:
        if quantity.kind == INPUT and shape.input_names:
            return f"rename the input {shape.input_names[quantity.unit]}"
        if quantity.kind == TARGET and shape.target_names:
            return f"rename the target {shape.target_names[quantity.unit]}"
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

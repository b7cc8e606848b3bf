"""Network files: YAML (or JSON) in, a Network out, and every error with its line and column."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO, TypeVar

from derive.network import other_names
from derive.network.description import Dense, Network
from derive.network.errors import NetworkError, Notes, Problem
from derive.network.reading import keys
from derive.network.reading.layers import MAX_LAYERS
from derive.network.reading.options import is_file
from derive.notation import BUILT_IN
from derive.reading import named, read_bytes
from derive.reading.positions import Composed, Place, compose
from derive.reading.words import describe

T = TypeVar("T")

MAX_BYTES = 2_000_000

KEYS = tuple(keys.FILE)
FAMILY = "family"  # the one key of a file that describes many networks
LAYER_KEYS = tuple(keys.LAYER)

_FAMILY_MENTIONED = re.compile(rf"\b{FAMILY}\b")


def load(source: str | Path | TextIO) -> Network:
    """The network of a file, given by its path or open for reading.

        >>> derive.load("examples/mazur.yaml")
        <Network 2-2-2: sigmoid, sigmoid; half_squared_error; with values>

    Raises NetworkError with every problem of the file, in the order of its lines.
    """
    name, text, folder = text_of(source)
    return loaded(name, composed_of(text), folder)


def composed_of(text: str) -> Composed:
    """The text of a file of a network, or of a graph of formulas, as data with their places."""
    return compose(text, {("layers",): MAX_LAYERS})


def loaded(name: str, composed: Composed, folder: Path) -> Network:
    """The network of a file that was composed. Raises NetworkError."""
    network = built(name, composed, KEYS, lambda data: _network(data, folder))
    return network.placed(lambda path: _location(name, composed.place((*path, "formula"), 1)))


def _location(name: str, place: Place) -> str:
    return f"{name}:{place.line}:{place.column}"


def from_mapping(data: Mapping[str, object]) -> Network:
    """The network of what a file would hold, as Python has it. Raises NetworkError."""
    problems, network = _network(data, Path())
    if network is None or problems:
        raise NetworkError(problems)
    return network


def is_family(text: str) -> bool:
    """Whether the text of a file describes a family, rightly or not, and not one network."""
    if _FAMILY_MENTIONED.search(text) is None:  # most files are composed once
        return False
    data = compose(text, {}).data
    return isinstance(data, Mapping) and FAMILY in data


def built(
    name: str, composed: Composed, allowed: Iterable[str],
    build: Callable[[Mapping[str, Any]], tuple[Sequence[Problem], T | None]],
) -> T:  # fmt: skip
    """What a file describes, where ``build`` makes it of the file's data or tells what is wrong.

    Raises NetworkError with every problem, in the order of the lines.
    """
    problems = [(place, Problem(message)) for place, message in composed.faults]
    data = composed.data
    if isinstance(data, Mapping):
        of_data, result = build(data)
        problems += [(composed.place(p.path, p.column, p.at_key), p) for p in of_data]
        if not problems and result is not None:
            return result
    elif not composed.faults:
        what = "the file is empty" if data is None else f"got {describe(data)}"
        problems.append(
            (Place(1, 1), Problem(f"{what}; allowed is a mapping with {', '.join(allowed)}"))
        )
    problems.sort(key=lambda item: item[0])
    raise NetworkError(
        Problem(p.message, p.path, f"{name}:{place.line}:{place.column}", p.column, p.at_key)
        for place, p in problems
    )


_ONE_NETWORK = (
    f"{FAMILY}: got a family of networks; allowed is one network, with inputs and layers, as "
    "`derive new` writes one; a family is for `derive worksheet`, and `derive check` checks it"
)


FORMULAS = "formulas"  # the key of a file that is a graph of formulas and has no layers
_NO_NETWORK = (
    f"{FORMULAS}: got a graph of formulas; allowed here is a network, with inputs and layers, as "
    "`derive new` writes one; a graph of formulas is for `derive render`, `derive check`, "
    "`derive symbolic`, `derive compile` and `derive train`"
)


def _network(data: Mapping[str, Any], folder: Path) -> tuple[list[Problem], Network | None]:
    """The network that the data describe, or what is wrong with it."""
    notes = Notes()
    if FAMILY in data:
        notes.problem((FAMILY,), _ONE_NETWORK, at_key=True)
        return notes.problems, None
    if FORMULAS in data and "layers" not in data:
        notes.problem((FORMULAS,), _NO_NETWORK, at_key=True)
        return notes.problems, None
    notes.unknown_keys((), data, KEYS, other_names.FILE_KEYS)
    arguments: dict[str, Any] = {"inputs": None, "layers": None}
    arguments |= {key: value for key, value in data.items() if key in KEYS}
    if isinstance(arguments["layers"], list):
        arguments["layers"] = [
            _dense(notes, i, layer) for i, layer in enumerate(arguments["layers"])
        ]
    notation = arguments.get("notation")
    if isinstance(notation, str) and notation not in BUILT_IN and is_file(folder / notation):
        arguments["notation"] = Path(os.path.normpath(folder / notation))
    try:
        network = Network(**arguments)
    except NetworkError as error:
        return notes.problems + list(error.problems), None
    return notes.problems, network


def _dense(notes: Notes, position: int, layer: Any) -> Any:
    if not isinstance(layer, Mapping):
        return layer
    notes.unknown_keys(("layers", position), layer, LAYER_KEYS, other_names.LAYER_KEYS)
    arguments: dict[str, Any] = {"units": None}
    return Dense(**arguments | {key: value for key, value in layer.items() if key in LAYER_KEYS})


def text_of(source: str | Path | TextIO) -> tuple[str, str, Path]:
    """The name, the text and the folder of a source. Raises NetworkError."""
    if not isinstance(source, (str, Path)):
        name = str(getattr(source, "name", "network"))
        text = source.read(MAX_BYTES + 1)
        size, folder = len(text), Path(name).parent
    else:
        name, folder = named(source), Path(source).parent
        try:
            raw = read_bytes(source, MAX_BYTES)
        except OSError as error:
            reason = error.strerror or str(error)
            raise _unreadable(name, f"{reason}; give the path of a network file") from None
        size = len(raw)
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            column = error.start - raw.rfind(b"\n", 0, error.start)
            raise _unreadable(
                f"{name}:{line}:{column}", "not UTF-8; save the file in UTF-8"
            ) from None
    if size > MAX_BYTES:
        raise _unreadable(name, f"more than {MAX_BYTES} bytes; a network file is a small file")
    return name, text, folder


def _unreadable(place: str, message: str) -> NetworkError:
    return NetworkError([Problem(message, place=place)])

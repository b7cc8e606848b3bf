"""Family files: YAML in, a Family out, every error with its line and column, all at once.

family:
  sizes: [[2, 2, 1], [2, 3, 2]]
  hidden: [sigmoid, tanh]
  losses: [half_squared_error, binary_cross_entropy]
  learning_rate: 0.5
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from derive.network.description import Network
from derive.network.errors import NetworkError, Notes, Problem
from derive.network.loader import FAMILY, built, is_family, load, text_of
from derive.reading.positions import compose
from derive.reading.words import Path as Place
from derive.reading.words import describe
from derive.worksheets.recipes.family import KEYS, MOST_STRUCTURES, Family


def described_by(path: str | Path) -> Network | Family:
    """What a file describes: one network, or a family. Raises NetworkError with every problem."""
    return read_family(path) if is_family(text_of(path)[1]) else load(path)


def read_family(source: str | Path | TextIO) -> Family:
    """The family of a file, given by its path or open for reading.

    Raises NetworkError with every problem of the file, in the order of its lines.
    """
    name, text, _ = text_of(source)
    most: dict[Place, int] = {
        (FAMILY, key): MOST_STRUCTURES for key in ("sizes", "hidden", "output", "losses", "bias")
    }
    return built(name, compose(text, most), (FAMILY,), _family)


def _family(data: Mapping[str, Any]) -> tuple[list[Problem], Family | None]:
    """The family that the data describe, or what is wrong with it."""
    notes = Notes()
    notes.unknown_keys((), data, (FAMILY,))
    raw = data.get(FAMILY)
    if not isinstance(raw, Mapping):
        notes.problem(
            (FAMILY,),
            f"{FAMILY}: got {describe(raw)}; allowed is a mapping with {', '.join(KEYS)}",
        )
        return notes.problems, None
    notes.unknown_keys((FAMILY,), raw, KEYS)
    values = {"sizes": None} | {key: value for key, value in raw.items() if key in KEYS}
    try:
        family = Family(**values)
    except NetworkError as error:
        problems = [replace(problem, path=(FAMILY, *problem.path)) for problem in error.problems]
        return notes.problems + problems, None
    return notes.problems, family

"""YAML 1.2 read into plain data, with the place of every key and value.

The data is made from the parser's events: no tag is ever resolved and no object built, numbers
keep the text they were typed with, and limits hold while reading, not after.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from derive.expression.typed.literals import LITERAL, decimal
from derive.reading.words import Path, shorten

MAX_DEPTH = 12

_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **{
        sign + word: -math.inf if sign == "-" else math.inf
        for sign in ("", "+", "-")
        for word in (".inf", ".Inf", ".INF")
    },
}
_GLUED = re.compile(r"[^\s:]+:\S+")  # i1:0.05, a key without the blank after its colon


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line and a column, both from 1."""

    line: int
    column: int


@dataclass(slots=True)
class Composed:
    """What a file says.

    values  where each value begins; keys: where its key does
    texts   where the characters of a one-line text begin, so that a place in it can be named
    faults  (place, message) for what YAML allows and a network file does not
    """

    data: Any = None
    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    texts: dict[Path, Place] = field(default_factory=dict)
    faults: list[tuple[Place, str]] = field(default_factory=list)

    def place(self, path: Path, column: int = 0, at_key: bool = False) -> Place:
        """The place of a value, of a column in its text, of its key, or of what it is in."""
        if column and path in self.texts:
            text = self.texts[path]
            return Place(text.line, text.column + column - 1)
        if at_key and path in self.keys:
            return self.keys[path]
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Place(1, 1))


class _Stop(Exception):
    """Reading on makes no sense; the fault is recorded."""


def compose(text: str, most: Mapping[Path, int]) -> Composed:
    """The data of one YAML document; ``most`` limits how many items lists at a path may have.

    What cannot be read is a fault, not an exception.
    """
    result = Composed()
    builder = _Builder(result, most)
    try:
        builder.document(YAML(typ="safe", pure=True).parse(text))
    except _Stop:
        result.data = None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = ", ".join(part for part in (error.context, error.problem) if part)
        place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
        result.faults = [(place, f"not YAML: {problem}; mend the line here or just above")]
        result.data = None
    except YAMLError as error:
        result.faults = [(_strange_character(text), f"not YAML: {_first_line(error)}; remove it")]
        result.data = None
    return result


def _first_line(error: YAMLError) -> str:
    return str(error).splitlines()[0]


def _strange_character(text: str) -> Place:
    for number, line in enumerate(text.splitlines(), start=1):
        for column, character in enumerate(line, start=1):
            if not character.isprintable() and character != "\t":
                return Place(number, column)
    return Place(1, 1)


class _Builder:
    """Events in, data out; nesting is bounded, so that recursion is."""

    def __init__(self, result: Composed, most: Mapping[Path, int]) -> None:
        self.result = result
        self.most = most

    def fault(self, place: Place, message: str) -> None:
        self.result.faults.append((place, message))

    def document(self, events: Iterator[Event]) -> None:
        documents = 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.fault(_place(event), "a second document; write one per file")
                    raise _Stop
                self.result.data = self.value(next(events), events, ())

    def value(self, event: Event, events: Iterator[Event], path: Path) -> Any:
        """The value that begins with ``event``."""
        self.result.values[path] = _place(event)
        if len(path) > MAX_DEPTH:
            self.fault(_place(event), f"nested more than {MAX_DEPTH} deep; write it flatter")
            raise _Stop
        if isinstance(event, AliasEvent):
            self.fault(_place(event), f"*{event.anchor}: aliases are not read; write it out")
        elif isinstance(event, NodeEvent) and event.anchor:
            self.fault(_place(event), f"&{event.anchor}: anchors are not read; leave it out")
        if tag := getattr(event, "tag", None):
            self.fault(_place(event), f"{tag}: tags are not read; leave it out")
        if isinstance(event, MappingStartEvent):
            return self.mapping(events, path)
        if isinstance(event, SequenceStartEvent):
            return self.sequence(events, path, _place(event))
        return self.scalar(event, path) if isinstance(event, ScalarEvent) else None

    def sequence(self, events: Iterator[Event], path: Path, start: Place) -> list[Any]:
        items: list[Any] = []
        most = self.most.get(path)
        for event in events:
            if isinstance(event, SequenceEndEvent):
                break
            if most is not None and len(items) == most:
                self.fault(start, f"{path[-1]}: got more than {most}; allowed are at most {most}")
                raise _Stop
            items.append(self.value(event, events, (*path, len(items))))
        return items

    def mapping(self, events: Iterator[Event], path: Path) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            place = _place(event)
            if not isinstance(event, ScalarEvent):
                self.value(event, events, (*path, "?"))
                self.value(next(events), events, (*path, "?"))
                self.fault(place, "a key that is not a word; write key: value")
                continue
            key = str(event.value)
            if key in entries:
                first = self.result.keys[(*path, key)]
                self.value(next(events), events, (*path, key, "again"))
                self.fault(
                    place,
                    f"{shorten(key)} is given twice, first in line {first.line}; leave one out",
                )
                continue
            inner = (*path, key)
            self.result.keys[inner] = place
            value = self.value(next(events), events, inner)
            remedy = _half_an_item(key) if value is None else ""
            if remedy:
                self.fault(place, f"{shorten(key)} stands here without a value; {remedy}")
            else:
                entries[key] = value
        return entries

    def scalar(self, event: ScalarEvent, path: Path) -> Any:
        text = str(event.value)
        place, quoted = _place(event), event.style in ("'", '"')
        escaped = quoted and event.end_mark.column - event.start_mark.column != len(text) + 2
        if event.end_mark.line == event.start_mark.line and not escaped:
            self.result.texts[path] = Place(place.line, place.column + quoted)
        if quoted or event.style in ("|", ">"):
            return text
        if text in _WORDS:
            return _WORDS[text]
        if LITERAL.fullmatch(text):
            try:
                return decimal(text)
            except OverflowError:
                return text
        return text


def _half_an_item(key: str) -> str:
    if LITERAL.fullmatch(key):
        return "write decimals after a point, as in 0.15, and give every value a name"
    if _GLUED.fullmatch(key):
        return "write a blank after the colon"
    return ""


def _place(event: Event) -> Place:
    return Place(event.start_mark.line + 1, event.start_mark.column + 1)

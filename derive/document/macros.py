"""The macros of ``templates/wording``: found by name, and compiled when they are first said.

A page says some eighty of a thousand sentences, so a file is cut at its macros, and each is
compiled alone; one that only places its values needs no compiling (``Placing``), which saves a
third of the time of a short page. A folder of one's own is read whole and at once: whatever is
wrong in it is told before anything is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, Template, nodes

from derive.document.errors import WordingError
from derive.resources import shipped_templates
from derive.templating import environment, placed

SUFFIX = ".jinja"
_HEAD = re.compile(r"(?m)^<% macro (\w+)\(([\w, ]*)\) %>")
_END = "<% endmacro %>"
_VALUE = re.compile(r"<< (\w+) >>")
_TAG = re.compile(r"<[<%#]")
_EXAMPLE = "<% macro NAME(…) %>…<% endmacro %>"


@dataclass(frozen=True)
class Sentence:
    """A macro: where it stands, the values it takes, and its code."""

    name: str
    place: str
    arguments: tuple[str, ...]
    code: Template | Placing

    def macro(self, context: dict[str, object]) -> Callable[..., str]:
        """The macro, where names have these meanings."""
        if isinstance(self.code, Placing):
            return self.code
        found = self.code.new_context(context, shared=True)
        for _ in self.code.root_render_func(found):
            pass
        made: Callable[..., str] = found.vars[self.name]
        return made


@dataclass(frozen=True)
class Placing:
    """A macro without tags: words, and between them the names of values, as Jinja would say it."""

    arguments: tuple[str, ...]
    pieces: tuple[str, ...]

    def __call__(self, *order: object, **values: object) -> str:
        given = {**dict(zip(self.arguments, order, strict=False)), **values}
        if given.keys() != set(self.arguments) or len(order) > len(self.arguments):
            raise TypeError(f"it takes {', '.join(self.arguments) or 'no values'}")
        words = enumerate(self.pieces)
        return "".join(str(given[piece]) if n % 2 else piece for n, piece in words)


@dataclass(frozen=True)
class _Source:
    """The text of a shipped macro, from its line on to the next macro."""

    path: Path
    line: int
    name: str
    arguments: tuple[str, ...]
    text: str


class Macros:
    """The sentences of a language; those of one's own stand before the shipped ones."""

    def __init__(self, language: str, templates: Path | None) -> None:
        self._sources = _shipped(language)
        self._sentences: dict[str, Sentence] = {}
        if templates is not None:
            for found in _own(templates / "wording" / language):
                self._add(found)

    @property
    def names(self) -> set[str]:
        """The names of all sentences."""
        return self._sources.keys() | self._sentences.keys()

    def __getitem__(self, name: str) -> Sentence:
        """A sentence by its name. Raises WordingError."""
        found = self._sentences.get(name)
        if found is None:
            if name not in self._sources:
                raise WordingError(f"there is no sentence {name!r}{self._near(name)}")
            found = self._sentences[name] = _compiled(self._sources[name])
        return found

    def _add(self, found: Sentence) -> None:
        """A sentence of one's own; one whose name begins with _ helps the others."""
        before = self._sentences.get(found.name)
        if before is not None:
            raise WordingError(
                f"{found.place}: {found.name} is also in {before.place}; take one of them out"
            )
        if found.name not in self._sources and not found.name.startswith("_"):
            raise WordingError(
                f"{found.place}: there is no sentence {found.name!r}{self._near(found.name)}; "
                "give the macro the name of the sentence that it replaces"
            )
        self._sentences[found.name] = found

    def _near(self, name: str) -> str:
        near = get_close_matches(name, self._sources, 3)
        return f"; did you mean {', '.join(near)}?" if near else ""


@cache
def macros(language: str, templates: Path | None = None) -> Macros:
    """The sentences of a language, read once. Raises WordingError."""
    return Macros(language, templates)


@cache
def _prose() -> Environment:
    """The environment of the templates, but that white space around a tag stays: in a sentence it
    parts words."""
    return environment().overlay(trim_blocks=False, lstrip_blocks=False)


@cache
def _shipped(language: str) -> dict[str, _Source]:
    found: dict[str, _Source] = {}
    for path in sorted((shipped_templates() / "wording" / language).glob(f"*{SUFFIX}")):
        text = path.read_text(encoding="utf-8")
        heads = list(_HEAD.finditer(text))
        ends = [head.start() for head in heads[1:]] + [len(text)]
        line, counted = 1, 0
        for head, end in zip(heads, ends, strict=True):
            line += text.count("\n", counted, head.start())
            counted = head.start()
            arguments = tuple(re.findall(r"\w+", head[2]))
            found[head[1]] = _Source(path, line, head[1], arguments, text[head.start() : end])
    return found


def _compiled(source: _Source) -> Sentence:
    """A shipped macro; the lines above it are counted, so that it is told by its own."""
    body = source.text[source.text.index("%>") + 2 : source.text.rindex(_END)]
    pieces = tuple(_VALUE.split(body))
    if {*pieces[1::2]} <= {*source.arguments} and not any(map(_TAG.search, pieces[::2])):
        place = f"{source.path}:{source.line}"
        return Sentence(source.name, place, source.arguments, Placing(source.arguments, pieces))
    (found,) = _sentences(source.path, "\n" * (source.line - 1) + source.text)
    return found


def _own(folder: Path) -> Iterator[Sentence]:
    """Every macro of a folder of one's own. Raises WordingError."""
    for path in sorted(folder.glob("*.txt")):
        raise WordingError(
            f"{path}: sentences are macros in files that end in {SUFFIX}; "
            f"write it as {_EXAMPLE} there"
        )
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise WordingError(
                f"{path}: cannot be read: {error}; save it as text in UTF-8"
            ) from error
        yield from _sentences(path, text)


def _sentences(path: Path, text: str) -> Iterator[Sentence]:
    """The macros of a file, compiled; nothing else may stand there."""
    jinja = _prose()
    with placed(WordingError, str(path)):
        for node in jinja.parse(text, str(path), str(path)).body:
            if isinstance(node, nodes.Macro):
                yield _sentence(jinja, path, node)
                continue
            parts: list[Any] = getattr(node, "nodes", [node])
            stray = [
                part for part in parts
                if not (isinstance(part, nodes.TemplateData) and not part.data.strip())
            ]  # fmt: skip
            if stray:
                raise WordingError(
                    f"{path}:{stray[0].lineno}: this stands outside of a macro; "
                    f"put it into one: {_EXAMPLE}"
                )


def _sentence(jinja: Environment, path: Path, node: nodes.Macro) -> Sentence:
    alone = nodes.Template([node], lineno=1)
    alone.set_environment(jinja)
    code = jinja.compile(alone, str(path), str(path))
    template = Template.from_code(jinja, code, {})
    arguments = tuple(argument.name for argument in node.args)
    return Sentence(node.name, f"{path}:{node.lineno}", arguments, template)

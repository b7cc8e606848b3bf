"""The macros of ``templates/wording``: found by name, and compiled when they are first said.

A page says some eighty of a thousand sentences, and compiling one takes far longer than saying it.
So a file is cut at its macros, and each is read alone; plain ones are said from what Jinja has read
(``plain.py``), the others are compiled. A folder of one's own is read whole, compiled at once, and
run in the sandbox: whatever is wrong in it is told before anything is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, Template, nodes

from derive.document.errors import WordingError
from derive.document.plain import Plain, is_plain, placing
from derive.reading import read_bytes
from derive.resources import shipped_templates
from derive.templating import environment, placed

SUFFIX = ".jinja"
MAX_BYTES = 1_000_000
_HEAD = re.compile(r"(?m)^<% macro (\w+)\(([\w, ]*)\) %>")
_EXAMPLE = "<% macro NAME(…) %>…<% endmacro %>"


@dataclass(frozen=True)
class Sentence:
    """A macro: where it stands, the values it takes, and its code."""

    name: str
    place: str
    arguments: tuple[str, ...]
    body: Template | list[nodes.Node]

    def macro(self, context: dict[str, object]) -> Callable[..., str]:
        """The macro, where names have these meanings."""
        if isinstance(self.body, list):
            return Plain(self.name, self.arguments, self.body, context)
        scope = self.body.new_context(context, shared=True)
        for _ in self.body.root_render_func(scope):
            pass
        function: Callable[..., str] = scope.vars[self.name]
        return function


class _Source(NamedTuple):
    """Where a shipped macro stands: from its line to the next macro."""

    path: Path
    text: str
    head: re.Match[str]
    end: int


class Macros:
    """The sentences of a language; those of one's own stand before the shipped ones."""

    def __init__(self, language: str, templates: Path | None) -> None:
        self._sources = _shipped(language)
        self._sentences: dict[str, Sentence] = {}
        if templates is not None:
            for sentence in _own(templates / "wording" / language):
                self._add(sentence)

    @property
    def names(self) -> set[str]:
        """The names of all sentences."""
        return self._sources.keys() | self._sentences.keys()

    def __getitem__(self, name: str) -> Sentence:
        """A sentence by its name. Raises WordingError."""
        sentence = self._sentences.get(name)
        if sentence is None:
            if name not in self._sources:
                raise WordingError(f"there is no sentence {name!r}{self._near(name)}")
            sentence = self._sentences[name] = _read(self._sources[name])
        return sentence

    def _add(self, sentence: Sentence) -> None:
        """A sentence of one's own; one whose name begins with _ helps the others."""
        before = self._sentences.get(sentence.name)
        if before is not None:
            raise WordingError(
                f"{sentence.place}: {sentence.name} is also in {before.place}; take one of them out"
            )
        if sentence.name not in self._sources and not sentence.name.startswith("_"):
            raise WordingError(
                f"{sentence.place}: there is no sentence {sentence.name!r}"
                f"{self._near(sentence.name)}; give the macro the name of the sentence that it "
                "replaces"
            )
        self._sentences[sentence.name] = sentence

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
    sources: dict[str, _Source] = {}
    for path in sorted((shipped_templates() / "wording" / language).glob(f"*{SUFFIX}")):
        text = path.read_text(encoding="utf-8")
        heads = list(_HEAD.finditer(text))
        ends = [head.start() for head in heads[1:]] + [len(text)]
        for head, end in zip(heads, ends, strict=True):
            sources[head[1]] = _Source(path, text, head, end)
    return sources


def _read(source: _Source) -> Sentence:
    """A shipped macro."""
    path, text, head, end = source
    line = text.count("\n", 0, head.start()) + 1
    arguments = tuple(re.findall(r"\w+", head[2]))
    body: Template | list[nodes.Node] | None = placing(arguments, text[head.end() : end])
    if body is None:
        # The lines above are counted, so that the macro is told by its own.
        (node,) = _parsed(path, "\n" * (line - 1) + text[head.start() : end])
        body = node.body if is_plain(node) else _compiled(path, node)
    return Sentence(head[1], f"{path}:{line}", arguments, body)


def _own(folder: Path) -> Iterator[Sentence]:
    """Every macro of a folder of one's own, compiled. Raises WordingError."""
    for path in sorted(folder.glob("*.txt")):
        raise WordingError(
            f"{path}: sentences are macros in files that end in {SUFFIX}; "
            f"write it as {_EXAMPLE} there"
        )
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            raw = read_bytes(path, MAX_BYTES)
            text = raw.decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise WordingError(
                f"{path}: cannot be read: {error}; save it as text in UTF-8"
            ) from error
        if len(raw) > MAX_BYTES:
            raise WordingError(
                f"{path}: more than {MAX_BYTES} bytes; keep only the macros that you change"
            )
        with placed(WordingError, str(path)):
            for node in _parsed(path, text):
                arguments = tuple(argument.name for argument in node.args)
                place = f"{path}:{node.lineno}"
                yield Sentence(node.name, place, arguments, _compiled(path, node))


def _parsed(path: Path, text: str) -> Iterator[nodes.Macro]:
    """The macros of a file; nothing else may stand there."""
    for node in _prose().parse(text, str(path), str(path)).body:
        if isinstance(node, nodes.Macro):
            yield node
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


def _compiled(path: Path, node: nodes.Macro) -> Template:
    """A macro alone."""
    alone = nodes.Template([node], lineno=1, environment=_prose())
    return Template.from_code(_prose(), _prose().compile(alone, str(path), str(path)), {})

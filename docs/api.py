"""Writes docs/api.md: every public name, with its signature and what its docstring says.

python -m docs.api [FILE]
"""

from __future__ import annotations

import inspect
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any

import derive
from derive.files import write_whole
from derive.network import argument_types as kinds

PAGE = Path(__file__).parent / "api.md"
COMMAND = "python -m docs.api"
WIDTH = 96

_HEAD = f"""\
# The names of derive

Every public name of `derive`, from the docstrings; `{COMMAND}` writes this page anew. The
examples follow `import derive`; the tests run them in the folder that holds `examples/`.
"""
# Headings, and the names below them; a name that stands nowhere here is a fault.
SECTIONS = MappingProxyType({
    "Networks": ("load", "Network", "Dense", "save", "Graph"),
    "Derivations and pages": ("derive", "Derivation", "render", "render_files"),
    "Functions": ("compile", "GradientFunction", "GraphFunction", "standalone"),
    "Training": ("train", "Training", "Restarts"),
    "Algebra": ("symbolic", "Symbolic"),
    "Worksheets and marks": ("worksheet", "mark"),
    "Errors": (
        "DeriveError", "ArgumentError", "CheckFailed", "DataError", "ExploreError", "NetworkError",
        "NotationError", "NumbersError", "OptionError", "PageError", "SpreadsheetError",
        "StyleError", "SymbolicError", "UnknownName", "WordingError", "WorksheetError",
        "WriterError",
    ),
})  # fmt: skip
_SPECIAL = ("__call__", "__getitem__")  # public under these names
_MADE = ("Network", "Dense")  # classes that people make objects of; the others come from functions


class _Said(str):
    """An annotation as it is written: its repr has no quotes."""

    def __repr__(self) -> str:
        return str(self)


def build() -> str:
    """The page."""
    parts = [_HEAD, "\n".join(_contents())]
    for heading, names in SECTIONS.items():
        parts.append(f"## {heading}\n")
        for name in names:
            parts += _entry(f"derive.{name}", getattr(derive, name), 3)
    parts.append(
        f"## Types\n\nThose of `derive.network.argument_types`:\n\n```python\n{_types()}\n```\n"
    )
    return "\n".join(parts)


def _types() -> str:
    """The definitions of the module, without what it imports."""
    source = inspect.getsource(kinds)
    return source[source.index("class SupportsArray") :].strip()


def _contents() -> Iterator[str]:
    met: Counter[str] = Counter()  # symbolic and Symbolic: the second of one spelling gets a number
    for heading, names in SECTIONS.items():
        links = []
        for name in names:
            anchor = f"derive{name.lower()}"
            links.append(f"[{name}](#{anchor}{f'-{met[anchor]}' if met[anchor] else ''})")
            met[anchor] += 1
        yield f"- [{heading}](#{heading.lower().replace(' ', '-')}): {', '.join(links)}"
    yield "- [Types](#types)\n"


def _entry(name: str, thing: Any, level: int) -> Iterator[str]:
    """A heading, the signature, what it says of itself, and what a class has."""
    yield f"{'#' * level} {name}\n"
    error = inspect.isclass(thing) and issubclass(thing, Exception)
    made = not inspect.isclass(thing) or thing.__name__ in _MADE
    if callable(thing) and made:
        yield f"```python\n{_signature(name, thing)}\n```\n"
    yield markdown(_said(thing))
    if inspect.isclass(thing) and not error:
        for member, value in _members(thing):
            yield from _entry(f"{thing.__name__}.{member}", value, 4)


def _said(thing: Any) -> str:
    """The docstring; of a class also that of ``__init__``, and of the classes it is made of."""
    texts = [inspect.getdoc(thing) or ""]
    if inspect.isclass(thing) and not issubclass(thing, Exception):
        init = thing.__dict__.get("__init__")
        bases = [base for base in thing.__mro__[1:] if base.__module__.startswith("derive")]
        texts += [inspect.getdoc(part) or "" for part in (init, *bases) if part and part.__doc__]
    return "\n\n".join(texts)


def _members(of: type) -> Iterator[tuple[str, Any]]:
    """Public methods and properties with a docstring, of the class and of those it is made of."""
    seen = set()
    for base in of.__mro__:
        if not base.__module__.startswith("derive"):
            continue
        for name, value in base.__dict__.items():
            public = not name.startswith("_") or name in _SPECIAL
            shown = getattr(value, "__func__", value)
            kept = (
                inspect.isfunction(shown) or isinstance(value, property) or hasattr(value, "func")
            )
            if public and kept and name not in seen and (inspect.getdoc(shown) or ""):
                seen.add(name)
                yield name, shown


def _signature(name: str, thing: Any) -> str:
    """name(argument: type = default, …) -> type, an argument a line where it is long."""
    signature = inspect.signature(thing)
    parameters = [
        p.replace(annotation=_annotation(p.annotation))
        for p in signature.parameters.values() if p.name != "self"
    ]  # fmt: skip
    result = _annotation(signature.return_annotation)
    if inspect.isclass(thing):
        result = inspect.Signature.empty
    told = signature.replace(parameters=parameters, return_annotation=result)
    line = name.replace(".__call__", "") + str(told)
    if name.endswith(".__getitem__"):
        inside, end = str(told)[1:].rsplit(")", 1)
        return f"{name.removesuffix('.__getitem__')}[{inside}]{end}"
    if len(line) <= WIDTH:
        return line
    start, end = line.split("(", 1)[0], line[line.rindex(")") + 1 :]
    starred = [p.kind is p.KEYWORD_ONLY for p in parameters]
    lines = []
    for place, parameter in enumerate(parameters):
        if starred[place] and not any(starred[:place]):
            lines.append("    *,")
        lines.append(f"    {parameter},")
    return "\n".join([f"{start}(", *lines, f"){end}"])


def _annotation(given: Any) -> Any:
    return _Said(given) if isinstance(given, str) else given


# -- docstrings as Markdown --------------------------------------------------------------------

_ITEM = re.compile(r"(\S(?:.*?\S)?) {2,}(\S.*)")


def markdown(text: str) -> str:
    """Paragraphs, names with what they mean as a list, and examples as code."""
    blocks = [block.splitlines() for block in re.split(r"\n\s*\n", text) if block.strip()]
    return "\n".join(f"{part}\n" for block in blocks for part in _block(block))


def _block(lines: list[str]) -> Iterator[str]:
    if lines[0].startswith("    "):
        language = "pycon" if lines[0].lstrip().startswith(">>>") else "python"
        yield "\n".join([f"```{language}", *(line[4:] for line in lines), "```"])
        return
    items: list[str] = []
    words: list[str] = []
    for line in lines:
        item = _ITEM.fullmatch(line)
        if item and not words:
            items.append(f"- `{item[1].strip('`')}`: {inline(item[2])}")
        elif items and line.startswith("  "):
            items[-1] += " " + inline(line.strip())
        else:
            words.append(line)
    if items:
        yield "\n".join(items)
    if words:
        yield "\n".join(map(inline, words))


def inline(text: str) -> str:
    """``code`` as `code`, and nothing else taken for markup."""
    pieces = re.split(r"(``.+?``)", text)
    return "".join(
        piece[1:-1]
        if piece.startswith("``")
        else re.sub(r"([*<\\]|\[(?=[^\]]*\]\())", r"\\\1", piece)
        for piece in pieces
    )


def main() -> None:
    """Write the page, or the file that is named."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    write_whole({file: build()})


if __name__ == "__main__":
    main()

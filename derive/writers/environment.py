"""The Jinja environment, and errors in someone's own templates told by file and line.

Shipped templates are found under ``derive/…``, a user's under their plain path, so that a file
of one's own may build on the shipped one: ``<% extends "derive/latex/document.tex" %>``.
Everything runs in Jinja's sandbox.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader, Template
from jinja2 import TemplateSyntaxError as JinjaSyntaxError
from jinja2.exceptions import TemplateNotFound
from jinja2.runtime import Macro
from jinja2.sandbox import SandboxedEnvironment

from derive.resources import jinja, shipped_templates
from derive.writers.errors import TemplateError

if TYPE_CHECKING:
    from collections.abc import Iterator

SHIPPED = "derive"
_REMEDY = "mend the template there, or take it out of the folder"


@cache
def environment(templates: Path | None = None) -> SandboxedEnvironment:
    """The environment over the shipped templates and, before them, a folder of one's own."""
    shipped = PrefixLoader({SHIPPED: FileSystemLoader(shipped_templates())})
    if templates is not None and not templates.is_dir():
        raise TemplateError(
            f"templates: there is no folder {str(templates)!r}; give the path of one with templates"
        )
    own = [] if templates is None else [FileSystemLoader(templates)]
    return jinja(ChoiceLoader([*own, shipped]))


class Layout:
    """The templates of one format: a macro per kind of block, and the page around them.

    Each is the user's where the user's folder has it, else the shipped one: a folder with a
    ``markdown/blocks.md`` of a single macro changes that kind of block alone.
    """

    def __init__(self, name: str, suffix: str, templates: Path | None = None) -> None:
        self._environment = environment(templates)
        blocks, document = f"{name}/blocks{suffix}", f"{name}/document{suffix}"
        self._homes = [self._find(f"{SHIPPED}/{blocks}")]
        self._page = self._find(f"{SHIPPED}/{document}")
        if templates is not None:
            if (templates / blocks).exists():
                self._homes.insert(0, self._find(blocks))
            if (templates / document).exists():
                self._page = self._find(document)
        self._macros: dict[str, Macro] = {}

    def _find(self, path: str) -> Template:
        with _placed():
            try:
                return self._environment.get_template(path)
            except UnicodeDecodeError as error:
                raise TemplateError(f"{path}: not text in UTF-8 ({error})") from error

    def block(self, noun: str, block: object) -> str:
        """One block through the macro named ``noun``, without space at the ends of its lines."""
        macro = self._macros.get(noun)
        if macro is None:
            macro = self._macros[noun] = self._macro(noun)
        with _placed():
            text = str(macro(block))
        return "\n".join(map(str.rstrip, text.strip("\n").split("\n")))

    def _macro(self, noun: str) -> Macro:
        for home in self._homes:
            with _placed():
                macro = getattr(home.module, noun, None)
            if macro is None:
                continue
            if not isinstance(macro, Macro) or len(macro.arguments) != 1:
                message = f"{noun} must be a macro of one argument, the block"
                raise TemplateError(f"{home.filename}: {message}")
            return macro
        raise LookupError(f"no template defines the macro {noun}")

    def page(self, **context: object) -> str:
        """The whole page around its body."""
        with _placed():
            return self._page.render(context).strip("\n") + "\n"


@contextmanager
def _placed() -> Iterator[None]:
    """Turn whatever a template raises into a TemplateError that begins with file:line."""
    try:
        yield
    except TemplateError:
        raise
    except JinjaSyntaxError as error:
        place = f"{error.filename or error.name}:{error.lineno}"
        raise TemplateError(f"{place}: {error.message}; {_REMEDY}") from error
    except TemplateNotFound as error:
        place = _place(error.__traceback__)
        message = f"there is no template {error.name!r}; {_REMEDY}"
        raise TemplateError(f"{place}: {message}" if place else message) from error
    except Exception as error:
        place = _place(error.__traceback__)
        if not place:
            raise
        raise TemplateError(f"{place}: {error}; {_REMEDY}") from error


def _place(trace: TracebackType | None) -> str:
    """file:line of the innermost frame that runs a template, or "".

    Not every traceback arrives rewritten by Jinja, so generated lines are mapped back here.
    """
    place = ""
    while trace is not None:
        frame = trace.tb_frame
        template: Any = frame.f_globals.get("__jinja_template__")
        if template is not None:
            place = f"{template.filename}:{template.get_corresponding_lineno(trace.tb_lineno)}"
        elif "__jinja_exception__" in frame.f_globals:
            place = f"{frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place

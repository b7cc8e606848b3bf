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

from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader
from jinja2 import TemplateSyntaxError as JinjaSyntaxError
from jinja2.exceptions import TemplateNotFound
from jinja2.sandbox import SandboxedEnvironment

from derive.resources import jinja, shipped_templates

if TYPE_CHECKING:
    from collections.abc import Iterator

SHIPPED = "derive"
_REMEDY = "mend the template there, or take it out of the folder"


@cache
def environment(templates: Path | None = None) -> SandboxedEnvironment:
    """The environment over the shipped templates and, before them, a folder of one's own."""
    shipped = PrefixLoader({SHIPPED: FileSystemLoader(shipped_templates())})
    own = [] if templates is None else [FileSystemLoader(templates)]
    return jinja(ChoiceLoader([*own, shipped]))


@contextmanager
def placed(kind: type[Exception], where: str = "", hint: str = "") -> Iterator[None]:
    """Turn whatever a template raises into an error of a kind that begins with file:line.

    where  the place that is told where a template's line is not to be found
    hint   what is told before the remedy
    """
    advice = f"{hint}; {_REMEDY}" if hint else _REMEDY
    try:
        yield
    except kind:
        raise
    except JinjaSyntaxError as error:
        place = f"{error.filename or error.name}:{error.lineno}"
        raise kind(f"{place}: {error.message}; {advice}") from error
    except TemplateNotFound as error:
        place = _place(error.__traceback__) or where
        message = f"there is no template {error.name!r}; {advice}"
        raise kind(f"{place}: {message}" if place else message) from error
    except Exception as error:
        place = _place(error.__traceback__) or where
        if not place:
            raise
        raise kind(f"{place}: {error}; {advice}") from error


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

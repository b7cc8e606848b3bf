"""The templates of a format: a macro for each kind of block, and the page around them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from jinja2 import Template
from jinja2.runtime import Macro

from derive.templating import SHIPPED, environment, placed
from derive.writers.errors import TemplateError


class Layout:
    """The templates of one format: a macro per kind of block, and the page around them.

    Each is the user's where the user's folder has it, else the shipped one: a folder with a
    ``markdown/blocks.md`` of a single macro changes that kind of block alone.
    """

    def __init__(self, name: str, suffix: str, templates: Path | None = None) -> None:
        if templates is not None and not templates.is_dir():
            raise TemplateError(
                f"templates: there is no folder {str(templates)!r}; "
                "give the path of one with templates"
            )
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
        with _placed(path):
            try:
                return self._environment.get_template(path)
            except UnicodeDecodeError:
                raise TemplateError(f"{path}: not text in UTF-8; save it as UTF-8") from None

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

    def extended(self, path: str, **context: object) -> str:
        """The page as a shipped template extends it, which has it as ``page``."""
        with _placed():
            template = self._find(f"{SHIPPED}/{path}")
            return template.render(page=self._page, **context).strip("\n") + "\n"

    def page(self, **context: object) -> str:
        """The whole page around its body."""
        with _placed():
            return self._page.render(context).strip("\n") + "\n"


def _placed(where: str = "") -> AbstractContextManager[None]:
    return placed(TemplateError, where)

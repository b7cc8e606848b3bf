"""Where the templates are, in the installed package or else beside it; how they are read."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import BaseLoader
    from jinja2.sandbox import SandboxedEnvironment


def shipped_templates() -> Path:
    """The folder of templates that come with derive."""
    package = Path(str(files("derive")))
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


def jinja(loader: BaseLoader) -> SandboxedEnvironment:
    """A sandbox for templates, with signs that LaTeX has not; an unknown name is an error."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment(
        loader=loader,
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )

"""Where the templates are: in the installed package, else beside it in a checkout."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def shipped_templates() -> Path:
    """The folder of templates that come with derive."""
    package = Path(str(files("derive")))
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"

"""Output files: each is written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def write_whole(contents: Mapping[Path, str | bytes]) -> None:
    """Write files, and their folders where these are missing.

    Everything is written beside its destination first and moved into place when all of it is
    there, so that an error leaves every old file as it was. What is not a regular file (a pipe,
    a device) is written to directly. Raises OSError.
    """
    waiting: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            target = path.resolve()
            data = content.encode() if isinstance(content, str) else content
            if target.exists() and not target.is_file():
                target.write_bytes(data)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = target.with_name(f".{target.name}.{os.getpid()}")
            waiting[draft] = target
            draft.write_bytes(data)
        for draft, target in waiting.items():
            os.replace(draft, target)
    finally:
        for draft in waiting:
            draft.unlink(missing_ok=True)

"""Machine code kept on disk, so that the next process need not make it again.

A file per program, named for a digest of its source, of llvmlite's version and of the processor. It
begins with a digest of the code, which is compared before anything is run. The folder is the
user's alone: one that others may write to, or that belongs to somebody else, is not used. Files
come into being whole, under a name of their own first, so that several processes may write at once.

``DERIVE_CACHE`` in the environment names another folder, or is "off".
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

VARIABLE = "DERIVE_CACHE"
MOST_FILES = 400  # of some 10 kB each; the oldest go
_DIGEST = 32  # bytes


def kept(source: str, machine: str, make: Callable[[str], bytes]) -> bytes:
    """The code of a source on a machine: read from the folder, or made and written there.

    A folder that cannot be used is passed over; nothing depends on it but time.
    """
    folder = _folder()
    if folder is None:
        return make(source)
    name = sha256(f"{machine}\n{source}".encode()).hexdigest()
    path = folder / f"{name}.o"
    code = _read(path)
    if code is None:
        code = make(source)
        with suppress(OSError):
            _write(folder, path, code)
    return code


def _folder() -> Path | None:
    """The folder, made where it is missing; None where there is none that is safe."""
    chosen = os.environ.get(VARIABLE, "")
    if chosen == "off":
        return None
    if chosen:
        folder = Path(chosen)
    else:
        from platformdirs import user_cache_path

        folder = user_cache_path("derive", appauthor=False)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.lstat()
    except OSError:
        return None
    return folder if stat.S_ISDIR(status.st_mode) and _is_private(status) else None


def _is_private(status: os.stat_result) -> bool:
    """Whether the user alone can write there. Windows keeps a user's folders so by itself."""
    if not hasattr(os, "getuid"):
        return True
    others = stat.S_IWGRP | stat.S_IWOTH
    return status.st_uid == os.getuid() and not status.st_mode & others


def _read(path: Path) -> bytes | None:
    """What a file holds; None where there is none, or where it is not what was written."""
    try:
        with path.open("rb") as file:
            if not _is_private(os.fstat(file.fileno())):
                return None
            content = file.read()
    except OSError:
        return None
    digest, code = content[:_DIGEST], content[_DIGEST:]
    return code if code and sha256(code).digest() == digest else None


def _write(folder: Path, path: Path, code: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=folder)
    try:
        with open(handle, "wb") as file:
            file.write(sha256(code).digest() + code)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
    _thin_out(folder)


def _thin_out(folder: Path) -> None:
    files = list(folder.glob("*.o"))
    if len(files) > MOST_FILES:
        by_age = sorted(files, key=lambda file: file.stat().st_mtime)
        for file in by_age[: len(files) - MOST_FILES // 2]:
            with suppress(OSError):
                file.unlink()

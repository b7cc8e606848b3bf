"""Output files: each is written whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

PRIVATE = 0o600  # read and written by the owner alone
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def open_to_others(paths: Iterable[Path]) -> list[Path]:
    """Those files that others than their owner can read, as far as the system says."""
    return [path for path in paths if path.is_file() and path.stat().st_mode & ~PRIVATE & 0o777]


class Drafts:
    """Files that are written piece by piece and all moved into place together at the end.

        with Drafts() as drafts:
            drafts.add(path, "one piece")
            drafts.add(path, "and the next")

    Everything is written beside its destination first, in folders that are made where they are
    missing. After an error inside the block every old file is as it was, and no new folder is left.
    What is not a regular file (a pipe, a device) is written to directly. Raises OSError.

    A private file is its owner's alone from its first byte on, also where there was one before that
    others could read. Some systems keep no such permissions: ``open_to_others`` tells.
    """

    def __init__(self) -> None:
        self._waiting: dict[Path, Path] = {}  # destination → draft
        self._folders: list[Path] = []  # made for them, the deeper last

    def add(self, path: Path, piece: str | bytes, private: bool = False) -> None:
        """Write the next piece of a file; ``private`` counts with the first."""
        with _named(path):
            self._add(path, piece.encode() if isinstance(piece, str) else piece, private)

    def _add(self, path: Path, data: bytes, private: bool) -> None:
        target = path.resolve()
        if target not in self._waiting:
            if target.exists() and not target.is_file():
                target.write_bytes(data)
                return
            above = (target.parent, *target.parent.parents)
            self._folders += reversed([folder for folder in above if not folder.exists()])
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = target.with_name(f".{target.name}.{os.getpid()}")
            self._waiting[target] = draft
            draft.unlink(missing_ok=True)
            mode = PRIVATE if private else 0o666
            with os.fdopen(os.open(draft, _NEW, mode), "wb") as file:
                file.write(data)
            return
        with self._waiting[target].open("ab") as file:
            file.write(data)

    def __enter__(self) -> Drafts:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        try:
            if kind is None:
                for target, draft in self._waiting.items():
                    os.replace(draft, target)
        finally:
            for draft in self._waiting.values():
                draft.unlink(missing_ok=True)
            for folder in reversed(self._folders if kind is not None else []):
                with suppress(OSError):  # somebody else may have put something there
                    folder.rmdir()


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Errors name the file that was to be written: a full disk names none, a draft another."""
    if "\0" in str(path):
        raise OSError(errno.EINVAL, "a file name holds no NUL", str(path).replace("\0", "␀"))
    try:
        yield
    except OSError as error:
        error.filename = str(path)
        raise
    except RuntimeError:  # a loop of symbolic links, up to Python 3.12
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from None


def write_whole(contents: Mapping[Path, str | bytes]) -> None:
    """Write files, and their folders where these are missing: all of them, or none.

    Raises OSError.
    """
    with Drafts() as drafts:
        for path, content in contents.items():
            drafts.add(path, content)

"""Input files: read up to a bound, and never waited for where nobody writes."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

CHUNK = 1 << 16


def read_bytes(path: str | Path, most: int) -> bytes:
    """The bytes of a file, at most ``most + 1``: one more than ``most`` says that it is larger.

    The bound holds while reading: what a file says of its size is not asked, as a device says 0.
    A pipe is waited for as long as somebody has it open for writing. Raises OSError, with the
    name of the file, also for a pipe or device from which nothing can come, and for a name that
    cannot be one.
    """
    name = os.fspath(path)
    if "\0" in name:
        raise OSError(errno.EINVAL, "a file name holds no NUL", name.replace("\0", "␀"))
    try:
        # A pipe without a writer, or a device that is not ready, would block on being opened.
        descriptor = os.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _BINARY)
    except UnicodeEncodeError:  # half of a surrogate pair
        raise OSError(errno.EINVAL, "not a file name here", ascii(name)) from None
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISDIR(mode):  # which ``fdopen`` would refuse by the number of the descriptor
        os.close(descriptor)
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), name)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        if stat.S_ISFIFO(mode) or os.isatty(descriptor):
            os.set_blocking(descriptor, True)  # somebody writes, or types
        parts: list[bytes] = []
        left = most + 1
        while left:
            part = file.read(min(left, CHUNK))
            if part is None:
                raise OSError(errno.EAGAIN, "a device that gives nothing to read", name)
            if not part:
                break
            parts.append(part)
            left -= len(part)
    return b"".join(parts)


def named(path: str | Path) -> str:
    """How a message names a file: by its path, in quotation marks where that is nothing to see."""
    name = os.fspath(path)
    return name if name.strip() else repr(name)


_BINARY = getattr(os, "O_BINARY", 0)  # Windows would end a text at the first ^Z

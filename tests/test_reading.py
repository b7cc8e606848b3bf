"""Input files end: a device at the bound, a pipe that nobody writes to at once."""

from __future__ import annotations

import os
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import derive
from derive.compute.training.data import read_data
from derive.reading import CHUNK, read_bytes
from derive.worksheets.classes.bundle_files import read_bundle
from derive.worksheets.classes.roster import read_roster
from derive.worksheets.marking.reading.submissions import read_submissions
from derive.worksheets.recipes.files import recipe_from

ZERO = Path("/dev/zero")
needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")


def network() -> derive.Network:
    return derive.load(Path(__file__).parents[1] / "examples" / "mazur.yaml")


def read_answers(path: Path) -> object:
    return read_submissions(path, derive.worksheet(network(), variants=1, seed=1).bundle)


def read_notation(path: Path) -> object:
    return derive.Network(1, [derive.Dense(1)], notation=path)


READERS: dict[str, Callable[[Path], Any]] = {
    "network": derive.load,
    "notation": read_notation,
    "data": lambda path: read_data(path, network()),
    "recipe": recipe_from,
    "bundle": read_bundle,
    "roster": read_roster,
    "answers": read_answers,
}


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_a_file_is_read_whole_or_one_byte_past_the_bound(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * size)
    assert len(read_bytes(path, 3 * CHUNK)) == size
    assert len(read_bytes(path, 2 * CHUNK)) == min(size, 2 * CHUNK + 1)
    assert len(read_bytes(str(path), 0)) == min(size, 1)


@pytest.mark.skipif(not ZERO.exists(), reason="this system has no endless device")
@pytest.mark.parametrize("what", READERS)
def test_an_endless_device_is_refused_by_name(what: str) -> None:
    with pytest.raises(ValueError, match=r"/dev/zero: more than \d+ bytes"):
        READERS[what](ZERO)


@needs_pipes
@pytest.mark.parametrize("what", READERS)
def test_a_pipe_that_nobody_writes_to_is_empty(tmp_path: Path, what: str) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(ValueError, match="pipe"):
        READERS[what](path)


def unread(pipe: int) -> int:
    """How many bytes wait in it."""
    import fcntl  # not on Windows, which has no named pipes either
    import termios

    return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))[0]


@needs_pipes
def test_a_pipe_is_read_to_the_end_of_its_writer(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    ours = os.open(path, os.O_RDWR)

    def write() -> None:
        """The rest, once the reader is there and has what was written before."""
        while unread(ours):
            time.sleep(0)
        os.write(ours, b"and more")
        os.close(ours)

    os.write(ours, b"some ")
    writer = threading.Thread(target=write)
    writer.start()
    assert read_bytes(path, CHUNK) == b"some and more"
    writer.join()


@pytest.mark.parametrize("what", READERS)
@pytest.mark.parametrize("name", ["no\0name", "half a \ud800character", "."])
def test_what_cannot_be_a_file_is_told(tmp_path: Path, what: str, name: str) -> None:
    with pytest.raises((ValueError, OSError)) as error:
        READERS[what](tmp_path / name)
    told = error.value
    assert not isinstance(told, UnicodeError) and "embedded null" not in str(told)


@pytest.mark.parametrize("what", READERS)
@pytest.mark.parametrize("name", ["", " "])
def test_a_name_of_nothing_is_shown_in_quotation_marks(what: str, name: str) -> None:
    with pytest.raises((ValueError, OSError)) as caught:
        READERS[what](name)  # type: ignore[arg-type]
    assert repr(name) in str(caught.value)


@pytest.mark.parametrize("what", READERS)
def test_a_folder_is_refused_by_name(what: str, tmp_path: Path) -> None:
    with pytest.raises((ValueError, OSError), match=f"{tmp_path}.*") as caught:
        READERS[what](tmp_path)
    assert "directory" in str(caught.value)

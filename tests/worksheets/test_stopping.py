"""What a worksheet leaves in its folder: nothing half-written, and nothing of another one."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from derive.cli import commands
from derive.files import Drafts
from derive.worksheets.classes.bundle_files import read_bundle
from derive.worksheets.classes.workers import workers

NETWORK = Path(__file__).parents[2] / "examples" / "mazur.yaml"
RUN = "from derive.cli import main; main()"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(commands, ["worksheet", *map(str, arguments)])


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# The command, stopped by a signal as soon as its first page lies beside its destination; its jobs
# are small, since those that have begun are ended.
STOPPED = """
import os, signal
from derive.files import Drafts
from derive.worksheets.classes import handout
handout.CHUNK = 1
add = Drafts.add
def add_and_stop(drafts, path, piece, *more):
    add(drafts, path, piece, *more)
    print(*(name for _, _, names in os.walk({above!r}) for name in names), sep="\\n", flush=True)
    Drafts.add = add
    signal.raise_signal({number})
Drafts.add = add_and_stop
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of other systems end a process at once")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_worksheet_that_is_stopped_leaves_nothing(tmp_path: Path, number: int) -> None:
    above = tmp_path / "made"
    program = STOPPED.format(above=str(above), number=int(number)) + RUN
    started = subprocess.Popen(
        [sys.executable, "-c", program, "worksheet", NETWORK, "--variants", "60", "--to", "text",
         "-o", above / "sheets"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    # To the end of what it prints: every process that it started has let go of its output by then.
    out, _ = started.communicate()
    assert started.returncode != 0 and b"Traceback" not in out, out
    drafts = [name for name in out.decode().splitlines() if "sheet-" in name]
    assert drafts and all(name.startswith(".") for name in drafts), "stopped before or too late"
    assert not above.exists()


def test_folders_made_for_nothing_go_away(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(ZeroDivisionError), Drafts() as drafts:
        drafts.add(tmp_path / "there" / "a" / "b" / "c.txt", "x")
        drafts.add(tmp_path / "there" / "a" / "d.txt", "x")
        raise ZeroDivisionError
    assert names(tmp_path) == ["there"] and not names(tmp_path / "there")
    with pytest.raises(ZeroDivisionError), Drafts() as drafts:
        drafts.add(tmp_path / "e" / "f.txt", "x")
        (tmp_path / "e" / "of somebody else").write_text("x")
        raise ZeroDivisionError
    assert names(tmp_path / "e") == ["of somebody else"]


def test_fewer_sheets_leave_none_of_the_old(tmp_path: Path) -> None:
    assert run(NETWORK, "--variants", 3, "--to", "text", "-o", tmp_path).exit_code == 0
    for mine in ("notes.txt", "sheet-99.txt", "sheet-03.odt", "answers.csv", "my sheet-03.txt"):
        (tmp_path / mine).write_text("mine")
    result = run(NETWORK, "--variants", 1, "--to", "text", "-o", tmp_path, "--force")
    assert result.exit_code == 0, result.output
    assert (
        "removed key-02.txt, key-03.txt, sheet-02.txt and 1 more of the worksheet" in result.output
    )
    assert names(tmp_path) == sorted([
        "bundle.json", "untold.csv", "sheet-01.txt", "key-01.txt", "notes.txt", "sheet-99.txt",
        "sheet-03.odt", "answers.csv", "my sheet-03.txt",
    ])  # fmt: skip
    assert read_bundle(tmp_path / "bundle.json").count == 1


def test_the_same_sheets_in_another_format_are_kept(tmp_path: Path) -> None:
    same = (NETWORK, "--variants", 2, "--seed", 7, "-o", tmp_path)
    assert run(*same, "--to", "text").exit_code == 0
    result = run(*same, "--to", "markdown", "--force")
    assert "removed" not in result.output
    assert {"sheet-01.txt", "sheet-01.md"} <= set(names(tmp_path))
    result = run(
        NETWORK, "--variants", 2, "--seed", 8, "--to", "markdown", "-o", tmp_path, "--force"
    )
    assert "removed key-01.txt" in result.output and "sheet-01.txt" not in names(tmp_path)
    one = run("--from", tmp_path / "bundle.json", "--variant", 2, "--to", "text", "-o", tmp_path)
    assert one.exit_code == 0 and {"sheet-02.txt", "sheet-01.md"} <= set(names(tmp_path))


KEEPS = """
import os, sys
from concurrent.futures import wait
from derive.worksheets.classes.workers import workers
with workers() as pool:
    wait([pool.submit(os.getpid) for _ in range(8)])
    print("ready", flush=True)
    sys.stdin.read()
"""


def test_workers_are_no_forks_of_this_process() -> None:
    """Nothing of it has come along: what is set here is not set there."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(before + 7)
    try:
        with workers() as pool:
            assert pool.submit(sys.getrecursionlimit).result() != before + 7
    finally:
        sys.setrecursionlimit(before)


@pytest.mark.skipif(os.name != "posix", reason="there is no such signal")
def test_workers_end_with_a_parent_that_was_killed() -> None:
    """They hold its end of a pipe: that it closes says that none of them is left."""
    parent = subprocess.Popen(
        [sys.executable, "-c", KEEPS], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    assert parent.stdin is not None and parent.stdout is not None
    try:
        assert parent.stdout.readline() == b"ready\n"
        parent.send_signal(signal.SIGKILL)
        there, _, _ = select.select([parent.stdout], [], [], 300)
        assert there, "a worker is still there"
        assert parent.stdout.read() == b""
    finally:
        with suppress(ProcessLookupError):
            os.killpg(parent.pid, signal.SIGKILL)
        parent.stdin.close()
        parent.stdout.close()
        parent.wait()

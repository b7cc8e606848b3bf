"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from derive.cli import commands
from derive.files import Drafts, write_whole

MAZUR = str(Path(__file__).parents[1] / "examples" / "mazur.yaml")


def test_text_and_bytes_in_new_folders(tmp_path: Path) -> None:
    one, two = tmp_path / "a/b/one.txt", tmp_path / "c/two.bin"
    write_whole({one: "∂E/∂w\n", two: b"\x00\x01"})
    assert one.read_text(encoding="utf-8") == "∂E/∂w\n"
    assert two.read_bytes() == b"\x00\x01"


def test_an_error_in_the_last_leaves_every_old_file_as_it_was(tmp_path: Path) -> None:
    one = tmp_path / "one.txt"
    one.write_text("old")
    (tmp_path / "taken").write_text("a file, not a folder")
    with pytest.raises(OSError):
        write_whole({one: "new", tmp_path / "two.txt": "new", tmp_path / "taken/three": "new"})
    assert one.read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.txt", "taken"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target.txt", tmp_path / "link.txt"
    target.write_text("old")
    link.symlink_to(target)
    write_whole({link: "new"})
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_device_is_written_to_and_not_replaced() -> None:
    write_whole({Path(os.devnull): "nothing"})
    assert not Path(os.devnull).is_file()


def test_files_have_the_usual_permissions(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    write_whole({ours: "x"})
    theirs.write_text("x")
    assert ours.stat().st_mode == theirs.stat().st_mode


def test_pieces_are_put_together_at_the_end(tmp_path: Path) -> None:
    one = tmp_path / "new" / "one.txt"
    with Drafts() as drafts:
        drafts.add(one, "a\n")
        drafts.add(tmp_path / "two.txt", "other")
        drafts.add(one, "b\n")
        assert not one.exists()
    assert one.read_text() == "a\nb\n"


def test_an_error_between_pieces_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyError), Drafts() as drafts:
        drafts.add(tmp_path / "one.txt", "a")
        raise KeyError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs symbolic links")
def test_errors_name_the_file_and_say_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    (tmp_path / "file").write_text("")
    for place in ("a", "a/page.txt", "file/page.txt", "x" * 300):
        path = tmp_path / place
        told = CliRunner().invoke(commands, ["render", MAZUR, "--to", "text", "-o", str(path)])
        assert told.exit_code == 1 and isinstance(told.exception, SystemExit)
        assert re.fullmatch(rf"{re.escape(str(path))}: [^;]+; [^;]+(; [^;]+)?\n", told.stderr)


def test_a_full_disk_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(OSError, match="No space left") as caught:
        write_whole({tmp_path / "page.md": "text"})
    assert caught.value.filename == str(tmp_path / "page.md")
    assert list(tmp_path.iterdir()) == []


def test_no_file_has_a_nul_in_its_name(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="a file name holds no NUL"):
        write_whole({tmp_path / "a\0b": "text"})

"""``output/`` is what the examples make of it today, byte for byte."""

from __future__ import annotations

import zipfile
from pathlib import Path

from examples.build import COMMAND, OUTPUT, build


def content(file: Path) -> object:
    """The bytes of a file; of a spreadsheet, those in it: how they are packed is the system's."""
    if file.suffix != ".xlsx":
        return file.read_bytes()
    with zipfile.ZipFile(file) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_the_committed_output_is_not_stale(tmp_path: Path) -> None:
    now = {p.relative_to(tmp_path): content(p) for p in build(tmp_path)}
    committed = {p.relative_to(OUTPUT): content(p) for p in OUTPUT.rglob("*") if p.is_file()}
    stale = sorted(
        str(name) for name in now.keys() | committed.keys() if now.get(name) != committed.get(name)
    )
    assert not stale, f"stale, missing or left over: {stale}; write them anew with: {COMMAND}"

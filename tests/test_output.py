"""``output/`` is what the examples make of it today, byte for byte."""

from __future__ import annotations

from pathlib import Path

from examples.build import COMMAND, OUTPUT, build


def test_the_committed_output_is_not_stale(tmp_path: Path) -> None:
    now = {p.relative_to(tmp_path): p.read_bytes() for p in build(tmp_path)}
    committed = {p.relative_to(OUTPUT): p.read_bytes() for p in OUTPUT.rglob("*") if p.is_file()}
    stale = sorted(
        str(name) for name in now.keys() | committed.keys() if now.get(name) != committed.get(name)
    )
    assert not stale, f"stale, missing or left over: {stale}; write them anew with: {COMMAND}"

"""Machine code on disk: made once, compared before it is run, in a folder of the user's alone."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import derive
from derive.compute.native import cache, machine
from derive.compute.native.functions import NativeFunctions

pytest.importorskip("platformdirs", reason="platformdirs is not installed")
pytest.importorskip("llvmlite", reason="llvmlite is not installed")


class Maker:
    """Makes code, and counts how often."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, source: str) -> bytes:
        self.made += 1
        return f"code of {source}".encode() * 100


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "kept"
    monkeypatch.setenv(cache.VARIABLE, str(path))
    return path


def test_what_was_made_is_read_again(folder: Path) -> None:
    make = Maker()
    first = cache.kept("a", "cpu", make)
    assert cache.kept("a", "cpu", make) == first and make.made == 1
    (file,) = folder.iterdir()
    assert file.suffix == ".o"
    cache.kept("b", "cpu", make)
    cache.kept("a", "another cpu", make)
    assert make.made == 3 and len(list(folder.iterdir())) == 3


@pytest.mark.parametrize("change", [b"", b"short", b"0" * 5000])
def test_a_file_that_is_not_what_was_written_is_made_again(folder: Path, change: bytes) -> None:
    make = Maker()
    code = cache.kept("a", "cpu", make)
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    file.write_bytes(change)
    assert cache.kept("a", "cpu", make) == code and make.made == 2
    assert file.read_bytes() == whole
    file.write_bytes(whole[:-1] + b"!")
    assert cache.kept("a", "cpu", make) == code and make.made == 3


@pytest.mark.skipif(os.name != "posix", reason="there are no such permissions")
def test_a_folder_that_others_may_write_to_is_not_used(folder: Path) -> None:
    make = Maker()
    cache.kept("a", "cpu", make)
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o777)
    cache.kept("a", "cpu", make)
    assert make.made == 2
    folder.chmod(0o700)
    (file,) = folder.iterdir()
    file.chmod(0o666)
    cache.kept("a", "cpu", make)
    assert make.made == 3
    cache.kept("a", "cpu", make)  # which has written it anew
    assert make.made == 3
    aside = folder.with_name("aside")
    folder.rename(aside)
    folder.symlink_to(aside)
    cache.kept("a", "cpu", make)
    assert make.made == 4


def test_it_can_be_off_or_impossible(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make = Maker()
    monkeypatch.setenv(cache.VARIABLE, "off")
    cache.kept("a", "cpu", make)
    cache.kept("a", "cpu", make)
    assert make.made == 2 and not folder.exists()
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "file"))
    assert cache.kept("a", "cpu", make) and make.made == 3


def test_many_may_write_at_once(folder: Path) -> None:
    make = Maker()
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda n: cache.kept(f"{n % 3}", "cpu", make), range(60)))
    assert codes == [f"code of {n % 3}".encode() * 100 for n in range(60)]
    assert len(list(folder.iterdir())) == 3  # and nothing half-written beside them


def test_the_oldest_go_where_there_are_many(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST_FILES", 10)
    for n in range(40):
        cache.kept(str(n), "cpu", Maker())
        assert len(list(folder.iterdir())) <= 10
    make = Maker()
    cache.kept("39", "cpu", make)
    assert make.made == 0


PROGRAM = """
import derive
from derive.compute.native import machine
f = derive.compile("examples/mazur.yaml", "native")
loss, gradient = f.flat([0.15, 0.25, 0.2, 0.3, 0.4, 0.5, 0.45, 0.55])
many = f.flat([0.15, 0.25, 0.2, 0.3, 0.4, 0.5, 0.45, 0.55], [[0.1, 0.2]] * 9, [[0.0, 1.0]] * 9)
print(loss, gradient, many)
"""


def test_another_process_gets_the_same_numbers_from_it(folder: Path) -> None:
    pytest.importorskip("llvmlite", reason="llvmlite is not installed")
    said = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    ]
    assert said[0] == said[1] and said[0]
    assert len(list(folder.iterdir())) == 2  # one example, and many


def test_a_network_s_code_is_found_again_without_writing_its_source(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another network, another state of the files or another part of it is another file."""

    def network(**said: Any) -> derive.Network:
        layers = [derive.Dense(2, {"name": "leaky_relu", **said}), derive.Dense(1)]
        return derive.Network(2, layers)

    def wanted(source: str, *_: Any) -> bytes:
        raise AssertionError("written again")

    theta = [0.5, -0.25, 0.5, 0.25, 0.1, 0.2, 0.3, 0.4, 0.5]
    x, t = [[1.0, 2.0], [-3.0, 0.5]], [[1.0], [0.0]]
    first = derive.compile(network(), "native")
    results = first.flat(theta, x[0], t[0]), first.flat(theta, x, t)
    assert len(list(folder.iterdir())) == 2
    with monkeypatch.context() as other:
        other.setattr(machine, "_compiled", wanted)
        again = derive.compile(network(), "native")
        assert (again.flat(theta, x[0], t[0]), again.flat(theta, x, t)) == results
        with pytest.raises(AssertionError, match="written again"):
            derive.compile(network(slope="1/4"), "native")
        other.setattr(machine, "_writers", lambda: "another state")
        with pytest.raises(AssertionError, match="written again"):
            derive.compile(network(), "native")
    steeper = derive.compile(network(slope="1/4"), "native").flat(theta, x[1], t[1])
    assert steeper == derive.compile(network(slope="1/4"), "python").flat(theta, x[1], t[1])
    assert len(list(folder.iterdir())) == 3


def test_the_state_of_the_files_is_that_of_all_that_write(monkeypatch: pytest.MonkeyPatch) -> None:
    machine._writers.cache_clear()
    before = machine._writers()
    files = []
    stat = os.stat

    def later(path: str, *said: Any, **more: Any) -> Any:
        files.append(path)
        status = stat(path, *said, **more)
        if str(path).endswith("kernel.py"):
            return SimpleNamespace(st_size=status.st_size, st_mtime_ns=status.st_mtime_ns + 1)
        return status

    machine._writers.cache_clear()
    with monkeypatch.context() as other:
        other.setattr(machine.os, "stat", later)
        assert machine._writers() != before
    machine._writers.cache_clear()
    loaded = {
        module.__file__ for name, module in sys.modules.items()
        if name.startswith(("derive.compute.", "derive.expression.", "derive.network."))
    }  # fmt: skip
    assert loaded <= set(files) and machine._writers() == before


def test_long_formulas_that_differ_at_their_ends_are_told_apart() -> None:
    long = " + ".join(["x"] * 300)
    first, second = (
        derive.Network(1, [derive.Dense(1, {"formula": f"{long} + {end}"})]) for end in ("x", "2*x")
    )
    assert NativeFunctions(first)._description != NativeFunctions(second)._description

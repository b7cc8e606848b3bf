"""What every test may use: goldens, and property tests that draw the same examples each run."""

from __future__ import annotations

import difflib
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.quick import Stopwatch, is_slow, listed

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

COMMAND = "make goldens"


def pytest_configure(config: pytest.Config) -> None:
    """Signals as they are in a terminal: what runs in the background, or under nohup, is started
    with some of them ignored, and so are the processes that tests start and stop."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    if hasattr(config, "workerinput"):
        return
    # Machine code is made once for all workers, and nothing is left in the user's own folder.
    kept = tempfile.TemporaryDirectory(prefix="derive-tests-")
    os.environ["DERIVE_CACHE"] = kept.name
    config.add_cleanup(kept.cleanup)
    if config.getoption("--list-slow"):
        config.pluginmanager.register(Stopwatch())


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update",
        action="store_true",
        help="rewrite the goldens; runs only the tests that own some",
    )
    parser.addoption("--quick", action="store_true", help="leave out what slow.txt lists")
    parser.addoption("--list-slow", action="store_true", help="write slow.txt anew from this run")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--update"):
        items[:] = [item for item in items if "golden" in getattr(item, "fixturenames", ())]
    if config.getoption("--quick"):
        slow = listed()
        items[:] = [item for item in items if not is_slow(item.nodeid, slow)]


@pytest.fixture(scope="module", autouse=True)
def compiled_by_jax_goes_with_its_module() -> Iterator[None]:
    """What JAX has compiled is kept until it is told otherwise: a gigabyte in a whole run."""
    yield
    if jax := sys.modules.get("jax"):
        jax.clear_caches()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """golden(name, text): the text equals the file ``goldens/<name>`` beside the test."""
    folder = Path(request.path).parent / "goldens"
    update = bool(request.config.getoption("--update"))

    def compare(name: str, text: str) -> None:
        path = folder / name
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            return
        if not path.exists():
            pytest.fail(f"there is no golden {path}; write it with: {COMMAND}")
        expected = path.read_text(encoding="utf-8")
        if text != expected:
            changes = difflib.unified_diff(
                expected.splitlines(), text.splitlines(), "golden", "now", lineterm=""
            )
            pytest.fail("\n".join([*changes, "", f"if this is meant: {COMMAND}, then read it"]))

    return compare

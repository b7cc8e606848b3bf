"""The order of the house: a folder imports only from folders above it, and nothing goes round."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# As in docs/architecture.md, from the top. The modules beside them stand below all of these, but
# for the helpers, which read and write files and know nothing of networks.
FOLDERS = (
    "expression", "notation", "network", "graph", "algebra", "derivation", "compute", "pictures",
    "document", "writers", "worksheets", "spreadsheet", "commands",
)  # fmt: skip
HELPERS = ("reading", "files", "tables", "resources", "templating")
# What shows an object in a notebook is asked for by the object's own method, when it is shown.
SHOWN = ("notebook",)
# module → its text
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): (
        path.read_text(encoding="utf-8")
    )
    for path in sorted((ROOT / "derive").rglob("*.py"))
}


def imported(text: str, *, later: bool) -> Iterator[tuple[str, int]]:
    """(module, line) of each import of ours; ``later``: also those inside of functions."""
    tree = ast.parse(text)
    skipped: set[int] = set()
    for node in ast.walk(tree):
        checking = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        inside = not later and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        if checking or inside:
            skipped |= {id(inner) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("derive"):
            for alias in node.names:
                if alias.name == "__version__":
                    continue
                whole = f"{node.module}.{alias.name}"
                yield (whole if whole in MODULES else str(node.module)), node.lineno
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name in MODULES:
                    yield alias.name, node.lineno


def misplaced(module: str, text: str) -> Iterator[str]:
    """What a module of a folder imports from below."""
    mine = module.split(".")[1] if "." in module else ""
    if mine not in FOLDERS or mine == "commands":
        return
    for other, line in imported(text, later=True):
        theirs = other.split(".")[1] if "." in other else ""
        if theirs in HELPERS or theirs in SHOWN:
            continue
        if theirs not in FOLDERS or FOLDERS.index(theirs) > FOLDERS.index(mine):
            yield f"{module}:{line}: {mine} imports {other}"


def test_every_folder_has_a_place_in_the_order() -> None:
    there = {path.name for path in (ROOT / "derive").iterdir() if (path / "__init__.py").exists()}
    assert there == set(FOLDERS)


def test_a_folder_imports_only_from_folders_above_it() -> None:
    found = [one for module, text in MODULES.items() for one in misplaced(module, text)]
    assert not found, "\n".join(found)


def test_no_imports_go_round_in_a_circle() -> None:
    graph = {
        module: {other for other, _ in imported(text, later=False)} - {module}
        for module, text in MODULES.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


@pytest.mark.parametrize(("line", "found"), [
    ("from derive.algebra.slopes import slopes", 1),
    ("def f():\n    from derive.algebra import symbolic", 1),
    ("import derive.rendering", 1),
    ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import derive.rendering", 0),
    ("from derive.expression.nodes import Sum\nfrom derive.reading import named", 0),
])  # fmt: skip
def test_an_import_from_below_is_seen(line: str, found: int) -> None:
    assert len(list(misplaced("derive.network.planted", line))) == found

"""The order of the house: a folder imports only from folders above it, and nothing goes round."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# As in docs/architecture.md, from the top. The modules beside them stand below all of these, but
# for the helpers, which write files and know nothing of networks.
FOLDERS = (
    "expression", "reading", "notation", "network", "graph", "algebra", "derivation", "compute",
    "pictures", "document", "writers", "worksheets", "spreadsheet", "explore",
    "commands",
)  # fmt: skip
HELPERS = ("files", "resources", "templating")
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


def crowded(paths: Iterable[Path], room: int) -> dict[Path, int]:
    """Folders with more modules of their own than there is room for."""
    loose = Counter(path.parent for path in paths if path.name != "__init__.py")
    return {folder: count for folder, count in loose.items() if count > room}


def test_no_folder_is_a_heap() -> None:
    paths = list((ROOT / "derive").rglob("*.py"))
    assert not crowded(paths, 16)
    folder = ROOT / "derive/heap"
    assert crowded([folder / f"{n}.py" for n in range(17)], 16) == {folder: 17}


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


# -- the one backward pass ---------------------------------------------------------------------

ADJOINTS = "derive.algebra.backward"  # where adjoints are summed, and nowhere else
PRODUCTS = frozenset(("product", "Product", "times", "Mul", "mul", "MatrixProduct"))
SUMS = frozenset(("total", "sum", "fsum", "Sum", "Add"))
# What stands for a derivative of the loss by something that moves with a loop.
_ADJOINT = re.compile(
    r"\b(delta_of|gradient|adjoint)\(|Quantity\(DELTA|Partial\((E|loss|\w+\.loss), "
)


def called(node: ast.AST) -> str:
    """The name of what a node calls."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)


def multiplies(nodes: Iterable[ast.AST]) -> bool:
    """Whether something is multiplied."""
    inside = [inner for node in nodes for inner in ast.walk(node)]
    return any(
        called(node) in PRODUCTS
        or (isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.Mult))
        for node in inside
    )  # fmt: skip


def backward_passes(text: str) -> Iterator[int]:
    """The lines where a module adds up adjoints times local derivatives by itself.

    - a loop over the uses of a quantity, graph.children[q], in which something is multiplied, or
      a sum over them
    - a sum of products with an adjoint in them: Σ δ·w
    - a loop over reversed definitions in which products go on to what a formula mentions
    """
    for function in ast.walk(ast.parse(text)):
        if not isinstance(function, (ast.FunctionDef, ast.Lambda, ast.Module)):
            continue
        uses = {
            target.id
            for node in ast.walk(function)
            if isinstance(node, ast.Assign) and ".children[" in ast.unparse(node.value)
            for target in node.targets if isinstance(target, ast.Name)
        }  # fmt: skip
        for node in ast.walk(function):
            if isinstance(node, (ast.GeneratorExp, ast.ListComp, ast.For)):
                loops = [node] if isinstance(node, ast.For) else node.generators
                body = node.body if isinstance(node, ast.For) else [node.elt]
                over = [ast.unparse(loop.iter) for loop in loops]
                if any(".children[" in one or one in uses for one in over) and multiplies(body):
                    yield node.lineno
            if called(node) in SUMS and isinstance(node, ast.Call):
                for inner in ast.walk(node):
                    if isinstance(inner, (ast.GeneratorExp, ast.ListComp)):
                        adjoint = _ADJOINT.search(ast.unparse(inner.elt))
                        over = [ast.unparse(loop.iter) for loop in inner.generators]
                        summed = any(".children[" in one or one in uses for one in over)
                        if summed or (adjoint and multiplies([inner.elt])):
                            yield node.lineno
            if isinstance(node, ast.For) and "reversed(" in ast.unparse(node.iter):
                inside = [n for n in ast.walk(node) if isinstance(n, ast.For) and n is not node]
                if any(multiplies(inner.body) and goes_on(inner) for inner in inside):
                    yield node.lineno


def goes_on(loop: ast.For) -> bool:
    """Whether a loop adds to something, or appends to it."""
    return any(called(n) == "append" or isinstance(n, ast.AugAssign) for n in ast.walk(loop))


def test_one_module_alone_adds_up_adjoints() -> None:
    found = {
        f"{module}:{line}"
        for module, text in MODULES.items() if module != ADJOINTS
        for line in backward_passes(text)
    }  # fmt: skip
    assert not found, f"{sorted(found)}: let {ADJOINTS} do it"
    assert list(backward_passes(MODULES[ADJOINTS]))


PLANTED = {
    "over uses, as a generator": (
        "def f(graph, q):\n    return total(*(g(r) * graph.children[q] for r in graph.children[q]))"
    ),
    "over uses, by a name": (
        "def f(graph, q):\n    users = graph.children[q]\n    found = 0\n"
        "    for r in users:\n        found += adjoint[r] * slope(r, q)\n    return found"
    ),
    "over uses, the product in another place": (
        "def f(self, q):\n    users = self.graph.children[q]\n"
        "    return total(*(self.share(r, self.slope(r, q)) for r in users))"
    ),
    "over the units of the next layer": (
        "x = total(*(Product((w(j), delta_of(j))) for j in range(layer.units)))"
    ),
    "with derivatives of the loss": "x = sum(at(Partial(E, z)) * w[z] for z in receivers)",
    "backwards, pushing": (
        "def f(definitions):\n    for q in reversed(definitions):\n"
        "        for p, s in partials(q).items():\n            arriving[p].append(up[q] * s)"
    ),
}  # fmt: skip
HARMLESS = {
    "what a quantity is used by": "x = tuple(key(r) for r in graph.children[q])",
    "a product along a path": "x = product(*(Partial(of, by) for of, by in path))",
    "a weighted sum": "x = total(*(Product((w(i), a(i))) for i in range(n)))",
    "the number of paths": (
        "for q in reversed(order):\n    for p in parents[q]:\n        count[p] += count[q]"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", PLANTED)
def test_a_second_backward_pass_would_be_seen(what: str) -> None:
    assert list(backward_passes(PLANTED[what]))


@pytest.mark.parametrize("what", HARMLESS)
def test_what_is_no_backward_pass_is_let_be(what: str) -> None:
    assert not list(backward_passes(HARMLESS[what]))


# -- names -------------------------------------------------------------------------------------

# Participles that say nothing of what a name holds. ``given`` and ``kept`` are words of the API.
PARTICIPLES = frozenset((
    "arriving", "asked", "called", "found", "listed", "made", "said", "shown", "taken", "told",
    "wanted", "worked",
))  # fmt: skip


def bound(text: str) -> Iterator[tuple[str, int]]:
    """(name, line) of each variable, parameter, attribute, function and class that a text names."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name, node.lineno
            case ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, node.lineno
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                yield name, node.lineno
            case ast.MatchStar(name=str(name)):
                yield name, node.lineno
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                for alias in names:
                    yield alias.asname or "", node.lineno


def participles(module: str, text: str) -> Iterator[str]:
    """The names of a module, and in it, that are a bare participle."""
    if module.split(".")[-1].strip("_") in PARTICIPLES:
        yield module
    for name, line in bound(text):
        if name.strip("_") in PARTICIPLES:
            yield f"{module}:{line}: {name}"


def test_a_name_says_what_it_holds() -> None:
    names = [name for module, text in MODULES.items() for name in participles(module, text)]
    assert not names, "\n".join(names)


@pytest.mark.parametrize("text", [
    "found = []",
    "found: list[str] = []",
    "total, (found, rest) = 0, pair",
    "def f(self):\n    self._found = []",
    "def f(told): pass",
    "def f(*, told=''): pass",
    "def f(*told, **rest): pass",
    "key = lambda shown: shown.value",
    "def _told(): pass",
    "class C:\n    told: str",
    "class C:\n    @property\n    def told(self): pass",
    "lines = [shown for shown in rows]",
    "for said in rows: pass",
    "with open(path) as said: pass",
    "if (arriving := next(parts)): pass",
    "try: pass\nexcept ValueError as said: pass",
    "match row:\n    case [first, *found]: pass",
    "match row:\n    case Row() as found: pass",
    "from derive.derivation.rounding import rounded as shown",
])  # fmt: skip
def test_a_bare_participle_is_seen(text: str) -> None:
    assert len(list(participles("derive.network.planted", text))) == 1
    assert len(list(participles("derive.network.found", "lines = []"))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "lines = []",
        "found_at = 3",
        "print(step.found, found)",
        "f(told='')",
        "'found'",
        "given = {}",
    ],
)
def test_what_is_no_bare_participle_is_let_be(text: str) -> None:
    assert not list(participles("derive.network.planted", text))

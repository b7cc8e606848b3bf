"""docs/languages.md says what ``derive catalog`` says, and SymPy's printers are as it says."""

from __future__ import annotations

from pathlib import Path

import pytest
import sympy  # type: ignore[import-untyped]

import derive
from derive.algebra.languages import special
from derive.algebra.languages.catalogue import LANGUAGES, UNTRIED
from derive.algebra.languages.manners import MANNERS
from tests.compute import language_points, reference

EXAMPLES = Path(__file__).parents[2] / "examples"
TEXT = (Path(__file__).parents[2] / "docs" / "languages.md").read_text(encoding="utf-8")


def test_the_table_has_every_language() -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith("| `") and "`--to`" not in line]
    assert rows == [
        f"| `{name}` | {row.what} | {row.needs} | {row.tried or UNTRIED} |"
        for name, row in LANGUAGES.items()
    ]


def test_julia_reads_what_is_written_for_it() -> None:
    """By a grammar of the language, as long as there is nothing to run it with."""
    grammar = pytest.importorskip("tree_sitter_julia")
    tree_sitter = pytest.importorskip("tree_sitter")
    parser = tree_sitter.Parser(tree_sitter.Language(grammar.language()))

    def faults(source: str) -> list[str]:
        stack, found = [parser.parse(source.encode()).root_node], []
        while stack:
            node = stack.pop()
            if node.is_error or node.is_missing:
                found.append(source[: node.end_byte][-200:])
            stack += node.children
        return found

    sources = [derive.standalone(case.network, "julia") for case in language_points.ordinary()]
    sources += [derive.standalone(path, "julia") for path in EXAMPLES.rglob("*.yaml")
                if path.parent.name != "recipes"]  # fmt: skip
    sources += [derive.symbolic(EXAMPLES / "mazur.yaml").code("julia")]
    for source in sources:
        assert faults(source) == []
    assert faults(sources[0].replace("function forward(", "function forward((")) != []


def test_matlab_has_what_is_written_for_octave() -> None:
    """Neither Octave's own words nor its operators."""
    graphs = (EXAMPLES / "graphs").glob("*.yaml")
    for given in (*(case.network for case in language_points.ordinary()), *graphs):
        source = derive.standalone(given, "octave")
        code = "\n".join(line.partition("%")[0] for line in source.splitlines())
        for own in ("!=", "+=", "#", " printf", "endfunction", "endif", "merge(", "ifelse("):
            assert own not in code


def test_products_and_signs_are_printed_right() -> None:
    a, d = sympy.symbols("a d", real=True)
    product = a * d * (1 - a)
    if sympy.__version__.startswith("1.14."):
        assert sympy.rust_code(product) == "a*d*-a + 1.0"
    for language, manners in MANNERS.items():
        printer = manners.printer()
        printer.begin(in_order=False)
        one = "1" if printer.integral else "1.0"
        assert printer._print(product).replace("_dp", "") == f"a*d*({one} - a)", language


def test_what_languages_lack_is_known_to_thirteen_digits() -> None:
    """erf, erfc, log1p and expm1 by their formulas, in Python's own doubles."""
    import random

    import mpmath

    from derive.algebra.languages.statements import defined

    space: dict[str, object] = {}
    for function in (*_PARTS, special.ERF, special.ERFC, special.LOG1P, special.EXPM1):
        helper, _ = defined(MANNERS["python"], function)
        lines = [f"def {helper.name}({', '.join(helper.parameters)}):", *helper.lines]
        exec("from math import exp, log\n" + "\n".join(lines), space)
    random_ = random.Random(1)
    spread = [sign * 10 ** random_.uniform(-20, 0) for _ in range(300) for sign in (1, -0.99)]
    for name, points in (
        ("erf", [*spread, *(random_.uniform(-7, 7) for _ in range(500))]),
        ("erfc", [*spread, *(random_.uniform(-7, 26.5) for _ in range(500))]),
        ("log1p", [*spread, *(random_.uniform(-1, 1e3) for _ in range(500))]),
        ("expm1", [*spread, *(random_.uniform(-700, 700) for _ in range(500))]),
    ):
        with mpmath.workdps(60):
            true = [getattr(mpmath, name)(mpmath.mpf(x)) for x in points]
        found = [space[name](x) for x in points]  # type: ignore[operator]
        assert reference.worst(found, true) <= 1e-13, name


_PARTS = (special._NEAR, special._TAIL)

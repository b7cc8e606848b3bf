"""Every sentence is a macro that is used, says what it is given, and says it of one and of many."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from jinja2 import nodes

from derive.document.macros import Macros, Sentence, _compiled, macros
from derive.document.wording import TURN, Wording
from derive.expression.constructors import variable
from derive.expression.nodes import Expression
from derive.templating import environment
from tests.document.sentences import (
    A_VALUE,
    FILES,
    NAMES,
    PARSED,
    VARIANTS,
    WORDINGS,
    every,
    said,
    text,
)

SOURCES = [
    path
    for name in ("document", "writers", "worksheets", "spreadsheet", "explore")
    for path in sorted(Path("derive", name).rglob("*.py"))
]
# What says a macro, and what it puts before the name.
SAYS = {"words": "", "text": "", "say": "", "remark": "", "heading": "heading_"}
PREFIXES = ("", "heading_", "worksheet_")  # what ``heading`` and the ``say`` of worksheets add


def strings() -> Iterator[tuple[Path, ast.Constant | ast.JoinedStr]]:
    """Every string and f-string of the sources."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr) or (
                isinstance(node, ast.Constant) and isinstance(node.value, str)
            ):
                yield path, node


def composed(node: ast.JoinedStr) -> re.Pattern[str]:
    """The names that an f-string makes."""
    parts = (
        re.escape(part.value)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
        else "[a-z_0-9]*"
        for part in node.values
    )
    return re.compile("".join(parts))


def asked() -> Iterator[tuple[str, ast.Call]]:
    """Every macro that a call names outright, by its whole name."""
    for path in SOURCES:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name = getattr(call.func, "attr", getattr(call.func, "id", "")).lstrip("_")
            literal = [x.value for x in call.args if isinstance(x, ast.Constant)]
            names = [x for x in literal if isinstance(x, str) and re.fullmatch("[a-z_]+", x)]
            if name in SAYS and names:
                sheet = "worksheets" in path.parts and name == "say"
                yield f"{'worksheet_' if sheet else SAYS[name]}{names[0]}", call


def test_every_macro_is_used() -> None:
    named = {node.value for _, node in strings() if isinstance(node, ast.Constant)}
    patterns = [composed(node) for _, node in strings() if isinstance(node, ast.JoinedStr)]
    narrow = [pattern for pattern in patterns if re.match(r"[a-z]+_", pattern.pattern)]
    calls = {
        call.node.name
        for macro in PARSED.values()
        for call in macro.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name)
    }
    unused = [
        name
        for name in NAMES
        if not any(name.removeprefix(prefix) in named for prefix in PREFIXES)
        and name not in calls
        and not any(pattern.fullmatch(name) for pattern in narrow)
    ]
    assert unused == []
    assert "loss_two" not in named and not any(p.fullmatch("loss_two") for p in narrow)


def test_every_macro_that_is_asked_for_is_there_and_gets_its_values() -> None:
    found = list(asked())
    assert len(found) > 300
    for name, call in found:
        assert name in PARSED, f"{name}, line {call.lineno}"
        given = {keyword.arg for keyword in call.keywords}
        if None not in given:  # none of them is **values
            missing = set(macros("en")[name].arguments) - given - {TURN}
            assert not missing, f"{name}, line {call.lineno}: {missing}"


def test_every_composed_name_is_there() -> None:
    """An f-string that begins as the name of a macro makes one."""
    families = {name.split("_")[0] for name in NAMES if "_" in name}
    for path, node in strings():
        if isinstance(node, ast.JoinedStr) and len(node.values) > 1:
            start = node.values[0]
            text = start.value if isinstance(start, ast.Constant) else ""
            head = re.fullmatch(r"([a-z]+)_[a-z_]*", str(text))
            if head and head[1] in families:
                pattern = composed(node)
                assert any(map(pattern.fullmatch, NAMES)), f"{path}:{node.lineno}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_cut_as_jinja_reads_it(path: Path) -> None:
    """Each macro begins a line, stands where it is said to, and nothing stands outside."""
    source = path.read_text(encoding="utf-8")
    tree = environment().parse(source)
    for node in tree.body:
        if isinstance(node, nodes.Macro):
            found = macros("en")[node.name]
            assert found.place == f"{path}:{node.lineno}"
            assert found.arguments == tuple(argument.name for argument in node.args)
        else:
            assert isinstance(node, nodes.Output)
            assert all(isinstance(x, nodes.TemplateData) and not x.data.strip() for x in node.nodes)
    assert source.count("\n") < 400


def test_plain_macros_say_what_they_would_compiled() -> None:
    plain = [name for name in NAMES if isinstance(macros("en")[name].body, list)]
    assert len(plain) > 900
    # Both anew: what a sentence says may depend on how often it was said before.
    plainly, compiled = (
        [Wording(variants=variants, delta="Δ") for variants in VARIANTS] for _ in range(2)
    )
    for words in compiled:
        words._macros = Compiled("en", None)
    for name in plain:
        for given in every(name):
            for one, other in zip(plainly, compiled, strict=True):
                assert one(name, **given) == other(name, **given), name


class Compiled(Macros):
    """The same macros, each as Jinja compiles it in its file."""

    def __getitem__(self, name: str) -> Sentence:
        found = super().__getitem__(name)
        path = found.place.rpartition(":")[0]
        return replace(found, body=_compiled(Path(path), PARSED[name]))


def test_every_macro_says_what_it_takes() -> None:
    """A value is placed, or asked about; of the same count the same are placed in every network."""
    for name in NAMES:
        takes = macros("en")[name].arguments
        used = {node.name for node in PARSED[name].find_all(nodes.Name) if node.ctx == "load"}
        assert set(takes) - {TURN} <= used, name
        for given in every(name):
            formulas = {k: variable(f"q_{k}") if v == A_VALUE else v for k, v in given.items()}
            placed = [
                {part for part in words(name, **formulas) if isinstance(part, Expression)}
                for words in WORDINGS
            ]
            assert all(one == placed[0] for one in placed), name


def test_every_macro_says_something() -> None:
    for name in NAMES:
        for words in said(name):
            assert words, name
            assert not re.search("<[<%#]|[%#>]>|\ue000", text(words)), name

"""A step says by its kind what it is about; the text of an id is an address and is not read."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

import derive
from derive.derivation.derivation import STYLES
from derive.derivation.steps import Kind, Rule, Step
from derive.document.narration import descent
from derive.expression.constructors import ZERO
from derive.expression.matrices import entry
from derive.expression.nodes import (
    ACTIVATION,
    BATCH_LOSS,
    BIAS,
    DELTA,
    LOSS,
    LOSS_TERM,
    PRE_ACTIVATION,
    WEIGHT,
    Apply,
    Expression,
    Partial,
    Quantity,
)
from derive.rendering import PARTS
from derive.worksheets.exercise import exercise
from tests.derivation.networks import network

ROOT = Path(__file__).parents[2]
NETWORKS = (
    network((2, 2, 2), ("sigmoid", "softmax"), "cross_entropy"),
    network((2, 3, 2), ("softmax", "gelu"), "half_squared_error"),
    network((2, 2, 1), ("tanh", "sigmoid"), "binary_cross_entropy"),
    derive.load(ROOT / "examples" / "mazur.yaml"),
    derive.load(ROOT / "examples" / "batch.yaml"),
)
TOLD = tuple(part for part in PARTS if part not in ("training", "pictures"))

# -- what a kind promises --------------------------------------------------------------------------


def _partial(of: set[str], by: set[str]) -> Callable[[Step, Expression], bool]:
    def promise(step: Step, one: Expression) -> bool:
        return (
            isinstance(one, Partial)
            and isinstance(one.of, Quantity)
            and one.of.kind in of
            and one.by.kind in by
        )

    return promise


def _anything(step: Step, one: Expression) -> bool:
    return True


# What stands on the left, read off the formula alone; of a matrix, at its first place.
PROMISES: dict[Kind, Callable[[Step, Expression], bool]] = {
    Kind.FUNCTION: lambda step, one: isinstance(one, Apply) and step.rule is Rule.DEFINE,
    Kind.LEMMA: lambda step, one: isinstance(one, Apply) and one.function.text.endswith("′"),
    Kind.DEFINITION: lambda step, one: isinstance(one, Quantity) and one.kind != DELTA,
    Kind.LOCAL: lambda step, one: isinstance(one, Partial) and len(step.relations) > 1,
    Kind.LINE: lambda step, one: len(step.relations) == 2,
    Kind.CANCELLING: lambda step, one: len(step.relations) == 2,
    Kind.INDEPENDENT: lambda step, one: step.result == ZERO,
    Kind.SPLIT: _partial({LOSS}, {WEIGHT, BIAS}),
    Kind.CHAIN: _partial({LOSS}, {WEIGHT, BIAS}),
    Kind.FACTORS: _partial({LOSS}, {WEIGHT, BIAS}),
    Kind.UPSTREAM: _partial({LOSS, LOSS_TERM}, {ACTIVATION, PRE_ACTIVATION, LOSS_TERM}),
    Kind.ROW_SUMS: lambda step, one: entry(step.result, 0, 0) == ZERO,
    Kind.DELTA: lambda step, one: isinstance(one, Quantity) and one.kind == DELTA,
    Kind.CONTRAST: _anything,
    Kind.GRADIENT: _partial({LOSS, BATCH_LOSS}, {WEIGHT, BIAS}),
    Kind.AVERAGE: _partial({BATCH_LOSS}, {WEIGHT, BIAS}),
    Kind.UPDATE: lambda step, one: step.rule is Rule.UPDATE and step.relations[1].sign == "←",
    Kind.GENERAL: _anything,
    Kind.TASK: _anything,
}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("of", NETWORKS)
def test_every_step_is_about_what_its_kind_says(of: derive.Network, style: Any) -> None:
    derivation = derive.derive(of, style)
    for step in derivation.walk():
        assert PROMISES[step.kind](step, entry(step.subject, 0, 0)), step.id


def test_the_tasks_of_an_exercise_are_of_a_kind_of_their_own() -> None:
    made = exercise(NETWORKS[0])
    tasks = {task.step.id for task in made.tasks}
    assert tasks == {step.id for step in made.derivation.walk() if step.kind is Kind.TASK}


# -- no module reads an id -------------------------------------------------------------------------

READING = frozenset({
    "startswith", "endswith", "partition", "rpartition", "split", "rsplit", "count", "find",
    "index", "removeprefix", "removesuffix", "replace",
})  # fmt: skip


def _is_id(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "id"


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.JoinedStr):
        return True
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _reads(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in READING and _is_id(node.value)
    if isinstance(node, ast.Subscript):
        return _is_id(node.value)
    if not isinstance(node, ast.Compare):
        return False
    sides = [node.left, *node.comparators]
    inside = isinstance(node.ops[0], (ast.In, ast.NotIn)) and _is_id(sides[1])
    return inside or (any(map(_is_id, sides)) and any(map(_is_text, sides)))


def reads_an_id(text: str) -> Iterator[int]:
    """The lines of a module that ask an id what it says."""
    yield from (node.lineno for node in ast.walk(ast.parse(text)) if _reads(node))  # type: ignore[attr-defined]


def test_no_module_reads_an_id() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted((ROOT / "derive").rglob("*.py"))
        for line in reads_an_id(path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("text", [
    'step.id.startswith("delta/")', 'step.id.partition("/")[0] == kind', 'step.id.split("/")',
    '"/simplify/" in step.id', 'step.id == f"matrix/batch/deltas/{k}"', "step.id[:5]",
    'step.id != "define/batch"', 'replace(step, id=step.id.removeprefix("general/"))',
])  # fmt: skip
def test_reading_an_id_is_found(text: str) -> None:
    assert list(reads_an_id(text)) == [1]


@pytest.mark.parametrize("text", [
    'steps[f"gradient/{key(w)}"]', 'f"value/{step.id}"', "step.id in seen", "a.id == b.id",
    "step.kind is Kind.DELTA", "known[use].number",
])  # fmt: skip
def test_an_address_may_be_built_and_looked_up(text: str) -> None:
    assert not list(reads_an_id(text))


class Sealed(str):
    """An id that can be compared, kept and printed, and not read."""

    def _refuse(self, *_: Any) -> NoReturn:
        raise AssertionError(f"the id {self!s} is read")

    startswith = endswith = partition = rpartition = split = rsplit = _refuse
    find = index = count = removeprefix = removesuffix = replace = _refuse
    __contains__ = __getitem__ = __iter__ = _refuse


@pytest.fixture
def sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on every step has a sealed id, and rests on sealed ids."""
    made = Step.__init__

    def seal(
        step: Step, id: str, kind: Kind, rule: Rule, relations: Any, uses: tuple[str, ...] = (),
        *others: Any, **more: Any,
    ) -> None:  # fmt: skip
        made(step, Sealed(id), kind, rule, relations, tuple(map(Sealed, uses)), *others, **more)

    monkeypatch.setattr(Step, "__init__", seal)


@pytest.mark.usefixtures("sealed")
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("of", NETWORKS)
def test_pages_are_written_without_reading_an_id(of: derive.Network, style: Any) -> None:
    derivation = derive.derive(of, style)
    assert all(isinstance(step.id, Sealed) for step in derivation.walk())
    for detail in ("brief", "normal", "full"):
        assert derive.render(derivation, detail=detail, parts=TOLD if detail == "full" else ())


@pytest.mark.usefixtures("sealed")
def test_a_page_that_reads_an_id_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def formulas(teller: Any) -> dict[Quantity, Expression]:
        steps = teller.derivation.section("backward").walk()
        return {s.about[0]: s.result for s in steps if s.id.startswith("gradient/")}

    monkeypatch.setattr(descent, "_formulas", formulas)
    with pytest.raises(AssertionError, match="is read"):
        derive.render(derive.derive(NETWORKS[3]), detail="brief")


@pytest.mark.usefixtures("sealed")
@pytest.mark.parametrize("recipe", ["exam", "homework", "diagnostics"])
def test_sheets_are_made_without_reading_an_id(recipe: str) -> None:
    assert derive.worksheet(ROOT / "examples" / "mazur.yaml", recipe, variants=1, seed=1).variants

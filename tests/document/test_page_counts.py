"""A4: a 2-2-2 network on one page in brief, four as usual, nine in full; nothing lost in full."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import derive
from derive.derivation.steps import Rule, Step
from derive.document.blocks import Block, Equation, Equations
from derive.document.narration.backward_pass.locals import Sort, sort
from derive.rendering import narrated
from tests.derived import derived
from tests.document.networks import EXAMPLES
from tests.writers.test_latex_pages import compiled, complaints, needs_tex

PAGES = {"brief": 1, "normal": 4, "full": 9}
PLAIN = ("mazur", "write-up-000", "write-up-001")
CASES = [(name, detail) for name in PLAIN for detail in PAGES] + [
    ("mazur-trained-biases", "brief")  # ten parameters instead of eight
]


@needs_tex
@pytest.mark.parametrize(("name", "detail"), CASES)
@pytest.mark.parametrize("style", ["paths", "deltas", "matrices"])
def test_a_derivation_keeps_to_its_pages(
    name: str, style: str, detail: str, tmp_path: Path
) -> None:
    page = derive.render(derived(EXAMPLES[name], style), "latex", detail=detail)
    assert isinstance(page, str)
    log = compiled(page, tmp_path)
    assert complaints(log) == []
    count = re.search(r"Output written on .*?\((\d+) page", log, re.DOTALL)
    rules = style == "matrices" and detail == "normal"  # each layer's, before its entries
    assert count and int(count[1]) <= PAGES[detail] + rules


def equations(blocks: tuple[Block, ...]) -> list[Equation]:
    found: list[Equation] = []
    for block in blocks:
        if isinstance(block, Equation):
            found.append(block)
        elif isinstance(block, Equations):
            found.extend(block.rows)
    return found


@pytest.mark.parametrize("name", ["mazur", "symbolic", "write-up-003", "relu-deep"])
@pytest.mark.parametrize("style", ["paths", "deltas"])
def test_in_full_every_sort_of_local_derivative_keeps_its_lines(name: str, style: str) -> None:
    derivation = derived(EXAMPLES[name], style)
    document, _ = narrated(derivation, detail="full")
    shown = equations(document.blocks)
    ends = {equation.chain[-1].expression for equation in shown if equation.reason}
    local = [s for s in derivation.walk() if s.rule is Rule.LOCAL and s.substeps]
    first: dict[Sort, Step] = {}
    for step in local:
        if step.about:  # a lemma is of no sort, and is told by itself
            first.setdefault(sort(step), step)
    told = [*first.values(), *(step for step in local if not step.about)]
    lines = [line.result for step in told for line in step.substeps]
    assert lines and {*lines} <= ends
    assert {step.result for step in local} <= ends, "of the others, that they are alike"
    brief, _ = narrated(derivation, detail="brief")
    assert not any(equation.reason for equation in equations(brief.blocks))


@pytest.mark.parametrize("name", ["mazur", "write-up-003", "symbolic", "batch", "relu-deep"])
@pytest.mark.parametrize("style", ["paths", "deltas"])
def test_every_gradient_stands_on_a_brief_page(name: str, style: str) -> None:
    network = EXAMPLES[name]
    page = derive.render(derived(network, style), "text", detail="brief")
    assert isinstance(page, str)
    call = derive.notation.names(network.notation, network.shape, network.layout)
    for w in network.parameters():
        of_one = rf"∂\S+/∂{re.escape(call.text(w))} +="
        in_table = rf"^  {re.escape(call.text(w))} .*δ"
        assert re.search(rf"{of_one}|{in_table}", page, re.MULTILINE), call.text(w)

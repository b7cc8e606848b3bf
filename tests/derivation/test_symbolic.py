"""SymPy's second opinion agrees with every example, and finds a planted slip."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import derive
from derive.derivation.check import CheckFailed
from derive.derivation.check.symbolic import confirm
from derive.derivation.derivation import Derivation
from derive.derivation.steps import Relation, Section, Step
from derive.derivation.tidy import negative

EXAMPLES = sorted(Path("examples").glob("*.yaml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("style", ["deltas", "paths", "matrices"])
def test_sympy_confirms_every_example(path: Path, style: str) -> None:
    assert confirm(derive.derive(derive.load(path), style)) >= 1


def planted(section: Section, name: str) -> Section:
    """The section with the sign of one step's result changed."""

    def change(step: Step) -> Step:
        if step.id != name:
            return step
        wrong = Relation("=", negative(step.result))
        return replace(step, relations=(*step.relations[:-1], wrong))

    return replace(
        section,
        steps=tuple(change(step) for step in section.steps),
        sections=tuple(planted(inner, name) for inner in section.sections),
    )


@pytest.mark.parametrize("name", ["lemma/sigmoid", "local/E1/a2.1", "local/E2/a2.2"])
def test_a_wrong_sign_is_named(name: str) -> None:
    derivation = derive.derive(derive.load("examples/mazur.yaml"), "paths")
    wrong = Derivation(
        derivation.network, derivation.style, derivation.graph,
        tuple(planted(section, name) for section in derivation.sections),
    )  # fmt: skip
    with pytest.raises(CheckFailed) as failure:
        confirm(wrong)
    assert failure.value.step == name

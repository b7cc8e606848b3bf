"""Someone with nothing but the page can follow it: every name known, every chain true."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest
from document.page import Page, chains, in_numbers, possible_error
from writers.formula_reader import M

import derive
from derive.derivation.graph import Graph
from derive.derivation.trace import leaves_of, parameters_of
from derive.expression.nodes import INPUT, LEARNING_RATE, TARGET, Quantity
from derive.network import Network
from derive.notation import Names, names

EXAMPLES = {path.stem: derive.load(path) for path in sorted(Path("examples").glob("*.yaml"))}
EXACT = M.mpf(10) ** -25


def called(network: Network) -> Names:
    return names(network.notation, network.shape, network.layout)


def given(network: Network) -> list[dict[str, Any]]:
    """The numbers a page starts from, by name, for every example; seeded ones where it has none."""
    graph, call = Graph(network), called(network)
    if network.has_values:
        found = []
        for example in range(network.example_count):
            leaves = leaves_of(graph, example)
            if network.target_formulas is not None:
                leaves = {q: v for q, v in leaves.items() if q.kind != TARGET}
            found.append(
                {call.text(q): M.mpf(v.numerator) / v.denominator for q, v in leaves.items()}
            )
        return found
    chance = random.Random("page")
    leaves = [*parameters_of(graph), Quantity(LEARNING_RATE)]
    leaves += [Quantity(INPUT, unit=i) for i in range(network.sizes[0])]
    values = {call.text(q): M.mpf(chance.uniform(-1, 1)) for q in leaves}
    shares = [chance.uniform(0.1, 1) for _ in range(network.sizes[-1])]
    for unit, share in enumerate(shares):
        values[call.text(Quantity(TARGET, unit=unit))] = M.mpf(share) / M.fsum(shares)
    return [values]


def page_of(network: Network, text: str) -> Page:
    return Page(
        text, given(network), [called(network).text(q) for q in called(network).quantities()]
    )


def rendered(network: Network, style: str, **options: Any) -> str:
    page = derive.render(derive.derive(network, style), "text", **options)
    assert isinstance(page, str)
    return page


def wrong(page: Page) -> list[str]:
    """The chains that do not hold, each as line: what."""
    found = []
    for chain in page.chains:
        if chain.signs[0] == "←":
            continue  # an assignment: what is assigned is looked at by ``wrong_updates``
        first = page.value(chain.members[0])
        for sign, member in zip(chain.signs, chain.members[1:], strict=True):
            value = page.value(member)
            error = abs(value - first)
            allowed = EXACT * max(1, abs(first))
            if sign == "≈":
                allowed += possible_error(page, member)
            if error > allowed:
                found.append(f"{chain.line}: {sign} {member} is {M.nstr(value, 8)}, "
                             f"not {M.nstr(first, 8)}")  # fmt: skip
    return found


def wrong_updates(page: Page, goal: str) -> list[str]:
    """The updates w ← w − η·∂E/∂w that assign something else."""
    found = []
    for chain in page.chains:
        if chain.signs[0] != "←":
            continue
        w = chain.members[0]
        moved = page.value(f"{w} − η·∂{goal}/∂{w}")
        for member in chain.members[1:]:
            value = page.value(member)
            slack = possible_error(page, member) if in_numbers(member, page.names) else EXACT
            if abs(value - moved) > slack:
                found.append(f"{chain.line}: {member}")
    return found


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("style", ["deltas", "paths"])
@pytest.mark.parametrize("detail", ["normal", "full"])
def test_every_chain_of_a_page_holds(name: str, style: str, detail: str) -> None:
    network = EXAMPLES[name]
    if style == "paths" and detail == "full" and network.sizes == (3, 3, 3, 3):
        pytest.skip("hundreds of pages of the same kind; the normal page is read")
    page = page_of(network, rendered(network, style, detail=detail))
    assert len(page.chains) > 10
    assert wrong(page) == []
    kind = "batch loss" if network.is_batch else "loss"
    assert wrong_updates(page, called(network).text(Quantity(kind))) == []


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("style", ["deltas", "paths"])
def test_every_name_is_introduced_before_it_is_used(name: str, style: str) -> None:
    network = EXAMPLES[name]
    text = rendered(network, style)
    before, _, after = text.partition("The symbols on this page")
    legend, _, _ = after.partition("\nForward pass\n")
    listed = set(re.findall(r"\S+", legend.replace(",", " ")))
    known = [called(network).text(q) for q in called(network).quantities()]
    for left, right in re.findall(r"(\S+) to (\S+)", legend):  # "W_i1j1 to W_i3j3"
        if left in known and right in known:
            listed |= {n for n in known if len(n) == len(left) and n[:1] == left[:1]}
    defined = set(listed)
    for chain in chains(text):
        for name_ in names_in(chain.members[1:], known):
            assert name_ in defined, f"line {chain.line}: {name_}"
        defined |= set(names_in(chain.members[:1], known))
    assert "…" not in "".join(m for chain in chains(text) for m in chain.members)
    assert before.count("\n") < 40


def names_in(members: tuple[str, ...], known: list[str]) -> list[str]:
    pattern = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
    return [m for member in members for m in re.findall(rf"(?<!\w)(?:{pattern})(?!\w)", member)]


MAZUR = EXAMPLES["mazur"]


@pytest.mark.parametrize(
    ("right", "slip"),
    [
        ("(a_o1 − t1)·a_o1", "(t1 − a_o1)·a_o1"),
        ("δ_o1·a_h2", "δ_o1·a_h1"),
        ("≈ 0.13850", "≈ 0.13852"),
        ("= 0.3775", "= 0.3776"),
        ("[δ_o1·W5 + δ_o2·W7]", "[δ_o1·W5 + δ_o2·W8]"),
        ("= W1·i1 + W2·i2 + b1", "= W1·i1 + W2·i2"),
    ],
)
def test_a_slip_on_the_page_is_found(right: str, slip: str) -> None:
    text = rendered(MAZUR, "deltas")
    assert right in text
    assert wrong(page_of(MAZUR, text.replace(right, slip, 1))) != []


def test_carried_numbers_follow_from_the_numbers_before_them() -> None:
    network = EXAMPLES["write-up-003"]
    page = page_of(network, rendered(network, "deltas", rounding="carried"))
    for chain in page.chains:
        numeric = [m for m in chain.members if in_numbers(m, page.names)]
        if len(numeric) > 1:
            before, last = page.value(numeric[-2]), page.value(numeric[-1])
            assert abs(before - last) <= possible_error(page, numeric[-1]), chain

"""What the parts of a document say beside the derivation is true, and said only where it is.

As in ``test_claims``, a forward pass of its own and its difference quotients decide.
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import derive
from derive.derivation import extra
from derive.derivation.check import CheckFailed
from derive.derivation.steps import Step, chain
from derive.document.blocks import Heading, Strong
from derive.document.narration.parts import references
from derive.expression.nodes import ACTIVATION, BIAS, DELTA, LOSS, WEIGHT, Quantity
from derive.network import Network
from derive.rendering import narrated
from derive.writers.columns import width
from tests.derivation.oracle import mp
from tests.derived import derived
from tests.document.claims import Said, named, network, oracle, path_count, told
from tests.document.networks import EXAMPLES, OTHERS
from tests.document.test_claims import NETWORKS as SOME
from tests.writers.markdown_rules import problems
from tests.writers.test_latex_pages import compiled, complaints, needs_tex

TINY = mp.mpf(10) ** -15
E = Quantity(LOSS)
PARTS = ("introduction", "lemmas", "why", "closing", "references", "captions")
NETWORKS = {**SOME, **{n: EXAMPLES[n] for n in ("mazur", "write-up-002", "batch", "symbolic")},
            "sum of examples": OTHERS["sum of examples"]}  # fmt: skip
each = pytest.mark.parametrize("name", NETWORKS)


def said_of(of: Network, style: str = "deltas", detail: str = "normal", **more: Any) -> list[Said]:
    return told(of, style, detail, **{"parts": PARTS, **more})


def weights(of: Network) -> int:
    return sum(a * b for a, b in pairwise(of.sizes))


def biases(of: Network) -> int:
    counts = {"none": 0, "shared": 1}
    return sum(counts.get(layer.bias, layer.units) for layer in of.layers)


@each
def test_the_introduction_counts(name: str) -> None:
    of = NETWORKS[name]
    said = said_of(of)
    (one,) = [s for s in said if s.sentence.startswith("architecture_count")]
    assert one.count("all") == weights(of) + biases(of)
    assert one.count("trained") == len(of.parameters())
    assert one.count("products") == weights(of) * of.example_count
    assert one.values["batch"] == of.is_batch
    (motive,) = named(said, "intro_motivation")
    assert motive.count("count") == len(of.parameters())
    assert motive.quantity("w") in of.parameters()


@each
@pytest.mark.parametrize("style", ["deltas", "paths"])
@pytest.mark.parametrize("detail", ["brief", "full"])
def test_what_is_promised_is_kept(name: str, style: str, detail: str) -> None:
    of = NETWORKS[name]
    said = {s.sentence for s in said_of(of, style, detail)}
    assert ("outcome_paths" in said) == (style == "paths")
    assert (
        ("outcome_batch" in said)
        == of.is_batch
        == ("averages_mean" in said) | ("averages_sum" in said)
    )
    after = {"loss_fell", "loss_rose", "loss_same"}
    assert ("outcome_update" in said) == bool(said & after)
    assert ("outcome_update_symbolic" in said) == ("descent_symbolic" in said)
    without = {s.sentence for s in said_of(of, style, detail, parts=("introduction",))}
    assert ("outcome_lemmas" in without) == (detail == "full")


@pytest.mark.parametrize("name", ["mazur", "symbolic", "batch"])
@pytest.mark.parametrize("detail", ["brief", "normal"])
def test_the_way_there_has_the_steps_of_the_document(name: str, detail: str) -> None:
    document, _ = narrated(derived(EXAMPLES[name]), detail=detail, parts=PARTS)
    titles = ["".join(map(str, b.content)) for b in document.blocks
              if isinstance(b, Heading) and b.level == 2]  # fmt: skip
    steps = [s for s in said_of(EXAMPLES[name], detail=detail)
             if s.sentence.startswith("approach_")]  # fmt: skip
    found = [strong.text for s in steps for strong in s.values["title"]  # type: ignore[union-attr]
             if isinstance(strong, Strong)]  # fmt: skip
    first, last = titles.index(found[0]), titles.index(found[-1])
    assert titles[first : last + 1] == found and first == 1
    assert "Backward pass" in found


@each
@pytest.mark.parametrize("style", ["deltas", "paths"])
@pytest.mark.parametrize("detail", ["brief", "normal", "full"])
def test_a_lemma_is_proved_before_it_is_cited(name: str, style: str, detail: str) -> None:
    page = derive.render(derived(NETWORKS[name], style), "text", detail=detail, parts=PARTS)
    assert isinstance(page, str)
    stated: list[int] = []
    for found in re.finditer(r"^(?:Lemma (\d+) \()|\[Lemma (\d+)\]", page, re.MULTILINE):
        if found[1]:
            stated.append(int(found[1]))
        else:
            assert int(found[2]) in stated
    assert stated == list(range(1, len(stated) + 1)) and stated
    assert "Appendix: the derivatives of the activations" not in page
    assert "[known derivative]" not in page.partition("\nBackward pass\n")[2]


# -- why it matters ----------------------------------------------------------------------------


def test_a_false_step_of_a_part_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    right = extra.output_delta

    def wrong(graph: Any) -> Step:
        step = right(graph)
        other = Quantity(DELTA, step.about[0].layer, 1)
        return replace(step, relations=chain(other, *(r.expression for r in step.relations[1:])))

    derive.render(derive.derive(EXAMPLES["mazur"]), "text", parts=["why"])
    monkeypatch.setattr(extra, "output_delta", wrong)
    derivation = derive.derive(EXAMPLES["mazur"])
    with pytest.raises(CheckFailed, match="general/delta"):
        derive.render(derivation, "text", parts=["why"])
    derive.render(derivation, "text")


@each
def test_the_factors_of_an_output_delta(name: str) -> None:
    of = NETWORKS[name]
    last = of.layers[-1]
    softmax = last.activation.name == "softmax" and last.units > 1
    said = said_of(of)
    assert bool(named(said, "why_delta_softmax")) == softmax
    found = named(said, "why_delta_numbers")
    assert bool(found) == (not softmax and of.has_values and not of.is_batch)
    for one in found:
        at, d = oracle(of), one.quantity("delta")
        z, a = (Quantity(kind, d.layer, d.unit) for kind in ("pre-activation", ACTIVATION))
        delta, slope = at.difference(E, z), at.difference(a, z)
        assert abs(one.shown("value") - float(delta)) < 1e-5
        assert abs(one.shown("slope") - float(slope)) < 1e-5
        assert abs(one.shown("error") * float(slope) - float(delta)) < 1e-5


@each
def test_questions_about_biases(name: str) -> None:
    of = NETWORKS[name]
    said = said_of(of)
    for one in named(said, "answer_bias_vanishes"):
        z, b, w = (one.quantity(place) for place in "zbw")
        at = oracle(of) if of.has_values else None
        if at is not None:
            assert abs(at.difference(z, b) - 1) < TINY
            moved = oracle(of, {b: at.quantity(b) + 1})
            assert abs(moved.difference(z, w) - at.difference(z, w)) < TINY
        (how,) = named(said, "answer_bias_trained", "answer_bias_frozen")
        assert (how.sentence == "answer_bias_trained") == (b in of.parameters())
    trained = [w for w in of.parameters() if w.kind == BIAS]
    shared = named(said, "answer_bias_shared")
    assert bool(shared or named(said, "answer_bias")) == bool(trained)
    for one in (*shared, *named(said, "answer_bias")):
        b = one.quantity("b")
        assert (b.unit < 0 and of.sizes[b.layer] > 1) == bool(shared)


def test_questions_about_batches() -> None:
    for name, over in (("batch", "mean"), ("sum of examples", "sum")):
        of = NETWORKS[name]
        (one,) = named(said_of(of), f"answer_batch_{over}")
        w, whole = one.quantity("w"), oracle(of)
        values = [float(v.value) for v in one.values["values"]  # type: ignore[union-attr]
                  if not isinstance(v, (str, Strong))]  # fmt: skip
        slopes = [float(example.difference(E, w)) for example in whole.examples]
        assert len(values) == one.count("n") == of.example_count
        assert values == pytest.approx(slopes, abs=1e-5)
        total = sum(slopes) / (of.example_count if over == "mean" else 1)
        assert one.shown("whole") == pytest.approx(total, abs=1e-5)
    assert not named(said_of(SOME["deep"]), "answer_batch_mean", "answer_batch_sum")


def test_the_slope_of_the_sigmoid_is_never_more_than_a_quarter() -> None:
    def slope(x: Any) -> Any:
        return mp.mpf(1) / (1 + mp.exp(-x)) * (1 - mp.mpf(1) / (1 + mp.exp(-x)))

    assert slope(mp.mpf(0)) == mp.mpf(1) / 4
    assert all(slope(mp.mpf(k) / 7) < mp.mpf(1) / 4 for k in range(-99, 100) if k)


@each
def test_whether_gradients_shrink(name: str) -> None:
    of = NETWORKS[name]
    said = said_of(of)
    sigmoids = [layer.activation.name == "sigmoid" for layer in of.layers]
    found = named(said, "answer_vanishing")
    assert bool(found) == any(sigmoids[:-1])
    for one in found:
        bound = one.values["bound"]
        assert isinstance(bound, derive.expression.nodes.Number)
        assert bound.value == Fraction(1, 4 ** sum(sigmoids))
        assert one.count("count") == sum(sigmoids)
    for one in named(said, "answer_vanishing_fell", "answer_vanishing_rose"):
        at = oracle(of)
        goal = Quantity("batch loss") if of.is_batch else E
        norms = []
        for k in (len(of.layers), 1):
            ws = [w for w in of.parameters() if w.kind == WEIGHT and w.layer == k]
            norms.append(float(mp.sqrt(sum(at.difference(goal, w) ** 2 for w in ws))))
        assert one.shown("big") == pytest.approx(norms[0], abs=1e-5)
        assert one.shown("small") == pytest.approx(norms[1], abs=1e-5)
        assert (one.sentence == "answer_vanishing_fell") == (norms[1] < norms[0])


@each
def test_units_that_begin_alike_stay_alike(name: str) -> None:
    of = NETWORKS[name]
    said = said_of(of)
    assert bool(named(said, "answer_equal", "answer_equal_none")) == any(
        layer.units > 1 for layer in of.layers[:-1]
    )
    found = [s for s in said if s.sentence.startswith("answer_equal_numbers")]
    for one in found:
        every = [q for k in range(1, len(of.layers) + 1) for q in (*of.weights(k), *of.biases(k))]
        equal = {q: mp.mpf(1) / 2 if q.kind == WEIGHT else mp.mpf(0) for q in every}
        at = oracle(of, equal)
        zs = [Quantity("pre-activation", d.layer, d.unit) for d in one.quantities("deltas")]
        for z in zs:
            assert abs(at.difference(E, z) - at.difference(E, zs[0])) < TINY
            assert abs(one.shown("value") - float(at.difference(E, z))) < 1e-5
        after = {q: value - mp.mpf(1) / 2 * at.difference(E, q) for q, value in equal.items()}
        again = oracle(of, after)
        for z in zs:
            assert abs(again.difference(E, z) - again.difference(E, zs[0])) < TINY
            assert abs(again.quantity(z) - again.quantity(zs[0])) < TINY
        zero = abs(at.difference(E, zs[0])) < TINY
        if of.layers[-1].activation.name == "softmax":
            assert bool(named(said, "answer_equal_zero")) == zero


# -- the closing -------------------------------------------------------------------------------


@each
def test_what_it_costs(name: str) -> None:
    of = NETWORKS[name]
    said = said_of(of)
    (one,) = [s for s in said if s.sentence.startswith("closing_cost")]
    trained = of.parameters()
    lowest = min(w.layer for w in trained)
    carried = sum(a * b for k, (a, b) in enumerate(pairwise(of.sizes), start=1) if k > lowest)
    gradients = len([w for w in trained if w.kind == WEIGHT])
    assert one.count("forward") == weights(of)
    assert one.count("gradients") == gradients and one.count("carried") == carried
    assert one.count("backward") == gradients + carried
    assert ("_gradients" in one.sentence) == (carried == 0)
    assert one.values["batch"] == of.is_batch
    rounded, _, times = str(one.values["times"]).rpartition(" ")
    assert abs(Fraction(times) * weights(of) - gradients - carried) * 200 <= weights(of)
    assert bool(rounded) == (Fraction(times) * weights(of) != gradients + carried)
    assert gradients + carried <= 2 * weights(of), "a small multiple"
    for two in named(said, "closing_paths"):
        counts = [path_count(of, w) for w in trained]
        assert two.count("paths") == sum(counts) and two.count("most") == max(counts)
        assert two.count("count") == len(counts) and two.count("n") == of.sizes[-2]


def test_one_more_layer_multiplies_the_paths() -> None:
    small, large = network((2, 3, 2), ("tanh",) * 2), network((2, 3, 3, 2), ("tanh",) * 3)
    (one,) = named(said_of(small), "closing_paths")
    first = Quantity(WEIGHT, 1)
    assert path_count(large, first) == one.count("n") * path_count(small, first)


# -- references --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("parts", [PARTS, ("references",)])
def test_what_is_listed_is_cited_in_order(name: str, parts: tuple[str, ...]) -> None:
    page = derive.render(derived(EXAMPLES[name]), "text", parts=parts)
    assert isinstance(page, str)
    text, _, listed = page.partition("References\n──────────\n")
    cited = [int(n) for n in re.findall(r"\[(\d+)\]", text)]
    numbers = [int(n) for n in re.findall(r"^\[(\d+)\]", listed, re.MULTILINE)]
    assert cited == numbers == list(range(1, len(numbers) + 1)) and numbers
    assert ("mattmazur" in listed) == (name in (
        "mazur", "mazur-trained-biases", "write-up-000", "write-up-001",
    ))  # fmt: skip
    assert not re.search(r"\[\d+\]", str(derive.render(derived(EXAMPLES[name]), "text")))


def test_another_number_is_not_that_example() -> None:
    usual = EXAMPLES["mazur"]
    layer = usual.layers[0]
    assert layer.weights is not None and usual.inputs is not None
    for changed in ({"inputs": (usual.inputs[0][::-1],)}, {"learning_rate": None}):
        other = object.__new__(Network)
        for field in Network.__dataclass_fields__:
            object.__setattr__(other, field, changed.get(field, getattr(usual, field)))
        said = named(told(other, parts=("references",)), "cited_example")
        assert bool(said) == ("learning_rate" in changed)
    assert references.works.__doc__


# -- pages -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mazur", "write-up-002", "symbolic", "batch"])
@pytest.mark.parametrize("style", ["deltas", "paths", "matrices"])
def test_pages_with_all_parts_keep_the_rules_of_their_format(name: str, style: str) -> None:
    derivation = derived(EXAMPLES[name], style)
    for dialect in ("github", "plain"):
        page = derive.render(derivation, "markdown", dialect=dialect, parts=PARTS)
        assert isinstance(page, str)
        assert [str(problem) for problem in problems(page, dialect)] == []
    text = derive.render(derivation, "text", parts=PARTS)
    assert isinstance(text, str)
    assert [line for line in text.split("\n") if width(line) > 80] == []


@needs_tex
@pytest.mark.parametrize(
    ("name", "style"), [("mazur", "deltas"), ("write-up-002", "matrices"), ("batch", "paths")]
)
def test_pages_with_all_parts_compile(name: str, style: str, tmp_path: Path) -> None:
    page = derive.render(derived(EXAMPLES[name], style), "latex", parts=PARTS)
    assert isinstance(page, str)
    assert complaints(compiled(page, tmp_path)) == []

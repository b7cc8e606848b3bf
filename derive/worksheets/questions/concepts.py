"""Questions of understanding, each about what the numbers of this variant really do.

Every answer is computed: from the slopes of units, from the gradients, or by trying it out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from derive.derivation.graph import E, Graph, activations, pre_activations
from derive.derivation.numbers import equal
from derive.derivation.trace import trace
from derive.document.blocks import Inline
from derive.expression.nodes import DELTA, Quantity
from derive.network.description import Layer
from derive.worksheets.questions.draft import Draft
from derive.worksheets.questions.ground import Ground
from derive.worksheets.questions.question import Question
from derive.worksheets.recipe import Ask, DoesNotFit
from derive.worksheets.variant import givens_of

_MOST_OPTIONS = 5


@dataclass(frozen=True, slots=True)
class Concept:
    """A question that fits a variant: what is asked, the answer, the others, in this order."""

    name: str
    prompt: Inline
    right: int
    options: tuple[Inline, ...]


def concept(ground: Ground, ask: Ask, letter: str) -> Question:
    """Some of the questions that fit the variant."""
    draft = Draft(ground, ask, letter)
    pool = [found for make in _ALL for found in make(ground)]
    if not pool:
        raise DoesNotFit("none fits the numbers")
    count = min(ask.count or 2, len(pool))
    picked = sorted(ground.chance.sample(range(len(pool)), count))
    draft.begin()
    for found in (pool[place] for place in picked):
        options = [(shown, "") for shown in found.options]
        draft.choose(found.prompt, options, found.right, f"concept/{found.name}")
    return draft.question()


def saturation(ground: Ground) -> Iterator[Concept]:
    """Which unit of a layer has the smallest slope."""
    words, environment = ground.words, ground.numbers.environment
    for layer in ground.exercise.structure.layers:
        reach = layer.activation.range
        bounded = reach is not None and reach.low is not None and reach.high is not None
        if layer.activation.function is None or not bounded:
            continue
        slopes = [
            environment.partial(a, z)
            for a, z in zip(activations(layer), pre_activations(layer), strict=True)
        ]
        right = _standing_out([-slope for slope in slopes])
        if right is not None and layer.units <= _MOST_OPTIONS:
            yield Concept(
                "saturation",
                words("concept-saturation", layer=ground.layer_name(layer.index)),
                right, tuple((z,) for z in pre_activations(layer)),
            )  # fmt: skip
            return


def _standing_out(values: list[Any]) -> int | None:
    """The position of the largest of several values; None where another is about as large."""
    if len(values) < 2:
        return None
    first, second = sorted(values, reverse=True)[:2]
    if abs(first - second) * 20 < abs(first) or abs(first - second) * 20 < abs(second):
        return None
    return values.index(first)


def inactive(ground: Ground) -> Iterator[Concept]:
    """Which derivatives are 0 because a unit is inactive."""
    words, environment, graph = ground.words, ground.numbers.environment, ground.graph
    for layer in ground.exercise.structure.layers:
        for a, z in zip(activations(layer), pre_activations(layer), strict=True):
            if layer.activation.name != "relu" or environment.quantity(z) >= 0:
                continue
            into = [w for w in ground.exercise.structure.weights(layer.index) if w.unit == z.unit]
            behind = [
                w for w in ground.exercise.structure.weights(layer.index + 1)
                if w.source == z.unit
            ] if layer.index < len(ground.exercise.structure.layers) else []  # fmt: skip
            zero = [all(environment.partial(E, w) == 0 for w in some) for some in (into, behind)]
            if not behind or not all(zero) or graph.path_count(a, E) == 0:
                continue
            options = tuple(words(f"concept-inactive-{name}", unit=z)
                            for name in ("into", "behind", "both", "none"))  # fmt: skip
            yield Concept("inactive", words("concept-inactive", unit=z), 2, options)
            return


def direction(ground: Ground) -> Iterator[Concept]:
    """Whether the loss rises or falls when a weight is made a little larger."""
    words, environment = ground.words, ground.numbers.environment
    network = ground.exercise.structure
    pool = [w for layer in network.layers for w in network.weights(layer.index)
            if environment.partial(E, w) != 0]  # fmt: skip
    if pool:
        w = ground.chance.choice(pool)
        right = 0 if environment.partial(E, w) > 0 else 1
        options = tuple(words(f"concept-direction-{name}", loss=E)
                        for name in ("rises", "falls", "stays"))  # fmt: skip
        prompt = words("concept-direction", w=w, loss=E)
        yield Concept("direction", prompt, right, options)


def vanishing(ground: Ground) -> Iterator[Concept]:
    """In which layer the deltas are smallest on the average."""
    words, environment = ground.words, ground.numbers.environment
    network = ground.exercise.structure
    means = [
        sum(abs(environment.quantity(Quantity(DELTA, layer.index, unit)))
            for unit in range(layer.units)) / layer.units
        for layer in network.layers
    ]  # fmt: skip
    right = _standing_out([-mean for mean in means])
    if right is not None and len(means) <= _MOST_OPTIONS:
        options = tuple((ground.layer_name(layer.index),) for layer in network.layers)
        yield Concept("vanishing", words("concept-vanishing"), right, options)


def symmetry(ground: Ground) -> Iterator[Concept]:
    """What a step makes of units that begin with equal weights: tried out."""
    words, network = ground.words, ground.exercise.structure
    for layer in network.layers[:-1]:
        if layer.units > 1 and layer.activation.function is not None and stays_alike(ground, layer):
            options = tuple(words(f"concept-symmetry-{name}")
                            for name in ("alike", "differ", "first", "zero"))  # fmt: skip
            prompt = words("concept-symmetry", layer=ground.layer_name(layer.index))
            yield Concept("symmetry", prompt, 0, options)
            return


def stays_alike(ground: Ground, layer: Layer) -> bool:
    """Whether units of a layer with the same weights in and out get the same gradients, not 0."""
    givens = givens_of(ground.numbers)
    structure = ground.exercise.structure
    for w in (*structure.weights(layer.index), *structure.biases(layer.index)):
        if w.unit > 0:
            givens[w] = givens[Quantity(w.kind, w.layer, 0, w.source)]
    for w in structure.weights(layer.index + 1):
        if w.source > 0:
            givens[w] = givens[Quantity(w.kind, w.layer, w.unit, 0)]
    after = trace(Graph(structure.with_numbers(givens))).examples[0]
    slopes = {w: after.partial(E, w) for w in structure.weights(layer.index)}
    alike = all(
        equal(slope, slopes[Quantity(w.kind, w.layer, 0, w.source)]) for w, slope in slopes.items()
    )
    return alike and any(slope != 0 for slope in slopes.values())


_ALL: tuple[Callable[[Ground], Iterator[Concept]], ...] = (
    saturation, inactive, direction, vanishing, symmetry,
)  # fmt: skip
MAKERS: dict[str, Callable[..., Question]] = {"concept": concept}

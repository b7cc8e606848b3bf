"""Questions of understanding, each about what the numbers of this variant really do.

Every answer is computed: from the slopes of units, from the gradients, or by trying it out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from derive.algebra.slopes import slopes
from derive.derivation.numbers.rounding import equal
from derive.derivation.trace import trace
from derive.document.blocks import Inline
from derive.expression.arithmetic import HIGH
from derive.expression.constructors import variable
from derive.expression.evaluate import Bindings
from derive.expression.nodes import DELTA, Apply, Quantity
from derive.graph import E, NetworkGraph, activations, pre_activations
from derive.network.description import Layer
from derive.worksheets.questions.context import Ground
from derive.worksheets.questions.draft import Draft
from derive.worksheets.questions.ledger import ASKS, Thing
from derive.worksheets.questions.question import Question
from derive.worksheets.recipes.kinds import DEAD, SATURATED
from derive.worksheets.recipes.recipe import Ask, DoesNotFit
from derive.worksheets.recipes.units import Special, bounded
from derive.worksheets.variants.variant import givens_of

_MOST_OPTIONS = 5


@dataclass(frozen=True, slots=True)
class Concept:
    """A question that fits a variant: what is asked, the answer, the others, in this order."""

    name: str
    prompt: Inline
    right: int
    options: tuple[Inline, ...]


def concept(ground: Ground, ask: Ask, letter: str) -> Question:
    """Some of the questions that fit the variant: first those about units that are asked for."""
    draft = Draft(ground, ask, letter)
    first = list(_about_units(ground))
    excluded = {one.name for one in first}
    if not ground.is_first:
        excluded.update(map(str, ground.ledger.all(ASKS, Thing.CONCEPT)))
        first = [one for one in first if not ground.ledger.has(ASKS, Thing.CONCEPT, one.name)]
    pool = [one for make in _ALL for one in make(ground) if one.name not in excluded]
    if not (first or pool):
        raise DoesNotFit("none fits the numbers")
    count = min(ask.count or 2, len(first) + len(pool))
    more = max(0, count - len(first))
    picked = sorted(ground.chance.sample(range(len(pool)), more))
    draft.begin()
    for one in (*first[:count], *(pool[place] for place in picked)):
        ground.ledger.note(ASKS, Thing.CONCEPT, [one.name])
        options = [(option, "") for option in one.options]
        right = options[one.right]
        if not ground.is_first:  # no place is likelier than another
            ground.chance.shuffle(options)
        draft.choose(one.prompt, options, options.index(right), f"concept/{one.name}")
    return draft.question()


def _about_units(ground: Ground) -> Iterator[Concept]:
    """What there is to ask about the units that a recipe asks for, about each in turn."""
    makers = {SATURATED: (saturation, flattened), DEAD: (inactive, unmoved)}
    for turn in range(2):
        for one in ground.units:
            yield from makers[one.kind][turn](ground, one)
    if ground.units:
        yield from vanishing(ground)


def saturation(ground: Ground, about: Special | None = None) -> Iterator[Concept]:
    """Which unit of a layer has the smallest slope."""
    words, environment = ground.words, ground.numbers.environment
    for layer in ground.exercise.structure.layers:
        if not bounded(layer) or (about is not None and about.layer != layer.index):
            continue
        derivatives = [
            environment.partial(a, z)
            for a, z in zip(activations(layer), pre_activations(layer), strict=True)
        ]
        right = _standing_out([-slope for slope in derivatives])
        if right is not None and layer.units <= _MOST_OPTIONS:
            yield Concept(
                "saturation",
                words("concept_saturation", layer=ground.layer_name(layer.index)),
                right, _or_alike(ground, [(z,) for z in pre_activations(layer)], "saturation"),
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


def _or_alike(ground: Ground, options: Sequence[Inline], name: str) -> tuple[Inline, ...]:
    """Some options; where there are only two, a third: that they are alike."""
    if ground.is_first or len(options) > 2:
        return tuple(options)
    return (*options, ground.words(f"concept_{name}_alike"))


def flattened(ground: Ground, about: Special) -> Iterator[Concept]:
    """How much larger the gradients at a saturated unit would be if it stood in the middle.

    A gradient is what comes back to the unit, times its slope, times an input: with what comes
    back kept, it grows as the slope does, from f′(z) to f′(0).
    """
    words, layer = ground.words, ground.exercise.structure.layers[about.layer - 1]
    here = ground.numbers.environment.partial(about.activation, about.pre_activation)
    times = round(_slope_in_the_middle(layer) / here)
    names = ["larger", "same", "smaller", "zero"]
    ground.chance.shuffle(names)
    options = tuple(words(f"concept_flattened_{name}", times=times) for name in names)
    prompt = words("concept_flattened", layer=ground.layer_name(layer.index), count=layer.units)
    yield Concept("flattened", prompt, names.index("larger"), options)


def _slope_in_the_middle(layer: Layer) -> Any:
    """f′(0)."""
    function, x = layer.activation.function, variable("x")
    assert function is not None
    return slopes(Apply(function, (x,)), Bindings({x: HIGH.number(Fraction(0))}))[x]


def unmoved(ground: Ground, about: Special) -> Iterator[Concept]:
    """What a step of gradient descent makes of the weights into a dead unit: tried out."""
    words, numbers = ground.words, ground.numbers
    weights = [w for w in ground.exercise.structure.weights(about.layer) if w.unit == about.unit]
    if all(numbers.environment.partial(E, w) == 0 for w in weights):
        names = ["stay", "grow", "shrink", "active"]
        ground.chance.shuffle(names)
        options = tuple(words(f"concept_unmoved_{name}") for name in names)
        prompt = words("concept_unmoved", unit=about.pre_activation)
        yield Concept("unmoved", prompt, names.index("stay"), options)


def inactive(ground: Ground, about: Special | None = None) -> Iterator[Concept]:
    """Which derivatives are 0 because a unit is inactive."""
    words, environment, graph = ground.words, ground.numbers.environment, ground.graph
    for layer in ground.exercise.structure.layers:
        for a, z in zip(activations(layer), pre_activations(layer), strict=True):
            if layer.activation.name != "relu" or environment.quantity(z) >= 0:
                continue
            if about is not None and about.pre_activation != z:
                continue
            into = [w for w in ground.exercise.structure.weights(layer.index) if w.unit == z.unit]
            behind = [
                w for w in ground.exercise.structure.weights(layer.index + 1)
                if w.source == z.unit
            ] if layer.index < len(ground.exercise.structure.layers) else []  # fmt: skip
            zero = [all(environment.partial(E, w) == 0 for w in some) for some in (into, behind)]
            if not behind or not all(zero) or graph.path_count(a, E) == 0:
                continue
            options = tuple(words(f"concept_inactive_{name}", unit=z)
                            for name in ("into", "behind", "both", "none"))  # fmt: skip
            yield Concept("inactive", words("concept_inactive", unit=z), 2, options)
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
        options = tuple(words(f"concept_direction_{name}", loss=E)
                        for name in ("rises", "falls", "stays"))  # fmt: skip
        prompt = words("concept_direction", w=w, loss=E)
        yield Concept("direction", prompt, right, options)


def vanishing(ground: Ground) -> Iterator[Concept]:
    """In which layer the deltas are smallest on average."""
    words, environment = ground.words, ground.numbers.environment
    network = ground.exercise.structure
    means = [
        sum(abs(environment.quantity(Quantity(DELTA, layer.index, unit)))
            for unit in range(layer.units)) / layer.units
        for layer in network.layers
    ]  # fmt: skip
    right = _standing_out([-mean for mean in means])
    if right is not None and len(means) <= _MOST_OPTIONS:
        names: list[Inline] = [(ground.layer_name(layer.index),) for layer in network.layers]
        options = _or_alike(ground, names, "vanishing")
        prompt = words("concept_vanishing_two" if len(means) == 2 else "concept_vanishing")
        yield Concept("vanishing", prompt, right, options)


def symmetry(ground: Ground) -> Iterator[Concept]:
    """What a step makes of units that begin with equal weights: tried out."""
    words, network = ground.words, ground.exercise.structure
    for layer in network.layers[:-1]:
        if layer.units > 1 and layer.activation.function is not None and stays_alike(ground, layer):
            names = ground.chance.sample(("alike", "differ", "first", "zero"), 4)
            options = tuple(words(f"concept_symmetry_{name}") for name in names)
            biased = network.biases(layer.index)
            prompt = words("concept_symmetry" if biased else "concept_symmetry_unbiased",
                           layer=ground.layer_name(layer.index))  # fmt: skip
            yield Concept("symmetry", prompt, names.index("alike"), options)
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
    after = trace(NetworkGraph(structure.with_numbers(givens))).examples[0]
    gradients = {w: after.partial(E, w) for w in structure.weights(layer.index)}
    alike = all(
        equal(gradient, gradients[Quantity(w.kind, w.layer, 0, w.source)])
        for w, gradient in gradients.items()
    )
    return alike and any(gradient != 0 for gradient in gradients.values())


_ALL: tuple[Callable[[Ground], Iterator[Concept]], ...] = (
    saturation, inactive, direction, vanishing, symmetry,
)  # fmt: skip
MAKERS: dict[str, Callable[..., Question]] = {"concept": concept}

"""One variant's numbers: drawn, judged, and drawn again until they are good."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from derive.derivation.numbers.chains import Numbers
from derive.derivation.numbers.rounding import Rounding
from derive.derivation.trace import trace
from derive.expression.nodes import INPUT, TARGET, Number, Quantity
from derive.graph import RATE, NetworkGraph
from derive.worksheets.exercise import Exercise
from derive.worksheets.misconceptions import steering_slips
from derive.worksheets.recipes.recipe import WorksheetError
from derive.worksheets.recipes.units import Special, choices, unasked
from derive.worksheets.source import FIRST
from derive.worksheets.variants.criteria import INACTIVE, ZERO_DELTAS, fault
from derive.worksheets.variants.discrimination import Alike, Telling
from derive.worksheets.variants.givens import Givens, draw
from derive.worksheets.variants.steered import steer

TRIES = 400
HOPELESS = 24  # tries that all come to nothing, but for a few with another fault
CANDIDATES = 8  # good variants of which the most telling is taken
_SAMPLES = 12


@dataclass(frozen=True, slots=True)
class Draw:
    """The numbers of a variant.

    draws  how many were drawn
    alike  what they do not tell from the right answers, of the mistakes that they are chosen by
    units  those that are saturated or dead on purpose
    untold  the same of all mistakes that are recognised
    """

    numbers: Numbers
    draws: int
    alike: tuple[Alike, ...]
    units: tuple[Special, ...] = ()
    untold: tuple[Alike, ...] = ()


class Search:
    """Finds the numbers of variants: good for a hand, and telling as many mistakes as can be.

    units   the saturated or dead units that a recipe asks for: one of each sort in every variant.
            Where it asks for none, a unit of relu is dead if the network can have one: else f′ is
            1 everywhere, and no mark can see that it was left out
    fewest  mistakes that stay untold: with some structures there are always some
    Raises WorksheetError where the network cannot have such units.
    """

    def __init__(
        self, exercise: Exercise, rate: Number | None, rounding: Rounding,
        units: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self.exercise = exercise
        if units:
            self.choices = choices(exercise.structure, units)
        else:
            self.choices = unasked(exercise.structure) if exercise.edition > FIRST else ()
        self.rate = rate
        self.rounding = rounding
        self.telling = Telling(exercise, steering_slips)
        self.every = Telling(exercise)
        try:
            self.fewest = self._fewest()
        except WorksheetError:
            if units or not self.choices:
                raise
            self.choices = ()  # with a dead unit there are no good numbers
            self.fewest = self._fewest()

    def _fewest(self) -> int:
        chance = random.Random("which mistakes can be told")
        return min(len(self._good(chance, TRIES).alike) for _ in range(_SAMPLES))

    def find(self, chance: random.Random) -> Draw:
        """Numbers that nothing speaks against, chosen from at most ``CANDIDATES`` such.

        Raises WorksheetError, saying what went wrong most often, after ``TRIES`` tries.
        """
        best: Draw | None = None
        draws = 0
        for _ in range(CANDIDATES):
            candidate = self._good(chance, TRIES)
            draws += candidate.draws
            if best is None or len(candidate.alike) < len(best.alike):
                best = candidate
            if len(best.alike) <= self.fewest:
                break
        assert best is not None
        for _ in range(CANDIDATES):
            awake = self._awake(best, chance)
            if awake is not None:
                return replace(awake, draws=draws, untold=self.every.alike(awake.numbers))
            best = self._good(chance, TRIES)
            draws += best.draws
        raise WorksheetError(f"no good numbers: {INACTIVE} every time; take another network")

    def _awake(self, candidate: Draw, chance: random.Random) -> Draw | None:
        """The same numbers without an inactive unit of relu, by turning the signs of its weights
        where there is one; None where that does not lead to good numbers."""
        if fault(self.exercise, candidate.numbers, candidate.units) is None:
            return candidate
        givens = givens_of(candidate.numbers)
        if not steer(self.exercise.derivation.layered, givens, (), chance):
            return None
        numbers = numbers_with(self.exercise, givens, self.rounding)
        if fault(self.exercise, numbers) is not None:
            return None
        return Draw(numbers, candidate.draws, self.telling.alike(numbers, choosing=True))

    def _good(self, chance: random.Random, tries: int) -> Draw:
        faults: Counter[str] = Counter()
        for draws in range(1, tries + 1):
            special = tuple(chance.choice(units) for units in self.choices)
            try:
                givens = draw(self.exercise.structure, self.rate, chance)
                if special and not steer(self.exercise.derivation.layered, givens, special, chance):
                    faults["the inputs are too small for the units asked for"] += 1
                    continue
                numbers = numbers_with(self.exercise, givens, self.rounding)
                problem = fault(self.exercise, numbers, special)
                if problem is None or problem == INACTIVE:  # see _awake
                    return Draw(numbers, draws, self.telling.alike(numbers, choosing=True), special)
            except ArithmeticError:
                problem = "a formula has no value"
            faults[problem] += 1
            if faults[ZERO_DELTAS] == HOPELESS and draws <= 1.25 * HOPELESS:
                raise WorksheetError(
                    f"no good numbers: in {HOPELESS} of {draws} tries {ZERO_DELTAS}, so there is "
                    "nothing to be worked out; take another network"
                )
        reason, count = faults.most_common(1)[0]
        raise WorksheetError(
            f"no good numbers in {tries} tries; {count} times {reason}: "
            "try again for other ones, or take another network"
        )


def givens_of(numbers: Numbers) -> Givens:
    """The numbers that a variant was drawn with."""
    network = numbers.network
    assert network.inputs is not None and network.targets is not None
    givens = {Quantity(INPUT, unit=i): number for i, number in enumerate(network.inputs[0])}
    givens |= {Quantity(TARGET, unit=k): number for k, number in enumerate(network.targets[0])}
    for layer in network.layers:
        for w in (*network.weights(layer.index), *network.biases(layer.index), RATE):
            value = network.value(w)
            assert value is not None
            givens[w] = value
    return givens


def numbers_with(exercise: Exercise, givens: Givens, rounding: Rounding) -> Numbers:
    """The displayed numbers of an exercise with these givens."""
    network = exercise.structure.with_numbers(givens)
    return Numbers(exercise.formulas, rounding, trace(NetworkGraph(network)))

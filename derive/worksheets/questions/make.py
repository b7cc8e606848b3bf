"""All questions of a recipe, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from itertools import product as combinations
from string import ascii_uppercase

from derive.worksheets.questions import alone, choices, code, concepts, formulas, graph, structure
from derive.worksheets.questions.ground import Ground
from derive.worksheets.questions.lines import lines
from derive.worksheets.questions.question import Question
from derive.worksheets.recipe import DoesNotFit, Recipe, WorksheetError

MAKERS: dict[str, Callable[..., Question]] = {
    **dict.fromkeys(("forward", "loss", "local", "delta", "gradient", "update"), lines),
    **structure.MAKERS,
    **formulas.MAKERS,
    **choices.MAKERS,
    **code.MAKERS,
    **alone.MAKERS,
    **concepts.MAKERS,
    **graph.MAKERS,
}


def questions(ground: Ground, recipe: Recipe) -> tuple[Question, ...]:
    """The questions of a variant, without those that it has nothing for.

    What they rest on is in ``ground`` afterwards, and what was left out. Raises WorksheetError
    where nothing is left.
    """
    letters, made = _letters(), []
    letter = next(letters)
    for ask in recipe.questions:
        try:
            made.append(MAKERS[ask.kind](ground, ask, letter))
            letter = next(letters)
        except DoesNotFit as reason:
            ground.left_out.append(f"{ask.kind} ({reason})")
    if not made:
        raise WorksheetError(
            f"nothing can be asked: {', '.join(ground.left_out)}; add another kind of question"
        )
    return tuple(made)


def _letters() -> Iterator[str]:
    """A, B, …, Z, AA, AB, …"""
    for size in count(1):
        yield from map("".join, combinations(ascii_uppercase, repeat=size))

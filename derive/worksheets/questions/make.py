"""All questions of a recipe, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from string import ascii_uppercase

from derive.worksheets.items import in_letters
from derive.worksheets.questions import alone, choices, code, concepts, formulas, structure
from derive.worksheets.questions.circuits import graph
from derive.worksheets.questions.context import Ground
from derive.worksheets.questions.lines import lines
from derive.worksheets.questions.question import Question
from derive.worksheets.recipes.recipe import DoesNotFit, Recipe, WorksheetError

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


def questions(ground: Ground, recipe: Recipe) -> tuple[tuple[Question, ...], tuple[str, ...]]:
    """The questions of a variant, and those that it has nothing for, with the reason.

    What they rest on is in the ledger afterwards. Raises WorksheetError where nothing is left.
    """
    letters, fitting = in_letters(ascii_uppercase), []
    left_out: list[str] = []
    letter = next(letters)
    for position, ask in enumerate(recipe.questions, start=1):
        ground.ledger.to_come = recipe.questions[position:]
        try:
            fitting.append(MAKERS[ask.kind](ground, ask, letter))
            letter = next(letters)
        except DoesNotFit as reason:
            left_out.append(f"{ask.kind} ({reason})")
    if not fitting:
        raise WorksheetError(
            f"nothing can be asked: {', '.join(left_out)}; add another kind of question"
        )
    return tuple(fitting), tuple(left_out)

"""All questions of a recipe, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from itertools import product as combinations
from string import ascii_uppercase

from derive.worksheets.questions.ground import Ground
from derive.worksheets.questions.lines import lines
from derive.worksheets.questions.question import Question
from derive.worksheets.recipe import Recipe

MAKERS: dict[str, Callable[..., Question]] = {
    **dict.fromkeys(("forward", "loss", "local", "delta", "gradient", "update"), lines),
}


def questions(ground: Ground, recipe: Recipe) -> tuple[Question, ...]:
    """The questions of a variant. What they rest on is in ``ground`` afterwards."""
    return tuple(
        MAKERS[ask.kind](ground, ask, letter)
        for letter, ask in zip(_letters(), recipe.questions, strict=False)
    )


def _letters() -> Iterator[str]:
    """A, B, …, Z, AA, AB, …"""
    for size in count(1):
        yield from map("".join, combinations(ascii_uppercase, repeat=size))

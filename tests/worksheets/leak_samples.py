"""Sheets on which answers are looked for: ready recipes, and recipes drawn at random."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache

from worksheets import leak_reader

from derive.document.blocks import Document, Figure, Paragraph
from derive.graph import E
from derive.network import Dense, Network
from derive.worksheets import Ask, Recipe, Variant
from derive.worksheets.classes.bundle import bundle_of
from derive.worksheets.recipes.files import READY, recipe_from
from derive.worksheets.recipes.kinds import DIALS, DIFFICULTIES, KINDS
from derive.worksheets.recipes.recipe import WorksheetError
from derive.worksheets.source import Source
from derive.writers import write
from derive.writers.drawings.svg import svg

NETWORKS = {
    "2-2-2, sigmoid": Network(
        2, [Dense(2, "sigmoid"), Dense(2, "sigmoid")], learning_rate=0.5
    ),
    "3-2-1, tanh, cross-entropy": Network(
        3, [Dense(2, "tanh"), Dense(1, "sigmoid")], "binary_cross_entropy", learning_rate=0.2,
        notation="layered",
    ),
    "2-3-2, relu, softmax": Network(
        2, [Dense(3, "relu"), Dense(2, "softmax")], "cross_entropy", learning_rate=0.1
    ),
    "2-2-2-1, to_from": Network(
        2, [Dense(2, "sigmoid", "none"), Dense(2, "tanh", "shared"), Dense(1)],
        learning_rate=0.1, notation="indexed", layout="to_from",
    ),
    "2-2-2, shared biases, mean": Network(
        2, [Dense(2, "sigmoid", "shared"), Dense(2, "tanh", "shared")], "mean_squared_error",
        learning_rate=0.5, notation="plain",
    ),
    "2-1, one unit": Network(2, [Dense(1, "sigmoid")], learning_rate=0.5),
}  # fmt: skip


@cache
def formulas_of(structure: Network) -> dict[str, str]:
    """The name of every result → what it is worked out from, as they are printed."""
    maker = bundle_of(structure, Recipe(questions=(Ask("graph"),)), Source(seed=0), 1).maker()
    exercise = maker.exercise

    def text(formula: object) -> str:
        page = Document((), (Paragraph((formula,)),))  # type: ignore[arg-type]
        return "".join(str(write(page, maker.names, "text")).split())

    return {text(name): text(formula) for name, formula in exercise.formulas.items()} | {
        "": text(E)
    }


def leaks(variant: Variant, structure: Network) -> list[str]:
    """What is found on the sheet of a variant."""
    kinds = {question.letter: question.kind for question in variant.questions}
    formulas = formulas_of(structure)
    sheet, key = (str(write(page, variant.names, "text")) for page in (variant.sheet, variant.key))
    pictures = [
        svg(block.picture, variant.names)
        for question in variant.questions for block in question.sheet if isinstance(block, Figure)
    ]  # fmt: skip
    return list(leak_reader.leaks(sheet, key, pictures, kinds, formulas, formulas[""]))


def ready(seeds: range) -> Iterator[tuple[str, Variant, Network]]:
    """Every ready recipe on every network, so many variants of each."""
    for called, network in NETWORKS.items():
        for name in READY:
            yield from _variants(f"{name}, {called}", network, recipe_from(name), seeds)


def drawn(seeds: range) -> Iterator[tuple[str, Variant, Network]]:
    """Recipes of kinds and dials at random."""
    called = list(NETWORKS)
    for seed in seeds:
        chance = random.Random(f"recipe {seed}")
        name = called[seed % len(called)]
        asked = tuple(_ask(chance) for _ in range(chance.randint(2, 7)))
        recipe = Recipe(digits=chance.choice((3, 4, 5)), questions=asked)
        kinds = ", ".join(ask.kind for ask in asked)
        yield from _variants(f"{kinds}; {name}", NETWORKS[name], recipe, range(seed, seed + 1))


def _ask(chance: random.Random) -> Ask:
    kind = chance.choice(sorted(KINDS))
    dials: dict[str, object] = {"hints": chance.random() < 0.2}
    if "count" in DIALS[kind] and chance.random() < 0.7:
        dials["count"] = chance.randint(1, 6)
    if "difficulty" in DIALS[kind]:
        dials["difficulty"] = chance.choice(DIFFICULTIES)
    for dial in ("given", "guided"):
        if dial in DIALS[kind]:
            dials[dial] = chance.random() < 0.5
    return Ask(kind, **dials)  # type: ignore[arg-type]


def _variants(
    called: str, network: Network, recipe: Recipe, seeds: range
) -> Iterator[tuple[str, Variant, Network]]:
    for seed in seeds:
        bundle = bundle_of(network, recipe, Source(seed=seed), 1)
        try:
            yield f"{called}, seed {seed}", bundle.variant(1), network
        except WorksheetError as error:
            assert "nothing can be asked" in str(error), error

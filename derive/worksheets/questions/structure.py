"""Questions about the network as it stands: paths, what a weight reaches, shapes, counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from derive.derivation.calculus.local import key
from derive.derivation.check import CheckFailed
from derive.document.blocks import Inline, Paragraph
from derive.expression.nodes import PRE_ACTIVATION, WEIGHT, Quantity, quantities
from derive.graph import E
from derive.worksheets.questions.context import Ground
from derive.worksheets.questions.draft import Draft
from derive.worksheets.questions.question import Question
from derive.worksheets.recipes.recipe import Ask, DoesNotFit

_LISTED = 6  # paths written out in a key


def paths(ground: Ground, ask: Ask, letter: str) -> Question:
    """How many paths lead from a weight to the loss, and what lies on them."""
    draft, graph, words = Draft(ground, ask, letter), ground.graph, ground.words
    draft.begin(loss=E)
    for w in _weights(ground, ask, 1):
        count = graph.path_count(w, E)
        draft.count(words("worksheet_paths_count", w=w, loss=E), count, f"paths/{key(w)}")
        for goal in graph.terms or (E,):
            if graph.reaches(w, goal):
                between = on_paths(ground, w, goal)
                prompt = words("worksheet_paths_between", w=w, goal=goal)
                draft.names(prompt, between, f"paths/{key(w)}/{key(goal)}", ends=(w, goal))
        if count <= _LISTED:
            routes = tuple(_route(path) for path in graph.paths(w, E))
            draft.key_only(Paragraph(words("worksheet_paths_listed", paths=words.listing(routes))))
    return draft.question()


def _route(path: tuple[Quantity, ...]) -> Inline:
    route: list[str | Quantity] = []
    for quantity in reversed(path):
        route += [" → ", quantity] if route else [quantity]
    return tuple(route)


def on_paths(ground: Ground, w: Quantity, goal: Quantity) -> tuple[Quantity, ...]:
    """What lies between a weight and a loss term, found by following the formulas only.

    Raises CheckFailed where the paths of the graph say otherwise.
    """
    definitions = ground.graph.definitions
    above, below = {w}, {goal}
    for q, formula in definitions.items():
        if above & quantities(formula).keys():
            above.add(q)
    for q in reversed(definitions):
        if q in below:
            below |= quantities(definitions[q]).keys()
    between = tuple(q for q in definitions if q in above & below and q not in (w, goal))
    reachable = {q for q in definitions if ground.graph.reaches(w, q)
               and ground.graph.reaches(q, goal)} - {goal}  # fmt: skip
    if set(between) != reachable:
        raise CheckFailed(f"paths/{key(w)}", "leads through other quantities than its formulas")
    return between


def _weights(ground: Ground, ask: Ask, usual: int) -> Sequence[Quantity]:
    """Weights to ask about: easy ones lead into the last layer, hard ones into the first."""
    network = ground.exercise.structure
    every = [q for layer in network.layers for q in network.weights(layer.index)]
    pools = {"easy": len(network.layers), "hard": 1}
    pool = [w for w in every if pools.get(ask.difficulty, w.layer) == w.layer]
    some = ground.chance.sample(pool, min(ask.count or usual, len(pool)))
    return sorted(some, key=every.index)


def reaches(ground: Ground, ask: Ask, letter: str) -> Question:
    """Which loss terms a weight reaches; of a single one, which pre-activations."""
    draft, graph, words = Draft(ground, ask, letter), ground.graph, ground.words
    goals = graph.terms
    if not goals:
        goals = tuple(q for q in graph.definitions if q.kind == PRE_ACTIVATION)
    if len(goals) < 2:
        raise DoesNotFit("there is only one goal to reach")
    draft.begin(goals=words.listing(goals))
    for w in _weights(ground, ask, 2):
        reached = [goal for goal in goals if _depends(ground, goal, w)]
        if any(graph.reaches(w, goal) != (goal in reached) for goal in goals):
            raise CheckFailed(f"reaches/{key(w)}", "is not what the formulas say")
        draft.names(words("worksheet_reaches_one", w=w), reached, f"reaches/{key(w)}", (w,))
    return draft.question()


def _depends(ground: Ground, of: Quantity, on: Quantity) -> bool:
    """Whether a quantity depends on another, by its formulas alone."""
    definitions, waiting, visited = ground.graph.definitions, [of], {of}
    while waiting:
        formula = definitions.get(waiting.pop())
        operands = quantities(formula).keys() if formula is not None else set()
        if on in operands:
            return True
        waiting += operands - visited
        visited |= operands
    return False


def shapes(ground: Ground, ask: Ask, letter: str) -> Question:
    """Rows and columns of the matrices, as the network's layout has them: z = a·W + b with rows of
    numbers (from_to), or z = W·a + b with columns (to_from)."""
    draft, words = Draft(ground, ask, letter), ground.words
    network = ground.exercise.structure
    layout = "to_from" if ground.is_first else network.layout
    draft.say(f"shapes_{layout}")
    if ask.hints:
        draft.both(Paragraph(words(f"hint_shapes_{layout}"), "remark"))
    layers = network.layers[: ask.count] if ask.count else network.layers
    for layer in layers:
        rows, columns = layer.units, network.sizes[layer.index - 1]
        if layout == "from_to":
            rows, columns = columns, rows
        if rows * columns != len(network.weights(layer.index)):
            raise CheckFailed(f"shapes/{layer.index}", "has other weights than its matrix")
        for what, value in (("rows", rows), ("columns", columns)):
            prompt = words(f"worksheet_shapes_{what}", layer=ground.layer_name(layer.index))
            draft.count(prompt, value, f"shapes/{layer.index}")
    return draft.question()


def parameters(ground: Ground, ask: Ask, letter: str) -> Question:
    """How many weights and biases there are, layer by layer and trained in all."""
    draft, words = Draft(ground, ask, letter), ground.words
    network = ground.exercise.structure
    draft.begin()
    for layer in network.layers:
        prompt = words("worksheet_parameters_layer", layer=ground.layer_name(layer.index))
        mine = len(network.weights(layer.index)) + len(network.biases(layer.index))
        draft.count(prompt, mine, f"parameters/{layer.index}")
    trained = network.parameters()
    if any(w.kind == WEIGHT and not ground.graph.reaches(w, E) for w in trained):
        raise CheckFailed("parameters", "a trained weight reaches nothing")
    draft.count(words("worksheet_parameters_trained"), len(trained), "parameters")
    return draft.question()


MAKERS: dict[str, Callable[..., Question]] = {
    "paths": paths, "reaches": reaches, "shapes": shapes, "counting": parameters,
}  # fmt: skip

"""Steps that a document may add to a derivation, and their check.

General forms and lemmas are told of one unit; they are compared like every other step, at random
points of the whole network, before a word is written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from derive.algebra.backward import over_uses
from derive.derivation.calculus.local import Locals, key
from derive.derivation.check import POINTS
from derive.derivation.check.equalities import Equalities
from derive.derivation.check.points import draw
from derive.derivation.delta_sign import restated
from derive.derivation.steps import Kind, Rule, Step, chain
from derive.derivation.styles.common import backward_order
from derive.derivation.styles.deltas import by_name, delta_of
from derive.expression.constructors import times
from derive.expression.nodes import BIAS, WEIGHT, Partial, Quantity
from derive.graph import E, NetworkGraph, activations, pre_activations
from derive.notation import NEGATIVE

if TYPE_CHECKING:
    from derive.derivation.derivation import Derivation


_ADDING = frozenset({"lemmas", "why"})


def check_more(derivation: Derivation, steps: Iterable[Step]) -> int:
    """Compare every relation of some steps; how many. Raises CheckFailed, naming the step."""
    every = [inner for step in steps for inner in step.walk()]
    equalities = Equalities(derivation)
    for seed in range(POINTS):
        equalities.compare(every, draw(derivation.graph, seed, frozenset()))
    equalities.compare_locally(every)
    equalities.look_again(every)
    return equalities.count


def checked_steps(derivation: Derivation, parts: Collection[str]) -> tuple[dict[str, Step], int]:
    """The steps that parts of a document add, by name, and how many equalities were compared for
    them; kept with the derivation. Raises CheckFailed, naming the step.
    """
    adding = frozenset(parts) & _ADDING
    if adding not in derivation.kept:
        steps = extra_steps(derivation, adding)
        derivation.kept[adding] = steps, check_more(derivation, steps.values())
    checked: tuple[dict[str, Step], int] = derivation.kept[adding]
    return checked


def extra_steps(derivation: Derivation, parts: Collection[str]) -> dict[str, Step]:
    """The steps that parts of a document add, by name."""
    graph = derivation.layered
    steps: dict[str, Step] = {}
    if "lemmas" in parts:
        steps |= lemmas_of_layers(graph)
    if "why" in parts:
        steps["delta"] = output_delta(graph)
        ordered = [w for _, mine in backward_order(graph) for w in mine]
        for kind in (WEIGHT, BIAS):
            first = next((w for w in ordered if w.kind == kind), None)
            if first is not None:
                steps[kind] = gradient_of(graph, first)
    if derivation.network.delta_sign == NEGATIVE:
        steps = {name: restated(step, {}) for name, step in steps.items()}
    return steps


def lemmas_of_layers(graph: NetworkGraph) -> Mapping[str, Step]:
    """∂E_k/∂a_k, and for softmax ∂a_k/∂z_k and ∂a_m/∂z_k, of the first unit each.

    loss            the derivative of one output's loss term
    softmax own     of an output of softmax by its own weighted sum
    softmax other   by another one
    """
    local = Locals(graph)
    loss = graph.terms[0] if graph.terms else E
    lemmas = {"loss": local.step(loss, graph.outputs[0])}
    for layer in graph.network.layers:
        if layer.activation.function is None and layer.units > 1:
            z, (own, other) = pre_activations(layer)[0], activations(layer)[:2]
            lemmas["softmax own"] = local.step(own, z)
            lemmas["softmax other"] = local.step(other, z)
            break
    return lemmas


def output_delta(graph: NetworkGraph) -> Step:
    """δ = ∂E/∂z = ∂E/∂a·∂a/∂z of the first output, whatever loss and activation are.

    With softmax a sum of such products, one per output.
    """
    last = graph.network.layers[-1]
    z = pre_activations(last)[0]
    moved = graph.children[z]
    known = over_uses(graph, z, by_name, Partial)
    return Step(
        "general/delta",
        Kind.GENERAL,
        Rule.CHAIN,
        chain(delta_of(z), Partial(E, z), known),
        about=(z, *moved),
    )


def gradient_of(graph: NetworkGraph, w: Quantity) -> Step:
    """∂E/∂w = Σ ∂E/∂z·∂z/∂w = Σ δ·a over the units that w enters; of a bias, a is 1."""
    local = Locals(graph)
    receivers = tuple(graph.children[w])
    chained = over_uses(graph, w, by_name, Partial)
    known = over_uses(graph, w, delta_of, local.factor, times)
    return Step(
        f"general/{key(w)}", Kind.GENERAL, Rule.CHAIN, chain(Partial(E, w), chained, known),
        about=(w, *receivers),
    )  # fmt: skip

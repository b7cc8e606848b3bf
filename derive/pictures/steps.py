"""One step of the backward pass: which δ are known, which are found now, and from what."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from derive.derivation.styles.deltas import delta_of
from derive.graph import pre_activations
from derive.pictures.extent import Area
from derive.pictures.picture import Content, Label, Pen, Picture, Shape
from derive.pictures.placing import along_lines
from derive.pictures.plan import INPUTS, UNITS, Column, Edge, Node, Plan, dots, line, planned
from derive.pictures.scene import MOST_LINES, VALUE, Scene, arrow_width, headings


class State(Enum):
    """How far the backward pass has come."""

    KNOWN = "known"
    NOW = "now"
    LATER = "later"


def plan_of(scene: Scene) -> Plan:
    """The network with its loss; every δ fits into its circle."""
    network = scene.graph.network
    deltas = [delta_of(z) for layer in network.layers for z in pre_activations(layer)]
    wide = scene.radius(deltas)
    measures = scene.measures(scene.gap(), radius=wide, lines=2, biases=False)
    return planned(scene.graph, measures, loss=True)


def state(column: Column, layer: int) -> State:
    """Of a column, at the step in which the δ of ``layer`` are found."""
    if column.kind in ("terms", "loss") or column.layer > layer:
        return State.KNOWN
    return State.NOW if column.layer == layer and column.kind != INPUTS else State.LATER


def backward_step(
    scene: Scene,
    plan: Plan,
    layer: int,
    words: Sequence[Content],
    states: Sequence[Content],
    title: Content,
    description: Content,
) -> Picture:
    """The picture of one step.

    words   what stands over each column
    states  what stands under that: known, now or later
    """
    of = {node: state(column, layer) for column in plan.columns for node in column.nodes}
    arrows = [e for e in plan.edges if _carries(e, layer, of)]
    shapes: list[Shape] = []
    for edge in plan.edges:
        if edge not in arrows:
            known = of[edge.source] is State.KNOWN
            shapes.append(line(edge, Pen("gradient", 0.7) if known else Pen("faint", 0.5)))
    pen = Pen("gradient", arrow_width(arrows))
    shapes += [line(edge, pen, arrow=True, back=True) for edge in arrows]
    for column in plan.columns:
        for node in column.nodes:
            shapes += _circle(scene, column, node, of[node])
    shapes += _labels(scene, plan, arrows)
    shapes += dots(plan)
    shapes += headings(plan, words)
    shapes += headings(plan, states, 1, "faint")
    return Picture(f"step-{layer}", title, description, plan.size, tuple(shapes))


def _carries(edge: Edge, layer: int, of: dict[Node, State]) -> bool:
    """Whether the step goes back along a line: to the layer, or between its two columns."""
    return of[edge.source] is State.NOW and (
        of[edge.target] is State.KNOWN or edge.target.sent.layer == layer
    )


def _circle(scene: Scene, column: Column, node: Node, how: State) -> list[Shape]:
    if how is State.LATER:
        pen = Pen("faint", 0.8, (2.0, 2.0))
        return list(scene.circle(node, pen, "", (node.sent,), (), "faint"))
    if column.kind != UNITS:
        pen = Pen(scene.role(node), 0.9)
        return list(scene.circle(node, pen, "", (node.sent,), scene.value(node.sent)))
    delta = delta_of(node.quantities[0])
    now = how is State.NOW
    pen, fill = Pen("gradient", 1.8 if now else 0.9), "gradient" if now else ""
    return list(scene.circle(node, pen, fill, (delta,), scene.value(delta)))


def _labels(scene: Scene, plan: Plan, arrows: list[Edge]) -> tuple[Label, ...]:
    """The weights that the δ come back through, where there is room for them."""
    joined = [edge for edge in arrows if edge.weight is not None]
    if len(joined) > MOST_LINES:
        return ()
    occupied: list[Area] = []

    def content(edge: Edge) -> Content:
        return () if edge.weight is None else scene.named(edge.weight)

    return along_lines(joined, content, scene.names, VALUE, tuple(plan.nodes()), occupied) or ()

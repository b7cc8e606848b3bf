"""The ways from one weight to the loss: what depends on it stands out, all else is faint."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from derive.expression.nodes import BIAS, Quantity
from derive.graph import E, NetworkGraph
from derive.pictures.extent import area
from derive.pictures.picture import Content, Label, Pen, Picture, Shape
from derive.pictures.placing import along_lines
from derive.pictures.plan import Edge, Node, Plan, dots, line, planned
from derive.pictures.scene import MOST_LINES, VALUE, Scene, arrow_width, headings

_FAINT, _START = 0.5, 2.8  # widths of lines


def depending(graph: NetworkGraph, w: Quantity) -> frozenset[Quantity]:
    """What a change of ``w`` changes on its ways to the loss, without ``w``."""
    dependents: set[Quantity] = set()
    waiting = deque([w])
    while waiting:
        for child in graph.children.get(waiting.popleft(), ()):
            if child not in dependents and graph.reaches(child, E):
                dependents.add(child)
                waiting.append(child)
    return frozenset(dependents)


def plan_of(scene: Scene, w: Quantity) -> Plan:
    """The network with its loss; with room for biases where ``w`` is one."""
    measures = scene.measures(scene.gap(), biases=w.kind == BIAS)
    return planned(scene.graph, measures, loss=True)


def active(
    scene: Scene,
    plan: Plan,
    w: Quantity,
    words: Sequence[Content],
    title: Content,
    description: Content,
) -> Picture:
    """The picture of one parameter's paths; ``words``: what stands over each column."""
    on = depending(scene.graph, w)
    lines = [edge for edge in plan.edges if _on(edge, w, on)]
    shapes: list[Shape] = [
        line(edge, Pen("faint", _FAINT)) for edge in plan.edges if edge not in lines
    ]
    for edge in lines:
        pen = Pen("gradient", _START if edge.weight == w else arrow_width(lines))
        shapes.append(line(edge, pen, arrow=True))
    senders = {edge.source for edge in plan.edges if edge.weight == w}
    for node in plan.nodes():
        shapes += _circle(scene, node, w, on, node in senders)
    shapes += _labels(scene, plan, lines, w)
    shapes += dots(plan, "faint")
    shapes += headings(plan, words)
    name = f"paths-{scene.names.code(w)}"
    return Picture(name, title, description, plan.size, tuple(shapes))


def _on(edge: Edge, w: Quantity, on: frozenset[Quantity]) -> bool:
    if edge.weight == w:
        return True
    return edge.source.sent in on and edge.target.quantities[0] in on


def _circle(
    scene: Scene, node: Node, w: Quantity, on: frozenset[Quantity], sends: bool
) -> list[Shape]:
    """A circle on a path; the one whose value the parameter multiplies; or a faint one."""
    shapes: list[Shape] = []
    if scene.bias(node) == w:
        shapes += scene.bias_above(node, "gradient")
    if not on.isdisjoint(node.quantities):
        role = scene.role(node)
        shapes += scene.circle(node, Pen(role, 1.4), role, (node.sent,), scene.value(node.sent))
    elif sends:
        shapes += scene.circle(node, Pen("", 1.0), "", (node.sent,), scene.value(node.sent))
    else:
        pen = Pen("faint", 0.8, (2.0, 2.0))
        shapes += scene.circle(node, pen, "", (node.sent,), (), "faint")
    return shapes


def _labels(scene: Scene, plan: Plan, lines: list[Edge], w: Quantity) -> tuple[Label, ...]:
    """The weights along the paths; where these are too many, the first alone."""
    joined = [edge for edge in lines if edge.weight is not None]
    biases = [s for node in plan.nodes() if scene.bias(node) == w for s in scene.bias_above(node)]
    occupied = [area(label, scene.names) for label in biases if isinstance(label, Label)]
    nodes = tuple(plan.nodes())

    def content(edge: Edge) -> Content:
        return () if edge.weight is None else scene.named(edge.weight)

    for some in (joined, [edge for edge in joined if edge.weight == w]):
        if len(some) > MOST_LINES:
            continue
        labels = along_lines(some, content, scene.names, VALUE, nodes, occupied, "gradient")
        if labels is not None:
            return labels
    return ()

"""The network: circles with names and values, lines with the weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derive.pictures.extent import area, width
from derive.pictures.picture import Content, Label, Pen, Picture, Shape
from derive.pictures.placing import along_lines
from derive.pictures.plan import Edge, Plan, dots, line, planned
from derive.pictures.scene import VALUE, Scene, headings

_GAPS = (84.0, 104.0, 126.0, 150.0)
_WIDEST = 620.0  # past which a page makes the picture too small to read
_SIZES = (7.0, 6.0)  # of the labels of weights


@dataclass(frozen=True, slots=True)
class Layout:
    """A network with the labels of its weights in place.

    labelling  what these say: "values" (name and value), "names", or "": there is no room for any
    """

    plan: Plan
    weights: tuple[Label, ...]
    labelling: str


def layout(scene: Scene) -> Layout:
    """The narrowest columns between which all weights can be labelled, with values if possible."""
    plans = list(_plans(scene))
    if scene.dense:
        return Layout(plans[-1], (), "")
    for labelling in ("values", "names") if scene.displayed is not None else ("names",):
        for plan in plans:
            for size in _SIZES:
                labels = _weights(scene, plan, labelling, size)
                if labels is not None:
                    return Layout(plan, labels, labelling)
    return Layout(plans[-1], (), "")


def _plans(scene: Scene) -> Iterator[Plan]:
    targets = [width(("target ", *scene.named(t)), scene.names, VALUE) for t in scene.graph.targets]
    for position, gap in enumerate(_GAPS):
        measures = scene.measures(gap, max(targets) + 12)
        plan = planned(scene.graph, measures)
        if position and plan.size[0] > _WIDEST:
            return
        yield plan


def _weights(scene: Scene, plan: Plan, labelling: str, size: float) -> tuple[Label, ...] | None:
    joined = [edge for edge in plan.edges if edge.weight is not None]

    def content(edge: Edge) -> Content:
        assert edge.weight is not None
        return scene.named(edge.weight) if labelling == "values" else (edge.weight,)

    above = [shape for node in plan.nodes() for shape in scene.bias_above(node)]
    occupied = [area(label, scene.names) for label in above if isinstance(label, Label)]
    return along_lines(joined, content, scene.names, size, tuple(plan.nodes()), occupied)


def network(
    scene: Scene,
    layout: Layout,
    words: Sequence[Content],
    target: str,
    title: Content,
    description: Content,
) -> Picture:
    """The picture of a network, laid out before.

    words   what stands over each column
    target  what stands before each target
    """
    plan = layout.plan
    shapes: list[Shape] = []
    for edge in plan.edges:
        pen = Pen("faint", 0.8) if edge.weight is None else scene.weight_pen(edge.weight)
        shapes.append(line(edge, pen))
    shapes += layout.weights
    for node in plan.nodes():
        shapes += scene.bias_above(node)
        role = scene.role(node)
        shapes += scene.circle(node, Pen(role, 1.1), role, (node.sent,), scene.value(node.sent))
    shapes += dots(plan)
    shapes += headings(plan, words)
    shapes += _targets(scene, plan, target)
    return Picture("network", title, description, plan.size, tuple(shapes))


def _targets(scene: Scene, plan: Plan, word: str) -> Iterator[Label]:
    """target t1 = 0.01, beside every output."""
    for node in plan.columns[-1].nodes:
        goal = scene.graph.targets[node.sent.unit]
        at = (node.at[0] + node.radius + 5, node.at[1])
        yield Label(at, (f"{word} ", *scene.named(goal)), VALUE, "start", about=goal)

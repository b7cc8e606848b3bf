"""The way back through a graph, leaf by leaf along every path."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from derive.derivation.calculus.gates import Gate
from derive.derivation.steps import Section, Step
from derive.document.blocks import Block, Equation, Inline, Paragraph
from derive.document.narration.backward_pass.locals import lines
from derive.document.narration.backward_pass.nodes import (
    gate_in,
    gradient,
    likeness,
    local,
    through_nodes,
)
from derive.document.narration.backward_pass.nodes import joined as sentences
from derive.document.narration.captions.register import numbers
from derive.document.narration.teller import Teller, rows
from derive.expression.nodes import Partial, Quantity
from derive.graph import Path

_HELD = ("held",)  # told once
_LISTED = 4  # paths up to which they are told one by one


def through_routes(teller: Teller, section: Section) -> Iterator[Block]:
    """Every leaf; at the end, node by node, those with too many paths."""
    explained: set[tuple[object, ...]] = set()
    nodes = tuple(s for s in section.sections if s.kind == "node")
    for leaf in section.sections:
        if leaf.kind == "route":
            yield from _leaf(teller, leaf, explained)
    if nodes:
        loss = teller.derivation.graph.loss
        yield teller.say("too_many_routes", most=teller.derivation.max_paths, loss=loss)
        yield from through_nodes(teller, Section(section.kind, sections=nodes))


def _leaf(teller: Teller, section: Section, explained: set[tuple[object, ...]]) -> Iterator[Block]:
    (w,) = section.about
    *new, result = section.steps
    graph, words = teller.derivation.graph, teller.words
    count = graph.path_count(w, graph.loss)
    paths = tuple(map(_route, graph.paths(w, graph.loss))) if count <= _LISTED else ()
    text = [words("routes", w=w, loss=graph.loss, count=count, paths=words.listing(paths))]
    known = [teller.register[use] for use in result.uses if use not in {s.id for s in new}]
    if known:
        text.append(words("routes_known", numbers=numbers(words, known), count=len(known)))
    held = next((step for step in new if isinstance(step.subject, Partial)
                 and not isinstance(step.subject.of, Quantity)), None)  # fmt: skip
    if held is not None and _HELD not in explained:
        explained.add(_HELD)
        text.append(words("routes_held_still", slope=held.subject, by=held.about[1]))
    yield Paragraph(sentences(text))
    at_length = yield from _factors(teller, new, explained)
    if at_length or len(result.uses) > 1:  # else the local derivative has just been shown as it is
        yield gradient(teller, result)


def _factors(
    teller: Teller, new: list[Step], explained: set[tuple[object, ...]]
) -> Generator[Block, None, bool]:
    """The new local derivatives, rule by rule what no word explains; each sort once. Returns
    whether any was worked out so."""
    waiting: list[Equation] = []
    at_length = False
    for step in new:
        of, by = step.about
        unexplained = teller.full or gate_in(teller, of, by) is Gate.OTHER
        like = likeness(step)
        if unexplained and len(step.substeps) > 1 and like not in explained:
            yield from rows(waiting)
            waiting, at_length = [], True
            yield lines(teller, step)
        else:
            waiting.append(local(teller, step))
        explained.add(like)
    yield from rows(waiting)
    return at_length


def _route(path: Path) -> Inline:
    """x → h → a → L."""
    route: list[str | Quantity] = []
    for quantity in reversed(path):
        route += [" → ", quantity] if route else [quantity]
    return tuple(route)

"""A layer by paths: weight after weight, with the register of numbered local derivatives."""

from __future__ import annotations

from collections.abc import Iterator

from derive.derivation.graph import E
from derive.derivation.steps import Rule, Section, Step
from derive.derivation.styles.deltas import delta_of
from derive.document.blocks import Block, Equation, Inline
from derive.document.narration.locals import lines, short
from derive.document.narration.teller import Teller, first_and_last, rows
from derive.expression.nodes import BIAS, Quantity


def layer_by_paths(teller: Teller, section: Section) -> Iterator[Block]:
    """Heading, and every weight and bias of the layer."""
    yield teller.heading(3, "paths-layer", layer=teller.layer_name(section.layer))
    told: dict[Quantity, Quantity] = {}
    for weight in section.sections:
        yield from _weight(teller, weight, told)


class _Parts:
    """The steps of one weight's section, by what they do."""

    def __init__(self, section: Section) -> None:
        self.independent = [s for s in section.steps if s.rule is Rule.INDEPENDENT]
        self.split = next((s for s in section.steps if s.rule is Rule.SPLIT), None)
        self.chain = next(s for s in section.steps if s.id.startswith("chain/"))
        self.new = [s for s in section.steps if s.rule is Rule.LOCAL]
        self.together = next(s for s in section.steps if s.id.startswith("together/"))
        self.result = section.steps[-1]


def _weight(teller: Teller, section: Section, told: dict[Quantity, Quantity]) -> Iterator[Block]:
    """One weight; ``told`` holds, for every unit, the first weight into it that was told.

    Only the first weight of a layer is told at length, unless everything is told in full.
    """
    (w,) = section.about
    parts = _Parts(section)
    receiver = parts.result.about[1]
    again = receiver in told
    alike = [first for first in told.values() if first.kind == w.kind]
    if alike and not teller.full:
        yield from _same_way(teller, w, told.get(receiver, alike[0]), parts, again)
    else:
        yield teller.heading(4, "gradient", loss=E, w=w)
        yield from _split(teller, w, parts, again)
        yield from _chain(teller, w, parts)
        yield from _new(teller, parts, w)
        yield from _together(teller, w, parts, again)
    for z in parts.result.about[1:]:
        told.setdefault(z, w)


def _same_way(
    teller: Teller, w: Quantity, first: Quantity, parts: _Parts, again: bool
) -> Iterator[Block]:
    """A weight whose paths run like those of ``first``: the new factors, and the result."""
    if not again and parts.independent:
        yield teller.say(
            "reaches-only", w=w,
            reached=teller.words.listing(_reached(teller, w)),
        )  # fmt: skip
    used = [use for use in parts.together.uses if use.startswith("local/")]
    numbers = teller.words.listing(_listed(teller, used))
    sentence = "same-way" if parts.new else "same-way-all-known"
    yield teller.say(sentence, w=w, first=first, numbers=numbers)
    result = parts.result
    if result.rule is Rule.NAME:
        relations = parts.together.relations
    elif again:  # δ of this unit has its name already
        relations = first_and_last(result)
    else:
        relations = result.relations[:2]
    yield from rows([
        *(short(step) for step in parts.new),
        teller.equation(result, relations, "gradient", only_last=True),
    ])  # fmt: skip
    receivers = result.about[1:]
    if not again and result.rule is Rule.COLLECT and len(receivers) == 1:
        z = receivers[0]
        yield teller.say("name-delta-again", delta=delta_of(z), z=z, loss=E)


def _split(teller: Teller, w: Quantity, parts: _Parts, again: bool) -> Iterator[Block]:
    if parts.split is None:
        return
    words = teller.words
    reached = _reached(teller, w)
    if parts.independent:
        lost = tuple(s.about[1] for s in parts.independent)
        name = "reaches-not-again" if again else "reaches-not"
        yield teller.say(name, w=w, lost=words.listing(lost), reached=words.listing(reached))
    else:
        name = "reaches-all-again" if again else "reaches-all"
        yield teller.say(name, w=w, terms=words.listing(reached))
    if not again or teller.full:
        yield Equation(parts.split.relations, None, "gradient")


def _reached(teller: Teller, w: Quantity) -> tuple[Quantity, ...]:
    return tuple(e for e in teller.graph.terms if teller.graph.reaches(w, e))


def _chain(teller: Teller, w: Quantity, parts: _Parts) -> Iterator[Block]:
    paths = [p for e in teller.graph.terms or (E,) for p in teller.graph.paths(w, e)]
    if len(paths) == 1:
        route: list[str | Quantity] = []
        for quantity in reversed(paths[0]):
            route += [" → ", quantity] if route else [quantity]
        yield teller.say("one-path", w=w, path=tuple(route))
    else:
        yield teller.say("many-paths", w=w, count=teller.words.number(len(paths)), loss=E)
    yield Equation(parts.chain.relations, None, "gradient")


def _new(teller: Teller, parts: _Parts, w: Quantity) -> Iterator[Block]:
    """What is known already, what is new, and the new ones worked out."""
    words = teller.words
    new = {step.id for step in parts.new}
    known = [use for use in parts.together.uses if use.startswith("local/") and use not in new]
    numbers = _listed(teller, known)
    if known and not parts.new:
        yield teller.say("all-known", known=words.listing(numbers), w=w)
    elif known:
        sentence = "one-new" if len(parts.new) == 1 else "some-new"
        yield teller.say(
            sentence, known=words.listing(numbers), w=w, new=words.number(len(parts.new))
        )
    elif parts.new:
        yield teller.say("all-new", w=w)
    if teller.full:
        for step in parts.new:
            yield lines(teller, step)
    else:
        yield from rows([short(step) for step in parts.new])


def _listed(teller: Teller, names: list[str]) -> tuple[str, ...]:
    return tuple(f"({number})" for number in sorted(teller.register[name] for name in names))


def _together(teller: Teller, w: Quantity, parts: _Parts, again: bool) -> Iterator[Block]:
    words = teller.words
    used = [use for use in parts.together.uses if use.startswith("local/")]
    listed: Inline = words.listing(_listed(teller, used))
    yield teller.say("together", numbers=listed, w=w)
    result = parts.result
    plain = result.rule is Rule.NAME
    numbered = teller.equation(
        result, parts.together.relations if plain else result.relations[:2], "gradient",
        result=True,
    )  # fmt: skip
    if plain:
        yield numbered
    else:
        yield Equation(parts.together.relations, None, "gradient")
        yield from _collect(teller, result)
        yield numbered
    if not again:
        yield from _named(teller, w, result)


def _collect(teller: Teller, result: Step) -> Iterator[Block]:
    sentence = "collect-assuming" if result.assumes else "collect"
    yield teller.say(sentence, w=result.about[0], targets=teller.some(teller.graph.targets))
    if teller.full:
        for step in result.substeps:
            if step.rule is not Rule.CHAIN:
                yield Equation(step.relations, None, "gradient")


def _named(teller: Teller, w: Quantity, result: Step) -> Iterator[Block]:
    """What stands before the input is δ: the part that every weight into this neuron shares."""
    receivers = result.about[1:]
    deltas = tuple(delta_of(z) for z in receivers)
    if w.kind == BIAS and len(receivers) > 1:
        return
    yield teller.say("name-delta", delta=deltas[0], z=receivers[0], w=w, loss=E)

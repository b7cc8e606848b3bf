"""A layer by paths: weight after weight, with the register of numbered local derivatives.

Told in full, every parameter has its own heading and all its steps. Else the first of a layer has
them; of the others is said in what they differ, with their new factors and their results.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from derive.derivation.calculus.cancellation import cancels
from derive.derivation.delta_sign import minus
from derive.derivation.steps import Kind, Rule, Section, Step
from derive.document.blocks import Block, Equation, Inline, Paragraph
from derive.document.narration.backward_pass.cancellation import line_by_line
from derive.document.narration.backward_pass.locals import Sort, each_sort_once, read_off, short
from derive.document.narration.captions.register import numbers
from derive.document.narration.pictures.places import path_figure
from derive.document.narration.teller import Teller, first_and_last, rows, tail
from derive.document.wording import merged
from derive.expression.nodes import (
    BIAS,
    DELTA,
    Bracket,
    Expression,
    Partial,
    Product,
    Quantity,
    quantities,
)
from derive.graph import E
from derive.notation import NEGATIVE

_MANY = 4  # paths past which a second weight into a unit is told by its last factor even in full


def _of(steps: Iterable[Step], kind: Kind) -> Step:
    return next(step for step in steps if step.kind is kind)


class Parts:
    """The steps of one parameter's section, by what they do.

    first  the first of its layer in whose sum over paths δ is found; else δ comes first
    known  every step of the derivation by its id
    """

    def __init__(self, section: Section, known: Mapping[str, Step]) -> None:
        steps = section.steps
        self.independent = [s for s in steps if s.rule is Rule.INDEPENDENT]
        self.split = next((s for s in steps if s.rule is Rule.SPLIT), None)
        self.chain = _of(steps, Kind.CHAIN)
        self.new = [s for s in steps if s.rule is Rule.LOCAL]
        self.together = _of(steps, Kind.FACTORS)
        self.result = _of(steps, Kind.GRADIENT)
        self.deltas = [s for s in steps if s.kind is Kind.DELTA]
        self.w, *receivers = self.result.about
        self.receivers = tuple(receivers)
        self.first = bool(self.deltas) and steps[-1] is not self.result
        uses = [known[use] for use in self.together.uses]
        self.used = [use.id for use in uses if use.kind is Kind.LOCAL]
        self.recalled = [use.id for use in uses if use.kind is Kind.DELTA]

    @property
    def known(self) -> list[str]:
        """The local derivatives that are used and were found before."""
        new = {step.id for step in self.new}
        return [use for use in self.used if use not in new]


def layer_by_paths(teller: Teller, section: Section, sorts: set[Sort]) -> Iterator[Block]:
    """Heading, and every weight and bias of the layer.

    sorts  the sorts of local derivatives that were worked out line by line
    """
    yield teller.heading(3, "paths_layer", layer=teller.layer_name(section.layer))
    parameters = [Parts(inner, teller.steps) for inner in section.sections]
    if not teller.full:
        yield from _Weight(teller, parameters[0], {}, sorts).at_length()
        yield from _others(teller, parameters)
        return
    by_receiver: dict[Quantity, Parts] = {}
    for parts in parameters:
        yield from _Weight(teller, parts, by_receiver, sorts).at_length()
        for z in parts.receivers:
            by_receiver.setdefault(z, parts)


class _Weight:
    """One parameter told at length; ``told``: by unit, the first parameter into it.

    Nothing told yet: it is the first of its layer, and its paths may have a picture.
    """

    def __init__(
        self, teller: Teller, parts: Parts, by_receiver: dict[Quantity, Parts], sorts: set[Sort]
    ) -> None:
        self.pictured = not by_receiver
        self.sorts = sorts
        self.teller = teller
        self.parts = parts
        self.w = parts.w
        self.like = by_receiver.get(parts.receivers[0]) if not parts.deltas else None
        self.paths = [p for e in teller.graph.terms or (E,) for p in teller.graph.paths(self.w, e)]

    def at_length(self) -> Iterator[Block]:
        """Heading, error terms, chain rule, local derivatives, all together."""
        teller, like = self.teller, self.like
        yield teller.heading(4, "gradient", loss=E, w=self.w)
        if like is not None and len(self.paths) > _MANY:
            yield teller.say("many_again", w=self.w, first=like.w, count=len(self.paths))
            yield from self._worked_out()
        else:
            yield from self._split()
            yield from self._chain()
            if self.pictured:
                yield from path_figure(teller, self.w)
            yield from self._new()
            yield from self._together()
        yield from self._result()

    def _split(self) -> Iterator[Block]:
        """Which terms the parameter reaches, and which not."""
        teller, parts = self.teller, self.parts
        if parts.split is None:
            return
        words = teller.words
        lost = tuple(s.about[1] for s in parts.independent)
        terms = words.listing(reached(teller, self.w))
        like = self.like
        if like is not None and reached(teller, like.w) == reached(teller, self.w):
            name = "reaches_not_again" if lost else "reaches_all_again"
            yield teller.say(name, w=self.w, first=like.w, reached=terms, loss=E)
        else:
            name = "reaches_not" if lost else "reaches_all"
            yield teller.say(name, w=self.w, lost=words.listing(lost), reached=terms, loss=E)
        yield Equation(parts.split.relations, None, "gradient")

    def _chain(self) -> Iterator[Block]:
        teller, count = self.teller, len(self.paths)
        if count == 1:
            route: list[str | Quantity] = []
            for quantity in reversed(self.paths[0]):
                route += [" → ", quantity] if route else [quantity]
            yield teller.say("one_path", w=self.w, path=tuple(route))
        else:
            yield teller.say("many_paths", w=self.w, count=count, loss=E)
        yield Equation(self.parts.chain.relations, None, "gradient")

    def _new(self) -> Iterator[Block]:
        """What is known already, what is new, and the new ones worked out."""
        teller, new = self.teller, self.parts.new
        words = teller.words
        known = numbers(words, (teller.register[use] for use in self.parts.known))
        sentence: Inline = (*self._recalled(), " ") if self.parts.recalled else ()
        if sentence and not known:
            sentence = (*sentence, *words("recalled_new", w=self.w))
        elif not new:
            sentence = (*sentence, *words("all_known", known=known, w=self.w))
        elif not known:
            sentence = words("all_new", w=self.w)
        elif len(new) == 1:
            name = "one_new" if len(self.parts.known) > 1 else "one_new_known"
            sentence = (*sentence, *words(name, known=known, partial=new[0].subject))
        else:
            sentence = (*sentence, *words("some_new", known=known, w=self.w, new=len(new)))
        yield Paragraph(merged(sentence))
        yield from self._worked_out()

    def _recalled(self) -> Inline:
        """The δ of the outputs, which have been shown to be output minus target."""
        steps = [self.teller.steps[use] for use in self.parts.recalled]
        words = self.teller.words
        known = words.listing(tuple((Partial(E, s.about[0]), " = ", self._slope(s)) for s in steps))
        sums = words.listing(tuple(step.about[0] for step in steps))
        return words("recalled", w=self.w, sums=sums, known=known)

    def _slope(self, step: Step) -> Expression:
        """∂E/∂z of an output from the step of its δ: output minus target."""
        negative = self.teller.network.delta_sign == NEGATIVE
        return minus(step.result) if negative else step.result

    def _worked_out(self) -> Iterator[Block]:
        if self.teller.full:
            yield from each_sort_once(self.teller, self.parts.new, self.sorts)
        else:
            yield from rows([short(step) for step in self.parts.new])

    def _together(self) -> Iterator[Block]:
        teller, parts = self.teller, self.parts
        used = numbers(teller.words, (teller.register[use] for use in parts.used))
        if parts.recalled:
            shares = tuple(self._slope(teller.steps[use]) for use in parts.recalled)
            yield teller.say("together_recalled", shares=teller.words.listing(shares), numbers=used)
        else:
            yield teller.say("together", numbers=used, w=self.w)
        if not parts.first:
            yield Equation(parts.together.relations, None, "gradient")
            return
        numeric = teller.numeric(parts.result)
        relations = numeric.relations[1:] if numeric is not None else ()
        if len(self.paths) > 1 and not teller.full:
            relations = tail(relations, 2)  # what every path contributes, their sum
        yield Equation((*parts.together.relations, *relations), None, "gradient", result=True)

    def _result(self) -> Iterator[Block]:
        """What stands before the input is δ: named, or known by its name."""
        teller, parts = self.teller, self.parts
        equations: list[Equation] = []
        sentence: Inline = ()
        if _taken_out(parts.result) and parts.deltas:
            sentence = (*self._collected(), " ")
            if parts.first:
                equations.append(Equation(parts.result.relations[:2], None, "gradient"))
        if parts.deltas:
            yield Paragraph((*sentence, *self._named()))
        elif len(self.paths) <= _MANY or self.like is None:
            yield Paragraph(self._again())
        seen = parts.first and (_taken_out(parts.result) or parts.result.rule is Rule.NAME)
        for step in parts.deltas:
            if cancels(step) and parts.first:
                equations += line_by_line(teller, step, step.relations[:-1])
            else:
                equations.append(_delta_row(teller, step, seen))
        if not parts.first:
            equations.append(_by_delta(teller, parts))
        yield from rows(equations)

    def _collected(self) -> Inline:
        """How the paths come together: by what they end in, and by the δ they run through."""
        teller, w = self.teller, self.w
        count = len(self.paths)
        if any(q.kind == DELTA for q in quantities(self.parts.result.relations[1].expression)):
            following = teller.layer_name(w.layer + 1)
            return teller.words("collect_deltas", w=w, count=count, following=following)
        return teller.words("collect_two" if len(self.paths) == 2 else "collect", w=w, count=count)

    def _named(self) -> Inline:
        teller, parts = self.teller, self.parts
        if len(parts.receivers) > 1:
            deltas = teller.words.listing(tuple(step.subject for step in parts.deltas))
            layer = teller.layer_name(self.w.layer)
            return teller.words("name_deltas_shared", w=self.w, layer=layer, deltas=deltas)
        (step,) = parts.deltas
        bias = "_bias" if self.w.kind == BIAS else ""
        cancels = ("_assuming" if step.assumes else "_cancel") if step.substeps else ""
        return teller.words(
            f"name_delta{bias}{cancels}", w=self.w, input=_input(parts.result),
            z=parts.receivers[0], delta=step.subject, targets=teller.some(teller.graph.targets),
        )  # fmt: skip

    def _again(self) -> Inline:
        words, result = self.teller.words, self.parts.result
        if self.w.kind != BIAS:
            delta = result.result.children[0]
            first = self.like.w if self.like is not None else self.w
            return words("again_delta", input=_input(result), delta=delta, first=first)
        if len(self.parts.receivers) == 1:
            return words("again_delta_bias", delta=result.result)
        return words("again_deltas", deltas=words.listing(result.result.children))


def _others(teller: Teller, parameters: list[Parts]) -> Iterator[Block]:
    """All parameters of a layer but the first, by what is different about them."""
    first, *rest = parameters
    by_receiver = dict.fromkeys(first.receivers, first)
    while rest:
        parts = rest[0]
        if parts.deltas:
            yield from _other_unit(teller, parts, first)
            by_receiver.update((z, parts) for z in parts.receivers if z not in by_receiver)
            del rest[0]
            continue
        run = [p for p in rest if not p.deltas and _alike(p, parts)]
        yield from _same_units(teller, run, by_receiver)
        rest = [p for p in rest if p not in run]


def _alike(one: Parts, other: Parts) -> bool:
    """Two weights into the same unit, or two biases."""
    return one.w.kind == other.w.kind and (one.w.kind == BIAS or one.receivers == other.receivers)


def _other_unit(teller: Teller, parts: Parts, first: Parts) -> Iterator[Block]:
    """The first parameter into another unit: its paths run like those of the layer's first."""
    known = numbers(teller.words, (teller.register[use] for use in parts.known))
    name = "same_way" if parts.known else "same_way_all_new"
    through = teller.words(
        "through_to" if parts.independent else "through",
        z=teller.words.listing(parts.receivers),
        reached=teller.words.listing(reached(teller, parts.w)),
    )  # fmt: skip
    yield teller.say(
        name, w=parts.w, first=first.w, through=through, known=known, count=len(parts.known)
    )
    yield from rows([
        *(read_off(step) for step in parts.new),
        *(_delta_row(teller, step, False) for step in parts.deltas),
        _by_delta(teller, parts),
    ])  # fmt: skip


def _same_units(
    teller: Teller, run: list[Parts], by_receiver: dict[Quantity, Parts]
) -> Iterator[Block]:
    """Parameters into units whose δ is known: their last factor and their result."""
    words, w = teller.words, run[0].w
    if w.kind != BIAS:
        ws = words.listing(tuple(p.w for p in run))
        (z,) = run[0].receivers
        yield teller.say("same_unit", ws=ws, z=z, first=by_receiver[z].w, count=len(run))
    elif len(run[0].receivers) > 1:
        yield teller.say("shared_bias_known", w=w, layer=teller.layer_name(w.layer))
    else:
        yield teller.say("biases_known", layer=teller.layer_name(w.layer), count=len(run))
    yield from rows([
        row
        for parts in run
        for row in (*(read_off(step) for step in parts.new), _by_delta(teller, parts))
    ])  # fmt: skip


def _by_delta(teller: Teller, parts: Parts) -> Equation:
    """∂E/∂w = δ·a, with its numbers."""
    return teller.equation(
        parts.result, first_and_last(parts.result), "gradient", result=teller.full
    )


def _delta_row(teller: Teller, step: Step, seen: bool) -> Equation:
    """δ = ∂E/∂z = its formula, and its value.

    seen  the formula has just stood before the input: only its value is new
    Where it has not, in short, that δ is a derivative has been said.
    """
    chain = step.relations
    if not step.substeps and not teller.full:
        chain = chain[:2] if seen else first_and_last(step)
    return teller.equation(step, chain, "gradient", only_last=not teller.full or seen)


def _taken_out(result: Step) -> bool:
    """Whether the paths share factors: [path + path]·shared."""
    product = result.relations[1].expression
    return isinstance(product, Product) and any(isinstance(f, Bracket) for f in product.factors)


def _input(result: Step) -> Inline:
    """The a of δ·a."""
    return tuple(result.result.children[1:])


def reached(teller: Teller, w: Quantity) -> tuple[Quantity, ...]:
    """The loss terms that a parameter can change."""
    return tuple(e for e in teller.graph.terms if teller.graph.reaches(w, e))

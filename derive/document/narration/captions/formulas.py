"""Captions: below every displayed formula what it shows, and numbers for tables and figures.

A caption is read off what stands on the left of the signs, so it is true of whatever is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from derive.document.blocks import Block, Equation, Equations, Figure, Inline, Table
from derive.document.narration.captions.matrices import matrix_caption
from derive.document.narration.captions.register import numbers
from derive.document.narration.teller import ROW_LIMIT, Teller
from derive.document.wording import Value, capital, merged
from derive.expression.matrices import Named, shape, written_out
from derive.expression.nodes import (
    ACTIVATION,
    BATCH_LOSS,
    BIAS,
    DELTA,
    LOSS,
    LOSS_TERM,
    PRE_ACTIVATION,
    TARGET,
    WEIGHT,
    Apply,
    Expression,
    Number,
    Partial,
    Product,
    Quantity,
    quantities,
)

_LOSSES = (LOSS, BATCH_LOSS, LOSS_TERM)
_KINDS = {
    PRE_ACTIVATION: "sum", ACTIVATION: "activation", LOSS_TERM: "term", LOSS: "loss",
    BATCH_LOSS: "loss", DELTA: "delta", TARGET: "target",
}  # fmt: skip
# What a row shows of one parameter is, of all of them, their gradients.
_OF_ALL = dict.fromkeys(("chain", "split", "together"), "gradient")


def captioned(teller: Teller, blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks, each formula, table and figure with its caption."""
    tables = figures = 0
    before: Inline = ()
    for block in blocks:
        if isinstance(block, (Equation, Equations)):
            label = block.caption or caption(teller, block)
            if label == before:
                yield replace(block, caption=teller.words("caption_again", caption=label))
            else:
                yield replace(block, caption=label)
            before = label
        elif isinstance(block, Table):
            tables += 1
            yield replace(block, caption=_numbered(teller, "table", tables, block.caption))
        elif isinstance(block, Figure):
            figures += 1
            yield replace(block, caption=_numbered(teller, "figure", figures, block.caption))
        else:
            yield block


def _numbered(teller: Teller, kind: str, n: int, caption: Inline) -> Inline:
    return teller.words(f"caption_{kind}", n=n, caption=caption)


def caption(teller: Teller, block: Equation | Equations) -> Inline:
    """What a displayed formula shows, in a few words."""
    rows = block.rows if isinstance(block, Equations) else (block,)
    first = _subject(rows[0])
    if isinstance(first, Named):
        entries = any(True for r in rows[0].chain for _ in written_out(r.expression))
        names = tuple(one.symbol for one in map(_subject, rows) if isinstance(one, Named))
        name = "caption_array" if entries else "caption_in_symbols"
        return _capital(teller.words(name, names=teller.words.listing(names)))
    if shape(first) is not None:
        return matrix_caption(teller, rows[0])
    groups: dict[str, list[Equation]] = {}
    kind = ""
    for row in rows:
        if not row.chain[0].sign:  # else it goes on with the row before
            kind = _kind(teller, row)
        groups.setdefault(kind, []).append(row)
    if "together" in groups and len(rows) > 1:  # not told one by one
        groups = {"gradient" if kind == "together" else kind: [] for kind in groups} | {
            kind: some for kind, some in groups.items() if kind != "together"
        }
        groups["gradient"] = [row for row in rows if _about_parameter(row)]
    if {"sum", "activation"} <= groups.keys() or groups.keys() == {"activation"}:
        whole = _layer(teller, groups)
        if whole:
            return _capital(whole)
    fragments = [
        _fragment(teller, kind, some, alone=len(groups) == 1) for kind, some in groups.items()
    ]
    return _capital(_joined(teller, fragments))


def _joined(teller: Teller, fragments: list[Inline]) -> Inline:
    """a, b, and c: each may hold an "and" of its own."""
    whole = fragments[0]
    for position, fragment in enumerate(fragments[1:], start=2):
        joint = f", {teller.words.text('and_')} " if position == len(fragments) else ", "
        whole = (*whole, joint, *fragment)
    return merged(whole)


def _about_parameter(row: Equation) -> bool:
    subject = _subject(row)
    return (
        isinstance(subject, Partial)
        and subject.by.kind in (WEIGHT, BIAS)
        and (isinstance(subject.of, Quantity) and subject.of.kind in _LOSSES)
    )


def _layer(teller: Teller, groups: dict[str, list[Equation]]) -> Inline:
    """What all units of one layer do; () where it is another selection of units."""
    subjects = [_subject(row) for some in groups.values() for row in some]
    units = {(q.layer, q.unit) for q in subjects if isinstance(q, Quantity)}
    layers = {layer for layer, _ in units}
    if groups.keys() - {"sum", "activation"} or len(layers) != 1:
        return ()
    (index,) = layers
    layer = teller.network.layers[index - 1]
    if len(units) != layer.units:
        return ()
    name = "caption_layer" if "sum" in groups else "caption_layer_activations"
    return teller.words(name, layer=teller.layer_name(layer), count=layer.units)


def _subject(row: Equation) -> Expression:
    return row.chain[0].expression


def _kind(teller: Teller, row: Equation) -> str:
    """What a chain is about, by its left side."""
    subject = _subject(row)
    if len(row.chain) > 1 and row.chain[1].sign == "←":
        return "update" if _numeric(row) else "rule"
    if isinstance(subject, Quantity):
        return _KINDS.get(subject.kind, "matrix")
    if isinstance(subject, Apply):
        return "prime" if subject.function.text.endswith("′") else "function"
    if isinstance(subject, Partial):
        return _kind_of_slope(teller, row, subject)
    return "matrix"


def _kind_of_slope(teller: Teller, row: Equation, slope: Partial) -> str:
    of, by = slope.of, slope.by
    if not isinstance(of, Quantity):
        return "local"
    if of.kind in _LOSSES and by.kind in (WEIGHT, BIAS):
        members = [relation.expression for relation in row.chain[1:]]
        if any(q.kind == DELTA for member in members for q in quantities(member)):
            return "gradient"
        if of.kind == BATCH_LOSS:
            return "gradient"
        if not all(any(isinstance(n, Partial) for n in member.walk()) for member in members):
            return "together"
        multiplied = any(isinstance(n, Product) for member in members for n in member.walk())
        return "chain" if multiplied else "split"
    if of.kind == LOSS and by not in teller.graph.parents[of]:
        return "upstream"
    return "local"


def _numeric(row: Equation) -> bool:
    return isinstance(row.chain[-1].expression, Number)


def _fragment(teller: Teller, kind: str, rows: list[Equation], *, alone: bool) -> Inline:
    """The part of a caption about the rows of one kind."""
    words = teller.words
    subjects = tuple(dict.fromkeys(_subject(row) for row in rows if not row.chain[0].sign))
    first = subjects[0]
    equation_numbers = sorted({row.number for row in rows if row.number is not None})
    if (
        kind == "local"
        and len(equation_numbers) == len(subjects)
        and (len(equation_numbers) > 1 or not alone)
    ):
        name = "caption_locals_numbered" if len(equation_numbers) > 1 else "caption_local_numbered"
        return words(name, numbers=numbers(words, equation_numbers))
    names = tuple(dict.fromkeys(_name(kind, subject) for subject in subjects))
    by = first.by if isinstance(first, Partial) else first
    loss = first.of if isinstance(first, Partial) else first
    if kind == "local" and len(names) == len(subjects) == 1:
        name = "caption_local_lines" if len(rows) > 1 else "caption_local"
        return words(name, of=names[0], by=by)
    if len(names) > 1 and set(names) == set(teller.network.parameters()):
        return words(f"caption_{_OF_ALL.get(kind, kind)}_all")
    if kind == "local":
        ends = _ends(subjects)
        return words("caption_locals", names=_some(teller, names), ends=_some(teller, ends))
    return words(f"caption_{kind}", names=_some(teller, names), loss=loss, count=len(names))


def _ends(slopes: tuple[Expression, ...]) -> tuple[Expression, ...]:
    """Where a run of local derivatives arrives: what none of them is the derivative of."""
    tops = {slope.of for slope in slopes if isinstance(slope, Partial)}
    bys = dict.fromkeys(slope.by for slope in slopes if isinstance(slope, Partial))
    return tuple(by for by in bys if by not in tops)


def _name(kind: str, subject: Expression) -> Expression:
    """What of a left side is named: the parameter of a gradient, the z of a δ."""
    if isinstance(subject, Quantity) and kind == "delta":
        return Quantity(PRE_ACTIVATION, subject.layer, subject.unit)
    if isinstance(subject, Partial):
        return subject.of if kind == "local" else subject.by
    return subject


def _some(teller: Teller, names: tuple[Expression, ...]) -> Inline:
    """The names; of many, the first and the last of every layer."""
    known = tuple(name for name in names if isinstance(name, Quantity))
    if len(names) <= ROW_LIMIT or len(known) < len(names):
        return teller.words.listing(names)
    runs: dict[tuple[str, int], list[Quantity]] = {}
    for name in known:
        runs.setdefault((name.kind, name.layer), []).append(name)
    if len(runs) == 1:
        return teller.some(known)
    parts: list[Value] = []
    for run in runs.values():
        if len(run) > 2:
            parts.append(teller.words("from_to", first=run[0], last=run[-1]))
        else:
            parts.extend(run)
    return teller.words.listing(tuple(parts))


def _capital(content: Inline) -> Inline:
    first, *rest = content
    return (capital(first) if isinstance(first, str) else first, *rest)

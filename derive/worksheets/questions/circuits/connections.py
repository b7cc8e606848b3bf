"""The computation graph as a table of names, with cells left blank."""

from __future__ import annotations

from collections.abc import Sequence

from derive.derivation.calculus.local import key
from derive.document.blocks import Inline, Paragraph, Table
from derive.expression.nodes import Quantity
from derive.worksheets.answers import NamesAnswer
from derive.worksheets.questions.context import Ground
from derive.worksheets.questions.draft import Draft
from derive.worksheets.questions.ledger import PRINTS, Thing
from derive.worksheets.questions.question import Question
from derive.worksheets.recipes.recipe import Ask, DoesNotFit

_ROWS = 12


def connections(ground: Ground, ask: Ask, letter: str) -> Question:
    """What every quantity is worked out from, and what it goes into."""
    draft, graph, words = Draft(ground, ask, letter), ground.graph, ground.words
    rows = _rows(ground, ask)

    def names(q: Quantity, column: int) -> tuple[Quantity, ...]:
        return graph.parents[q] if column == 0 else tuple(graph.children.get(q, ()))

    if not ground.is_first:  # a row that another question shows is not asked about again
        rows = [q for q in rows if not ground.ledger.has(PRINTS, Thing.CONNECTIONS, q)]
        if not rows:
            raise DoesNotFit("the other questions say it all")
    ground.ledger.note(PRINTS, Thing.CONNECTIONS, rows)
    cells = [(row, column) for row in range(len(rows)) for column in (0, 1)]
    hidden = sorted(ground.chance.sample(cells, min(ask.count or 4, len(cells))))
    labels: dict[tuple[int, int], str] = {}
    for row, column in hidden:
        labels[row, column] = draft.label()
        q = rows[row]
        draft.answers.append(NamesAnswer(labels[row, column], names(q, column), f"graph/{key(q)}"))

    def cell(row: int, column: int, filled: bool) -> Inline:
        neighbours = names(rows[row], column)
        listing = (
            words.listing(neighbours) if neighbours else words("worksheet_connections_nothing")
        )
        label = labels.get((row, column))
        if label is None:
            return listing
        if filled:
            return words("worksheet_connections_filled", label=label, value=listing)
        return words("worksheet_connections_blank", label=label)

    draft.say("connections")
    if ask.hints:
        draft.both(Paragraph(words("hint_connections"), "remark"))
    header: tuple[Inline, ...] = tuple(
        words(f"worksheet_connections_{name}") for name in ("quantity", "from", "into")
    )
    draft.each(*(
        Table(
            header,
            tuple(((q,), cell(i, 0, filled), cell(i, 1, filled)) for i, q in enumerate(rows)),
            "lll",
        )
        for filled in (False, True)
    ))  # fmt: skip
    return draft.question()


def _rows(ground: Ground, ask: Ask) -> Sequence[Quantity]:
    """The quantities in the order of the forward pass; of many, those at one end."""
    every = list(ground.graph.definitions)
    if len(every) <= _ROWS:
        return every
    return every[-_ROWS:] if ask.difficulty != "hard" else every[:_ROWS]

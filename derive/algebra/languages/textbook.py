"""The formulas of a page as a function in some language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy  # type: ignore[import-untyped]

from derive.algebra.languages.catalogue import Language
from derive.algebra.languages.manners import reserved
from derive.algebra.languages.spelling import Spelling
from derive.algebra.languages.statements import Assignment
from derive.algebra.languages.writing import Part, Routine, Writer


def textbook(
    language: Language,
    given: Mapping[str, Sequence[Any]],
    lines: Sequence[tuple[Any, Any]],
    loss: Any,
    slopes: Sequence[Any],
) -> str:
    """loss_and_gradient of what is given: argument → its symbols, in order.

    lines  symbol := expression, in an order in which they can be worked out
    """
    writer = Writer(language, in_order=False)
    spelling = Spelling(reserved(language), writer.manners.one_case)
    arguments = {name: symbols for name, symbols in given.items() if symbols}
    symbols = [s for group in arguments.values() for s in group] + [s for s, _ in lines]
    code_symbols = {s: sympy.Symbol(spelling.fresh(s.name), real=True) for s in symbols}
    routine = Routine(
        "loss_and_gradient", "The loss of one example, and its gradient with respect to theta.",
        tuple(arguments),
        tuple(Part(name, tuple(code_symbols[s].name for s in group))
              for name, group in arguments.items()),
        tuple(Assignment(code_symbols[s].name, e.xreplace(code_symbols)) for s, e in lines),
        code_symbols[loss].name, tuple(code_symbols[s].name for s in slopes),
    )  # fmt: skip
    head = [
        "The loss of one example and its gradient, as backpropagation works them out.", "",
        "The formulas are those of the page: e^800 overflows. `derive compile` writes stable ones.",
    ]  # fmt: skip
    return writer.file([routine], head=head, own=None, over="", layers=False)

"""What is said of the corners of activations and losses: where they are, and what is declared."""

from __future__ import annotations

from dataclasses import replace

from derive.derivation.calculus.corners import Corner, corners, corners_of
from derive.derivation.calculus.differentiator import prime
from derive.derivation.numbers.rounding import rounded
from derive.document.blocks import Inline
from derive.document.wording import Wording, merged
from derive.expression.functions import Function
from derive.expression.nodes import Comparison, Expression, Number, Quantity
from derive.expression.rewriting import substitute
from derive.network.catalogue import OUTPUT, TARGET_LETTER, LossUse

_DIGITS = 5


def of_function(words: Wording, function: Function, name: str | Expression = "") -> Inline:
    """Where a function has no derivative and what is declared; () where it has one everywhere.

    name  what a list of conventions calls it; in running text it stands as f(x)
    """
    kinks = corners_of(function)
    if not kinks:
        return ()
    (x,) = function.parameters
    apart = words.listing(tuple(corner.apart for corner in kinks))
    declarations = [_declared(function, corner) for corner in kinks]
    if not all(declarations):
        unnamed = "convention_kink_unnamed" if name else "kink_unnamed"
        return words(unnamed, name=name, apart=apart, function=function(x))
    places = tuple(replace(corner.apart, sign="==") for corner in kinks)
    return words(
        "convention_kink" if name else "kink", name=name, apart=apart, function=function(x),
        place=words.listing(places), declared=words.listing(tuple(declarations)), count=len(kinks),
    )  # fmt: skip


def apart(words: Wording, function: Function | None) -> Inline:
    """The condition under which a function has a derivative: x ≠ 0; () for every x."""
    kinks = corners_of(function) if function is not None else ()
    return words.listing(tuple(corner.apart for corner in kinks)) if kinks else ()


def _declared(function: Function, corner: Corner) -> Inline:
    """relu′(0) = 0; () where it is not one number."""
    if corner.at is None or corner.declared is None:
        return ()
    value = rounded(corner.declared, _DIGITS)
    return (prime(function)(corner.at), " = " if value.exact else " ≈ ", value.number)


def of_loss(
    words: Wording, use: LossUse, y: Quantity, t: Quantity, name: str = ""
) -> tuple[Inline, ...]:
    """The same of a loss, as one of its outputs moves; a sentence for every corner."""
    sentences = []
    for corner in corners(use.term, OUTPUT):
        here: dict[Expression, Expression] = {OUTPUT: y, TARGET_LETTER: t}
        condition = substitute(corner.apart, here)
        assert isinstance(condition, Comparison)  # other names change nothing about that
        if corner.declared is None:
            if not name:
                sentences.append(words("kink_loss_unnamed", apart=condition))
            else:
                sentences.append(words("convention_kink_unnamed", name=name, apart=condition))
            continue
        value: Number = rounded(corner.declared, _DIGITS).number
        sentence = "convention_kink_loss" if name else "kink_loss"
        sentences.append(
            words(sentence, name=name, equal=replace(condition, sign="=="), value=value)
        )
    return tuple(merged(one) for one in sentences)

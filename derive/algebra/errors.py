"""The error of a name, form or language that the algebra does not know."""

from __future__ import annotations

from collections.abc import Iterable

from derive.expression import errors
from derive.expression.errors import UnknownName


class SymbolicError(UnknownName):
    """A name, form or language that is not there; the message lists what is."""


def unknown(what: str, name: object, known: Iterable[str]) -> UnknownName:
    """The error to raise: there is no quantity 'w9'; did you mean 'w8'? there are w1, w2, …"""
    return errors.unknown(what, name, known, SymbolicError)

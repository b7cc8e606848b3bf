"""Macros said from the tree that Jinja reads, where compiling would take most of a page's time.

Plain is a macro of words, values, conditions on values and calls of other macros. What is said is
what the compiled macro says; ``tests/document/test_sentences.py`` compares all of them.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jinja2 import UndefinedError, nodes

_PLAIN = (
    nodes.Output, nodes.TemplateData, nodes.If, nodes.Name, nodes.Const, nodes.CondExpr,
    nodes.Compare, nodes.Operand, nodes.Call, nodes.Keyword, nodes.Not, nodes.And, nodes.Or,
    nodes.Mul,
)  # fmt: skip
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {"eq": operator.eq, "ne": operator.ne}
_VALUE = re.compile(r"<< (\w+) >>")
_END = "<% endmacro %>"
_TAG = re.compile(r"<[<%#]")


def placing(arguments: Iterable[str], source: str) -> list[nodes.Node] | None:
    """The body of a macro that only places its values, without Jinja's reading it; else None.

    source  what stands behind the head of the macro
    """
    pieces = _VALUE.split(source[: source.index(_END)])
    if not set(pieces[1::2]) <= set(arguments) or any(map(_TAG.search, pieces[::2])):
        return None
    return [
        nodes.Output([
            nodes.Name(piece, "load") if n % 2 else nodes.TemplateData(piece)
            for n, piece in enumerate(pieces)
        ])
    ]  # fmt: skip


def is_plain(macro: nodes.Macro) -> bool:
    """Whether there is nothing in a macro but what ``Plain`` says."""
    within = [node for part in macro.body for node in (part, *part.find_all(nodes.Node))]
    return all(
        isinstance(node, _PLAIN)
        and not (isinstance(node, nodes.Operand) and node.op not in _COMPARE)
        and not (isinstance(node, nodes.Call) and (node.dyn_args or node.dyn_kwargs))
        for node in within
    )


class Plain:
    """A macro, where names have the meanings of a context."""

    def __init__(
        self, name: str, arguments: tuple[str, ...], body: list[nodes.Node],
        context: Mapping[str, object],
    ) -> None:  # fmt: skip
        self._name, self._arguments, self._body = name, arguments, body
        self._context = context

    def __call__(self, *order: object, **values: object) -> str:
        bindings = {**dict(zip(self._arguments, order, strict=False)), **values}
        if bindings.keys() != set(self._arguments) or len(order) > len(self._arguments):
            raise TypeError(f"{self._name} takes {', '.join(self._arguments) or 'no values'}")
        return "".join(self._text(self._body, bindings))

    def _text(self, body: Iterable[nodes.Node], names: Mapping[str, object]) -> Iterable[str]:
        for node in body:
            if isinstance(node, nodes.If):
                branches = ((branch.test, branch.body) for branch in (node, *node.elif_))
                bodies = (inside for test, inside in branches if self._value(test, names))
                yield from self._text(next(bodies, node.else_), names)
            elif isinstance(node, nodes.Output):
                for part in node.nodes:
                    if isinstance(part, nodes.TemplateData):
                        yield part.data
                    else:
                        yield str(self._value(part, names))

    def _value(self, node: nodes.Node, names: Mapping[str, object]) -> Any:
        match node:
            case nodes.Name():
                if node.name not in names and node.name not in self._context:
                    raise UndefinedError(f"{node.name!r} is undefined")
                return names[node.name] if node.name in names else self._context[node.name]
            case nodes.Const():
                return node.value
            case nodes.Compare():
                (other,) = node.ops
                return _COMPARE[other.op](
                    self._value(node.expr, names), self._value(other.expr, names)
                )
            case nodes.CondExpr():
                chosen = node.expr1 if self._value(node.test, names) else node.expr2
                return "" if chosen is None else self._value(chosen, names)
            case nodes.Not():
                return not self._value(node.node, names)
            case nodes.And():
                return self._value(node.left, names) and self._value(node.right, names)
            case nodes.Or():
                return self._value(node.left, names) or self._value(node.right, names)
            case nodes.Mul():
                return self._value(node.left, names) * self._value(node.right, names)
            case nodes.Call():
                order = [self._value(one, names) for one in node.args]
                named = {one.key: self._value(one.value, names) for one in node.kwargs}
                return self._value(node.node, names)(*order, **named)
        raise AssertionError(node)

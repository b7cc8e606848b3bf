"""The algebra of a network as text: what ``derive symbolic`` prints."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import sympy  # type: ignore[import-untyped]

from derive.algebra.errors import SymbolicError, unknown
from derive.algebra.lines import name_of, simpler
from derive.algebra.symbolic import Form, Symbolic

MOST_NODES = 1_000_000  # of SymPy's trees, a minute's work
_NAMED = "take the named form, whose lines stay short"


def printed(s: Symbolic, form: Form, to: str, *, simplify: bool = False) -> str:
    """The definitions, the lines of backpropagation in named form, and ∂E/∂w of every parameter.

    to  sympy (one line each, as SymPy writes itself), text, latex, json
    Raises SymbolicError for a form or a target that is not there, and where the formulas would be
    longer than anyone reads, or nested deeper than SymPy prints.
    """
    if to not in TARGETS:
        raise unknown("target", to, TARGETS)
    if form != "named" and (size := _size(s)) > MOST_NODES:
        raise SymbolicError(
            f"the {form} form would have {size:,} numbers, letters and signs; at most "
            f"{MOST_NODES:,} are printed; {_NAMED}"
        )
    try:
        return _printed(s, form, to, simplify)
    except RecursionError:
        message = f"the {form} form is nested deeper than SymPy prints; {_NAMED}"
        raise SymbolicError(message) from None


def _size(s: Symbolic) -> int:
    """How many nodes ∂E/∂w of all parameters have in inputs and parameters alone.

    Counted line by line, and never written out: it doubles with every layer, or worse.
    """
    sizes: dict[Any, int] = {}
    lines = s.lines
    names = [name for w in s.gradients() if (name := name_of(s.E, w)) in lines]
    for symbol, _ in s.program(names):
        sizes[symbol] = sum(sizes.get(node, 1) for node in sympy.preorder_traversal(lines[symbol]))
    return sum(sizes[name] for name in names)


def _printed(s: Symbolic, form: Form, to: str, simplify: bool) -> str:
    slopes = s.gradients(form, simplify=simplify)
    between = {}
    if form == "named":
        trained = {f"d{s.E}_d{w}" for w in slopes}
        between = {
            name: simpler(line) if simplify else line
            for name, line in s.lines.items()
            if name not in s.definitions and name.name not in trained
        }
    text: str = TARGETS[to](s, between, slopes)
    return text


def _rows(s: Symbolic, between: dict[Any, Any], slopes: dict[Any, Any]) -> list[tuple[Any, Any]]:
    named = {name_of(s.E, w): slope for w, slope in slopes.items()}
    return [*s.definitions.items(), *between.items(), *named.items()]


def _sympy(s: Symbolic, between: dict[Any, Any], slopes: dict[Any, Any]) -> str:
    return "".join(f"{name} = {e}\n" for name, e in _rows(s, between, slopes))


def _text(s: Symbolic, between: dict[Any, Any], slopes: dict[Any, Any]) -> str:
    blocks = [
        sympy.pretty(sympy.Eq(name, e, evaluate=False), use_unicode=True, wrap_line=False)
        for name, e in _rows(s, between, slopes)
    ]
    return "\n\n".join(blocks) + "\n"


def _latex(s: Symbolic, between: dict[Any, Any], slopes: dict[Any, Any]) -> str:
    rows = [f"{s.latex(name)} &= {s.latex(e)}" for name, e in _rows(s, between, slopes)]
    return "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}\n"


def _json(s: Symbolic, between: dict[Any, Any], slopes: dict[Any, Any]) -> str:
    def texts(lines: dict[Any, Any]) -> dict[str, str]:
        return {str(name): str(e) for name, e in lines.items()}

    data = {
        "loss": str(s.E),
        "definitions": texts(s.definitions),
        "lines": texts(between),
        "gradients": texts(slopes),
    }
    return json.dumps(data, indent=2) + "\n"


TARGETS = MappingProxyType({"sympy": _sympy, "text": _text, "latex": _latex, "json": _json})

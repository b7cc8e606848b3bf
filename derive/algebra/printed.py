"""The algebra of a network as text: what ``derive symbolic`` prints."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import sympy  # type: ignore[import-untyped]

from derive.algebra.errors import unknown
from derive.algebra.symbolic import Form, Symbolic


def printed(s: Symbolic, form: Form, to: str, *, simplify: bool = False) -> str:
    """The definitions, the lines of backpropagation in named form, and ∂E/∂w of every parameter.

    to  sympy (one line each, as SymPy writes itself), text, latex, json
    Raises SymbolicError for a form or a target that is not there.
    """
    if to not in TARGETS:
        raise unknown("target", to, TARGETS)
    slopes = s.gradients(form, simplify=simplify)
    between = {}
    if form == "named":
        trained = {f"d{s.E}_d{w}" for w in slopes}
        between = {
            name: sympy.simplify(line) if simplify else line
            for name, line in s.lines.items()
            if name not in s.definitions and name.name not in trained
        }
    text: str = TARGETS[to](s, between, slopes)
    return text


def _rows(s: Symbolic, between: dict[Any, Any], slopes: dict[Any, Any]) -> list[tuple[Any, Any]]:
    named = {s[f"d{s.E}_d{w}"]: slope for w, slope in slopes.items()}
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

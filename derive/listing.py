"""What there is to choose from: the data behind ``derive catalog``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

from derive.algebra.languages.catalogue import LANGUAGES, UNTRIED
from derive.derivation.derivation import STYLES
from derive.expression.nodes import (
    ACTIVATION,
    INPUT,
    LOSS,
    PRE_ACTIVATION,
    TARGET,
    WEIGHT,
    Quantity,
)
from derive.network.catalogue import ACTIVATIONS, LOSSES, Activation, Loss
from derive.network.intervals import REAL
from derive.network.reading import keys
from derive.network.sources import SOURCES
from derive.notation import BUILT_IN, names
from derive.notation.shape import Shape
from derive.rendering import EVERY_PART, OMISSIONS
from derive.worksheets.recipes.files import READY
from derive.worksheets.recipes.kinds import KINDS, UNITS
from derive.writers import FORMATS

Row = Mapping[str, str]

_EXAMPLE = Shape((2, 2, 2), ("neuron", "neuron"))
_SAMPLES = (
    Quantity(INPUT),
    Quantity(WEIGHT, 1, unit=1),
    Quantity(PRE_ACTIVATION, 1),
    Quantity(ACTIVATION, 1),
    Quantity(ACTIVATION, 2),
    Quantity(TARGET),
    Quantity(LOSS),
)
_HEADS = {
    "keys": "Keys of a network file, and what holds where one is left out",
    "layer keys": "Keys of a layer",
    "activations": "Activations: x is the pre-activation, y the activation itself",
    "losses": "Losses: y is an output, t its target; one output's term, summed over the outputs",
    "notations": "Notations: input 1, its weight into neuron 2, that layer's neuron 1 before and "
    "after the activation, output 1, its target, the loss",
    "styles": "Styles of derivation",
    "parts": "Parts of a document besides its derivation, for --with",
    "omissions": "What a document has unless it is left out, for --without",
    "recipes": "Recipes of worksheets (--recipe)",
    "questions": "Kinds of questions in a recipe",
    "units": "Units that a recipe asks for; without it they are avoided",
    "formats": "Formats of documents",
    "languages": "Languages of the loss and its gradient as a file, for derive compile --to",
}
_INDENT = 24
_WIDTH = 80


def listing() -> dict[str, tuple[Row, ...]]:
    """Everything by kind; every row has a ``name``, a ``what`` and perhaps more."""
    return {
        "keys": _keys(keys.FILE),
        "layer keys": _keys(keys.LAYER),
        "activations": tuple(map(_activation, ACTIVATIONS.values())),
        "losses": tuple(map(_loss, LOSSES.values())),
        "notations": tuple(_notation(name) for name in BUILT_IN),
        "styles": _described(STYLES),
        "parts": _described(EVERY_PART),
        "omissions": _described(OMISSIONS),
        "recipes": _described(READY),
        "questions": _described(KINDS),
        "units": _described(UNITS),
        "formats": _described(FORMATS),
        "languages": tuple(
            {"name": name, "what": row.what, "in the tests": row.tried or UNTRIED}
            for name, row in LANGUAGES.items()
        ),
    }


def _activation(row: Activation) -> Row:
    columns = {
        "name": row.name,
        "what": row.formula,
        "derivative": row.derivative,
        "range": str(row.range),
        "parameters": ", ".join(f"{name} = {value}" for name, value in row.parameters),
        "remark": row.remark,
        "source": SOURCES.get(row.name, ""),
    }
    return {key: value for key, value in columns.items() if value}


def _loss(row: Loss) -> Row:
    columns = {
        "name": row.name,
        "what": row.formula,
        "derivative": row.derivative,
        "parameters": ", ".join(f"{name} = {value}" for name, value in row.parameters),
        "outputs in": str(row.domain) if row.domain != REAL else "",
        "targets in": str(row.targets) if row.targets != REAL else "",
        "over outputs": "mean" if row.mean else "",
        "remark": row.remark,
        "source": SOURCES.get(row.name, ""),
    }
    return {key: value for key, value in columns.items() if value}


def _keys(table: Mapping[str, keys.Key]) -> tuple[Row, ...]:
    rows = (
        (name, {"what": k.what, "values": k.values, "left out": k.without})
        for name, k in table.items()
    )
    return tuple({"name": name} | {w: text for w, text in row.items() if text}
                 for name, row in rows)  # fmt: skip


def _notation(name: str) -> Row:
    naming = names(name, _EXAMPLE)
    return {"name": name, "what": ", ".join(naming.text(quantity) for quantity in _SAMPLES)}


def _described(table: Mapping[Any, str]) -> tuple[Row, ...]:
    return tuple({"name": name, "what": what} for name, what in table.items())


def as_text(kinds: Mapping[str, Sequence[Row]]) -> str:
    """The listing for a terminal of 80 columns: a name, what it is, and the rest below it."""
    lines: list[str] = []
    for kind, rows in kinds.items():
        lines += [fill(_HEADS[kind], _WIDTH), ""]
        for row in rows:
            lines.append(_item(f"  {row['name']}", row["what"]))
            for key, value in row.items():
                if key not in ("name", "what"):
                    lines.append(_item("", value if key == "remark" else f"{key}: {value}"))
        lines.append("")
    return "\n".join(lines)


def _item(name: str, text: str) -> str:
    return fill(
        text, _WIDTH, initial_indent=name.ljust(_INDENT), subsequent_indent=" " * (_INDENT + 2),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip

"""The five built-in notations: for a shape and a layout, a row of patterns for each role."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from derive.notation.patterns import Row, row
from derive.notation.shape import Shape
from derive.notation.spelling import Spelling, spell

# What a row may be for. A role that a notation leaves out falls back as ``FALLBACK`` says.
ROLES = (
    "input", "target", "weight", "input_weight", "output_weight", "bias", "output_bias",
    "shared_bias", "shared_output_bias", "pre_activation", "output_pre_activation",
    "activation", "output", "loss_term", "loss", "batch_loss", "delta", "output_delta",
    "learning_rate",
)  # fmt: skip
FALLBACK = {
    "input_weight": "weight", "output_weight": "weight", "output_bias": "bias",
    "shared_output_bias": "shared_bias", "output_pre_activation": "pre_activation",
    "output": "activation", "output_delta": "delta",
}  # fmt: skip

# Which letter stands for {letter} in a role's row.
LETTER_OF = {
    "input": "input", "target": "target", "output": "output", "loss_term": "loss",
    "loss": "loss", "batch_loss": "loss", "weight": "weight", "input_weight": "weight",
    "output_weight": "weight", "bias": "bias", "output_bias": "bias", "shared_bias": "bias",
    "shared_output_bias": "bias", "delta": "delta", "output_delta": "delta",
    "learning_rate": "learning_rate",
}  # fmt: skip
LETTERS = (*dict.fromkeys(LETTER_OF.values()), "threshold")

_UNIT = ("number", "layer", "unit", "hidden", "layerletter", "running")
_PLACEHOLDERS_OF_KIND = {
    "input": ("number", "unit", "running"),
    "target": ("number", "unit", "running"),
    "loss_term": ("number", "unit", "running"),
    "loss": (),
    "batch_loss": (),
    "learning_rate": (),
    "weight": (
        "number",
        "layer",
        "unit",
        "source",
        "pair",
        "hidden",
        "sourcehidden",
        "layerletter",
        "sourceletter",
        "from",
        "to",
    ),
    "shared_bias": ("number", "layer", "layerletter"),
}


def placeholders(role: str) -> tuple[str, ...]:
    """What may stand in braces in a role's patterns."""
    kind = FALLBACK.get(role, role)
    own = _PLACEHOLDERS_OF_KIND.get(kind, _UNIT)
    return ("letter", *own) if role in LETTER_OF else own


TIMES = ("·", "×", "*")  # the product signs there are


@dataclass(frozen=True, slots=True)
class Scheme:
    """A notation for one shape: its rows, and the letters they are written with.

    places  where a file gives a role's row: file:line:column
    times   the product sign, one of ``TIMES``
    sign    of δ, one of ``DELTA_SIGNS``; None where the notation leaves it to the network
    """

    rows: dict[str, Row]
    letters: dict[str, Spelling]
    places: dict[str, str] = field(default_factory=dict)
    times: str = TIMES[0]
    sign: str | None = None


def _letters(**typed: str) -> dict[str, Spelling]:
    usual = {
        "input": "i", "target": "t", "output": "o", "loss": "E", "weight": "w", "bias": "b",
        "delta": "δ", "learning_rate": "η", "threshold": "θ",
    }  # fmt: skip
    return {role: spell(name) for role, name in (usual | typed).items()}


def _same(latex: str, text: str, speech: str) -> Row:
    """A row whose code is spelled like its text."""
    return row(latex, text, text, speech)


LETTER = _same("{letter}", "{letter}", "{letter}")
BY_UNIT = _same("{letter}_{unit}", "{letter}{unit}", "{letter} {unit}")
_BY_NUMBER = _same("{letter}_{number}", "{letter}{number}", "{letter} {number}")
_BATCH = _same(r"{letter}_{\mathrm{batch}}", "{letter}_batch", "{letter} of the batch")


def _total(word: str) -> Row:
    return _same(rf"{{letter}}_{{\text{{{word}}}}}", f"{{letter}}_{word}", "{letter} total")


def numbered(shape: Shape, layout: str) -> Scheme:
    """W₁ … W₈ by receiving unit, h and a_h, o and a_o, E_Total."""
    letters = _letters() | {"weight": Spelling("W", "W", "w", "W")}
    return Scheme({
        "input": BY_UNIT,
        "target": BY_UNIT,
        "weight": _BY_NUMBER,
        "bias": _BY_NUMBER,
        "shared_bias": _BY_NUMBER,
        "pre_activation": _same("h_{number}", "h{number}", "h {number}"),
        "output_pre_activation": _same("o_{unit}", "o{unit}", "o {unit}"),
        "activation": _same("a_{h_{number}}", "a_h{number}", "a of h {number}"),
        "output": _same("a_{o_{unit}}", "a_o{unit}", "a of o {unit}"),
        "loss_term": BY_UNIT,
        "loss": _total("Total"),
        "batch_loss": _BATCH,
        "delta": _same("{letter}_{h_{number}}", "{letter}_h{number}", "{letter} of h {number}"),
        "output_delta": _same("{letter}_{o_{unit}}", "{letter}_o{unit}", "{letter} of o {unit}"),
        "learning_rate": LETTER,
    }, letters)  # fmt: skip


def plain(shape: Shape, layout: str) -> Scheme:
    """w1 … w8 by receiving unit, h and out_h, o and out_o, E_Total."""
    rows = dict(numbered(shape, layout).rows)
    rows["activation"] = _same(r"\mathrm{out}_{h{number}}", "out_h{number}", "out of h {number}")
    rows["output"] = _same(r"\mathrm{out}_{o{unit}}", "out_o{unit}", "out of o {unit}")
    rows["delta"] = _same("{letter}_{h{number}}", "{letter}_h{number}", "{letter} of h {number}")
    rows["output_delta"] = _same("{letter}_{o{unit}}", "{letter}_o{unit}", "{letter} of o {unit}")
    return Scheme(rows, _letters())


def letters(shape: Shape, layout: str) -> Scheme:
    """Layers i, j, k, l: W_{i1j1}, b_{j1}, h1_in1, h1_out1, O_in1, O_out1, E_total."""
    sender, receiver = "{sourceletter}{source}", "{layerletter}{unit}"
    ends = sender + receiver if layout == "from_to" else receiver + sender
    first, second = (sender, receiver) if layout == "from_to" else (receiver, sender)
    spoken = "{letter} " + " ".join((first, second)).replace("}{", "} {")

    def side(word: str) -> Row:
        return _same(
            rf"h{{layer}}_{{\mathrm{{{word}}}{{unit}}}}", f"h{{layer}}_{word}{{unit}}",
            f"h {{layer}} {word} {{unit}}",
        )  # fmt: skip

    def last(word: str) -> Row:
        return _same(rf"O_{{\mathrm{{{word}}}{{unit}}}}", f"O_{word}{{unit}}", f"O {word} {{unit}}")

    return Scheme({
        "input": BY_UNIT,
        "target": BY_UNIT,
        "weight": _same(f"{{letter}}_{{{ends}}}", f"{{letter}}_{ends}", spoken),
        "bias": _same(
            f"{{letter}}_{{{receiver}}}", f"{{letter}}_{receiver}", "{letter} {layerletter} {unit}"
        ),
        "shared_bias": _same(
            "{letter}_{layerletter}", "{letter}_{layerletter}", "{letter} {layerletter}"
        ),
        "pre_activation": side("in"),
        "activation": side("out"),
        "output_pre_activation": last("in"),
        "output": last("out"),
        "loss_term": BY_UNIT,
        "loss": _total("total"),
        "batch_loss": _BATCH,
        "delta": _same(
            f"{{letter}}_{{{receiver}}}", f"{{letter}}_{receiver}", "{letter} {layerletter} {unit}"
        ),
        "learning_rate": LETTER,
    }, _letters(target="y", weight="W"))  # fmt: skip


def indexed(shape: Shape, layout: str) -> Scheme:
    """w_{ij} from i to j, z, a, w_{h1} into a single output, z_o, y_pred, Loss.

    Further hidden units go on counting, and weights between them say so: w_{h1,h3}. With
    several outputs the ends are w_{h1,o2}, z_{o2}, y_{pred,2}.
    """
    single, hidden_layers = shape.outputs == 1, shape.depth - 1

    def between(source: str, unit: str) -> Row:
        ends = (source, unit) if layout == "from_to" else (unit, source)
        joined = "_".join(ends)
        spoken = " ".join(ends).replace("h{", "h {").replace("o{", "o {")
        return _same(
            f"{{letter}}_{{{','.join(ends)}}}", f"{{letter}}_{joined}", f"{{letter}} {spoken}"
        )

    rows = {
        "input": BY_UNIT,
        "target": LETTER if single else BY_UNIT,
        "weight": between("h{sourcehidden}", "h{hidden}"),
        "input_weight": _same("{letter}_{{pair}}", "{letter}{pair}", "{letter} {pair}"),
        "output_weight": between("h{sourcehidden}", "o{unit}"),
        "bias": _BY_HIDDEN,
        "output_bias": _same("{letter}_{o{unit}}", "{letter}_o{unit}", "{letter} o {unit}"),
        "shared_bias": _same(
            r"{letter}_{\mathrm{layer}{layer}}", "{letter}_layer{layer}",
            "{letter} of layer {layer}",
        ),
        "shared_output_bias": _TO_OUTPUT,
        "pre_activation": _same("z_{hidden}", "z{hidden}", "z {hidden}"),
        "output_pre_activation": _same("z_{o{unit}}", "z_o{unit}", "z o {unit}"),
        "activation": _same("a_{hidden}", "a{hidden}", "a {hidden}"),
        "output": LETTER if single else BY_UNIT,
        "loss_term": BY_UNIT,
        "loss": LETTER,
        "batch_loss": _BATCH,
        "delta": _BY_HIDDEN,
        "output_delta": _same("{letter}_{o{unit}}", "{letter}_o{unit}", "{letter} o {unit}"),
        "learning_rate": LETTER,
    }  # fmt: skip
    if hidden_layers == 1:
        rows["shared_bias"] = _same("{letter}_h", "{letter}_h", "{letter} h")
    if single:
        rows["output_weight"] = _same(
            "{letter}_{h{sourcehidden}}", "{letter}_h{sourcehidden}", "{letter} h {sourcehidden}"
        )
        rows["output_bias"] = rows["output_delta"] = _TO_OUTPUT
        rows["output_pre_activation"] = _same("z_o", "z_o", "z o")
    if hidden_layers == 0:
        rows["output_weight"] = (
            _same("{letter}_{source}", "{letter}{source}", "{letter} {source}")
            if single
            else rows["input_weight"]
        )
    return Scheme(rows, _letters(input="x", target="y", output="y_pred", loss="Loss"))


_BY_HIDDEN = _same("{letter}_{hidden}", "{letter}{hidden}", "{letter} {hidden}")
_TO_OUTPUT = _same("{letter}_o", "{letter}_o", "{letter} o")


def layered(shape: Shape, layout: str) -> Scheme:
    """w^{(l)}_{ij}, b^{(l)}_j, z^{(l)}_j, a^{(l)}_j, ŷ_k, L: the textbooks' notation."""

    def of_layer(letter: str) -> Row:
        return row(
            f"{letter}^{{({{layer}})}}_{{unit}}", f"{letter}⁽{{^layer}}⁾{{_unit}}",
            f"{letter}{{layer}}_{{unit}}", f"{letter} {{unit}} of layer {{layer}}",
        )  # fmt: skip

    unit = row("{letter}_{unit}", "{letter}{_unit}", "{letter}{unit}", "{letter} {unit}")
    return Scheme({
        "input": unit,
        "target": unit,
        "weight": row(
            "{letter}^{({layer})}_{{pair}}", "{letter}⁽{^layer}⁾{_pair}",
            "{letter}{layer}_{pair}", "{letter} {pair} of layer {layer}",
        ),
        "bias": of_layer("{letter}"),
        "shared_bias": row(
            "{letter}^{({layer})}", "{letter}⁽{^layer}⁾", "{letter}{layer}",
            "{letter} of layer {layer}",
        ),
        "pre_activation": of_layer("z"),
        "activation": of_layer("a"),
        "output": unit,
        "loss_term": unit,
        "loss": LETTER,
        "batch_loss": _BATCH,
        "delta": of_layer("{letter}"),
        "learning_rate": LETTER,
    }, _letters(input="x", target="y", output="ŷ", loss="L"))  # fmt: skip


def with_letters(scheme: Scheme, changed: Mapping[str, str]) -> Scheme:
    """The scheme with letters changed; a changed output letter names the outputs themselves.

    e.g. {"output": "y"}: a_{o_1} → y_1, and y_pred → y
    """
    rows = dict(scheme.rows)
    by_file = "output" in scheme.places  # a file that has both has said it
    if "output" in changed and not by_file and not rows["output"].latex.mentions("letter"):
        rows["output"] = BY_UNIT
    spelled = {role: spell(typed) for role, typed in changed.items()}
    return replace(scheme, rows=rows, letters={**scheme.letters, **spelled})


BUILT_IN: dict[str, Callable[[Shape, str], Scheme]] = {
    "numbered": numbered,
    "plain": plain,
    "letters": letters,
    "indexed": indexed,
    "layered": layered,
}

"""A network's loss and gradients as one readable file that needs nothing of derive."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import Literal

from derive.compute import made_up
from derive.compute.arguments import ArgumentError
from derive.compute.backends import python as scalars
from derive.compute.backends.printer import Text
from derive.compute.backends.writer import INDENT, WIDTH, listed, printable
from derive.compute.blocks import Block, blocks
from derive.compute.identifiers import Identifiers
from derive.compute.layers import SUM_OF_LOSSES, gradient, layer_program, weights
from derive.compute.program import Statement
from derive.compute.source import LayerSource, ScalarSource, names_of
from derive.expression.nodes import INPUT, TARGET, Quantity
from derive.network.catalogue import OWN
from derive.network.description import Layer, Network
from derive.network.given import Given, network_of
from derive.notation import NEGATIVE

Language = Literal["python", "numpy"]
BACK_ENDS: dict[Language, str] = {
    "python": "plain Python, one line per quantity, one example at a time",
    "numpy": "NumPy, one line per layer, many examples at a time",
}


def standalone(network: Given, to: Language = "python") -> str:
    """The source of a file with ``loss_and_gradient(theta, inputs, targets)`` and ``forward``.

    network  a Network, the path of a network file, or a mapping with the keys of one

    The textbook formula stands above each line, in the network's notation. Run as a program it
    prints the loss and every derivative. Raises ArgumentError for another language, NetworkError.
    """
    network = network_of(network)
    if to == "python":
        return _text(_python(network))
    if to == "numpy":
        return _text(_numpy(network))
    raise ArgumentError("to", repr(to), ", ".join(BACK_ENDS), "choose one of them")


def runnable(network: Network, to: Language) -> str:
    """loss_and_gradient(theta, inputs, targets) alone, with all that it calls: exec defines it.

    to  "python": of one example; "numpy": of many, over whose losses it takes the mean or sum
    """
    frozen = [block for block in blocks(network) if block.frozen]
    known = all(block.numbers(network.layers[block.layer - 1]) is not None for block in frozen)
    fixed = _fixed(network) if known else []
    wanted = None if not frozen else "FIXED" if known else ""
    if to == "python":
        body = ScalarSource(network).lines(("loss_and_gradient",), remarks=True, default=wanted)
        return _text([*scalars.imports(body), *fixed, *([""] * 2 if fixed else []), *body])
    code = LayerSource(network)
    body = code.lines(("loss_and_gradient",), remarks=True)
    head = ["import math", ""] if any("math." in line for line in body) else []
    faces = _faces(code.blocks, ("loss_and_gradient",), wanted == "")
    return _text([*head, "import numpy as np", "", *fixed, "", "", *body, "", "", *faces])


def _text(lines: Iterable[str]) -> str:
    return "\n".join(line.rstrip() for line in lines).rstrip() + "\n"


# -- plain Python ----------------------------------------------------------------------------


def _python(network: Network) -> list[str]:
    code = ScalarSource(network)
    functions = ["loss_and_gradient", "forward"]
    if network.target_formulas is not None:
        functions.append("target_values")
    body = code.lines(functions, remarks=True, default="FIXED" if code.fixed else None)
    if network.is_batch:
        body = [line.replace("def loss_and_gradient(", "def of_example(") for line in body]
        body += ["", "", *_over_examples(network)]
    return [
        *_docstring(network, "Python"), *scalars.imports(body), *_constants(network), "", "",
        *body, "", "", *_main(network),
    ]  # fmt: skip


def _over_examples(network: Network) -> list[str]:
    mean = network.over_examples == "mean"
    word = "mean" if mean else "sum"
    return f'''\
def loss_and_gradient(theta, inputs, targets):
    """The {word} of the examples' losses, and its gradient with respect to theta."""
    loss, gradient = 0.0, [0.0] * len(theta)
    for x, t in zip(inputs, targets, strict=True):
        of_one, by_theta = of_example(theta, x, t)
        loss += of_one
        gradient = [a + b for a, b in zip(gradient, by_theta, strict=True)]
    return loss{
        " / len(inputs), [value / len(inputs) for value in gradient]" if mean else ", gradient"
    }
'''.splitlines()


# -- NumPy -----------------------------------------------------------------------------------


def _numpy(network: Network) -> list[str]:
    code = LayerSource(network)
    body = code.lines(("loss_and_gradient", "forward"), remarks=True)
    if network.target_formulas is not None:
        formulas = ScalarSource(network).lines(("target_values",), remarks=True)
        body = [*formulas, "", "", *body]
    used = scalars.imports(body)
    if any("math." in line for line in body):
        used = ["import math", *(used or [""])]
    return [
        *_docstring(network, "NumPy"), *used, "import numpy as np", "", *_constants(network),
        "", "", *body, "", "", *_faces(code.blocks), "", "",
        *_main(network),
    ]  # fmt: skip


def _faces(
    every: Sequence[Block], functions: Sequence[str] = ("loss_and_gradient", "forward"),
    lacking: bool = False,
) -> list[str]:  # fmt: skip
    """The functions on theta, on top of those on the arrays it is made of.

    lacking  the frozen numbers are not there: they are one more argument
    """
    trained = [block.key for block in every if not block.frozen]
    source, argument = ("fixed", ", fixed") if lacking else ("FIXED", "")
    fixed, start = [], 0
    for block in every:
        if block.frozen:
            part = f"{source}[{start}:{start + block.size}]"
            fixed.append(f"{INDENT}{block.key} = np.array({part}).reshape({block.shape})")
            start += block.size
    unpacked = ", ".join(trained) + ("," if len(trained) == 1 else "")
    return [
        f"def parameters_of(theta{argument}):",
        '    """Every array of weights and biases, in the order of the layers."""',
        *([f"    {unpacked} = views(np.asarray(theta, dtype=float))"] if trained else []),
        *fixed,
        *listed("return (", [block.key for block in every], ",)" if len(every) == 1 else ")"),
        *(line for name in functions
          for line in ("", "", *_FACES[name].format(fixed=argument).splitlines())),
    ]  # fmt: skip


_FACES = {
    "loss_and_gradient": '''\
def loss_and_gradient(theta, inputs, targets{fixed}):
    """The loss, and its gradient with respect to theta, an array like theta.

    inputs (n_in,) or (examples, n_in), targets (n_out,) or (examples, n_out)
    """
    inputs = np.atleast_2d(np.asarray(inputs, dtype=float))
    targets = np.atleast_2d(np.asarray(targets, dtype=float))
    return loss_and_gradient_of_batch(parameters_of(theta{fixed}), inputs, targets)
''',
    "forward": '''\
def forward(theta, inputs{fixed}):
    """The outputs, (examples, n_out), for inputs (n_in,) or (examples, n_in)."""
    inputs = np.atleast_2d(np.asarray(inputs, dtype=float))
    return forward_of_batch(parameters_of(theta{fixed}), inputs)
''',
}


# -- what both begin and end with -----------------------------------------------------------


def _docstring(network: Network, needs: str) -> list[str]:
    names = names_of(network)
    sizes = "-".join(map(str, network.sizes))
    frozen = [block.key for block in blocks(network) if block.frozen]
    about = [
        f"    inputs   {network.sizes[0]}: {_ends(names.text(q) for q in _inputs(network))}",
        *(f"    layer {layer.index}  {_described(layer)}" for layer in network.layers),
        f"    loss     {_loss(network)}",
    ]
    order = ", ".join(f"{b.key} {b.shape}" for b in blocks(network) if not b.frozen)
    paragraphs = [
        f"theta holds, in this order, {order}. W1[i][j] is the weight from unit i to unit j, and "
        "theta has W1 row by row."
        + (f" {', '.join(frozen)}: frozen, so not in theta." * bool(frozen)),
        "The comments are the textbook formulas; the lines under them compute the same "
        f"{_promise(network)} {_legend(network)}",
        "Logarithms are natural, 0·ln 0 = 0. " + "".join(f"{kink}. " for kink in _kinks(network)),
        f"Made by derive; needs nothing but {needs}.",
    ]
    if not network.has_values:
        paragraphs.append("The network lacks numbers of its own: those missing are made up below.")
    lines = [(network.title or f"Loss and gradient of a {sizes} network").rstrip(".") + ".", ""]
    for line in about:
        lines += wrap(line, WIDTH, subsequent_indent=" " * 13, drop_whitespace=True)
    for paragraph in paragraphs:
        lines += ["", *wrap(paragraph, WIDTH)]
    # Whatever a person named stays inside the string.
    clean = [printable(line).replace("\\", "/").replace('"', "'") for line in lines]
    return [f'"""{clean[0]}', *clean[1:], '"""', ""]


def _promise(network: Network) -> str:
    """What holds of the generated lines: said of an own formula only as far as it was found so."""
    if network.loss.row and all(layer.activation.row for layer in network.layers):
        return "in a form that neither overflows nor cancels."
    from derive.compute.reliable import (
        lost,  # with SymPy, which a catalogue's formula can do without
    )

    found = lost(network)
    if not found:
        return (
            "in a form of which it was found that it neither overflows nor cancels for "
            "pre-activations from −10^150 to 10^150."
        )
    return (
        "in a form that is as stable as derive could make it. Half of the digits or more are lost "
        f"in these ranges of the pre-activation x: {'; '.join(map(str, found))}. No others were "
        "found from −10^150 to 10^150."
    )


_LEGEND = {
    "g": "g is ∂loss/∂a",
    "q": "q is 1 − a",
    "l": "l is ln a",
    "m": "m is ln(1 − a)",
    "gap": "gap is a − t",
    "margin": "margin is 1 − t·a",
    "top": "top the largest pre-activation of a layer",
    "second": "second the largest but one",
}


def _legend(network: Network) -> str:
    """What the letters mean that no notation has."""
    program = layer_program(network).only([SUM_OF_LOSSES, gradient(weights(1))])
    letters = {item.target.name for item in program.items if isinstance(item, Statement)}
    said = [text for letter, text in _LEGEND.items() if letter in letters]
    legend = f"There {', '.join(said)}." if said else ""
    if network.delta_sign == NEGATIVE:
        legend += " In this file δ is ∂loss/∂z, minus the δ of the network's pages."
    return legend


def _described(layer: Layer) -> str:
    use = layer.activation
    name = use.name if use.name != OWN else f"f(x) = {use.formula}"
    units = f"{layer.units} unit{'s' * (layer.units != 1)}, {name}"
    bias = {"none": "no biases", "neuron": "a bias each", "shared": "one bias for all of them",
            "threshold": "a threshold each, subtracted"}  # fmt: skip
    return f"{units}, {bias[layer.bias]}"


def _loss(network: Network) -> str:
    loss = network.loss
    text = Text(names_of(network))
    mean = " / number of outputs" if loss.mean else ""
    over = f", the {network.over_examples} over the examples" if network.is_batch else ""
    return f"{loss.title}, the sum over the outputs of {text(loss.term)}{mean}{over}"


def _kinks(network: Network) -> list[str]:
    rows = [layer.activation.row for layer in network.layers]
    found = [row.remark for row in rows if row is not None and "declared" in row.remark]
    if network.loss.row is not None and "declared" in network.loss.row.remark:
        found.append(network.loss.row.remark)
    return list(dict.fromkeys(found))


def _constants(network: Network) -> list[str]:
    code = Identifiers(names_of(network), ())
    theta = [(code(q), made_up.number(network, q, k)) for k, q in enumerate(network.parameters())]
    lines = [
        *_assigned("NAMES", [f'"{name}"' for name, _ in theta]),
        *_assigned("THETA", [repr(value) for _, value in theta]),
    ]
    return [*lines, *_fixed(network), *_examples(network)]


def _fixed(network: Network) -> list[str]:
    """The frozen numbers; no line where there are none."""
    frozen = [block for block in blocks(network) if block.frozen]
    found = [
        repr(made_up.number(network, q, k)) for b in frozen for k, q in enumerate(b.quantities)
    ]
    return _assigned("FIXED", found) if found else []


def _examples(network: Network) -> list[str]:
    lines = _assigned_rows("INPUTS", _rows(network, INPUT), network.is_batch)
    if network.target_formulas is not None and network.targets is None:
        return lines
    return [*lines, *_assigned_rows("TARGETS", _rows(network, TARGET), network.is_batch)]


def _rows(network: Network, kind: str) -> list[list[float]]:
    count = network.sizes[0 if kind == INPUT else -1]
    return [
        [made_up.number(network, Quantity(kind, unit=k, example=row), k) for k in range(count)]
        for row in range(network.example_count)
    ]


def _assigned_rows(name: str, rows: list[list[float]], is_batch: bool) -> list[str]:
    texts = [repr(row) for row in rows]
    return _assigned(name, texts) if is_batch else _assigned(name, [repr(v) for v in rows[0]])


def _assigned(name: str, items: Sequence[str]) -> list[str]:
    return listed(f"{name} = [", items, "]", indent="")


def _inputs(network: Network) -> list[Quantity]:
    return [Quantity(INPUT, unit=i) for i in range(network.sizes[0])]


def _ends(names: Iterable[str]) -> str:
    words = list(names)
    return ", ".join(words) if len(words) <= 8 else f"{words[0]}, {words[1]}, …, {words[-1]}"


def _main(network: Network) -> list[str]:
    made = network.target_formulas is not None and network.targets is None
    targets = "target_values(INPUTS)" if made else "TARGETS"
    return f"""\
if __name__ == "__main__":
    loss, gradient = loss_and_gradient(THETA, INPUTS, {targets})
    print("loss", loss)
    for name, value in zip(NAMES, gradient, strict=True):
        print(f"d loss / d {{name}} = {{value}}")
""".splitlines()

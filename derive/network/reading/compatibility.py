"""Whether the parts of a network fit: ranges in domains, targets that a loss can take.

A pair is an error only where the activation's range leaves the loss's domain; what works but is
unusual gets a remark. The range of an own formula is not known: it is tried at points, and a
point where it fails is an error, since that point is a proof.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from derive.expression.arithmetic import HIGH
from derive.expression.evaluate import Bindings, apply, evaluate
from derive.network.catalogue import ACTIVATIONS, OUTPUT, TARGET_LETTER, ActivationUse, LossUse
from derive.network.errors import Notes
from derive.network.intervals import Interval
from derive.network.reading.inputs import Row
from derive.network.reading.targets import Targets
from derive.reading.words import describe

# Where own formulas are tried: from 0 outwards, on no point that a formula is likely to name.
_POINTS = tuple(sign * (Fraction(n, 4) + Fraction(1, 97)) for n in range(40) for sign in (1, -1))
_TARGET = Fraction(3, 7)
_OF_DISTRIBUTIONS = ("cross_entropy", "kl_divergence")


def judge(
    notes: Notes,
    activations: tuple[ActivationUse | None, ...],
    outputs: int | None,
    loss: LossUse | None,
    targets: Targets,
) -> None:
    """Problems and remarks on activations, loss and targets; what is None is not known."""
    for index, use in enumerate(activations, start=1):
        if use is not None and use.row is None:
            _own_formula(notes, use, index)
    last = activations[-1] if activations else None
    if last is not None and loss is not None:
        if last.name == "softmax" and outputs == 1:
            _constant_one(notes, loss)
        elif loss.row is None:
            _own_loss(notes, last, loss)
        elif last.row is None:
            _own_output(notes, last, loss, len(activations))
        else:
            _pair(notes, last, loss)
    if loss is not None and loss.row is not None:
        _targets_of_loss(notes, loss, targets)
    if last is not None and last.row is not None and not (last.name == "softmax" and outputs == 1):
        _targets_in_reach(notes, last, targets)


def _pair(notes: Notes, use: ActivationUse, loss: LossUse) -> None:
    assert loss.row is not None
    domain = loss.row.domain
    assert use.range is not None
    if not use.range.inside(domain):
        fitting = [name for name, row in ACTIVATIONS.items() if row.range.inside(domain)]
        notes.problem(
            ("loss",),
            f"loss: {use.name} gives values in {use.range}, but {loss.name} needs values in "
            f"{domain}; allowed before it are {', '.join(fitting)}; change the last layer's "
            "activation or the loss",
        )
    elif loss.name == "binary_cross_entropy" and use.name == "softmax":
        notes.remark(
            "Binary cross-entropy on a softmax is unusual: softmax goes with cross-entropy, "
            "binary cross-entropy with sigmoid. Here every output's error reaches every weight."
        )
    elif loss.name in _OF_DISTRIBUTIONS and use.name != "softmax":
        notes.remark(
            f"{loss.row.title[0].upper()}{loss.row.title[1:]} on {use.name} is unusual: it expects "
            "outputs that sum to 1, as those of softmax do."
        )


def _constant_one(notes: Notes, loss: LossUse) -> None:
    """The one output is 1 whatever the weights are."""
    values = {OUTPUT: HIGH.number(Fraction(1)), TARGET_LETTER: HIGH.number(_TARGET)}
    try:
        evaluate(loss.term, Bindings(values))
    except ArithmeticError:
        notes.problem(
            ("loss",),
            f"loss: softmax over one unit is constantly 1, where {_loss_name(loss)} has no value; "
            "use sigmoid, or two units",
        )
    else:
        notes.remark("Softmax over one unit is constantly 1: every gradient is 0.")


def _loss_name(loss: LossUse) -> str:
    return loss.name if loss.row else f"the loss {loss.formula}"


def _own_formula(notes: Notes, use: ActivationUse, index: int) -> None:
    """A remark where an activation formula has no value at some point; a problem where it has
    none at all."""
    values = list(_values(use))
    if all(value is None for _, value in values):
        notes.problem(
            ("layers", index - 1, "activation", "formula"),
            f"formula: {use.formula} has no value at any of {len(values)} numbers from −10 to 10; "
            "write one that has, and that is real there",
            1,
        )
        return
    for x, value in values:
        if value is None:
            notes.remark(
                f"The activation {use.formula} of layer {index} has no value at x = {_near(x)}: "
                "the network has none where a pre-activation comes there."
            )
            return


def _values(use: ActivationUse) -> Iterator[tuple[Fraction, Any]]:
    assert use.function is not None
    for x in _POINTS:
        try:
            yield x, apply(use.function, (HIGH.number(x),), HIGH)
        except ArithmeticError:
            yield x, None


def _own_output(notes: Notes, use: ActivationUse, loss: LossUse, index: int) -> None:
    assert loss.row is not None
    domain = loss.row.domain
    if domain.low is None and domain.high is None:
        return
    for x, value in _values(use):
        if value is not None and not _holds(domain, value):
            notes.problem(
                ("loss",),
                f"loss: the activation {use.formula} of layer {index} is "
                f"{_near(value)} at x = {_near(x)}, but {loss.name} needs values "
                f"in {domain}; change the formula or the loss",
            )
            return
    notes.remark(
        f"The range of {use.formula} is not known; {loss.name} needs it to be in {domain}."
    )


def _own_loss(notes: Notes, use: ActivationUse, loss: LossUse) -> None:
    """A problem where the loss formula has no value at an output that does occur."""
    if use.function is None:
        outputs = [HIGH.number(Fraction(n, 97)) for n in range(1, 97, 6)]
    else:
        outputs = [y for _, y in _values(use) if y is not None]
    for y in outputs:
        try:
            evaluate(loss.term, Bindings({OUTPUT: y, TARGET_LETTER: HIGH.number(_TARGET)}))
        except ArithmeticError:
            name = use.name if use.row else use.formula
            notes.problem(
                ("loss",),
                f"loss: {loss.formula} has no value at y = {_near(y)}, "
                f"t = {_near(_TARGET)}, and {name} does give that y; change the formula or the "
                "last layer's activation",
            )
            return


def _holds(interval: Interval, value: Any) -> bool:
    """Whether a high-precision value is in an interval."""
    low, high = (None if b is None else HIGH.number(b) for b in (interval.low, interval.high))
    if interval.closed:
        return (low is None or value >= low) and (high is None or value <= high)
    return (low is None or value > low) and (high is None or value < high)


def _near(value: Any) -> str:
    text = HIGH.context.nstr(HIGH.number(value) if isinstance(value, Fraction) else value, 3)
    return str(text).removesuffix(".0").replace("-", "−")


def _targets_of_loss(notes: Notes, loss: LossUse, targets: Targets) -> None:
    row = loss.row
    assert row is not None
    for example, values in enumerate(targets.rows or ()):
        for unit, target in enumerate(values):
            fits = (
                target.value in row.target_values
                if row.target_values
                else target.value in row.targets
            )
            if not fits:
                allowed = " and ".join(str(v).replace("-", "−") for v in row.target_values)
                notes.problem(
                    targets.path(example, unit),
                    f"target {unit + 1}: got {describe(target)}; allowed with "
                    f"{loss.name} are {allowed or f'targets in {row.targets}'}",
                )
    if loss.name in _OF_DISTRIBUTIONS:
        _targets_sum(notes, targets.rows or ())


def _targets_sum(notes: Notes, rows: tuple[Row, ...]) -> None:
    for example, values in enumerate(rows):
        total = sum((target.value for target in values), Fraction(0))
        if len(values) > 1 and total != 1:
            where = f" of example {example + 1}" if len(rows) > 1 else ""
            notes.remark(f"The targets{where} sum to {_near(total)}, not to 1 as probabilities do.")
            return


def _targets_in_reach(notes: Notes, use: ActivationUse, targets: Targets) -> None:
    span = use.range
    assert span is not None
    reachable = Interval(span.low, span.high, closed=True)
    for unit, column in enumerate(zip(*(targets.rows or ()), strict=True)):
        beyond = next((target for target in column if target.value not in reachable), None)
        if beyond is not None:
            notes.remark(
                f"Target {unit + 1} is {describe(beyond)}, outside {span}, the range of "
                f"{use.name}: no weights reach it."
            )

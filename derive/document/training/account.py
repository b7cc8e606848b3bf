"""What every part of the report needs: the training, the words, how numbers are shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from derive.compute.training import Training
from derive.compute.training.runs import Run
from derive.derivation.numbers.rounding import display
from derive.document.blocks import Inline, Paragraph, Strong
from derive.document.wording import Value, Wording
from derive.expression.nodes import Comparison, Number
from derive.graph import RATE
from derive.pictures.picture import Content

_LARGE = 1e6  # from here on a number is shown as 1.23e6


@dataclass(frozen=True, slots=True)
class Account:
    """The context of one report.

    digits  decimals shown; small values keep three significant digits
    run     the run whose tables are shown: that of the network's own rate, else the first
    """

    training: Training
    words: Wording
    digits: int
    run: Run

    def say(self, sentence: str, **values: Value) -> Paragraph:
        """A paragraph of one sentence."""
        return Paragraph(self.words(sentence, **values))

    def number(self, value: float) -> Inline:
        """A number as it is displayed; words for what is none."""
        if math.isnan(value):
            return self.words("training_not_a_number")
        if math.isinf(value):
            return ("∞" if value > 0 else "−∞",)
        return (numeral(value, self.digits),)

    def as_typed(self, value: float) -> Inline:
        """A number that someone gave, with the digits it was given with."""
        text = repr(value).removesuffix(".0")
        return (Number(Fraction(text), text),) if len(text) <= 12 else self.number(value)

    def rate(self, run: Run) -> Inline:
        """η = 0.5"""
        return (Comparison(RATE, "==", run.rate),)

    def rates(self, runs: Sequence[Run]) -> Inline:
        """η = 0.1, η = 0.2 and η = 0.5"""
        return self.words.listing(tuple(self.rate(run) for run in runs))


def account(training: Training, words: Wording, digits: int) -> Account:
    """The context of a training's report."""
    own = training.subject.learning_rate
    same = [run for run in training.runs if own is not None and run.rate.value == own.value]
    return Account(training, words, digits, (same or list(training.runs))[0])


def content(sentence: Inline) -> Content:
    """Words without emphasis, for a picture."""
    return tuple(part.text if isinstance(part, Strong) else part for part in sentence)


def numeral(value: float, digits: int) -> Number:
    """A finite number rounded for display: 0.0016, 1.23e-12, 4.57e9."""
    if abs(value) < _LARGE:
        number = display(Fraction(value), digits)
        return Number(number.value, number.text) if number.value else Number(Fraction(0), "0")
    text = f"{value:.2e}"
    mantissa, _, exponent = text.partition("e")
    return Number(Fraction(text), f"{mantissa}e{int(exponent)}")

"""How far a training is, on stderr."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from derive.expression.nodes import Number

_PATIENCE = 1.0  # seconds after which a bar shows that something is going on


class Bar:
    """A bar on stderr for what takes longer than a second, where somebody may be looking."""

    def __init__(self, rates: int, epochs: int) -> None:
        self.total, self.epochs = rates * epochs, epochs
        self.began = time.monotonic()
        self.done = 0
        self.of_rates: dict[Number, int] = {}
        self.bar: Any = None

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.render_finish()

    @property
    def progress(self) -> Any:
        """What the training tells; nothing where nobody looks."""
        return self._update if sys.stderr.isatty() else None

    def _update(self, rate: Number, epochs: int) -> None:
        if rate not in self.of_rates:  # those before are through, however early they ended
            self.of_rates = dict.fromkeys(self.of_rates, self.epochs)
        self.of_rates[rate] = epochs
        done = sum(self.of_rates.values())
        if self.bar is None and time.monotonic() - self.began > _PATIENCE:
            self.bar = click.progressbar(length=self.total, label="training", file=sys.stderr)
        if self.bar is not None and done > self.done:
            self.bar.update(done - self.done)
            self.done = done

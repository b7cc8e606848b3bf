"""The words of the panel, and the sentences that its script fills in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from derive.document.wording import Wording

# What stands in the page: labels and buttons.
_LABELS = (
    "heading", "introduction", "drawn", "without_script", "hint", "undo", "reset", "link", "first",
    "back", "on", "last", "numbers", "steps", "all_steps", "formula", "put_in", "why", "hide",
    "hide_all", "show_all", "answer", "check", "give", "practice", "one", "weight", "paths",
    "paths_hint", "nudge",
    "nudge_hint", "head_nudge", "head_quotient", "head_gap", "descent", "descent_hint", "step_down",
    "run_down", "head_epoch", "head_loss", "losses_title", "ahead_title", "ahead_hint",
)  # fmt: skip
_VERDICTS = ("right", "coarse", "vague", "follows", "trivial", "wrong", "missing")
# What the script says: the name of a sentence → what it puts in.
_SAYS: dict[str, tuple[str, ...]] = {
    "explore_said_change": ("name", "value", "loss", "error"),
    "explore_said_step": ("place", "count", "name", "value"),
    "explore_said_undo": (),
    "explore_said_reset": (),
    "explore_said_copied": (),
    "fault_division_by_zero": (),
    "fault_lost_power": ("one", "two"),
    "fault_no_number": ("one",),
    "fault_raised_point": ("one", "two"),
    "fault_sum_or_product": ("one",),
    "fault_too_long": ("one",),
    "fault_too_many_digits": ("one",),
    "explore_undefined": (),
    **{f"explore_verdict_{verdict}": () for verdict in _VERDICTS},
    "explore_first_wrong": ("place", "name"),
    "explore_misconception": ("name",),
    "explore_no_misconception": (),
    "explore_said_hidden": (),
    "explore_said_shown": (),
    "explore_said_hidden_here": (),
    "explore_paths_sum": (),
    "explore_too_many_paths": ("most",),
    "explore_losses_title": (),
    "explore_losses_description": ("first", "last", "count"),
    "explore_epochs": ("count",),
    "explore_said_descent": ("count", "loss", "error"),
    "explore_said_diverged": (),
    "explore_ahead_title": (),
    "explore_ahead": ("loss", "rate", "predicted", "there"),
    "explore_ahead_mark": ("rate",),
    "explore_unit_dead": ("unit",),
    "explore_unit_saturated": ("unit", "slope"),
    "explore_unit_cancels": ("unit", "slope"),
    "explore_place": ("place", "count"),
    "web_wide_formula": (),
    "speech_equals": (),
    "speech_becomes": (),
    "speech_approximately": (),
    "speech_plus": (),
    "speech_minus": (),
    "speech_times": (),
    "speech_parentheses": ("inside",),
    "speech_brackets": ("inside",),
    "speech_fraction": ("above", "below"),
    "speech_power": ("base", "exponent"),
    "speech_squared": ("base",),
    "speech_root": ("inside",),
    "speech_absolute": ("inside",),
    "speech_of": ("function", "argument"),
    "speech_another": ("before", "argument"),
}


@dataclass(frozen=True, slots=True)
class Labels:
    """words: of the page; says: sentences with {names} in the places of what is put in."""

    words: dict[str, str]
    says: dict[str, str]


def labels(words: Wording) -> Labels:
    """All of them, in the language of the page."""
    of_page: dict[str, Any] = {name: words.text(f"explore_{name}") for name in _LABELS}
    of_page |= {name: words.text(f"explore_{name}", name="{name}") for name in ("slider", "number")}
    says = {
        name.removeprefix("explore_").removeprefix("web_"): words.text(
            name, **{key: f"{{{key}}}" for key in keys}
        )
        for name, keys in _SAYS.items()
    }
    return Labels(of_page, says)

"""What goes wrong in people's derivations: a catalogue, and what each slip makes of a task.

Planted mistakes, distractors, feedback and marking all come from it.
"""

from derive.worksheets.misconceptions.catalogue import (
    EARLY_ROUNDING,
    MISCONCEPTIONS,
    Misconception,
    Slip,
    formula_slips,
    slips,
    steering_slips,
)

__all__ = [
    "EARLY_ROUNDING",
    "MISCONCEPTIONS",
    "Misconception",
    "Slip",
    "formula_slips",
    "slips",
    "steering_slips",
]

"""Marking: a student's answers against the sheet, step by step from the student's own values.

readings   what someone typed, read as a number or a formula, never run
own        the values a student goes on with, and how far rounding may carry them
marks      the verdict on each answer, and the first wrong step
formulas   whether a formula is the right one, by random points
"""

from derive.worksheets.marking.marks import mark_values
from derive.worksheets.marking.readings import Reading, read
from derive.worksheets.marking.verdicts import Mark, Verdict

__all__ = ["Mark", "Reading", "Verdict", "mark_values", "read"]

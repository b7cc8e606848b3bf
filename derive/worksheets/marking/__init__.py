"""Marking: a student's answers against the sheet, step by step from the student's own values.

reading        what a class hands in, read as numbers and formulas, never run
carried        the values a student goes on with, and how far rounding may carry them
number_rule    what an answer that is a number is, and whether it counts
marks          the verdict on each answer, and the first wrong step
formulas       whether a formula is the right one, by random points
reports        what is told of it, to the student, the teacher and other programs
"""

from derive.worksheets.marking.marks import mark_values
from derive.worksheets.marking.reading.numbers import Reading, read
from derive.worksheets.marking.verdicts import Mark, Verdict

__all__ = ["Mark", "Reading", "Verdict", "mark_values", "read"]

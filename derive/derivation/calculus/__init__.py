"""Calculus, one rule a line: the differentiator, what is tidied up, and what it finds."""

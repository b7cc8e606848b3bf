"""Captions of displayed formulas, and the register of their numbers."""

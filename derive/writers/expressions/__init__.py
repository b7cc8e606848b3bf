"""Expressions as LaTeX and as text, and long ones on several lines."""

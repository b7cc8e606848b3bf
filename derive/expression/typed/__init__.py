"""Formulas as people type them: read into trees, and written back."""

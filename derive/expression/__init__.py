"""Ordered expression trees: the mathematics as it is shown, and the arithmetic behind it."""

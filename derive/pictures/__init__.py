"""Drawings of networks and curves, as shapes whose labels are formulas."""

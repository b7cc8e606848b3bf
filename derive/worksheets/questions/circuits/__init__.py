"""Computation graphs to be completed: pictures with gaps, and tables of names."""

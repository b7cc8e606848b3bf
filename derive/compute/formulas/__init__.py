"""A graph of formulas, compiled: its stable forms, its programs, the function and the file.

Nothing is loaded by this folder's name.
"""

"""The algebra behind what is shown: SymPy.

A page shows ordered trees (``derive.expression``), because SymPy sorts sums and products in an
order of its own; what is true of them is asked here. Nothing is loaded by this folder's name: which
languages there are (``derive.algebra.languages.catalogue``) is known without SymPy.
"""

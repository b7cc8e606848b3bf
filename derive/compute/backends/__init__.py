"""Back ends: programs as what ``derive.compile`` runs, and as formulas of a spreadsheet.

Python and NumPy come from SymPy's printers, as files in other languages do: see
``derive.algebra.languages``. To add another that runs in memory:

1. Choose the resolution: ``scalar_program`` (a statement per quantity) or ``layer_program`` (a
   statement per array).
2. A printer and a row of manners, as for a language; subclass them where what is fastest in memory
   is not what a file would say, as ``Tile`` does.
3. Subclass ``Code`` where a statement is not ``name = expression``. A function with a definition
   needs no helper.
4. Say in ``derive.compute.sources.source`` what its functions take and give back.
5. Add an engine for it.
6. Run the tests of ``tests/compute`` with its name in their lists of back ends.
"""

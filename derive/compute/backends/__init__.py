"""Back ends: programs as what ``derive.compile`` runs, and as formulas of a spreadsheet.

Files in other languages are not theirs: see ``derive.algebra.languages``.

To add one:

1. Choose the resolution: ``scalar_program`` (a statement per quantity) or ``layer_program`` (a
   statement per array).
2. Subclass ``CodePrinter``: the names of functions there, how cases and powers look.
3. Subclass ``Writer`` where a statement is not ``name = expression``; give the functions that the
   language lacks as helpers. A function with a definition needs none.
4. Say in ``derive.compute.source`` what its functions take and give back.
5. Add an engine for it.
6. Run the tests of ``tests/compute`` with its name in their lists of back ends.
"""

"""Languages: straight-line programs of SymPy assignments as files that run alone.

To add one:

1. A row in ``catalogue.py``, and its name in ``Language``.
2. A printer in ``printers.py``: one of SymPy's behind ``Ordered``; what it calls functions, and
   what the language lacks. Definitions that no formula says are in ``texts.py``.
3. A row in ``manners.py``: how a statement looks, which words are taken.
4. A template in ``templates/code/``: head, helpers, routines, the network's numbers, main.
5. A driver in ``tests/compute/languages.py``, and in ``.ci/install`` what compiles or runs it.
"""

"""Documents for Word, to be edited there: real headings, tables and formulas."""

"""The errata of four write-ups: data, the judges of every row, and the page docs/errata.md."""

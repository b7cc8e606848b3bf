"""What students hand in, read: answers of a class, numbers, formulas, and whose they are."""

"""The documentation; what of it is made by a program has its package here."""

"""The fuzzer: seeded damage to whatever derive reads, and what must not come of it.

    make fuzz                                   10,000 inputs of each kind, and what went wrong
    .venv/bin/python -m tests.fuzz roster 1234  one input again: the file, and what was said

An input that derive takes is as good as one that it refuses; what must not come is a traceback, a
run that does not end, or a message that names no place or no remedy. Every input follows from its
kind and its number.
"""

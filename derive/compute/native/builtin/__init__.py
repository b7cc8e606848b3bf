"""Machine code as a builtin of CPython's: what is around a call costs less than what is in it.

objects  how machine code reads lists and arrays, and makes the answer
layouts  whether this interpreter and this NumPy keep them as it reads them
call     the builtin itself
method   the function object around it, and the variables of its code
"""

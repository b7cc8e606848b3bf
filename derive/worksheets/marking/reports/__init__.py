"""Marks told: to a student, to the teacher of a class, to other programs."""

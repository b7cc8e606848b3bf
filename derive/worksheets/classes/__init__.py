"""Classes: the students, a sheet for each, and the bundle that makes them all again."""

"""Second derivatives, and derivatives along a direction: programs, code, engines."""

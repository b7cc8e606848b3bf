"""Speed as ratios and exponents beside their bounds: ``python -m benchmarks``."""

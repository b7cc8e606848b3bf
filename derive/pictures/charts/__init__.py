"""Charts of numbers: curves and bars, with their axes."""

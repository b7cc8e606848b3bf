"""What is promised, counted over large seeded samples: ``make truth`` prints a line per figure."""

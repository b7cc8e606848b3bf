"""Numbers in the steps: displayed values, chains of them, and how they are rounded."""

"""From what a user says to a checked network: every part read, every problem with its place."""

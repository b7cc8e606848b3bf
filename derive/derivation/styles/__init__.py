"""The ways to tell a backward pass: every style builds sections of steps from a graph."""

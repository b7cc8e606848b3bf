"""From a network to checked steps: graph, stepwise calculus, styles, traces, the check."""

"""What is computed, statement by statement: neuron by neuron, or layer by layer."""

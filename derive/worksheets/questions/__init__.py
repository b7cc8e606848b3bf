"""Questions: each made from the derivation and the numbers of a variant, with its key."""

"""Forms that neither overflow nor cancel: of activations, of losses, of formulas of one's own."""

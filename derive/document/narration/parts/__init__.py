"""Parts of a page that stand before, after or beside the derivation."""

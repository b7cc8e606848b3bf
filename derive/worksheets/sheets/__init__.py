"""Sheets: questions put on pages, with numbers of one variant, and the key to them."""

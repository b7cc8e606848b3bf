"""Jupyter notebooks: text cells in Markdown, code cells between them."""

"""Markdown in two dialects."""

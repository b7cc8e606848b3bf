"""Web pages: one file, nothing loaded, no script."""

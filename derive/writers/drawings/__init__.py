"""Pictures as SVG files and as TikZ for LaTeX."""

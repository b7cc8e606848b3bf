"""Articles for pdflatex."""

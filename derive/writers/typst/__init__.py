"""PDF by way of Typst: a page of markup, and what sets it."""

"""Variants: numbers of one's own, drawn, judged, and drawn again until they are good."""

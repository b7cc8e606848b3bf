"""The pictures of a page: what is drawn, what is said of it, and where it stands."""

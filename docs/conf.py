"""How Sphinx makes the manual of the pages that docs.manual gathers."""

project = "derive"
html_title = "derive"
extensions = ["myst_parser", "sphinx-mathjax-offline"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["docs/api.py"]
html_theme = "furo"
html_copy_source = False
html_show_sphinx = False
language = "en"
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
# A page of numbers is highlighted as what it is, which is nothing.
highlight_language = "text"
suppress_warnings = ["misc.highlighting_failure"]

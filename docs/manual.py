"""Builds the manual: the pages of docs/, the README before them, and what is in output/.

python -m docs.manual [FOLDER]

The pages are copied with the folders that they link to, so that every link leads where it does in
the repository; a link that leads nowhere ends the build, and so does a page that would load
anything from elsewhere.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "build" / "manual"
COPIED = ("README.md", "CHANGELOG.md", "docs", "output", "examples")
_LEFT_OUT = {"docs": ("__pycache__", "*.py", "errata")}  # what makes pages

# Headings of the side bar, and the pages below them; all that is in docs/ must stand here.
CONTENTS: dict[str, tuple[str, ...]] = {
    "How to": ("docs/explore", "docs/teachers-guide", "docs/training", "docs/languages"),
    "Reference": (
        "docs/network-files", "docs/catalogue/catalogue", "docs/other-names",
        "docs/common-mistakes", "docs/api",
    ),
    "Examples": ("docs/gallery", "output/README"),
    "Behind it": (
        "docs/speed", "docs/errata", "docs/accessibility", "docs/architecture", "CHANGELOG",
    ),
}  # fmt: skip

_TITLES = {"output/README": "Everything that is written <output/README>"}  # shorter, or clearer
_UNLISTED = "---\norphan: true\n---\n\n"  # a page that only links lead to
_FENCE = re.compile(r"^```math$", re.MULTILINE)
_IN_LINE = re.compile(r"\$`(.*?)`\$")
# <script src, <img src, <link href, <iframe src … of another host
_LOADED = re.compile(
    r'(<(?:script|img|link|iframe|source)\b[^>]*?)(?:src|href)="((?:https?:)?//[^"]*)"'
)


def build(folder: Path) -> None:
    """Write the manual into a folder, which is made anew. Raises SystemExit with what is wrong."""
    from sphinx.cmd.build import build_main

    with tempfile.TemporaryDirectory() as place:
        source = Path(place) / "source"
        gather(source)
        shutil.rmtree(folder, ignore_errors=True)
        state = str(Path(place) / "state")
        if build_main(["-q", "-W", "--keep-going", "-b", "dirhtml", "-d", state,
                       str(source), str(folder)]):  # fmt: skip
            raise SystemExit("the manual was not built; what is wrong stands above")
    if found := [f"{page}: {what}" for page in folder.rglob("*.html") for what in
                 loaded_from_elsewhere(page.read_text("utf-8"))]:  # fmt: skip
        raise SystemExit("\n".join(["what is loaded from elsewhere:", *found]))


def loaded_from_elsewhere(page: str) -> list[str]:
    """Addresses outside the manual that a browser asks for when it opens a page."""
    return [
        address
        for tag, address in _LOADED.findall(page)
        if 'rel="' not in tag or re.search(r'rel="[^"]*(stylesheet|icon|preload)', tag)
    ]


def gather(source: Path) -> None:
    """The pages, the README as the first of them, and how they are to be built."""
    source.mkdir()
    for name in COPIED:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns(*_LEFT_OUT.get(name, ()))
            shutil.copytree(ROOT / name, source / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, source / name)
    listed = {source / f"{page}.md" for pages in CONTENTS.values() for page in pages}
    for page in source.rglob("*.md"):
        text = dollars(page.read_text("utf-8"))
        if page not in listed and page.parent != source:
            if page.is_relative_to(source / "docs"):
                raise SystemExit(f"no heading of docs/manual.py has {page.relative_to(source)}")
            text = f"{_UNLISTED}{text}"
        page.write_text(text, "utf-8")
    front = (source / "README.md").rename(source / "index.md")
    front.write_text(front.read_text("utf-8") + "".join(_contents()), "utf-8")
    shutil.copy(Path(__file__).with_name("conf.py"), source / "conf.py")


def dollars(page: str) -> str:
    """GitHub's fences of formulas as the MyST parser takes them."""
    return _IN_LINE.sub(r"$\1$", _FENCE.sub("```{math}", page))


def _contents() -> Iterator[str]:
    """The side bar."""
    for heading, pages in CONTENTS.items():
        listed = "\n".join(_TITLES.get(page, page) for page in pages)
        yield f"\n```{{toctree}}\n:hidden:\n:caption: {heading}\n\n{listed}\n```\n"


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    build(folder)
    print(f"wrote {folder / 'index.html'}")


if __name__ == "__main__":
    main()

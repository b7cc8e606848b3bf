"""Derives every network file of this folder into output/: what `make demo` runs.

    python examples/build.py [FOLDER]

The same version writes the same bytes; tests/test_output.py compares the folder with them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from textwrap import fill

import derive
from derive.compute import standalone
from derive.files import write_whole
from derive.writers.registry import DOCUMENTS, REGISTRY

HERE = Path(__file__).resolve().parent
OUTPUT = HERE.parent / "output"
COMMAND = "make demo"


@dataclass(frozen=True)
class Page:
    """One document of a network, in every format."""

    style: str
    detail: str = "full"
    dialect: str = "github"

    @property
    def stem(self) -> str:
        extra = [self.detail] if self.detail != "full" else []
        extra += [self.dialect] if self.dialect != "github" else []
        return "-".join((self.style, *extra))


BOTH = (Page("paths"), Page("deltas"))
PAGES = {
    "mazur": (*BOTH, Page("paths", "normal"), Page("paths", "brief")),
    "write-up-000": BOTH,
    "write-up-001": BOTH,
    "write-up-003": (*BOTH, Page("deltas", dialect="plain")),
    "symbolic": BOTH,
}
USUAL = (Page("deltas"),)
WORKSHEETS = {"write-up-000": 3, "write-up-003": 3}
SEED = 1
FIRST = "mazur/paths.md"


def build(folder: Path) -> list[Path]:
    """Write everything below ``folder``; the files written, in order."""
    contents: dict[Path, str | bytes] = {}
    about = ["# What is here", "", f"Made from the files of `examples/` by `{COMMAND}`.", ""]
    for source in sorted(HERE.glob("*.yaml")):
        mine = _network(source)
        contents |= {folder / source.stem / name: page for name, page in mine.items()}
        about += _listed(source.stem, _comment(source), source.stem, mine)
    written: list[Path] = []
    for name, variants in WORKSHEETS.items():
        network = derive.load(HERE / f"{name}.yaml")
        made = derive.worksheet(network, variants=variants, seed=SEED)
        sheets = made.write(folder / "worksheets" / name)
        written += sheets
        files = [path.name for path in sheets]
        about += _listed(f"Worksheets on {name}", "", f"worksheets/{name}", files)
    contents[folder / "README.md"] = "\n".join(about)
    write_whole(contents)
    return [*contents, *written]


def _network(source: Path) -> dict[str, str | bytes]:
    network = derive.load(source)
    styles: dict[str, derive.Derivation] = {}
    made: dict[str, str | bytes] = {}
    for page in PAGES.get(source.stem, USUAL):
        derivation = styles.setdefault(page.style, derive.derive(network, page.style))
        for name in DOCUMENTS:
            row = REGISTRY[name]
            if page.dialect != "github" and name != "markdown":
                continue
            made[f"{page.stem}{row.suffix}"] = derive.render(
                derivation, name, detail=page.detail, dialect=page.dialect
            )
    for backend in ("python", "numpy"):
        made[f"function_{backend}.py"] = standalone(network, backend)
    return made


def _listed(heading: str, text: str, place: str, files: Iterable[str]) -> list[str]:
    """A section of the list of files, a line for each document with its formats."""
    lines = [f"## {heading}", "", *([text, ""] if text else [])]
    for stem, group in groupby(files, key=lambda name: name.partition(".")[0]):
        links = ", ".join(f"[{name.partition('.')[2]}]({place}/{name})" for name in group)
        lines.append(f"- {stem}: {links}")
    return [*lines, ""]


def _comment(source: Path) -> str:
    """The comment at the head of a network file."""
    lines = []
    for line in source.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.removeprefix("#").strip())
    return "\n".join(lines)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else OUTPUT
    written = build(folder)
    if folder == OUTPUT:
        for left_over in {p for p in OUTPUT.rglob("*") if p.is_file()} - set(written):
            left_over.unlink()
    shown = folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder
    for place, files in groupby(written, key=lambda path: path.parent):
        names = " ".join(path.name for path in files)
        print(fill(f"{shown / place.relative_to(folder)}/ {names}", 80, subsequent_indent="    "))
    print(f"\n{len(written)} files. Open {shown / FIRST} first; {shown}/README.md lists them all.")


if __name__ == "__main__":
    main()

"""Derives every network and graph of formulas of this folder into output/: what `make demo` runs.

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
from derive.algebra.languages.catalogue import LANGUAGES, Language
from derive.derivation.derivation import StyleName
from derive.files import write_whole
from derive.graph import FormulaGraph
from derive.graph.conversion import network_or_formulas
from derive.notation import names
from derive.rendering import PARTS, Detail, Dialect, TextFormat, render_files
from derive.trained import OUTPUTS, Look
from derive.writers.registry import REGISTRY

HERE = Path(__file__).resolve().parent
OUTPUT = HERE.parent / "output"
COMMAND = "make demo"


@dataclass(frozen=True)
class Page:
    """One document of a network, in every format.

    whole  with everything that a document may have besides the derivation, under that name
    """

    style: StyleName
    detail: Detail = "full"
    dialect: Dialect = "github"
    whole: bool = False

    @property
    def stem(self) -> str:
        if self.whole:
            return "whole"
        extra: list[str] = [self.detail] if self.detail != "full" else []
        extra += [self.dialect] if self.dialect != "github" else []
        return "-".join((self.style, *extra))


@dataclass(frozen=True)
class Trained:
    """A training of a network, in these formats."""

    rates: tuple[str, ...]
    epochs: int
    formats: tuple[str, ...]


BOTH = (Page("paths"), Page("deltas"))
PAGES = {
    "mazur": (*BOTH, Page("paths", "normal"), Page("paths", "brief")),
    # The counterparts of four write-ups, each in the style of the original.
    "write-up-000": (*BOTH, Page("paths", whole=True)),
    "write-up-001": (*BOTH, Page("paths", whole=True)),
    "write-up-002": (Page("matrices"), Page("deltas"), Page("matrices", "normal", whole=True)),
    "write-up-003": (*BOTH, Page("deltas", dialect="plain"), Page("deltas", whole=True)),
    "symbolic": (*BOTH, Page("matrices")),
}
SWEEP = ("0.1", "0.2", "0.5", "0.8", "1.0", "2.0")
TRAININGS = {
    # As many rows as the workbooks of the originals have.
    "write-up-000": (Trained(SWEEP, 45, ("xlsx",)),),
    "write-up-001": (Trained(SWEEP, 45, ("xlsx",)), Trained(SWEEP, 1000, ("markdown", "svg"))),
    "write-up-002": (Trained(("0.01", "0.1", "1.0"), 1000, ("markdown", "svg")),),
    "write-up-003": (Trained(("0.1", "1.0"), 1000, ("markdown", "svg")),),
    "write-up-003-linear": (Trained(("0.1", "0.5"), 200, ("markdown", "svg")),),
    "batch": (Trained(("0.1", "0.5"), 500, ("markdown", "svg")),),
}
# In which languages the loss and its gradient are written as a file.
CODED: dict[str, tuple[Language, ...]] = {"mazur": tuple(LANGUAGES)}
USUAL = (Page("deltas"),)
# Graphs written as formulas; each page has the picture.
GRAPH_PAGES = {"circuit": (Page("nodes", "normal"), Page("nodes", "brief"), Page("paths"))}
OF_GRAPHS = (Page("nodes", "normal"), Page("paths", "normal"))
FORMATS: tuple[TextFormat, ...] = ("markdown", "latex", "text")  # pictures lie beside the pages
# Also a web page, which has its fonts in it, and a notebook.
EXTRA: dict[tuple[str, str], TextFormat] = {
    ("mazur", "paths-normal"): "html",
    ("mazur", "paths-brief"): "ipynb",
}
# folder → network, recipe, variants
WORKSHEETS = {
    "write-up-000": ("write-up-000", None, 3),
    "write-up-003": ("write-up-003", None, 3),
    "exam": ("mazur", "exam", 2),
    "find-the-mistake": ("mazur", "find-the-mistake", 2),
    "quiz": ("mazur", HERE / "recipes" / "quiz.yaml", 2),
}
SEED = 1
FIRST = "mazur/paths.md"


def build(folder: Path) -> list[Path]:
    """Write everything below ``folder``; the files written, in order."""
    contents: dict[Path, str | bytes] = {}
    about = ["# What is here", "", f"Made from the files of `examples/` by `{COMMAND}`.", ""]
    for source in (*sorted(HERE.glob("*.yaml")), *sorted(HERE.glob("graphs/*.yaml"))):
        mine = _network(source)
        contents |= {folder / source.stem / name: page for name, page in mine.items()}
        about += _listed(source.stem, _comment(source), source.stem, mine)
    written: list[Path] = []
    for name, (network, recipe, variants) in WORKSHEETS.items():
        about_it = derive.load(HERE / f"{network}.yaml")
        made = derive.worksheet(about_it, recipe, variants=variants, seed=SEED)
        sheets = made.write(folder / "worksheets" / name)
        written += sheets
        files = [path.name for path in sheets]
        title = f"Worksheets on {network}" + (f": {name}" if recipe else "")
        about += _listed(title, "", f"worksheets/{name}", files)
    contents[folder / "README.md"] = "\n".join(about)
    write_whole(contents)
    return [*contents, *written]


def _network(source: Path) -> dict[str, str | bytes]:
    network = network_or_formulas(source)
    if isinstance(network, FormulaGraph):
        return _graph(source, network)
    styles: dict[str, derive.Derivation] = {}
    made: dict[str, str | bytes] = {}
    for page in PAGES.get(source.stem, USUAL):
        derivation = styles.setdefault(page.style, derive.derive(network, page.style))
        extra = EXTRA.get((source.stem, page.stem))
        for name in (*FORMATS, *([extra] if extra else [])):
            row = REGISTRY[name]
            if page.dialect != "github" and name != "markdown":
                continue
            made |= render_files(
                derivation, f"{page.stem}{row.suffix}", name, detail=page.detail,
                dialect=page.dialect, parts=tuple(PARTS) if page.whole else (),
            )  # fmt: skip
    look = Look(names(network.notation, network.shape, network.layout), network.digits)
    for trained in TRAININGS.get(source.stem, ()):
        training = derive.train(network, trained.rates, trained.epochs, on_divergence="continue")
        for kind in trained.formats:
            output = OUTPUTS[kind]
            made |= output.files(training, look, f"training{output.suffix}")
    for language in CODED.get(source.stem, ("python", "numpy")):
        suffix = LANGUAGES[language].suffix
        made[f"function_{language}{suffix}"] = derive.standalone(network, language)
    return made


def _graph(source: Path, graph: FormulaGraph) -> dict[str, str | bytes]:
    made: dict[str, str | bytes] = {}
    for page in GRAPH_PAGES.get(source.stem, OF_GRAPHS):
        derivation = derive.derive(graph, page.style)
        for name in FORMATS:
            made |= render_files(
                derivation, f"{page.stem}{REGISTRY[name].suffix}", name, detail=page.detail,
                parts=["pictures"],
            )  # fmt: skip
    for language in CODED.get(source.stem, ("python", "numpy")):
        suffix = LANGUAGES[language].suffix
        made[f"function_{language}{suffix}"] = derive.standalone(graph, language)
    return made


def _listed(heading: str, text: str, place: str, files: Iterable[str]) -> list[str]:
    """A section of the list of files, a line for each document with its formats."""
    lines = [f"## {heading}", "", *([text, ""] if text else [])]
    pages = [name for name in files if not name.endswith(".svg")]
    for stem, group in groupby(pages, key=lambda name: name.partition(".")[0]):
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

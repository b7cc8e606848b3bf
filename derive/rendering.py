"""From a derivation to a page: check, evaluate, narrate, write."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypedDict, Unpack, get_args, overload

from derive.expression.errors import DeriveError

if TYPE_CHECKING:
    from derive.compute.training import Training
    from derive.derivation.derivation import Derivation
    from derive.derivation.steps import Step
    from derive.document.blocks import Document
    from derive.document.narration.teller import Teller
    from derive.graph import FormulaGraph
    from derive.graph.conversion import GivenGraph
    from derive.network.description import Network
    from derive.network.literals import NotationName, RoundingMode
    from derive.notation import Names

Detail = Literal["brief", "normal", "full"]
DETAILS: tuple[Detail, ...] = get_args(Detail)
ROUNDINGS = ("exact", "carried")
Dialect = Literal["github", "plain"]
TextFormat = Literal["markdown", "latex", "html", "ipynb", "text", "svg"]
BinaryFormat = Literal["pdf", "docx", "xlsx"]
Part = Literal[
    "introduction", "lemmas", "why", "closing", "references", "captions", "pictures", "colour",
    "training", "rules", "explore",
]  # fmt: skip
Parts = tuple[Part, ...] | Collection[Part]  # both, so that tuples are looked into by checkers
# What a document may have besides the derivation, and what it is.
PARTS: dict[Part, str] = {
    "introduction": "why, what will be known at the end, the way there, the layers counted",
    "lemmas": "the derivatives used again and again, proved up front and cited by number",
    "why": "why it matters: the δ of an output, the gradient of a weight, questions and answers",
    "rules": "half a page: the rules for any network, in symbols, by matrices and for a batch",
    "closing": "what comes next, and what it costs",
    "references": "literature, cited in the text by number",
    "captions": "a caption for every formula, numbered captions for tables and figures",
    "pictures": "drawings of the network, of paths, of every step back, and of the computation",
    "colour": "the colour of its role for every formula, in Markdown too; LaTeX has it anyway",
    "training": "a thousand epochs with the network's learning rate and with others, and curves",
}
Omission = Literal["symbols", "found"]
Omissions = tuple[Omission, ...] | Collection[Omission]
# What a document has unless it is left out, and what it is.
OMISSIONS: dict[Omission, str] = {
    "symbols": "the table of the symbols, what they mean, and their values",
    "found": "the section that says in words what was found, and how it was checked",
}
GRAPH_PARTS: tuple[Part, ...] = ("pictures", "colour")  # those that know of no layers
EXPLORE: Part = "explore"
# Those of PARTS, which every format may have, and what a web page alone may have: a script.
EVERY_PART: dict[Part, str] = {
    **PARTS,
    EXPLORE: "a panel to play with, in web pages: change any number, and go through every step",
}
# What the part "training" trains with, besides the network's own learning rate.
SWEEP = ("0.1", "0.2", "0.5", "0.8", "1.0", "2.0")
EPOCHS = 1000


class OptionError(DeriveError, ValueError):
    """An option with a value that it does not take."""


class Options(TypedDict, total=False):
    """What ``render_files`` hands on to ``render``."""

    notation: NotationName | str | Path | None
    detail: Detail
    digits: int | None
    rounding: RoundingMode | None
    without: Omissions


@overload
def render(
    derivation: Derivation | GivenGraph,
    to: TextFormat = "markdown",
    *,
    notation: NotationName | str | Path | None = None,
    detail: Detail = "normal",
    digits: int | None = None,
    rounding: RoundingMode | None = None,
    dialect: Dialect = "github",
    templates: str | Path | None = None,
    parts: Parts = (),
    without: Omissions = (),
) -> str: ...
@overload
def render(
    derivation: Derivation | GivenGraph,
    to: BinaryFormat,
    *,
    notation: NotationName | str | Path | None = None,
    detail: Detail = "normal",
    digits: int | None = None,
    rounding: RoundingMode | None = None,
    dialect: Dialect = "github",
    templates: str | Path | None = None,
    parts: Parts = (),
    without: Omissions = (),
) -> bytes: ...
def render(
    derivation: Derivation | GivenGraph,
    to: TextFormat | BinaryFormat = "markdown",
    *,
    notation: NotationName | str | Path | None = None,
    detail: Detail = "normal",
    digits: int | None = None,
    rounding: RoundingMode | None = None,
    dialect: Dialect = "github",
    templates: str | Path | None = None,
    parts: Parts = (),
    without: Omissions = (),
) -> str | bytes:
    """The derivation as a document. Everything in it is checked before a word is written.

        >>> derivation = derive.derive("examples/mazur.yaml")
        >>> page = derive.render(derivation, "markdown", detail="brief")
        >>> page.splitlines()[0]
        '# Backpropagation in a 2-2-2 network with fixed biases'

    derivation  what ``derive.derive`` gives; of a network, a graph of formulas, the path of a file
                with either, or a mapping with the keys of one, it is the derivation in the usual
                style
    to         a format: ``derive.writers.FORMATS``
    notation   numbered, plain, letters, indexed, layered or a file; the network's own unless said.
               What is in a graph of formulas is called as it was typed
    detail     brief, normal or full
    digits     decimals shown; the network's own unless said
    rounding   "exact": computed exactly, displayed rounded; "carried": go on with what is
               displayed
    dialect    of Markdown: "github" or "plain"
    templates  a folder whose sentences and layouts stand before the built-in ones
    parts      what to add to the derivation, of ``PARTS``, and for a graph of formulas of
               ``GRAPH_PARTS``; pictures that would be files beside the page are left out, and in
               ``render_files``. A web page may have ``explore`` besides, a panel in which every
               number can be changed; what has no numbers gets some, the same every time
    without    what the page is not to have, of ``OMISSIONS``; all is checked all the same

    Three formats are given as bytes, the same for the same page. A pdf, which Typst sets
    (``derive[pdf]``), is tagged for screen readers. A docx is for Word, to be edited there; its
    pictures are drawn by Typst (``derive[docx]``). Xlsx, a live spreadsheet, has the digits and the
    notation, and no text whose detail, rounding, dialect, parts or omissions there were to choose;
    nothing is derived for it. Raises CheckFailed, naming the step; PageError for a page of more
    parameters than anybody reads; OptionError, NotationError, WriterError, WordingError,
    SpreadsheetError, ExploreError, NetworkError.
    """
    from derive.document.narration import narrate
    from derive.writers import write
    from derive.writers.registry import format_named, write_bytes

    folder = None if templates is None else Path(templates)
    row = format_named(to)
    if not row.document:
        module, name = row.home
        content: bytes = getattr(import_module(module), name)(
            _layered(derivation, to), notation=notation, digits=digits, templates=folder
        )
        return content
    about, drawn = _about(derivation, detail, parts, to)
    teller = teller_of(
        about, notation=notation, detail=detail, digits=digits, rounding=rounding,
        templates=folder, parts=_parts(parts, to), without=without, runs=row.runs,
    )  # fmt: skip
    document, names = narrate(teller), teller.names
    if EXPLORE in parts:
        from derive.explore import explored

        return explored(teller, document, drawn, folder)
    if row.binary:
        return write_bytes(document, names, to, templates=folder)
    return write(document, names, to, dialect=dialect, templates=folder)


def _source(source: Derivation | GivenGraph) -> Network | FormulaGraph:
    """What a derivation is about, or what stands in its place."""
    from derive.derivation.derivation import Derivation
    from derive.graph.conversion import network_or_formulas

    return source.source if isinstance(source, Derivation) else network_or_formulas(source)


def _layered(about: Derivation | GivenGraph, to: str) -> Network:
    """The network. Raises OptionError for a graph of formulas: the format has no page of one."""
    from derive.graph import FormulaGraph
    from derive.writers.registry import REGISTRY

    source = _source(about)
    if isinstance(source, FormulaGraph):
        raise OptionError(
            f"to: got {to!r}, which is made for a network with layers; of a graph of formulas "
            f"allowed are {', '.join(row.name for row in REGISTRY.values() if row.document)}"
        )
    return source


def _derivation(about: Derivation | GivenGraph, detail: str) -> Derivation:
    """What a page is about. Raises PageError, before any work, where nobody would read it."""
    from derive.derivation.derivation import Derivation, derive
    from derive.extent import refuse_bookshelf
    from derive.network.description import Network

    source = _source(about)
    if isinstance(source, Network):
        style = about.style if isinstance(about, Derivation) else "deltas"
        refuse_bookshelf(source, style, detail)
    return about if isinstance(about, Derivation) else derive(source)


def render_files(
    derivation: Derivation | GivenGraph,
    file: str,
    to: TextFormat | BinaryFormat = "markdown",
    *,
    dialect: Dialect = "github",
    templates: str | Path | None = None,
    parts: Parts = (),
    **options: Unpack[Options],
) -> dict[str, str] | dict[str, bytes]:
    """The derivation as a page called ``file``, with the pictures that it refers to.

        >>> list(derive.render_files("examples/mazur.yaml", "page.md", parts=["pictures"]))[:2]
        ['page.md', 'page-network.svg']

    Returns name of a file → content, the page first; the pictures' names begin like the page's:
    mazur.md, mazur-network.svg. Takes the options of ``render`` and raises what it raises.
    """
    from derive.writers import write_files
    from derive.writers.registry import format_named

    row = format_named(to)
    if row.binary:
        page = render(derivation, to, templates=templates, parts=parts, **options)
        assert isinstance(page, bytes)
        return {file: page}
    if EXPLORE in parts:
        one = render(derivation, to, templates=templates, parts=parts, **options)
        assert isinstance(one, str)
        return {file: one}
    folder = None if templates is None else Path(templates)
    every_part = _parts(parts, to)
    derived = _derivation(derivation, options.get("detail", "normal"))
    document, names = narrated(
        derived, templates=folder, parts=every_part, runs=row.runs, **options
    )
    return write_files(document, names, file, to, dialect=dialect, templates=folder)


def _about(
    given: Derivation | GivenGraph, detail: str, parts: Collection[str], to: str
) -> tuple[Derivation, bool]:
    """What a page is about, and whether numbers were drawn for it: a page to play with has some.

    Raises PageError, ExploreError, and OptionError for such a page in another format.
    """
    if EXPLORE not in parts:
        return _derivation(given, detail), False
    from derive.derivation.derivation import Derivation, derive

    source, drawn = _playable(_source(given), to)
    if not isinstance(given, Derivation):
        return _derivation(source, detail), drawn
    again = derive(source, given.style, max_paths=given.max_paths) if drawn else given
    return _derivation(again, detail), drawn


def _playable(source: Network | FormulaGraph, to: str) -> tuple[Network | FormulaGraph, bool]:
    from derive.explore import playable

    if to != "html":
        raise OptionError(f"parts: got {EXPLORE!r} for {to}, which runs no script; allowed is html")
    return playable(source)


def _parts(parts: Collection[str], to: str) -> Collection[str]:
    """The parts of a document; in the format of pictures alone, these are asked for."""
    return (*parts, "pictures") if to == "svg" else [part for part in parts if part != EXPLORE]


def refuse(source: Network | FormulaGraph, to: str, parts: Collection[str] = ()) -> None:
    """Raise what is wrong with a network for a format, as far as no work is needed to see it.

    Raises UnknownFormat, SpreadsheetError, OptionError, ExploreError.
    """
    from derive.writers.registry import format_named

    if EXPLORE in parts:
        _playable(source, to)

    row = format_named(to)
    if not row.document:
        import_module(row.home[0]).check(_layered(source, to))


def narrated(
    derivation: Derivation,
    *,
    notation: str | Path | None = None,
    detail: str = "normal",
    digits: int | None = None,
    rounding: str | None = None,
    templates: Path | None = None,
    parts: Collection[str] = (),
    without: Collection[str] = (),
    runs: bool = False,
) -> tuple[Document, Names]:
    """The document before a writer takes it, and the names it is to be written in.

    runs  whether Python to be run stands between its sections
    """
    from derive.document.narration import narrate

    teller = teller_of(
        derivation, notation=notation, detail=detail, digits=digits, rounding=rounding,
        templates=templates, parts=parts, without=without, runs=runs,
    )  # fmt: skip
    return narrate(teller), teller.names


def teller_of(
    derivation: Derivation,
    *,
    notation: str | Path | None,
    detail: str,
    digits: int | None,
    rounding: str | None,
    templates: Path | None,
    parts: Collection[str],
    without: Collection[str],
    runs: bool,
) -> Teller:
    """All that a document is told from: the derivation, checked, its numbers, names and words."""
    from derive.derivation.numbers.numbered import numbered
    from derive.derivation.numbers.rounding import Rounding, rounding_of
    from derive.document.narration.teller import Detail, Teller
    from derive.document.wording import wording
    from derive.graph.names import names_of
    from derive.network.description import Network

    naming = names_of(derivation.graph, notation)
    if naming.delta_sign is not None:
        derivation = derivation.with_delta_sign(naming.delta_sign)
    source = derivation.source
    network = source if isinstance(source, Network) else None
    own = rounding_of(source)
    mode = ROUNDINGS[own.carried] if rounding is None else rounding
    _one_of("detail", detail, DETAILS)
    _one_of("rounding", mode, ROUNDINGS)
    for part in parts:
        _one_of("parts", part, tuple(PARTS))
        if network is None:
            _one_of("parts of a graph of formulas", part, GRAPH_PARTS)
    for part in without:
        _one_of("without", part, tuple(OMISSIONS))
    report = derivation.check()
    valuation, numbers = None, 0
    if derivation.graph.has_values:
        places = own.digits if digits is None else digits
        update = own.update if digits is None else None
        rounded = Rounding(places, update, carried=mode == "carried")
        valuation, numbers = numbered(derivation, rounded)
    extra: dict[str, Step] = {}
    general: dict[str, Step] = {}
    training: Training | None = None
    if parts and network is not None:
        from derive.derivation.extra import checked_steps

        extra, compared = checked_steps(derivation, parts)
        report = replace(report, equalities=report.equalities + compared)
        if "rules" in parts:
            from derive.derivation.general import general_rules

            general, compared = general_rules(
                network.layout, network.over_examples, network.delta_sign, network.has_thresholds
            )
            report = replace(report, equalities=report.equalities + compared)
        if "training" in parts and network.has_values:
            training = _trained(network)
    return Teller(
        derivation, report, valuation, Detail(detail), wording(network, naming, templates),
        naming, numbers,
        parts=frozenset(parts), without=frozenset(without), extra=extra, general=general,
        training=training, built=_built(source, notation) if runs else None,
    )  # fmt: skip


def _built(source: Network | FormulaGraph, notation: str | Path | None) -> Network | FormulaGraph:
    """What Python on the page builds: in the notation of the page, so that names agree, but for
    one that is a file, without which it shall run."""
    from derive.network.description import Network
    from derive.notation import BUILT_IN

    if not isinstance(source, Network):
        return source
    own = source.notation if notation is None else notation
    return source.with_notation(own if own in BUILT_IN else "numbered")


def _trained(network: Network) -> Training:
    """Gradient descent with the network's own rate and the usual ones, from the smallest on."""
    from derive.compute.training import train
    from derive.compute.training.settings import learning_rates

    own = network.learning_rate
    usual = [r for r in learning_rates(SWEEP) if own is None or r.value != own.value]
    rates = sorted([*usual, *([own] if own else [])], key=lambda rate: rate.value)
    return train(network, rates, EPOCHS, on_divergence="continue")


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise OptionError(f"{name}: got {value!r}; allowed are {', '.join(allowed)}")

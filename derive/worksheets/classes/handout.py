"""Sheets and keys for a class: made in chunks, by an executor where there is one, and written
as they come.

Any ``concurrent.futures.Executor`` will do: a pool of processes, or that of a cluster. What is
sent there and back is plain text, and every process derives a structure once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from pathlib import Path

from derive.document.blocks import Person
from derive.files import Drafts
from derive.worksheets.classes.answer_table import Labels, answer_sheet, table
from derive.worksheets.classes.bundle import Bundle
from derive.worksheets.classes.distinct import Distinct
from derive.worksheets.sheets.undetected import Untold
from derive.writers.registry import document_format, files_in_format, whole, write_body

BUNDLE = "bundle.json"
UNTOLD = "untold.csv"
KINDS = ("sheet", "key")
CHUNK = 8  # variants a job
AHEAD = 32  # jobs under way: bounds what is in memory

Progress = Callable[[int, int], None]  # how many are done, of how many


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be written.

    one_file      all sheets in one file, all keys in another
    answer_sheet  the suffix of a table to fill in, ".csv" or ".xlsx"; "" for none
    only          one variant, without what belongs to the class; 0 for all
    """

    bundle: Bundle
    formats: tuple[str, ...]
    one_file: bool = False
    answer_sheet: str = ""
    templates: Path | None = None
    only: int = 0

    @property
    def people(self) -> tuple[Person, ...]:
        """Whose names are printed."""
        people = map(self.bundle.person, self.numbers)
        return tuple(person for person in people if person is not None)

    @property
    def numbers(self) -> Sequence[int]:
        """The variants, in order."""
        return [self.only] if self.only else range(1, self.bundle.count + 1)


def file_names(
    count: int, formats: Sequence[str], one_file: bool = False, answer_sheet: str = "",
    only: int = 0,
) -> list[str]:  # fmt: skip
    """The files of an order for so many variants, pictures left out. Raises UnknownFormat."""
    suffixes = [document_format(name).suffix for name in formats]
    names = [] if only else [BUNDLE, UNTOLD]
    if answer_sheet:
        names.append(f"answers{answer_sheet}")
    if one_file:
        return names + [f"{kind}s{suffix}" for kind in KINDS for suffix in suffixes]
    return names + [
        f"{kind}-{_numbered(number, count)}{suffix}"
        for number in ([only] if only else range(1, count + 1))
        for kind in KINDS
        for suffix in suffixes
    ]


def is_private(name: str) -> bool:
    """Whether a file is not for students: the bundle, the keys and their pictures, and what the
    keys say of mistakes."""
    return name in (BUNDLE, UNTOLD) or name.startswith("key")


def _numbered(number: int, count: int) -> str:
    """07, with as many digits as the last needs."""
    return f"{number:0{max(2, len(str(count)))}}"


@dataclass(frozen=True, slots=True)
class VariantPages:
    """A variant's pages.

    pages   file → content, pictures too; of ``one_file``, the piece that belongs into it, as text
    ends    file → what stands before, between and behind the pieces
    labels  of its blanks
    untold  the mistakes that its numbers do not show
    """

    number: int
    signature: str
    varies: bool
    labels: tuple[str, ...]
    untold: tuple[Untold, ...]
    pages: dict[str, str | bytes]
    ends: dict[str, tuple[str, str, str]]


def pages_of(order: Order, numbers: Sequence[int]) -> list[VariantPages]:
    """The pages of some variants. This is the job that an executor is given."""
    return [_pages_of(order, number) for number in numbers]


def _pages_of(order: Order, number: int) -> VariantPages:
    variant = order.bundle.variant(number, order.templates)
    pages: dict[str, str | bytes] = {}
    ends: dict[str, tuple[str, str, str]] = {}
    for kind in KINDS:
        document = variant.sheet if kind == "sheet" else variant.key
        stem = f"{kind}-{_numbered(number, order.bundle.count)}"
        for row in map(document_format, order.formats):
            if order.one_file:
                name = f"{kind}s{row.suffix}"
                pages[name], ends[name], pictures = write_body(
                    document, variant.names, stem, row.name, templates=order.templates,
                    people=order.people,
                )  # fmt: skip
                pages |= pictures
            else:
                pages.update(files_in_format(
                    document, variant.names, f"{stem}{row.suffix}", row.name,
                    templates=order.templates,
                ))  # fmt: skip
    labels = tuple(answer.label for answer in variant.answers)
    return VariantPages(
        number, variant.signature, variant.varies, labels, variant.untold, pages, ends
    )


def _remaker(order: Order, number: int) -> Callable[[Bundle], VariantPages]:
    """What makes the pages of a variant again, of a bundle with other redraws."""
    return lambda bundle: _pages_of(replace(order, bundle=bundle), number)


@dataclass(frozen=True, slots=True)
class HandedOut:
    """What was written.

    bundle  with the redraws that were needed
    untold  on how many sheets a usual mistake leads to the right number
    """

    bundle: Bundle
    paths: list[Path]
    untold: int


def hand_out(
    order: Order, directory: Path, executor: Executor | None = None,
    progress: Progress | None = None, allow: Callable[[Sequence[Path]], None] | None = None,
) -> HandedOut:  # fmt: skip
    """Write every file of an order into a folder, all or nothing.

    allow  is told every file before any is in its place, and may raise what it likes
    Raises WorksheetError, CheckFailed, WriterError, OSError.
    """
    count = len(order.numbers)
    distinct = Distinct(order.bundle)
    labels: list[Labels] = []
    untold: list[tuple[int, tuple[Untold, ...]]] = []
    paths: dict[Path, None] = {}
    with Drafts() as drafts:
        pieces = _Pieces(drafts, order.formats)
        for one in _all(order, executor):
            fresh = distinct.settle(one, _remaker(order, one.number))
            labels.append(Labels(fresh.number, fresh.labels))
            untold.append((fresh.number, fresh.untold))
            for name, content in fresh.pages.items():
                place = directory / name
                paths[place] = None
                if isinstance(content, str) and name in fresh.ends:
                    pieces.add(place, content, fresh.ends[name])
                else:
                    drafts.add(place, content, is_private(name))
            if progress is not None:
                progress(len(labels), count)
        pieces.close()
        for name, content in _of_the_class(order, distinct.bundle, labels, untold).items():
            paths[directory / name] = None
            drafts.add(directory / name, content, is_private(name))
        if allow is not None:
            allow(list(paths))
    return HandedOut(distinct.bundle, list(paths), sum(bool(mistakes) for _, mistakes in untold))


class _Pieces:
    """Files of several documents: text is written as it comes, what is made of text at the end."""

    def __init__(self, drafts: Drafts, formats: Sequence[str]) -> None:
        self._drafts = drafts
        self._made_of: dict[str, str] = {}  # suffix → format, of those that are no text
        for row in map(document_format, formats):
            if row.binary:
                self._made_of[row.suffix] = row.name
        self._sources: dict[Path, list[str]] = {}
        self._behind: dict[Path, str] = {}

    def add(self, place: Path, body: str, ends: tuple[str, str, str]) -> None:
        """The next body of a file, with what stands before, between and behind its bodies."""
        before, between, behind = ends
        self._write(place, (between if place in self._behind else before) + body)
        self._behind[place] = behind

    def close(self) -> None:
        """What stands behind the last bodies."""
        for place, text in self._behind.items():
            self._write(place, text)
        for place, texts in self._sources.items():
            content = whole("".join(texts), self._made_of[place.suffix])
            self._drafts.add(place, content, is_private(place.name))

    def _write(self, place: Path, text: str) -> None:
        if place.suffix in self._made_of:
            self._sources.setdefault(place, []).append(text)
        else:
            self._drafts.add(place, text, is_private(place.name))


def _of_the_class(
    order: Order, bundle: Bundle, labels: Sequence[Labels],
    untold: Sequence[tuple[int, Sequence[Untold]]],
) -> dict[str, str | bytes]:  # fmt: skip
    """What belongs to no single variant: the bundle, the mistakes that do not show, a table for
    the answers."""
    files: dict[str, str | bytes] = {}
    if not order.only:
        files[BUNDLE] = bundle.text()
        files[UNTOLD] = _untold_table(bundle, untold)
    if order.answer_sheet:
        name = f"answers{order.answer_sheet}"
        files[name] = answer_sheet(bundle, labels, order.answer_sheet)
    return files


def _untold_table(
    bundle: Bundle, untold: Sequence[tuple[int, Sequence[Untold]]]
) -> str | bytes:  # fmt: skip
    """A row for each line of a sheet and each usual mistake that leads to its right number."""
    who = ["student", "name"] if bundle.students else []
    rows = [["form", *who, "label", "misconception", "what"]]
    for number, mistakes in untold:
        student = bundle.student(number)
        mine = [bundle.form(number), *([] if student is None else [student.id, student.name])]
        for one in mistakes:
            rows += [[*mine, label, one.misconception, one.title] for label in one.labels]
    return table(rows, ".csv")


def _all(order: Order, executor: Executor | None) -> Iterator[VariantPages]:
    """The variants in order, few of them at a time in memory."""
    numbers = order.numbers
    chunks = (tuple(numbers[start : start + CHUNK]) for start in range(0, len(numbers), CHUNK))
    if executor is None:
        for chunk in chunks:
            yield from pages_of(order, chunk)
        return
    waiting: deque[Future[list[VariantPages]]] = deque()
    try:
        for chunk in chunks:
            waiting.append(executor.submit(pages_of, order, chunk))
            if len(waiting) >= AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()

"""Marks beside a student who solves sheets by themselves: nothing unfair, and slips by their names.

Students read the text of a sheet and nothing else (``pupil.py``). They round or cut off in several
ways, leave lines out, or make one mistake and go on rightly from it. **Unfair** is

- a right value that does not count, or is said to follow from a mistake. It may be called too short
  where fewer than two of its digits are written, or a new weight shows no step;
- a mistake that counts as right although no rounding on the way could lead to its value: it lies
  outside of all that the lines before it can come to if each is half a unit off (``span.py``);
- a value worked out rightly from one's own earlier mistake that does not count, unless that mistake
  made it 0;
- a mistake that is made everywhere and costs more than once;
- one unit of its last digit beside an exact value, and not wrong.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from worksheets.test_marking import recognition

import derive
from derive.network import Dense, Network
from derive.worksheets import Ask, Recipe
from derive.worksheets.marking import Mark, Verdict
from derive.writers import write
from tests.truth.figure import Figure
from tests.truth.pupil import Page, Pupil, decimals, read, work_out
from tests.truth.slips import SLIPS, Mistake
from tests.truth.span import Span, span

SHEETS = 4  # of each network
NETWORKS = (
    Network(3, [Dense(2, "tanh"), Dense(1, "sigmoid")], "binary_cross_entropy", learning_rate=0.2),
    Network(2, [Dense(2, "sigmoid"), Dense(2, "sigmoid")], learning_rate=0.5),
    Network(2, [Dense(3, "relu"), Dense(2, "softmax")], "cross_entropy", learning_rate=0.1),
    Network(2, [Dense(2, "tanh"), Dense(2, "sigmoid")], "mean_squared_error", learning_rate=0.5),
)
RECIPE = Recipe(questions=(
    Ask("forward"), Ask("local"), Ask("delta"), Ask("gradient", count=100),
    Ask("update", count=100),
))  # fmt: skip
FINE = decimals(4, significant=3)
HONEST = {
    "in full": partial(Pupil, write=FINE),
    "in full, six decimals": partial(Pupil, write=decimals(6)),
    "in full, cut off": partial(Pupil, write=decimals(4, cut=True, significant=3)),
    "line by line": partial(Pupil, write=FINE, carried=True),
    "line by line, five decimals": partial(Pupil, write=decimals(5, significant=3), carried=True),
    "line by line, three decimals": partial(Pupil, write=decimals(3), carried=True),
    "line by line, cut off": partial(
        Pupil, write=decimals(4, cut=True, significant=3), carried=True),
    "line by line, three decimals, cut off": partial(
        Pupil, write=decimals(3, cut=True), carried=True),
}  # fmt: skip
_ASKED = 1e-4
_FINE = (Verdict.RIGHT, Verdict.COARSE)


@dataclass
class Count:
    """What was found so far."""

    lines: int = 0
    unfair: list[str] = field(default_factory=list)
    told: int = 0  # mistakes whose value cannot be a right one
    unnamed: list[str] = field(default_factory=list)


def figures() -> Iterator[Figure]:
    found = counted(SHEETS)
    named = 100 * (1 - len(found.unnamed) / found.told)
    yield Figure("lines of students who solve sheets by themselves, marked", found.lines, 5_000,
                 at_least=True)  # fmt: skip
    yield Figure("lines marked unfairly", len(found.unfair), 0, misses=tuple(found.unfair))
    yield Figure(f"percent of {found.told:,} of their mistakes that are named", named, 99,
                 at_least=True, misses=tuple(found.unnamed))  # fmt: skip
    yield from recognised()


def recognised() -> Iterator[Figure]:
    """Slips of the catalogue, each at one line of a sheet that is right otherwise."""
    told, missed = 0, list[str]()
    for by_nodes, units, cases in ((False, (), 2_000), (True, (), 500), (False, ("any",), 500)):
        missed += recognition(by_nodes, units, cases)[2]
        told += cases
    named = 100 * (1 - len(missed) / told)
    yield Figure(f"percent of {told:,} slips of the catalogue that are named at their line", named,
                 99, at_least=True, misses=tuple(missed))  # fmt: skip


def counted(sheets: int, slips: tuple[Mistake, ...] = SLIPS) -> Count:
    """Every kind of student on so many sheets of each network."""
    count = Count()
    for network in NETWORKS:
        made = derive.worksheet(network, RECIPE, variants=sheets, seed=11)
        for variant in made.variants:
            page = read(str(write(variant.sheet, variant.names, "text")))
            room = Room(page, made.bundle, variant.number, count)
            for who, pupil in HONEST.items():
                room.honest(who, pupil(page))
            room.with_gaps()
            for place, slip in enumerate(slips):
                room.slipped(slip, random.Random(f"{variant.number}/{place}"))
            room.neighbours()
            room.everywhere(next(s for s in slips if s.name == "no-rate"))
    return count


class Room:
    """One sheet, and the students who sit over it."""

    def __init__(
        self, page: Page, bundle: derive.worksheets.Bundle, number: int, count: Count
    ) -> None:
        self.page, self.bundle, self.number, self.count = page, bundle, number, count
        self.names = {
            line.label: f"new {line.subject}" if line.updates else line.subject
            for line in page.lines
        }
        self.spans = _spans(page)

    def marks(self, pupil: Pupil, **instead: str) -> dict[str, Mark]:
        answers = {**pupil.answers(), **instead}
        marked = derive.mark(self.bundle, {str(self.number): answers}).students[0]
        self.count.lines += len(pupil.written)
        return {graded.mark.label: graded.mark for graded in marked.graded}

    def unfair(self, who: str, mark: Mark) -> None:
        self.count.unfair.append(
            f"{self.page.hidden} {self.page.loss} {self.number}, {who}: ({mark.label}) "
            f"{self.names.get(mark.label, '')} {mark.given} is {mark.verdict.value}; the key has "
            f"{mark.expected}"
        )

    def honest(self, who: str, pupil: Pupil) -> None:
        """Everything counts that is not too short."""
        for label, mark in self.marks(pupil).items():
            left_out = self.names.get(label, self.names.get(label.rstrip("abcdefghijkl"), ""))
            if left_out in pupil.skips and mark.verdict is Verdict.MISSING:
                continue
            short = mark.verdict is Verdict.VAGUE and _is_short(pupil, mark, self.names.get(label))
            if mark.verdict not in _FINE and not short:
                self.unfair(who, mark)

    def with_gaps(self) -> None:
        chance = random.Random(self.number)
        names = [name for name in self.names.values() if not name.startswith("new")]
        gaps = frozenset(chance.sample(names, 5))
        for carried in (True, False):
            self.honest("with gaps", Pupil(self.page, FINE, carried, skips=gaps))

    def slipped(self, slip: Mistake, chance: random.Random) -> None:
        """One mistake, and from there on everything right."""
        places = list(slip.made(self.page))
        if not places:
            return
        name = chance.choice(places)
        pupil = Pupil(self.page, FINE, True, {name: partial(_instead, slip, name)})
        try:
            marks = self.marks(pupil)
        except (NotMade, ValueError):  # a logarithm of what is below 0
            return
        label = next(label for label, line in self.names.items() if line == name)
        told = float(pupil.written[name]) not in self.spans[name].wider(_ASKED)
        mine = marks[label]
        if told and mine.verdict is not Verdict.WRONG:
            self.unfair(slip.name, mine)
        if told:
            self.count.told += 1
            if slip.name not in mine.misconceptions:
                self.count.unnamed.append(f"{slip.name} {name} {mine.given}: {mine.misconceptions}")
        for mark in marks.values():
            nothing = mark.verdict is Verdict.TRIVIAL and _rests_on_nothing(pupil)
            if mark is not mine and not mark.counts and not nothing:
                self.unfair(f"after {slip.name} in {name}", mark)

    def neighbours(self) -> None:
        """Beside exact values, as sums of products of what is given are."""
        pupil = Pupil(self.page, FINE)
        pupil.answers()
        for label, name in self.names.items():
            value, room = pupil.v[name], self.spans[name]
            places = len(repr(round(value, 12)).partition(".")[2])
            if room.high - room.low > 1.001 * _ASKED or not 2 <= places <= 4:
                continue
            for other in (value - 10.0**-places, value + 10.0**-places):
                marks = self.marks(pupil, **{label: f"{other:.{places}f}"})
                if marks[label].verdict is not Verdict.WRONG:
                    self.unfair("a unit beside", marks[label])

    def everywhere(self, slip: Mistake) -> None:
        """The same mistake in every line: it costs once."""
        wrong = {name: partial(_instead, slip, name) for name in slip.made(self.page)}
        marks = self.marks(Pupil(self.page, FINE, True, wrong)).values()
        lost = [mark for mark in marks if not mark.counts]
        for mark in lost[1:]:
            self.unfair(f"{slip.name} everywhere", mark)


class NotMade(Exception):
    """A mistake that cannot be made with these numbers."""


def _instead(slip: Mistake, name: str, pupil: Pupil) -> float:
    found = slip.instead(pupil, name)
    if found is None:
        raise NotMade
    return found


def _is_short(pupil: Pupil, mark: Mark, name: str | None) -> bool:
    """Whether an answer has fewer than two digits of its value, or shows no step."""
    if name is None:  # a number put in, which is as short as the line that it comes from
        return True
    value, text = pupil.v[name], mark.given
    unit = 10.0 ** -len(text.partition(".")[2])
    w = name.removeprefix("new ")
    moved = abs(value - pupil.v[w]) if name.startswith("new ") else 1.0
    return abs(value) < 10 * unit or moved <= 2 * unit


def _rests_on_nothing(pupil: Pupil) -> bool:
    return any(abs(float(text)) <= _ASKED for text in pupil.written.values())


def _spans(page: Page) -> dict[str, Span]:
    """All that every line can come to, if each line before it is up to half a unit off."""
    pupil = Pupil(page, FINE)
    pupil.v = {name: span(value) for name, value in page.given.items()}
    found = {}
    for line in page.lines:
        name = f"new {line.subject}" if line.updates else line.subject
        found[name] = span(work_out(pupil, name)).wider(_ASKED / 2)
        pupil.v[name] = found[name]
    return found

"""What a sheet asks, in which order, and for how many digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from derive.expression.errors import DeriveError
from derive.worksheets.recipes.kinds import ANY, DIFFICULTIES, KINDS, UNITS, dials

LEAST_DIGITS, MOST_DIGITS = 2, 6
MOST_POINTS = MOST_COUNT = 100
MOST_SPACE = 30
MOST_QUESTIONS = 40
MOST_TITLE = 300
ONCE, EACH = "once", "each"
HALVES, WHOLES = "halves", "wholes"
REPEATS, STEPS = (ONCE, EACH), (HALVES, WHOLES)


class WorksheetError(DeriveError, ValueError):
    """A worksheet that cannot be made; the message says why and what to do."""


class DoesNotFit(WorksheetError):
    """A kind of question that a network has nothing for: it is left out, and the key says so."""


def _among(what: str, got: str, allowed: tuple[str, ...]) -> None:
    if got not in allowed:
        raise WorksheetError(f"{what}: got {_quoted(got)}; allowed are {', '.join(allowed)}")


def _within(what: str, got: int, low: int, high: int) -> None:
    if not isinstance(got, int) or isinstance(got, bool) or not low <= got <= high:
        raise WorksheetError(f"{what}: got {_quoted(got)}; allowed are {low} to {high}")


def _truth(what: str, got: bool) -> None:
    if not isinstance(got, bool):
        raise WorksheetError(f"{what}: got {_quoted(got)}; allowed are true and false")


def _quoted(got: object) -> str:
    """A value as it was written, cut where it is long; a whole number may have any length."""
    if isinstance(got, int) and abs(got) > 10**18:
        return "a number of more than 18 digits"
    text = repr(got)
    return text if len(text) <= 60 else f"{text[:59]}…"


def units_twice(names: Sequence[str]) -> str:
    """Why names of units do not go together; "" where they do."""
    if ANY in names and len(names) > 1:
        return f"units: {ANY} stands alone: it means each that the network can have"
    twice = next((name for name in names if names.count(name) > 1), None)
    return f"units: {twice} is named twice; a sheet has one such unit" if twice else ""


def no_dial(kind: str, dial: str) -> str:
    """Told where a dial would turn nothing."""
    return (
        f"{dial}: a question of kind {kind} has none; it takes {', '.join(dials(kind))}: "
        "leave it out"
    )


@dataclass(frozen=True, slots=True)
class Ask:
    """One question of a recipe. Raises WorksheetError for what it does not take: not every
    kind takes every dial (``DIALS``).

    kind        a name of ``KINDS``
    points      for the whole question; one a line where it is None
    count       how many are asked, of those there are; None: all, or what is usual for the kind
    difficulty  which of them: "easy" those first in the order of the work, "hard" the last,
                "normal" from everywhere
    hints       whether a hint stands below the question
    space       empty lines to write on, behind each line without a substitution
    guided      whether the first line of each sort shows where the numbers go
    given       whether what the question rests on is printed; else it is worked out first
    """

    kind: str
    points: int | None = None
    count: int | None = None
    difficulty: str = "normal"
    hints: bool = False
    space: int = 1
    guided: bool = True
    given: bool = False

    def __post_init__(self) -> None:
        _among("kind", self.kind, tuple(KINDS))
        _among("difficulty", self.difficulty, DIFFICULTIES)
        if self.points is not None:
            _within("points", self.points, 0, MOST_POINTS)
        if self.count is not None:
            _within("count", self.count, 1, MOST_COUNT)
        _within("space", self.space, 0, MOST_SPACE)
        for what in ("hints", "guided", "given"):
            _truth(what, getattr(self, what))
        for dial in fields(self):
            is_set = dial.name != "kind" and getattr(self, dial.name) != dial.default
            if is_set and dial.name not in dials(self.kind):
                raise WorksheetError(no_dial(self.kind, dial.name))


@dataclass(frozen=True, slots=True)
class Recipe:
    """The questions of a sheet. Raises WorksheetError for a setting out of range.

    digits     decimals every result is rounded to
    title      above the sheet, in place of the network's
    picture    whether the network is drawn on it, in formats that carry pictures
    questions  in order
    units      what else is avoided and every sheet has here: names of ``UNITS``
    repeat     whether a mistake that is recognised costs "once", or in "each" line it is made in
    points_in  what points are given in: "halves" or "wholes"
    """

    digits: int = 4
    title: str = ""
    picture: bool = False
    questions: tuple[Ask, ...] = (
        Ask("forward"), Ask("local"), Ask("delta"), Ask("gradient", count=12),
        Ask("update", count=12),
    )  # fmt: skip
    units: tuple[str, ...] = ()
    repeat: str = ONCE
    points_in: str = HALVES

    def __post_init__(self) -> None:
        _among("repeat", self.repeat, REPEATS)
        _among("points_in", self.points_in, STEPS)
        _within("digits", self.digits, LEAST_DIGITS, MOST_DIGITS)
        _truth("picture", self.picture)
        if not isinstance(self.title, str) or len(self.title) > MOST_TITLE:
            raise WorksheetError(
                f"title: got {_quoted(self.title)}; allowed is a text of at most {MOST_TITLE} "
                "characters"
            )
        for name in self.units:
            _among("units", name, tuple(UNITS))
        if reason := units_twice(self.units):
            raise WorksheetError(reason)
        if not self.questions:
            raise WorksheetError("questions: got none; a sheet asks at least one")

    def data(self) -> dict[str, Any]:
        """The recipe as plain data, as its file would say it."""
        questions = []
        for ask in self.questions:
            usual = {f.name: f.default for f in fields(Ask)}
            settings = {key: value for key, value in asdict(ask).items() if value != usual[key]}
            questions.append(settings)
        data: dict[str, Any] = {"title": self.title} if self.title else {}
        if self.picture:
            data["picture"] = True
        if self.units:
            data["units"] = list(self.units)
        if self.repeat != ONCE:
            data["repeat"] = self.repeat
        if self.points_in != HALVES:
            data["points_in"] = self.points_in
        return {**data, "digits": self.digits, "questions": questions}


def recipe_of(data: Mapping[str, Any]) -> Recipe:
    """The recipe that ``Recipe.data`` gave. Raises WorksheetError for anything else."""
    settings = {f.name for f in fields(Recipe)}
    asks, units = data.get("questions"), data.get("units", [])
    if not set(data) <= settings or "digits" not in data:
        raise WorksheetError(f"recipe: allowed are {', '.join(sorted(settings))}")
    if not isinstance(asks, list) or len(asks) > MOST_QUESTIONS:
        raise WorksheetError(f"questions: allowed is a list of at most {MOST_QUESTIONS}")
    keys = {f.name for f in fields(Ask)}
    if not all(isinstance(one, dict) and "kind" in one and set(one) <= keys for one in asks):
        raise WorksheetError(f"questions: allowed for each are {', '.join(sorted(keys))}")
    if not isinstance(units, list):
        raise WorksheetError(f"units: got {_quoted(units)}; allowed is a list")
    questions = tuple(Ask(**one) for one in asks)
    return Recipe(**{**data, "questions": questions, "units": tuple(units)})

"""Whose a row of answers is: told by the form, the variant, or the student's id or name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from unicodedata import normalize

from derive.worksheets.classes.bundle import Bundle

_STUDENT = ("student", "id", "name")
KINDS = ("form", "variant", *_STUDENT)
_APOSTROPHES = "'’"
_DASHES = re.compile("[‐‑‒–—−]")


def owner(bundle: Bundle, cells: Sequence[tuple[str, str]]) -> int | str:
    """The variant that is meant by what stands under form, variant, student…, or what is wrong.

    cells  kind and text; all of them must mean the same variant. Beside a form, a student whom
           nobody on the roster is called is passed over: spreadsheets change ids when they save
           them, 0012345 to 12345 or 1E5 to 100000, and never a form.
    """
    forms = (bundle.number_of_form(_form(text)) for kind, text in cells if kind == "form")
    sure = next(forms, None)
    candidates: dict[str, list[int]] = {}
    unknown: list[str] = []
    for kind, text in cells:
        numbers = _numbers(bundle, kind, text)
        if sure is not None and kind in _STUDENT and sure in _alike(bundle, text):
            numbers = [sure]
        if not isinstance(numbers, str):
            candidates[f"{kind} {text[:60]!r}"] = numbers
        elif kind not in _STUDENT or (bundle.students and sure is None):
            return numbers
        else:
            unknown.append(numbers)  # nobody's name says nothing
    if not candidates:
        return unknown[0] if unknown else ""
    both = set.intersection(*map(set, candidates.values()))
    if len(both) == 1:
        return both.pop()
    if both:
        (what,) = list(candidates)[:1]
        return f"{what} may be {_names_of(bundle, sorted(both))}; write the form"
    meanings = ", ".join(
        f"{what} is {_names_of(bundle, numbers)}" for what, numbers in candidates.items()
    )
    return f"{meanings}; write whose the row is, once"


def name_of(bundle: Bundle, number: int) -> str:
    """The student of a variant, or its number."""
    student = bundle.student(number)
    return f"variant {number}" if student is None else f"{student.name or student.id}"


def _names_of(bundle: Bundle, numbers: list[int]) -> str:
    """variant 2 (Ada Lovelace, 4711) or variant 5 (…)."""

    def one(number: int) -> str:
        student = bundle.student(number)
        who = dict.fromkeys((student.name, student.id)) if student else {}
        name = ", ".join(filter(None, who))
        return f"variant {number} ({name})" if name else f"variant {number}"

    return " or ".join(map(one, numbers))


def _numbers(bundle: Bundle, kind: str, text: str) -> list[int] | str:
    """The variants that a text may mean, or what is wrong."""
    number = bundle.number_of_form(_form(text))
    if number is not None:
        return [number]
    if kind == "form":
        return (
            f"form {text[:60]!r} is none of this worksheet, whose first is {bundle.form(1)}; take "
            "the bundle that belongs to it"
        )
    if kind == "variant" or (not bundle.students and text.isdecimal()):
        if text.isdecimal() and len(text) < 5 and 1 <= int(text) <= bundle.count:
            return [int(text)]
        return f"variant {text[:60]!r}; allowed are 1 to {bundle.count}"
    if not bundle.students:
        return f"student {text[:60]!r}: the worksheet has no roster; write the form or the variant"
    name = _plain(text)
    students = list(enumerate(bundle.students, start=1))
    return (
        [number for number, student in students if _plain(student.id) == name]
        or [number for number, student in students if _plain(student.name) == name]
        or _alike(bundle, text)
        or f"student {text[:60]!r} is not on the roster; write the id, the name or the form"
    )


def _alike(bundle: Bundle, text: str) -> list[int]:
    """The variants of students whose id or name a spreadsheet may have made this text of."""
    bare = _bare(text)
    return [
        number for number, student in enumerate(bundle.students, start=1)
        if bare and bare in (_bare(student.id), _bare(student.name))
    ]  # fmt: skip


def _form(text: str) -> str:
    return _DASHES.sub("-", text.lstrip(_APOSTROPHES))


def _plain(text: str) -> str:
    return " ".join(normalize("NFC", text).split()).casefold()


def _bare(text: str) -> str:
    """Without what a spreadsheet adds or takes away: the apostrophe by which a cell is text, and
    the zeros that a number begins with."""
    bare = _plain(text).lstrip(_APOSTROPHES)
    return bare.lstrip("0") or "0" if bare.isdecimal() else bare

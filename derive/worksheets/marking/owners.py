"""Whose a row of answers is: told by the form, the variant, or the student's id or name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import normalize

from derive.worksheets.bundle import Bundle

KINDS = ("form", "variant", "student", "id", "name")
_DASHES = re.compile("[‐‑‒–—−]")


def owner(bundle: Bundle, given: Iterable[tuple[str, str]]) -> int | str:
    """The variant that is meant by what stands under form, variant, student…, or what is wrong.

    given  kind and text; all of them must mean the same variant
    """
    found: dict[str, list[int]] = {}
    unsaid: list[str] = []
    for kind, text in given:
        numbers = _numbers(bundle, kind, text)
        if isinstance(numbers, str):
            if kind in ("form", "variant") or bundle.students:
                return numbers
            unsaid.append(numbers)  # without a roster a name says nothing
        else:
            found[f"{kind} {text[:60]!r}"] = numbers
    if not found:
        return unsaid[0] if unsaid else ""
    both = set.intersection(*map(set, found.values()))
    if len(both) == 1:
        return both.pop()
    if both:
        (what,) = list(found)[:1]
        return f"{what}: {len(both)} have that name; write the id or the form"
    said = ", ".join(f"{what} is {_called(bundle, numbers)}" for what, numbers in found.items())
    return f"{said}; write whose the row is, once"


def called(bundle: Bundle, number: int) -> str:
    """The student of a variant, or its number."""
    student = bundle.student(number)
    return f"variant {number}" if student is None else f"{student.name or student.id}"


def _called(bundle: Bundle, numbers: list[int]) -> str:
    student = bundle.student(numbers[0])
    name = f" ({student.name or student.id})" if student else ""
    return " or ".join(f"variant {number}" for number in numbers) + name


def _numbers(bundle: Bundle, kind: str, text: str) -> list[int] | str:
    """The variants that a text may mean, or what is wrong."""
    number = bundle.number_of_form(_DASHES.sub("-", text))
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
    wanted = " ".join(normalize("NFC", text).split()).casefold()
    students = list(enumerate(bundle.students, start=1))
    return (
        [number for number, student in students if student.id.casefold() == wanted]
        or [number for number, student in students if student.name.casefold() == wanted]
        or f"student {text[:60]!r} is not on the roster; write the id, the name or the form"
    )

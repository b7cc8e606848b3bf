"""What a student is given back: the marks, the first wrong step, and what to look at again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from derive.document.blocks import (
    Block,
    Document,
    Heading,
    Inline,
    Items,
    Paragraph,
    Strong,
    Table,
)
from derive.document.wording import Wording, in_macros
from derive.worksheets.marking.grading import Graded, StudentMarks, Totals
from derive.worksheets.marking.verdicts import Verdict
from derive.worksheets.sheets.pages import foot_of

_VERDICTS = {
    Verdict.COARSE: "coarse", Verdict.FOLLOWS: "follows",
    Verdict.TRIVIAL: "trivial", Verdict.WRONG: "wrong", Verdict.UNREADABLE: "unreadable",
    Verdict.MISSING: "missing", Verdict.VAGUE: "vague", Verdict.REPEATED: "repeated",
}  # fmt: skip


def points(value: Fraction) -> str:
    """3, 2.5 or 0.33."""
    if value.denominator == 1:
        return str(value.numerator)
    return f"{float(value):.2f}".rstrip("0").rstrip(".")


def percent(share: Fraction) -> str:
    """83 or 83.3, of a share from 0 to 1."""
    return f"{float(100 * share):.1f}".removesuffix(".0")


def feedback(student: StudentMarks, title: str, totals: Totals, words: Wording) -> Document:
    """A page for one student of a class with these totals."""
    return Document(
        words("feedback_title", title=title), tuple(_blocks(student, totals, words))
    )  # fmt: skip


def _blocks(student: StudentMarks, totals: Totals, words: Wording) -> Iterator[Block]:
    yield foot_of(student.form, student.person, words)
    yield Heading(1, words("feedback_heading", who=student.person or student.form))
    yield Paragraph(words("feedback_points", form=student.form, points=points(student.points),
                          worth=points(student.worth)))  # fmt: skip
    if totals.differ:
        yield Paragraph(words(
            "feedback_share", least=points(totals.least), most=points(totals.most),
            share=percent(student.share), mean=percent(totals.mean),
        ))  # fmt: skip
    later = _later(student)
    first = student.first
    again = (
        later.pop(first.mark.misconceptions[0], []) if first and first.mark.misconceptions else []
    )
    yield from _first(student, again, words)
    if later:
        yield Heading(2, words("feedback_later"))
        yield Items(tuple(
            (Strong(_blanks(labels)), " ", *words(f"misconception_{in_macros(row)}"))
            for row, labels in later.items()
        ))  # fmt: skip
    for verdict in (
        Verdict.REPEATED, Verdict.FOLLOWS, Verdict.TRIVIAL, Verdict.COARSE, Verdict.VAGUE,
    ):  # fmt: skip
        labels = [g.mark.label for g in student.graded if g.mark.verdict is verdict]
        if labels:
            yield Paragraph(words(f"feedback_{_VERDICTS[verdict]}", blanks=_blanks(labels)))
    unread = [g for g in student.graded if g.mark.verdict is Verdict.UNREADABLE]
    if unread:
        yield Heading(2, words("feedback_unread"))
        yield Items(tuple(
            words("feedback_fault", blank=g.mark.label, fault=g.mark.fault) for g in unread
        ))  # fmt: skip
    yield Heading(2, words("feedback_questions"))
    yield Table(
        (words("report_question"), words("feedback_points_head")),
        tuple(
            ((letter,), (f"{points(got)}/{points(worth)}",))
            for letter, (got, worth) in student.questions.items()
        ),
        "lr",
    )
    others = [one for one in student.graded if one.mark.verdict is not Verdict.RIGHT]
    if others:
        yield Heading(2, words("feedback_others"))
        yield _table(others, words)


def _blanks(labels: list[str]) -> str:
    return ", ".join(f"({label})" for label in labels)


def _first(student: StudentMarks, again: list[str], words: Wording) -> Iterator[Block]:
    one = student.first
    if one is None:
        whole = student.points == student.worth
        yield Paragraph(words("feedback_all_right" if whole else "feedback_none_wrong"))
        return
    yield Heading(2, words("feedback_first"))
    mark = one.mark
    about: dict[str, Inline] = {"subject": () if one.subject is None else (one.subject,)}
    if mark.working and mark.counts:  # the value is no mistake
        yield Paragraph(words("feedback_slip", blank=mark.label, fault=mark.working,
                              **about))  # fmt: skip
        return
    sentence = "feedback_step" if one.subject is not None else "feedback_blank"
    yield Paragraph(words(sentence, blank=mark.label, given=mark.given,
                          expected=_expected(one), question=one.question, **about))  # fmt: skip
    if mark.working:
        yield Paragraph(words("feedback_working", fault=mark.working))
    if mark.differs is not None and mark.differs.right:
        yield Paragraph(_counterexample(one, words))
    for row in mark.misconceptions[:2]:
        yield Paragraph(words(f"misconception_{in_macros(row)}"), "remark")
    if again:
        yield Paragraph(words("feedback_again", blanks=_blanks(again)))
    if not mark.misconceptions:
        yield Paragraph(words("misconception_none"), "remark")


def _expected(one: Graded) -> Inline:
    expected = one.mark.expected
    return (expected,)


def _counterexample(one: Graded, words: Wording) -> Inline:
    """For w1 = 0.5 and i1 = 2 it comes to 1, where the right formula comes to 0.25."""
    differs = one.mark.differs
    assert differs is not None
    if not differs.values:
        if not differs.given:
            return words("feedback_never_a_value")
        return words("feedback_constant", given=differs.given, right=differs.right)
    values = tuple((atom, f" = {value}") for atom, value in differs.values)
    where = words.listing(values)
    if not differs.given:
        return words("feedback_no_value", where=where, right=differs.right)
    return words("feedback_differs", where=where, given=differs.given, right=differs.right)


def _later(student: StudentMarks) -> dict[str, list[str]]:
    """The likeliest misconceptions behind later answers, each with its blanks."""
    blanks: dict[str, list[str]] = {}
    for one in student.graded:
        if one.mark.misconceptions and not one.mark.first:
            blanks.setdefault(one.mark.misconceptions[0], []).append(one.mark.label)
    return blanks


def _table(graded: Sequence[Graded], words: Wording) -> Table:
    header = tuple(
        words(f"feedback_{head}")
        for head in ("blank_head", "given", "right", "points_head", "mark")
    )
    rows: list[tuple[Inline, ...]] = []
    for one in graded:
        mark = one.mark
        rows.append(
            (
                (f"({mark.label})",), (mark.given,) if mark.given else (), _expected(one),
                (f"{points(one.points)}/{points(one.worth)}",) if one.worth else (),
                words(f"verdict_{_VERDICTS[mark.verdict]}"),
            )
        )  # fmt: skip
    return Table(header, tuple(rows), "lllrl")

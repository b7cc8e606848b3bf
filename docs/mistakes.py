"""Writes docs/common-mistakes.md: what marking recognises, and what a student reads about it.

python -m docs.mistakes [FILE]
"""

from __future__ import annotations

import sys
from pathlib import Path

from derive.document.wording import in_macros, wording
from derive.files import write_whole
from derive.notation import names
from derive.notation.shape import Shape
from derive.worksheets.misconceptions.catalogue import MISCONCEPTIONS

PAGE = Path(__file__).with_name("common-mistakes.md")
COMMAND = "python -m docs.mistakes"

_HEAD = """\
# Common mistakes

Every wrong number on a sheet is held against what each of these mistakes would have led to, with
the numbers of that sheet and what the student had worked out so far; a wrong formula likewise.
Where one leads to just what the student has, feedback names it and says where to look again. The
numbers of a sheet are drawn so that the mistakes lead to different ones. The [teacher's
guide](teachers-guide.md#5-the-marks) has the rules of marking.

The name on the left is the one in the JSON of marks; the sentence is a macro, in whose place a
school may [put its own](teachers-guide.md#sentences-of-your-own).

| name | what goes wrong | what the student reads |
|---|---|---|
"""


def build() -> str:
    """The page."""
    words = wording(None, names("numbered", Shape((2, 2), ("neuron",))))
    rows = (
        f"| `{row.id}` | {row.title} | {words.text(f'misconception_{in_macros(row.id)}')} |\n"
        for row in MISCONCEPTIONS.values()
    )
    return _HEAD + "".join(rows)


def main() -> None:
    page = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    write_whole({page: build()})


if __name__ == "__main__":
    main()

"""How cells look: a colour for every group, which is named in words as well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

# Light fills under black text; hidden green, output blue, loss and gradients red.
COLOURS = {
    "data": "#E7E6E6",
    "parameters": "#FFF2CC",
    "hidden": "#D9EAD3",
    "output": "#CFE2F3",
    "loss": "#F4CCCC",
    "deltas": "#EAD1DC",
    "gradients": "#FAD7C8",
    "helpers": "#F3F3F3",
}
LINE = "#7F7F7F"
# Small numbers of these keep their leading digits.
SMALL = frozenset({"loss", "deltas", "gradients", "helpers"})


class Look:
    """The cell formats of a workbook, each made once."""

    def __init__(self, book: Any, digits: int) -> None:
        self._book = book
        self._formats: dict[tuple[Any, ...], Any] = {}
        digits = min(digits, 15)  # a spreadsheet shows no more
        self.width = max(12, digits + 7)  # of a column of values
        self.plain = "0." + "0" * digits
        # What would show less than three digits is shown with a power of ten.
        least = f"{min(0.1, 10.0 ** (3 - digits)):.{digits}f}"
        self.small = f"[>={least}]{self.plain};[<=-{least}]-{self.plain};0.0000E+00"

    def _format(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(properties)
        return self._formats[key]

    def height(self, texts: Sequence[tuple[str, int]]) -> float:
        """What a row of wrapped texts needs, in points: (text, width of its column) each."""
        return 15.0 * max(-(-len(text) // (width - width // 10)) for text, width in texts)

    def title(self) -> Any:
        return self._format(bold=True, font_size=16, text_wrap=True, valign="top")

    def heading(self) -> Any:
        return self._format(bold=True, font_size=12)

    def text(self) -> Any:
        return self._format(text_wrap=True, valign="top")

    def formula(self) -> Any:
        return self._format(font_name="Courier New", font_size=10, text_wrap=True, valign="top")

    def group(self, group: str) -> Any:
        """The first row of a table: the group's words."""
        return self._format(bold=True, bg_color=COLOURS[group])

    def header(self, group: str = "data") -> Any:
        """The second row: the names of the columns."""
        return self._format(
            bold=True, bg_color=COLOURS[group], align="center", bottom=1, bottom_color=LINE
        )

    def name(self) -> Any:
        return self._format(indent=1)

    def label(self, group: str) -> Any:
        return self._format(bg_color=COLOURS[group], valign="top")

    def value(self, group: str) -> Any:
        return self._format(num_format=self.small if group in SMALL else self.plain)

    def count(self) -> Any:
        return self._format(num_format="0", align="center")

    def changeable(self) -> Any:
        """A cell that is meant to be typed in: yellow, framed, blue digits."""
        return self._format(
            bg_color="#FFFF99", font_color="#0000C0", border=1, border_color=LINE,
            num_format="General", locked=False,
        )  # fmt: skip

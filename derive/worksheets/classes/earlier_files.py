"""What an earlier worksheet left in a folder, to which a new one is written.

A sheet of one bundle beside another's would be handed out and could not be marked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from derive.worksheets.classes.bundle import Bundle
from derive.worksheets.classes.bundle_files import read_bundle
from derive.worksheets.classes.handout import BUNDLE
from derive.worksheets.recipes.recipe import WorksheetError
from derive.writers.registry import REGISTRY

_PICTURES = ("svg", "png")
_SUFFIXES = "|".join(
    sorted({row.suffix.lstrip(".") for row in REGISTRY.values() if row.suffix} | {*_PICTURES})
)
_SHEET = re.compile(rf"(?:sheet|key)-([0-9]{{2,4}})(?:-[\w-]+)?\.(?:{_SUFFIXES})")
_TOGETHER = re.compile(rf"(?:sheets|keys)\.(?:{_SUFFIXES})")


@dataclass(frozen=True, slots=True)
class Earlier:
    """The worksheet whose bundle is in a folder before another is written there."""

    folder: Path
    bundle: Bundle

    def leftovers(self, bundle: Bundle, paths: Iterable[Path]) -> list[Path]:
        """Its sheets and keys that are none of the new worksheet, in order."""
        names = {path.name for path in paths}
        redraws = tuple(redraw for redraw in self.bundle.redraws if redraw[0] <= bundle.count)
        same = bundle.form(1) == self.bundle.form(1) and redraws == bundle.redraws
        digits = max(2, len(str(bundle.count)))
        leftovers = []
        for path in sorted(self.folder.iterdir()):
            if path.name in names or not path.is_file():
                continue
            if one := _SHEET.fullmatch(path.name):
                number = int(one[1])
                fits = same and number <= bundle.count and len(one[1]) == digits
                if 1 <= number <= self.bundle.count and not fits:
                    leftovers.append(path)
            elif _TOGETHER.fullmatch(path.name) and bundle != self.bundle:
                leftovers.append(path)
        return leftovers


def earlier_in(folder: Path) -> Earlier | None:
    """The worksheet whose bundle is in a folder; None where there is none that can be read."""
    place = folder / BUNDLE
    if not place.is_file():
        return None
    try:
        return Earlier(folder, read_bundle(place))
    except (WorksheetError, OSError):
        return None

"""Spreadsheets opened, spoilt and recalculated: by openpyxl, and by LibreOffice as the judge."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

openpyxl: Any = pytest.importorskip("openpyxl")
pytest.importorskip("xlsxwriter")

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
needs_office = pytest.mark.skipif(
    SOFFICE is None, reason="LibreOffice (soffice) is not installed, and nothing else recalculates"
)
# LibreOffice believes the values in a file unless it is told to recalculate always.
ALWAYS = """\
<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
WRONG = b"12345"
TINY = 1e-300  # below it doubles have fewer digits, and no form promises any
Cells = dict[tuple[str, str], Any]  # (sheet, address) → value


def with_wrong_values(data: bytes) -> bytes:
    """The same formulas, each with a wrong value beside it: a right one would hide its fault."""
    found = 0

    def spoil(match: re.Match[bytes]) -> bytes:
        nonlocal found
        found += 1
        return match[1] + WRONG + b"</v>"

    def change(name: str, part: bytes) -> bytes:
        if not name.startswith("xl/worksheets/sheet"):
            return part
        plain = re.sub(rb' t="(?:str|e)"(?=><f>)', b"", part)
        return re.sub(rb"(</f><v>)[^<]*</v>", spoil, plain)

    spoilt = rewritten(data, change)
    assert found
    return spoilt


def rewritten(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """The file with its parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return out.getvalue()


def edited(data: bytes, **cells: float) -> bytes:
    """The file as someone leaves it who typed into named cells: eta=0.1, w_1=0.2."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    for name, value in cells.items():
        ((sheet, address),) = book.defined_names[name].destinations
        book[sheet][address.replace("$", "")].value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def cells(data: bytes, formulas: bool = False) -> Cells:
    """Every cell that is not empty: its formula, or the value beside it."""
    # Read-only leaves charts and styles aside.
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=not formulas)
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def recalculated(files: Mapping[str, bytes], folder: Path) -> dict[str, Cells]:
    """The values that LibreOffice computes for each file, whatever stood beside the formulas."""
    assert SOFFICE
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS)
    for name, data in files.items():
        (folder / f"{name}.xlsx").write_bytes(data)
    subprocess.run(
        [SOFFICE, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to",
         "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "new"),
         *(str(folder / f"{name}.xlsx") for name in files)],
        check=True, capture_output=True,
    )  # fmt: skip
    return {name: cells((folder / "new" / f"{name}.xlsx").read_bytes()) for name in files}


def differences(expected: Cells, found: Cells, tolerance: float = 1e-12) -> Iterator[str]:
    """Where two workbooks differ; numbers by more than the relative tolerance."""
    for place, value in expected.items():
        other = found.get(place)
        if isinstance(value, (int, float)) and isinstance(other, (int, float)):
            if abs(value - other) <= tolerance * abs(value) + TINY:
                continue
        elif value == other or (is_error(value) and is_error(other)):
            continue
        yield f"{place}: {value} and {other}"


def is_error(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("#")


def column(found: Cells, sheet: str, label: str) -> list[Any]:
    """The numbers below a name in the second row of a training sheet."""
    (letters,) = {
        address[:-1]
        for (title, address), value in found.items()
        if title == sheet and value == label and re.fullmatch(r"[A-Z]+2", address)
    }
    values = []
    while (sheet, f"{letters}{len(values) + 3}") in found:
        values.append(found[sheet, f"{letters}{len(values) + 3}"])
    return values

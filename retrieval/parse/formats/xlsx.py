"""Excel workbooks: one page a sheet, one block a row, values as they are displayed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from retrieval.parse.builder import Builder
from retrieval.parse.decode import stem
from retrieval.parse.document import Document
from retrieval.parse.library import library, reading
from retrieval.parse.numbers import cell_text
from retrieval.parse.registry import Format, register
from retrieval.parse.zipped import open_zip
from retrieval.progress import Emit, Progress

_REPORT = 2000  # rows between two reports of progress
# A formula whose value the writing program never computed: <f>..</f> and no <v> with content.
_UNCOMPUTED = re.compile(rb"<f(?:\s[^<]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>")


def read_workbook(path: Path, _: str | None, emit: Emit) -> Document:
    """Parse an .xlsx file. Raises DocumentError if it is damaged or openpyxl is missing."""
    openpyxl = library("openpyxl", "openpyxl", path.name)
    library("defusedxml", "defusedxml", path.name)  # openpyxl uses it where it is installed
    builder = Builder()
    with reading(path.name, "workbook"):
        with open_zip(path) as archive:
            formulas = sum(_uncomputed(archive))
        with path.open("rb") as file:  # by its name openpyxl would refuse .xls
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            for sheet in book.worksheets:
                _add_sheet(builder, sheet, emit)
            title = (book.properties.title or "").strip()
    if formulas:
        builder.warn(
            f"{formulas} formula{'s' if formulas > 1 else ''} without a stored value left out; "
            "open and save the file in a spreadsheet program."
        )
    return builder.document(title or stem(path), path.name, "sheet")


def _add_sheet(builder: Builder, sheet: Any, emit: Emit) -> None:
    total = sheet.max_row or 0
    sheet.reset_dimensions()  # what a file says of its size may be wrong, or a bomb
    named, number = False, 0
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells = [cell_text(cell.value, cell.number_format or "") for cell in row]
        if any(cells):
            if not named:
                builder.add("heading", sheet.title, 1)
                named = True
            builder.row(cells)
        if number % _REPORT == 0:
            emit(Progress("read", number, max(total, number), "rows"))
    builder.end_page(sheet.title)
    emit(Progress("read", number, number, "rows"))


def _uncomputed(archive: ZipFile) -> Iterator[int]:
    """Formulas without a value, a sheet at a time."""
    for member in archive.namelist():
        if member.startswith("xl/worksheets/") and member.endswith(".xml"):
            rest = b""
            with archive.open(member) as part:
                while block := part.read(1 << 20):
                    rest += block
                    cut = rest.rfind(b"</c>") + 4
                    yield len(_UNCOMPUTED.findall(rest, 0, cut) if cut > 3 else ())
                    rest = rest[cut:] if cut > 3 else rest[-(1 << 16) :]


register(
    Format(
        "xlsx",
        (".xlsx", ".xlsm", ".xltx"),
        read_workbook,
        is_text=False,
        zip_marks=(
            b"spreadsheetml.sheet.main",
            b"spreadsheetml.template.main",
            b"ms-excel.sheet.macroEnabled.main",
        ),
    )
)

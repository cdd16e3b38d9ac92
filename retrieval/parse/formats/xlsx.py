"""Excel workbooks: one page a sheet, one block a row, values as they are displayed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from zipfile import ZipFile

from retrieval.parse.builder import Builder
from retrieval.parse.decode import stem
from retrieval.parse.document import Document
from retrieval.parse.library import library, reading
from retrieval.parse.number_format.figures import general
from retrieval.parse.numbers import cell_text
from retrieval.parse.office.package import ODD, Relation, broken_parts, mended, read_part, relations
from retrieval.parse.office.parts import EMBEDDED, Embedded, odd_part
from retrieval.parse.raised import lowered, raised
from retrieval.parse.registry import Format, register
from retrieval.parse.sheet.comments import sheet_comments
from retrieval.parse.sheet.drawings import add_controls, add_drawing
from retrieval.parse.sheet.edges import edge_texts
from retrieval.parse.sheet.merges import Merges
from retrieval.parse.sheet.scan import Scan, scan
from retrieval.parse.sheet.white import is_white
from retrieval.parse.zipped import open_zip
from retrieval.progress import Emit, Progress

_REPORT = 2000  # rows between two reports of progress
_WIDEST = 16_384  # columns of a sheet
_CELLS = "rows, columns or cells"
_BOOK = "xl/workbook.xml"


def read_workbook(path: Path, _: str | None, emit: Emit) -> Document:
    """Parse an .xlsx file. Raises DocumentError if it is damaged or openpyxl is missing."""
    openpyxl = library("openpyxl", "openpyxl", path.name)
    library("defusedxml", "defusedxml", path.name)  # openpyxl uses it where it is installed
    builder = Builder()
    with reading(path.name, "workbook"), open_zip(path) as archive:
        try:
            with mended(path, archive, builder) as file:
                title = _read(openpyxl, file, builder, emit)
        except _NotOpened:
            broken = broken_parts(archive, builder)
            if not broken or "xl/styles.xml" in broken:
                # One style that openpyxl takes amiss refuses the book; the cells can do without.
                builder.warn("its cell formats cannot be read: numbers are shown plainly.")
                broken.add("xl/styles.xml")
            with mended(path, archive, builder, broken) as file:
                title = _read(openpyxl, file, builder, emit)
    return builder.document(title or stem(path), path.name, "sheet")


class _NotOpened(Exception):
    """openpyxl cannot open the workbook; nothing has been read yet."""


def _read(openpyxl: Any, file: BinaryIO, builder: Builder, emit: Emit) -> str:
    try:
        book = openpyxl.load_workbook(
            file, read_only=True, data_only=True, keep_links=False, rich_text=True
        )
    except ODD as error:
        raise _NotOpened from error
    with ZipFile(file) as package:
        return _Reader(book, package, builder, emit).read()


class _Reader:
    def __init__(self, book: Any, package: ZipFile, builder: Builder, emit: Emit) -> None:
        self.book, self.package, self.builder, self.emit = book, package, builder, emit
        self.since_1904 = book.epoch.year == 1904
        self.people = [r.target for r in relations(package, _BOOK) if r.kind == "person"]
        self.styles: dict[int, _Style] = {}
        self.unseen: list[str] = []  # names of what is hidden
        self.edges: set[tuple[str, str]] = set()  # headers and footers that were told
        self.embedded = Embedded(builder)
        self.placed: set[str] = set()  # files embedded in a sheet

    def read(self) -> str:
        formulas = 0
        for sheet in self.book.worksheets:
            found = scan(self.package, sheet._worksheet_path)
            formulas += found.uncomputed
            _Sheet(self, sheet, found).read()
        for relation in relations(self.package, _BOOK):
            if relation.kind == "chartsheet":
                self.chart_sheet(relation)
        if formulas:
            self.builder.warn(
                f"{formulas} formula{'s' if formulas > 1 else ''} without a stored value left out; "
                "open and save the file in a spreadsheet program."
            )
        if self.unseen:
            self.builder.warn(
                f"what is hidden in it is left out ({', '.join(self.unseen[:5])}); "
                "show it in a spreadsheet program and save the file to have it read."
            )
        for name in self.package.namelist():
            if name.startswith("xl/embeddings/") and name[-1] != "/" and name not in self.placed:
                self.embedded.add(name.rpartition("/")[2], b"", shown=False)
        self.embedded.warn()
        return (self.book.properties.title or "").strip()

    def chart_sheet(self, relation: Relation) -> None:
        with odd_part(self.builder, "a sheet with a chart"):
            before = self.builder.length
            for inner in relations(self.package, relation.target):
                if inner.kind == "drawing":
                    add_drawing(self.builder, self.package, inner.target, values=True)
            if self.builder.length > before:
                self.builder.end_page("Chart")

    def shown(self, cell: dict[str, Any]) -> str:
        style = self.style(cell)
        value = cell["value"]
        value = _rich(value) if isinstance(value, list) else value
        return cell_text(value, style.code, style.number, self.since_1904)

    def style(self, cell: dict[str, Any]) -> _Style:
        style = cell["style_id"]
        if style not in self.styles:
            self.styles[style] = _Style(*self._format(style), is_white(self.book, style))
        return self.styles[style]

    def _format(self, style: int) -> tuple[str, int]:
        from openpyxl.styles.numbers import BUILTIN_FORMATS

        styles, own = self.book._cell_styles, self.book._number_formats
        number = styles[style].numFmtId if style < len(styles) else 0
        if number < 164:
            return BUILTIN_FORMATS.get(number, "General"), number
        return (own[number - 164] if number - 164 < len(own) else "General"), number


class _Style(NamedTuple):
    """How cells of a style are shown: the code of their numbers, its id, white words on white."""

    code: str
    number: int
    is_white: bool


class _Sheet:
    """One sheet into the builder."""

    def __init__(self, reader: _Reader, sheet: Any, found: Scan) -> None:
        self.reader, self.builder, self.sheet = reader, reader.builder, sheet
        self.merges = Merges(found.merged)
        self.edges = found.edges
        self.hidden = sheet.sheet_state != "visible"
        self.named = False
        self.columns: list[tuple[int, int]] | None = None
        self.parts = relations(reader.package, sheet._worksheet_path)
        # Elsewhere a fill may come from what a cell's own format does not say.
        self.plain = not found.painted and not any(part.kind == "table" for part in self.parts)
        self.comments = sheet_comments(reader.package, self.parts, reader.people, self.builder)

    def read(self) -> None:
        emit, total, number = self.reader.emit, self.sheet.max_row or 0, 0
        if self.hidden:
            self.reader.unseen.append(f"sheet {self.sheet.title}")
        with self.sheet._get_source() as source:
            parser = self._parser(source)
            for number, cells in parser.parse():
                self.row(number, cells, parser)
                if number % _REPORT == 0:
                    emit(Progress("read", number, max(total, number), "rows"))
        self.notes(1 << 30)
        for part in self.parts:
            if part.kind == "drawing" and not self.hidden:
                with odd_part(self.builder, "a drawing"):
                    self.name()
                    add_drawing(self.builder, self.reader.package, part.target)
            elif part.kind == "vmlDrawing" and not self.hidden:
                with odd_part(self.builder, "a form"):
                    add_controls(self.builder, self.reader.package, part.target)
        for kind, code in self.edges if self.named and not self.hidden else ():
            for text in edge_texts(code):
                if (kind, text) not in self.reader.edges:
                    self.reader.edges.add((kind, text))
                    self.builder.note(kind, text)
        for part in self.parts:
            if part.kind in EMBEDDED and not part.external:
                with odd_part(self.builder, "a file embedded in it"):
                    self.reader.placed.add(part.target)
                    name = part.target.rpartition("/")[2]
                    data = read_part(self.reader.package, part.target)
                    self.reader.embedded.add(name, data, shown=not self.hidden)
        self.builder.end_page(self.sheet.title)
        emit(Progress("read", number, number, "rows"))

    def _parser(self, source: Any) -> Any:
        """openpyxl's own, which its reader of sheets keeps from rich text and hidden rows."""
        from openpyxl.worksheet._reader import WorkSheetParser

        return WorkSheetParser(
            source,
            self.sheet._shared_strings,
            data_only=True,
            epoch=self.reader.book.epoch,
            date_formats=set(),
            timedelta_formats=set(),
            rich_text=True,
        )

    def row(self, number: int, cells: list[dict[str, Any]], parser: Any) -> None:
        texts: list[str] = []
        unseen: list[str] = []
        gone = self.hidden or _is_hidden(parser.row_dimensions.pop(str(number), {}), "ht")
        if self.columns is None:  # columns are described before the first row
            self.columns = _hidden_columns(parser.column_dimensions)
        for cell in cells:
            column = cell["column"]
            text = self.reader.shown(cell)
            if not 0 < column <= _WIDEST or (not text and cell["value"] is None):
                continue
            out = gone or any(low <= column <= high for low, high in self.columns)
            if out or (self.plain and self.reader.style(cell).is_white):
                unseen.append(text)
                continue
            value = cell["value"]
            if not text and isinstance(value, (int, float)):  # the format ";;;"
                unseen.append(general(value))
            elif not text and isinstance(value, str):
                unseen.append(value.strip())
            texts += [""] * (column - len(texts))
            texts[column - 1] = text
        texts = self.merges.filled(number, texts)
        if any(unseen):
            self.builder.hide(" ".join(unseen))
            if not self.hidden and _CELLS not in self.reader.unseen:
                self.reader.unseen.append(_CELLS)
        if any(texts):
            self.name()
            self.builder.place(f"row {number}")
            self.builder.row(texts)
        self.notes(number, gone)

    def name(self) -> None:
        if not self.named:
            self.builder.add("heading", self.sheet.title, 1)
            self.named = True

    def notes(self, number: int, gone: bool = False) -> None:
        """The comments on rows up to this one."""
        while self.comments and (row := next(iter(self.comments))) <= number:
            for what, text in self.comments.pop(row):
                if gone or self.hidden:
                    self.builder.hide(f"{what}: {text}")
                else:
                    self.name()
                    self.builder.note(what, text)


def _is_hidden(said: dict[str, str], size: str) -> bool:
    return said.get("hidden") in ("1", "true") or said.get(size) in ("0", "0.0")


def _hidden_columns(dimensions: dict[str, dict[str, str]]) -> list[tuple[int, int]]:
    return [
        (int(said["min"]), int(said.get("max", said["min"])))
        for said in dimensions.values()
        if _is_hidden(said, "width")
    ]


def _rich(value: list[Any]) -> str:
    """Text in several fonts; pieces that are raised alike belong together."""
    text, together, script = "", "", None
    for block in [*value, None]:
        font = getattr(block, "font", None)
        own = "end" if block is None else getattr(font, "vertAlign", None)
        if own != script:
            write = {"superscript": raised, "subscript": lowered}.get(script or "", str)
            text += write(together) if any(map(str.isalnum, together)) else together
            together, script = "", own
        together += "" if block is None else str(block)
    return text


register(
    Format(
        "xlsx",
        (".xlsx", ".xlsm", ".xltx", ".xltm"),
        read_workbook,
        is_text=False,
        zip_marks=(
            b"spreadsheetml.sheet.main",
            b"spreadsheetml.template.main",
            b"ms-excel.sheet.macroEnabled.main",
            b"ms-excel.template.macroEnabled.main",
            b"ms-excel.addin.macroEnabled.main",
        ),
    )
)

"""Styles, tables and charts of the example handbook."""

from __future__ import annotations

import re
from typing import Any

from reportlab.graphics.charts.barcharts import VerticalBarChart
from reportlab.graphics.charts.legends import Legend
from reportlab.graphics.shapes import Drawing
from reportlab.lib import colors
from reportlab.lib.enums import TA_JUSTIFY, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import KeepTogether, Paragraph, Spacer, Table, TableStyle

PAGE = (453.0, 680.0)
MARGIN = 54.0
TOP, BOTTOM = 60.0, 58.0
WIDTH = PAGE[0] - 2 * MARGIN
HEIGHT = PAGE[1] - TOP - BOTTOM
INK = colors.HexColor("#12314d")
SEA = colors.HexColor("#3f7ea6")
PALE = colors.HexColor("#e4edf3")
CHINESE = "STSong-Light"
NUMBER = re.compile(r"\(?[\d,.:]+\)?|-|free")

pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))


def _style(name: str, font: str, size: float, leading: float, **more: Any) -> ParagraphStyle:
    return ParagraphStyle(name, fontName=font, fontSize=size, leading=leading, **more)


BODY = _style(
    "body",
    "Times-Roman",
    10.5,
    14.4,
    spaceAfter=7,
    alignment=TA_JUSTIFY,
    allowWidows=0,
    allowOrphans=0,
)
LINES = _style("lines", "Times-Roman", 10.5, 14.4, spaceAfter=7)
COLUMN = _style("column", "Times-Roman", 9.5, 12.6, spaceAfter=6)
QUOTE = _style("quote", "Courier", 8.6, 12, leftIndent=16, rightIndent=16, spaceAfter=8)
ZH = _style("zh", CHINESE, 10.5, 16, spaceAfter=7, wordWrap="CJK")
HEADINGS = [
    _style("h1", "Helvetica-Bold", 19, 24, spaceAfter=12, textColor=INK),
    _style("h2", "Helvetica-Bold", 12.5, 16, spaceBefore=9, spaceAfter=5, textColor=INK),
    _style("h3", "Helvetica-Bold", 10.5, 14, spaceBefore=5, spaceAfter=3),
]
for _heading in HEADINGS:
    _heading.keepWithNext = 1
PLAIN_HEADING = _style("plain", "Helvetica-Bold", 16, 22, spaceAfter=10, textColor=INK)
TITLE = _style("title", "Helvetica-Bold", 27, 33, textColor=INK, spaceAfter=14)
SUBTITLE = _style("subtitle", "Helvetica", 14, 19, spaceAfter=8)
SMALL = _style("small", "Times-Roman", 9.5, 13, spaceAfter=6)
CAPTION = _style("caption", "Helvetica-Bold", 8.8, 12, spaceBefore=4, spaceAfter=4)
CELL = _style("cell", "Helvetica", 7.8, 9.8)
CELL_RIGHT = _style("cell-right", "Helvetica", 7.8, 9.8, alignment=TA_RIGHT)
HEAD = _style("head", "Helvetica-Bold", 7.8, 9.8, textColor=colors.white)
HEAD_RIGHT = _style(
    "head-right", "Helvetica-Bold", 7.8, 9.8, textColor=colors.white, alignment=TA_RIGHT
)
CONTENTS = [
    _style("toc1", "Helvetica-Bold", 9.2, 11.6, spaceBefore=3),
    _style("toc2", "Times-Roman", 9.4, 11.6, leftIndent=14),
]
LISTING = [_style("list1", "Times-Roman", 9.6, 15)]
LISTING_TABLE = TableStyle(
    [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]
)


def _natural(cells: list[str]) -> float:
    """The width of the widest cell of a column, its padding included."""
    return 9 + max(float(pdfmetrics.stringWidth(cell, "Helvetica-Bold", 7.8)) for cell in cells)


def _widths(rows: list[list[str]]) -> list[float]:
    """Narrow columns get what they need; the wide ones share what is left."""
    wanted = [_natural([row[i] for row in rows]) for i in range(len(rows[0]))]
    if sum(wanted) <= WIDTH:
        spare = (WIDTH - sum(wanted)) / len(wanted)
        return [width + spare for width in wanted]
    # A heading may wrap between words, so only its longest word is needed.
    needed = []
    for i, head in enumerate(rows[0]):
        body = [row[i] for row in rows[1:]] + head.split()
        needed.append(_natural(body))
    widths = [0.0] * len(needed)
    left = WIDTH
    order = sorted(range(len(needed)), key=lambda i: needed[i])
    for done, i in enumerate(order):
        widths[i] = min(needed[i], left / (len(order) - done))
        left -= widths[i]
    return [width + left / len(widths) for width in widths]


def make_table(title: str, lines: list[str], *, long: bool = False) -> list[Any]:
    """A title line and a table from lines of cells separated by bars."""
    totals = [i for i, line in enumerate(lines) if line.startswith("* ")]
    rows = [[cell.strip() for cell in line.removeprefix("* ").split("|")] for line in lines]
    right = [
        i > 0 and sum(bool(NUMBER.fullmatch(row[i])) for row in rows[1:]) * 2 > len(rows)
        for i in range(len(rows[0]))
    ]
    cells = []
    for number, row in enumerate(rows):
        styles = (HEAD, HEAD_RIGHT) if number == 0 else (CELL, CELL_RIGHT)
        bold = "<b>%s</b>" if number in totals else "%s"
        cells.append([Paragraph(bold % text, styles[right[i]]) for i, text in enumerate(row)])
    table = Table(cells, colWidths=_widths(rows), repeatRows=1, spaceAfter=10)
    rules = [
        ("BACKGROUND", (0, 0), (-1, 0), INK),
        ("ROWBACKGROUNDS", (0, 1), (-1, -1), [colors.white, PALE]),
        ("LINEBELOW", (0, -1), (-1, -1), 0.8, INK),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
    rules += [("LINEABOVE", (0, i), (-1, i), 0.5, INK) for i in totals]
    table.setStyle(TableStyle(rules))
    caption = Paragraph(title, CAPTION)
    return [caption, table] if long else [KeepTogether([caption, table])]


CHARTS: dict[str, tuple[list[str], list[list[float]], list[str]]] = {
    "passengers": (
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
        [[52.1, 50.3, 61.7, 79.4, 91.2, 108.6, 148.9, 139.5, 96.8, 74.2, 55.6, 56.5]],
        [],
    ),
    "costs": (
        ["Staff", "Fuel", "Maintenance", "All other"],
        [[14.9, 7.7, 4.9, 8.4], [15.9, 7.2, 5.4, 8.7]],
        ["2022", "2023"],
    ),
    "carbon": (
        [str(year) for year in range(2015, 2024)],
        [[25.9, 26.4, 25.7, 24.6, 24.3, 17.2, 20.8, 22.2, 21.8]],
        [],
    ),
}


def make_figure(name: str, caption: str) -> list[Any]:
    """A bar chart with its values written on the bars, and the caption below it."""
    names, data, series = CHARTS[name]
    drawing = Drawing(WIDTH, 158)
    chart = VerticalBarChart()
    chart.x, chart.y, chart.width, chart.height = 28, 20, WIDTH - 34, 118
    chart.data = data
    chart.categoryAxis.categoryNames = names
    chart.categoryAxis.labels.fontName = chart.valueAxis.labels.fontName = "Helvetica"
    chart.categoryAxis.labels.fontSize = chart.valueAxis.labels.fontSize = 7.5
    chart.valueAxis.valueMin = 0
    chart.valueAxis.valueMax = max(max(row) for row in data) * 1.12
    chart.valueAxis.gridStrokeColor = PALE
    chart.valueAxis.visibleGrid = 1
    chart.barLabelFormat = "%.1f"
    chart.barLabels.fontName = "Helvetica"
    chart.barLabels.fontSize = 6.8
    chart.barLabels.nudge = 6
    chart.groupSpacing = 8
    shades = [SEA] if len(data) == 1 else [colors.HexColor("#a9c4d6"), INK]
    for i, shade in enumerate(shades):
        chart.bars[i].fillColor = shade
        chart.bars[i].strokeColor = None
    drawing.add(chart)
    if series:
        legend = Legend()
        legend.x, legend.y = WIDTH - 90, 154
        legend.alignment = "right"
        legend.columnMaximum = 1
        legend.deltax = 40
        legend.fontName, legend.fontSize = "Helvetica", 7.5
        legend.dx = legend.dy = 7
        legend.colorNamePairs = list(zip(shades, series, strict=True))
        drawing.add(legend)
    return [KeepTogether([drawing, Paragraph(caption, CAPTION), Spacer(1, 6)])]

"""Charts, diagrams and shapes (DrawingML), which all Office programs write alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from retrieval.parse.builder import Builder
from retrieval.parse.formula import beside, omml
from retrieval.parse.numbers import number_text
from retrieval.parse.office.symbols import symbols
from retrieval.parse.raised import lowered, raised

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
CX = "{http://schemas.microsoft.com/office/drawing/2014/chartex}"
DGM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"

_FORMULA = 3

_Values = dict[int, str]


def add_chart(builder: Builder, root: Any, values: bool = True) -> None:
    """Title, names of the axes, and a row for each category with the numbers the file keeps.

    Without `values` only the names: in a workbook the numbers stand in cells already.
    """
    if root.tag == f"{CX}chartSpace":
        _add_new_chart(builder, root, values)
        return
    for title in root.iterfind(f"{C}chart/{C}title"):
        builder.add("text", _words(title))
    area = root.find(f"{C}chart/{C}plotArea")
    if area is None:
        return
    names = [_words(title) for axis in area for title in axis.iterfind(f"{C}title")]
    if any(names):
        builder.add("text", "Axes: " + ", ".join(filter(None, names)))
    for plot in area:
        series = [_series(each) for each in plot.iterfind(f"{C}ser")]
        if not values:
            builder.add("text", ", ".join(filter(None, (name for name, *_ in series))))
            continue
        for group in _alike(series):
            _add_rows(builder, group)


_Series = tuple[str, _Values, list[tuple[str, _Values]]]


def _series(element: Any) -> _Series:
    """Name, categories, and columns of values; a bubble has its size besides."""
    name = " ".join(_points(element.find(f"{C}tx")).values())
    categories = element.find(f"{C}cat")
    if categories is None:
        categories = element.find(f"{C}xVal")
    columns = [
        (title, _points(element.find(f"{C}{tag}")))
        for tag, title in (("val", ""), ("yVal", ""), ("bubbleSize", "size"))
    ]
    return name, _points(categories), [column for column in columns if column[1]]


def _points(element: Any) -> _Values:
    """Index -> text; a category of several levels has the outer ones before it."""
    if element is None:
        return {}
    levels = element.findall(f".//{C}lvl")
    if levels:
        return _levels([dict(_cached(level, "")) for level in levels])
    code = element.find(f".//{C}formatCode")
    points = dict(_cached(element, "" if code is None else code.text or ""))
    if not points:  # a name typed into the chart
        points = {n: each.text or "" for n, each in enumerate(element.iterfind(f"{C}v"))}
    return points


def _levels(levels: list[_Values]) -> _Values:
    """The first level is the innermost; an outer name stands where its group begins."""
    joined = {}
    for index in sorted(levels[0]):
        outer = [
            level[max((i for i in level if i <= index), default=min(level))]
            for level in reversed(levels[1:])
            if level
        ]
        joined[index] = " ".join([*outer, levels[0][index]])
    return joined


def _cached(element: Any, code: str) -> Iterator[tuple[int, str]]:
    for point in element.iter(f"{C}pt", f"{CX}pt"):
        value = point.find(f"{C}v")
        text = (point.text if value is None else value.text) or ""
        yield int(point.get("idx", "0")), _shown(text, point.get("formatCode") or code)


def _shown(text: str, code: str) -> str:
    try:
        return number_text(float(text), code or "General") if code or "." in text else text
    except ValueError:
        return text


def _alike(series: list[_Series]) -> Iterator[list[_Series]]:
    """Series over the same categories, which make one table."""
    group: list[_Series] = []
    for each in series:
        if group and each[1] and each[1] != group[0][1]:
            yield group
            group = []
        group.append(each)
    if group:
        yield group


def _add_rows(builder: Builder, group: list[_Series]) -> None:
    columns = [
        (f"{name} {title}".strip(), values) for name, _, parts in group for title, values in parts
    ]
    if not columns:
        return
    builder.row(["", *(name for name, _ in columns)])
    categories = group[0][1]
    for index in sorted(set(categories).union(*(values for _, values in columns))):
        builder.row([categories.get(index, ""), *(values.get(index, "") for _, values in columns)])


def _add_new_chart(builder: Builder, root: Any, values: bool) -> None:
    """A waterfall, a funnel, a histogram: kinds of chart of 2016 and later."""
    for title in root.iterfind(f"{CX}chart/{CX}title"):
        builder.add("text", _words(title) or " ".join(v.text or "" for v in title.iter(f"{CX}v")))
    data = {each.get("id"): each for each in root.iterfind(f"{CX}chartData/{CX}data")}
    for series in root.iter(f"{CX}series"):
        name = " ".join(v.text or "" for v in series.iterfind(f"{CX}tx//{CX}v"))
        number = series.find(f"{CX}dataId")
        source = data.get(None if number is None else number.get("val"))
        if not values or source is None:
            builder.add("text", name)
            continue
        levels = [dict(_cached(level, "")) for level in source.iterfind(f"{CX}strDim/{CX}lvl")]
        columns = [
            ("", dict(_cached(level, level.get("formatCode") or "")))
            for level in source.iterfind(f"{CX}numDim/{CX}lvl")
        ]
        _add_rows(builder, [(name, _levels(levels) if levels else {}, columns)])


def paragraph_text(paragraph: Any) -> str:
    """An `a:p` as it is seen: raised and lowered runs, symbols, formulas, breaks of line."""
    text, together, raise_by = "", "", 0
    for piece, height in [*_pieces(paragraph), ("", 2)]:
        is_formula = height == _FORMULA
        height = 0 if is_formula else height
        if height != raise_by:
            script = raised if raise_by > 0 else lowered if raise_by < 0 else str
            text += script(together) if any(map(str.isalnum, together)) else together
            together, raise_by = "", height
        together += beside(text + together, piece) if is_formula else piece
    return text


def _pieces(parent: Any) -> Iterator[tuple[str, int]]:
    """Words, and whether they stand above (1) or below (-1) the line, or are a formula."""
    for child in parent.iterchildren():
        tag = child.tag if isinstance(child.tag, str) else ""
        if tag in (f"{A}r", f"{A}fld"):
            properties = child.find(f"{A}rPr")
            base = 0 if properties is None else int(properties.get("baseline", "0").rstrip("%"))
            font = next(child.iter(f"{A}sym", f"{A}latin"), None)
            words = "".join(t.text or "" for t in child.iterfind(f"{A}t"))
            name = "" if font is None else font.get("typeface") or ""
            yield symbols(words, name), (base > 0) - (base < 0)
        elif tag == f"{A}br":
            yield "\n", 0
        elif tag.endswith(("}oMath", "}oMathPara")):
            yield omml(child), _FORMULA
        elif tag.endswith(("}AlternateContent", "}Choice", "}m")):
            yield from _pieces(child)


def add_shapes(builder: Builder, root: Any) -> None:
    """The words of text boxes and other shapes."""
    for body in root.iter("{*}txBody"):
        for paragraph in body.iterfind(f"{A}p"):
            builder.add("text", paragraph_text(paragraph))


def add_diagram(builder: Builder, root: Any) -> None:
    """The points of a SmartArt diagram."""
    for point in root.iter(f"{DGM}pt"):
        builder.add("text", _words(point), lead="• ")


def _words(element: Any) -> str:
    lines = ["".join(t.text or "" for t in p.iter(f"{A}t")) for p in element.iter(f"{A}p")]
    return " ".join(" ".join(lines).split())

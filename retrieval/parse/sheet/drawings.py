"""Text boxes, charts, diagrams and fields of forms that lie over the cells of a sheet."""

from __future__ import annotations

from zipfile import ZipFile

from retrieval.parse.builder import Builder
from retrieval.parse.office.drawing import CX, DGM, C, add_chart, add_diagram, add_shapes
from retrieval.parse.office.package import parse_xml, read_part, relations
from retrieval.parse.office.parts import R

_X = "{urn:schemas-microsoft-com:office:excel}"


def add_drawing(builder: Builder, archive: ZipFile, part: str, values: bool = False) -> None:
    """The words of a drawing; the numbers of its charts stand in cells, unless `values`."""
    root = parse_xml(read_part(archive, part))
    targets = {relation.id: relation.target for relation in relations(archive, part)}
    add_shapes(builder, root)
    for chart in root.iter(f"{C}chart", f"{CX}chart"):
        if target := targets.get(chart.get(f"{R}id", "")):
            add_chart(builder, parse_xml(read_part(archive, target)), values)
    for ids in root.iter(f"{DGM}relIds"):
        if target := targets.get(ids.get(f"{R}dm", "")):
            add_diagram(builder, parse_xml(read_part(archive, target)))


def add_controls(builder: Builder, archive: ZipFile, part: str) -> None:
    """The boxes to tick and the buttons of a sheet, with their labels."""
    data = read_part(archive, part).replace(b"<br>", b"<br/>")  # as Excel writes it
    root = parse_xml(data, recover=True)
    for shape in () if root is None else root.iter("{urn:schemas-microsoft-com:vml}shape"):
        said = shape.find(f"{_X}ClientData")
        kind = "" if said is None else said.get("ObjectType") or ""
        label = " ".join(" ".join("".join(t.itertext()) for t in shape.iter("{*}textbox")).split())
        if kind in ("Checkbox", "Radio"):
            ticked = (said.findtext(f"{_X}Checked") or "0").strip() == "1"
            builder.add("text", f"{'☒' if ticked else '☐'} {label}")
        elif kind in ("Button", "Label", "GBox"):
            builder.add("text", label)

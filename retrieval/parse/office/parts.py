"""Parts of a document that python-docx or python-pptx has opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any

from retrieval.parse.builder import Builder
from retrieval.parse.office.drawing import CX, DGM, C, add_chart, add_diagram
from retrieval.parse.office.package import ODD, parse_xml

R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_EMBEDDED = ("package", "oleObject", "control")


def related(part: Any, kind: str) -> Iterator[Any]:
    """The parts that a part uses as a `kind`, such as "comments"."""
    for relation in part.rels.values():
        if not relation.is_external and relation.reltype.rsplit("/", 1)[-1] == kind:
            yield relation.target_part


def root_of(part: Any, kind: str) -> Any:
    """The root element of the first such part; None where there is none."""
    found = next(related(part, kind), None)
    return None if found is None else parse_xml(found.blob)


@contextmanager
def odd_part(builder: Builder, what: str) -> Iterator[None]:
    """A part that cannot be read is named, and the rest of the file is read."""
    try:
        yield
    except ODD:
        builder.warn(f"{what} cannot be read.")


def add_graphics(builder: Builder, element: Any, part: Any) -> None:
    """Charts, diagrams and words in pictures that an element shows; each is a part of its own."""
    for chart in element.iter(f"{C}chart", f"{CX}chart"):
        with odd_part(builder, "a chart"):
            add_chart(builder, parse_xml(_target(part, chart.get(f"{R}id"))))
    for ids in element.iter(f"{DGM}relIds"):
        with odd_part(builder, "a diagram"):
            add_diagram(builder, parse_xml(_target(part, ids.get(f"{R}dm"))))
    if builder.pictures is not None:
        builder.pictures.add(element, part)


def _target(part: Any, name: str | None) -> bytes:
    blob: bytes = part.rels[name or ""].target_part.blob
    return blob


def by_author(name: str | None) -> str:
    return f"Comment by {name.strip()}" if name and name.strip() else "Comment"


def embedded(part: Any) -> Iterator[str]:
    """The names of the files inside a part that are not read."""
    for kind in _EMBEDDED:
        for found in related(part, kind):
            yield PurePosixPath(str(found.partname)).name


def warn_embedded(builder: Builder, names: list[str]) -> None:
    if names:
        listed = ", ".join(names[:5]) + (" and more" if len(names) > 5 else "")
        builder.warn(f"files embedded in it are not read ({listed}).")

"""Parts of a document that python-docx or python-pptx has opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any

from retrieval.errors import DocumentError
from retrieval.parse.attached import Attachments
from retrieval.parse.builder import Builder
from retrieval.parse.office.drawing import CX, DGM, C, add_chart, add_diagram
from retrieval.parse.office.package import ODD, parse_xml
from retrieval.parse.ole import packed_file

R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
EMBEDDED = ("package", "oleObject", "control")


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


class Embedded:
    """Files inside an Office file, read as attachments are; the others are named once."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self._attachments = Attachments(builder)

    def add(self, name: str, data: bytes, shown: bool = True) -> None:
        """A file that is part of what comes next in the builder, if a reader sees its place."""
        try:
            file = packed_file(name, data) if shown else None
        except DocumentError:
            file = None
        if file is None:
            self._attachments.unread.append(name)
        else:
            self._attachments.add(*file)

    def add_parts(self, part: Any, shown: bool = True) -> None:
        """The files that a part uses."""
        for kind in EMBEDDED:
            for found in related(part, kind):
                self.add(PurePosixPath(str(found.partname)).name, found.blob, shown)

    def warn(self) -> None:
        names = list(dict.fromkeys(self._attachments.unread))
        if names:
            listed = ", ".join(names[:5]) + (" and more" if len(names) > 5 else "")
            self._builder.warn(f"files embedded in it are not read ({listed}).")

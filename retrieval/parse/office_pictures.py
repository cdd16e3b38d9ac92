"""Words in the pictures of a Word or PowerPoint file."""

from __future__ import annotations

from typing import Any
from zipfile import ZipFile

from retrieval.parse import ocr
from retrieval.parse.builder import Builder
from retrieval.parse.pictures import MOST, can_be_read, picture_texts

_LARGEST = 50_000_000  # bytes; a larger picture is a bomb or a poster
_SMALLEST = 2000  # bytes; a smaller one is an icon


class OfficePictures:
    """Pictures of a file that is open as a zip archive, all read at once; each is told once."""

    def __init__(self, archive: ZipFile, builder: Builder) -> None:
        self.builder = builder
        files = [f for f in archive.infolist() if "/media/" in f.filename]
        files = [f for f in files if _SMALLEST < f.file_size < _LARGEST]
        parts = {f"/{f.filename}": archive.read(f) for f in files[: 2 * MOST]}
        parts = {name: data for name, data in parts.items() if can_be_read(data)}
        if parts and not ocr.available():
            builder.warn(f"its pictures are not read; for OCR: {ocr.INSTALL}.")
        elif len(set(parts.values())) > MOST or len(files) > 2 * MOST:
            builder.warn(f"of its pictures only the first {MOST} are read.")
        self.texts = dict(zip(parts, picture_texts(list(parts.values())), strict=True))

    def add(self, element: Any, part: Any) -> None:
        """Notes of the words in the pictures that an element shows; `part` is what it is in."""
        for name in _references(element):
            relation = part.rels.get(name)
            if relation is not None and not relation.is_external:
                text = self.texts.pop(str(relation.target_part.partname), "")
                self.builder.note("Picture", text)


def _references(element: Any) -> list[str]:
    """Ids of the pictures below an element, those of old files (VML) as well."""
    names = []
    for tag in ("{*}blip", "{*}imagedata"):
        for shown in element.iter(tag):
            for key, value in shown.attrib.items():
                if key.endswith(("relationships}embed", "relationships}id")):
                    names.append(value)
    return names

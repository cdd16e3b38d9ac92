"""Files attached to a document: each is read as a part of it, behind a heading of its own."""

from __future__ import annotations

import mimetypes
import re
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from retrieval.errors import DocAgentError
from retrieval.parse.builder import Builder
from retrieval.parse.document import Document
from retrieval.parse.kind import format_within
from retrieval.parse.registry import suffixes
from retrieval.progress import ignore

LARGEST = 20_000_000  # bytes of one file
_MOST = 50  # files, those within others counted
_DEEPEST = 3  # files within each other
_LONGEST = 50_000_000  # characters of all
_ODD = re.compile(r"[^\w. ()+-]+")


@dataclass(slots=True)
class _Room:
    """What may still be read of the files attached to the one that was opened."""

    files: int = _MOST
    characters: int = _LONGEST
    depth: int = 0


_ROOM: ContextVar[_Room | None] = ContextVar("room", default=None)


class Attachments:
    """Reads what is attached to a file into its builder, and names what is not read."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.unread: list[str] = []
        self._room = _ROOM.get() or _Room()

    def add(self, name: str, data: bytes, kind: str = "", level: int = 1) -> bool:
        """Whether the file was read; `kind` is its content type, which counts without a suffix."""
        name = " ".join(name.split())
        document = self._read(name, data, kind)
        if document is None:
            self.unread.append(name)
            return False
        self.builder.attach(name, document, level)
        return True

    def warn(self) -> None:
        """Name what is not read."""
        names = list(dict.fromkeys(self.unread))
        if names:
            listed = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
            self.builder.warn(
                f"its attachments are not read ({listed}); save them and give the files."
            )

    def _read(self, name: str, data: bytes, kind: str) -> Document | None:
        room = self._room
        if not data or len(data) > LARGEST or not room.files or room.depth >= _DEEPEST:
            return None
        room.files -= 1
        room.depth += 1
        outer = _ROOM.set(room)
        try:
            document = _document(_file_name(name, kind), data)
        except DocAgentError:  # in no format that can be read, damaged, locked
            return None
        finally:
            _ROOM.reset(outer)
            room.depth -= 1
        if document is None or len(document.text) > room.characters:
            return None
        room.characters -= len(document.text)
        return document


def with_attachments(document: Document, files: list[tuple[str, bytes]]) -> Document:
    """A document of pages with the files attached to it, which stand behind its last page."""
    builder = Builder.behind(document)
    attachments = Attachments(builder)
    for name, data in files:
        attachments.add(name, data)
    attachments.warn()
    builder.end_page(document.pages[-1].label)
    return replace(
        document,
        text="".join(builder.parts),
        pages=tuple(builder.pages),
        blocks=tuple(builder.blocks),
        places=tuple(builder.places),
        aside=(*document.aside, *builder.aside),
        hidden=(*document.hidden, *builder.hidden),
        warnings=(*document.warnings, *builder.warnings),
    )


def _document(name: str, data: bytes) -> Document | None:
    """None for what is in no format that is known, such as the settings of a program."""
    with TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(data)
        found = format_within(path)
        return found.read(path, None, ignore) if found else None


def _file_name(name: str, kind: str) -> str:
    """A name that any file system takes, with the suffix that tells its format."""
    base = _ODD.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(". ")[-80:] or "file"
    suffix = Path(base).suffix.lower()
    return base if suffix in suffixes() else base + (mimetypes.guess_extension(kind) or "")

"""Uploaded files: each in a folder of its own in the cache, named by an id that we give."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from docagent.serve.errors import ApiError
from retrieval.parse.registry import suffixes

_ID = re.compile(r"file-[0-9a-f]{24}")
_DESCRIPTION = "file.json"
_UNSAFE = re.compile(r"[^\w.()+ -]|^[. ]+|[. ]+$")
_LONGEST = 150  # bytes of a name; with its suffix well below what file systems take
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Upload:
    """`filename` is what the client called it, a label and no more; `stored` what it is called on
    disk: letters, digits and a few signs of it, as documents are cited and titled by that."""

    id: str
    filename: str
    stored: str
    bytes: int
    purpose: str
    created_at: int

    def as_json(self, state: str) -> dict[str, Any]:
        """OpenAI's file object; `state` is that of its document."""
        described = asdict(self)
        del described["stored"]
        status = {"ready": "processed", "failed": "error"}.get(state, "uploaded")
        return {"object": "file", **described, "status": status}


class FileStore:
    """The uploads in a folder. An upload is there whole or not at all, also after a kill."""

    def __init__(self, root: Path, largest: int, room: int) -> None:
        self.root, self._largest, self._room = root, largest, room
        for unfinished in root.glob(".*"):
            shutil.rmtree(unfinished, ignore_errors=True)

    def all(self) -> list[Upload]:
        """The uploads, oldest first."""
        found = [self._read(folder.name) for folder in self.root.glob("file-*")]
        return sorted((one for one in found if one), key=lambda one: (one.created_at, one.id))

    def get(self, id_: str) -> Upload:
        """One upload. Raises ApiError 404 if there is none of that id."""
        upload = self._read(id_)
        if upload is None:
            raise ApiError(404, "There is no file of this id.", "file_not_found", "file_id")
        return upload

    def path(self, upload: Upload) -> Path:
        """Where its content is."""
        return self.root / upload.id / upload.stored

    def add(self, filename: str, purpose: str, content: BinaryIO) -> Upload:
        """Keep a file. Raises ApiError for one that is too large or of a kind that is not read."""
        suffix = Path(filename).suffix.lower()
        if suffix not in suffixes():
            known = " ".join(sorted(suffixes()))
            raise ApiError(
                415, f"Files of this kind are not read; read are {known}.", "wrong_type", "file"
            )
        id_ = f"file-{secrets.token_hex(12)}"
        partial = self.root / f".{id_}"
        partial.mkdir(parents=True, mode=0o700)
        try:
            stored = _safe(filename, suffix)
            size = self._copy(content, partial / stored)
            upload = Upload(id_, filename[:255], stored, size, purpose, int(time.time()))
            (partial / _DESCRIPTION).write_text(json.dumps(asdict(upload)), "utf-8")
            partial.rename(self.root / id_)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        return upload

    def delete(self, id_: str) -> None:
        """Remove a file: out of its place at once. Raises ApiError 404 if there is none."""
        upload = self.get(id_)
        gone = self.root / f".{upload.id}"
        (self.root / upload.id).rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def _copy(self, content: BinaryIO, place: Path) -> int:
        size, room = 0, self._room - sum(upload.bytes for upload in self.all())
        with place.open("wb") as file:
            for block in _blocks(content.read):
                size += len(block)
                if size > self._largest:
                    raise ApiError(
                        413, f"The file has more than {self._largest:,} bytes.", "too_large", "file"
                    )
                if size > room:
                    raise ApiError(507, "There is no room left; delete some files.", "no_room")
                file.write(block)
        if not size:
            raise ApiError(400, "The file is empty.", "empty_file", "file")
        return size

    def _read(self, id_: str) -> Upload | None:
        if not _ID.fullmatch(id_):
            return None
        try:
            return Upload(**json.loads((self.root / id_ / _DESCRIPTION).read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None


def _blocks(read: Callable[[int], bytes]) -> Iterator[bytes]:
    while block := read(_BLOCK):
        yield block


def _safe(filename: str, suffix: str) -> str:
    """A name for the disk: no path, no hidden file, nothing that a shell or a page would read."""
    stem = re.split(r"[/\\]", filename)[-1][: -len(suffix)]
    short = _UNSAFE.sub("", stem).encode()[:_LONGEST].decode("utf-8", "ignore")
    return (short.strip(". ") or "document") + suffix

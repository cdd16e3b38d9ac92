"""A served document: what it is called, and how far reading it has come."""

from __future__ import annotations

import hashlib
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from retrieval.progress import Progress
from retrieval.store.documents import IndexedDocument

State = Literal["waiting", "changing", "reading", "ready", "failed"]
Stamp = tuple[int, int]  # size and time of the last change

_QUIET = 1.0  # seconds without a change after which a file counts as written


@dataclass(eq=False)
class Entry:
    """One file. `indexed` is what was read of it when it had `stamp`; `error` why it was not.

    `name` is what answers call it, `progress` how far reading it has come, while it is read.
    """

    id: str
    path: Path
    upload: bool = False
    state: State = "waiting"
    error: str = ""
    indexed: IndexedDocument | None = None
    stamp: Stamp | None = None
    progress: Progress | None = None
    name: str = ""

    def as_json(self) -> dict[str, Any]:
        """The object of `/documents`."""
        indexed = self.indexed
        return {
            "id": self.id,
            "name": self.name,
            "state": self.state,
            "error": self.error or None,
            "progress": asdict(self.progress) if self.progress else None,
            "pages": indexed.page_count if indexed else None,
            "unit": indexed.unit if indexed else None,
            "passages": len(indexed) if indexed else None,
            "warnings": list(indexed.warnings) if indexed else [],
            "silent_pages": list(indexed.silent) if indexed else [],
            "uploaded": self.upload,
        }


def document_id(path: Path) -> str:
    """The id of a file that was not uploaded; the same as long as it lies there."""
    return f"doc-{hashlib.sha256(str(path).encode('utf-8', 'surrogateescape')).hexdigest()[:24]}"


def stamp_of(path: Path) -> Stamp | None:
    """The stamp a file has now; None if it is gone."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def is_quiet(stamp: Stamp) -> bool:
    """Whether nobody seems to be writing a file still; a time to come says nothing."""
    age = time.time() - stamp[1] / 1e9
    return age < 0 or age > _QUIET

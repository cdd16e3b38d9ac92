"""The documents of a store, which other processes may write to while they are served."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from docagent.errors import DocumentError
from docagent.serve.documents import Documents
from docagent.serve.entry import Stamp, stamp_of
from docagent.settings import Settings
from retrieval.corpus import AUTO, Corpus, cutting_encoder
from retrieval.progress import Emit, ignore
from retrieval.store.documents import IndexedDocument, content_key
from retrieval.store.lance import LanceStore
from retrieval.store.lance_index import LanceIndex, encoder_of

_LISTED = 1000  # documents of a list, unless more are asked for
_CHECKED = 1000  # files whose content is known to be, or not to be, what was read


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document of a store. Its id is the hash of its content: the same at every server.

    `silent` is None in a list, where it would take reading all of each document.
    """

    id: str
    name: str
    source: str
    pages: int
    unit: str
    passages: int
    warnings: Sequence[str]
    silent: Sequence[int] | None = None

    def as_json(self) -> dict[str, Any]:
        """The object of `/documents`."""
        return {
            "id": self.id,
            "name": self.name,
            "state": "ready",
            "error": None,
            "progress": None,
            "pages": self.pages,
            "unit": self.unit,
            "passages": self.passages,
            "warnings": list(self.warnings),
            "silent_pages": None if self.silent is None else list(self.silent),
            "uploaded": False,
        }


class StoreLibrary(Documents):
    """A store as it is at each request; nothing of it is kept here, so servers may come and go.

    Raises StoreError if it cannot be read, is empty, or was made with another embedding model.
    """

    uploads = None
    no_uploads = (
        "This server answers from a store: add documents to that, with docagent index --store."
    )
    no_file = "The file is not on the server, which has the text that was read of it."

    def __init__(self, uri: str, settings: Settings) -> None:
        self.settings = settings
        self._store = LanceStore.open(uri)
        self._lock = threading.Lock()
        self._version: tuple[int, ...] = ()
        self._open: LanceIndex | None = None
        self._count: dict[str, int] = {}
        self.encoder = self._index().encoder

    def refresh(self) -> None:
        """Every request does."""

    def read_all(self, emit: Emit = ignore) -> bool:
        """Who writes to the store has read all."""
        return True

    def states(self) -> dict[str, int]:
        """How many documents there were at the last request."""
        return self._count

    def listed(self, start: int, most: int | None) -> list[StoredDocument]:
        """The documents from number `start` on, in the order they were added."""
        documents = self._index().documents
        rows = documents.listed(start, _LISTED if most is None else most)
        names = documents.names_of(row["key"] for row in rows)
        return [
            StoredDocument(
                row["key"],
                names[row["key"]],
                row["source"],
                row["pages"],
                row["unit"],
                row["passages"],
                json.loads(row["warnings"]),
            )
            for row in rows
        ]

    def find(self, wanted: str) -> StoredDocument | None:
        """A document by its id or its name."""
        index = self._index()
        key = _keys(index, [wanted]).get(wanted)
        return _described(index, key) if key else None

    def ids(self, names: Iterable[str]) -> dict[str, str]:
        """The ids of documents by these names."""
        return self._index().documents.keys_of(set(names))

    def corpus(self, wanted: Iterable[str] = (), emit: Emit = ignore) -> Corpus:
        """The whole store, or the documents of these ids or names, as they are now."""
        named = list(dict.fromkeys(wanted))
        index = self._index()
        if not index.documents.total:
            raise DocumentError("There is no document in the store.")
        return Corpus.of_lance(index.view(_all_keys(index, named) if named else None))

    def indexed(self, wanted: str, emit: Emit = ignore) -> tuple[str, IndexedDocument]:
        """A document's name and what was read of it."""
        index = self._index()
        [key] = _all_keys(index, [wanted])
        return index.documents.names_of([key])[key], index.documents.indexed(key)

    def path(self, wanted: str) -> Path | None:
        """The file of a document, if this machine has it and its content is what was read.

        Whoever may write to the store so gets no file shown whose content was not known before.
        """
        found = self.find(wanted)
        path = Path(found.source) if found else None
        if found is None or path is None or not path.is_absolute() or not path.is_file():
            return None
        stamp = stamp_of(path)
        same = _is_content(found.id, path, stamp, self.encoder.name, self.settings.password)
        return path if same else None

    def close(self) -> None:
        """Nothing is done in the background."""

    def _index(self) -> LanceIndex:
        """The newest version."""
        with self._lock:
            version = self._store.version
            if self._open is None or version != self._version:
                encoder = encoder_of(self._store, self.settings.embedding or AUTO)
                index = LanceIndex(self._store, encoder)
                self._count = {"ready": index.documents.total}
                self._open, self._version = index, version
            return self._open


def _keys(index: LanceIndex, wanted: Sequence[str]) -> dict[str, str]:
    """The keys of documents by these names or ids; without those that there are not."""
    ids = index.documents.names_of(wanted)
    return index.documents.keys_of(set(wanted)) | dict(zip(ids, ids, strict=True))


def _all_keys(index: LanceIndex, wanted: Sequence[str]) -> list[str]:
    """The same for all. Raises DocumentError for one that there is not."""
    keys = _keys(index, wanted)
    for each in wanted:
        if each not in keys:
            raise DocumentError(f"There is no document {each[:200]!r} here.")
    return list(dict.fromkeys(keys.values()))


def _described(index: LanceIndex, key: str) -> StoredDocument:
    indexed = index.documents.indexed(key)
    return StoredDocument(
        key,
        index.documents.names_of([key])[key],
        indexed.source,
        indexed.page_count,
        indexed.unit,
        len(indexed),
        indexed.warnings,
        indexed.silent,
    )


@lru_cache(_CHECKED)
def _is_content(
    key: str, path: Path, stamp: Stamp | None, embedding: str, password: str | None
) -> bool:
    """Whether a file, as it is at this time, holds the content that a document was read from."""
    try:
        return content_key(path, cutting_encoder(embedding), password) == key
    except DocumentError:  # it may not be read by this process, or has gone
        return False

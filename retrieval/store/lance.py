"""A store for large collections on LanceDB: in a folder or in an object store, with no server.

    store = LanceStore.open("lance:/data/reports")          # or lance:s3://bucket/prefix
    new = set(keys) - store.keys()
    store.add(Batch.of([(indexed, vectors), ...], encoder))  # many documents in one write
    store.remove(keys_of_old_versions)
    store.optimize()                                         # index what is new, merge small files

The tables and their columns are in `lance_tables.py`. Each write of Lance is a version that is
there whole or not at all. Of a batch the passages are written first and the documents last, so a
document whose row is there is complete; passages that a killed writer left are replaced when their
document is added again, and otherwise removed by `optimize`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrieval.errors import DocAgentError, first_line
from retrieval.extras import require

if TYPE_CHECKING:
    from retrieval.store.lance_tables import Batch

SCHEME = "lance:"
_DOCUMENTS, _PASSAGES, _COMMON = "documents", "passages", "common_terms"
_AT_ONCE = 1000  # keys in one condition
_TRAINED = 50_000
"""Passages from which on an IVF index is worth its training; fewer are all compared."""
_KEPT = timedelta(hours=1)
"""How long an old version stays, for readers that have it open."""


class StoreError(DocAgentError):
    """A store cannot be opened, read or written."""


class LanceStore:
    """The documents of a large collection. Any number of processes may read it and add to it."""

    def __init__(self, uri: str, database: Any) -> None:
        self.uri = uri
        self._database = database

    @classmethod
    def open(cls, uri: str) -> LanceStore:
        """The store at `lance:FOLDER` or `lance:s3://BUCKET/PREFIX`; it may still be empty.

        Credentials, region and endpoint come from the AWS_* environment. Raises StoreError for an
        address of another kind, and where lancedb is not installed.
        """
        place = uri.removeprefix(SCHEME)
        if place == uri or not place:
            raise StoreError(f"{uri!r} is no store: lance:FOLDER or lance:s3://BUCKET/PREFIX.")
        if "://" not in place:
            place = str(Path(place).expanduser().absolute())
        lancedb = require("lancedb", "lancedb", "scale", f"The store {uri}", StoreError)
        with told(uri):
            return cls(SCHEME + place, lancedb.connect(place))

    # What is there

    def table(self, name: str) -> Any:
        """A table of the newest version; None while nothing was added. Raises StoreError."""
        with told(self.uri):
            try:
                return self._database.open_table(name)
            except ValueError as error:
                if "not found" in str(error):
                    return None
                raise

    @property
    def documents(self) -> Any:
        """The table of documents, or None."""
        return self.table(_DOCUMENTS)

    @property
    def passages(self) -> Any:
        """The table of passages, or None."""
        return self.table(_PASSAGES)

    @property
    def common(self) -> Any:
        """The table of common terms that `optimize` makes, or None."""
        return self.table(_COMMON)

    def __len__(self) -> int:
        """How many documents there are. Raises StoreError."""
        table = self.documents
        return 0 if table is None else int(table.count_rows())

    def keys(self) -> set[str]:
        """The keys of all documents. Raises StoreError."""
        return set(self.sources())

    def sources(self) -> dict[str, str]:
        """The source of each document by its key. Raises StoreError."""
        table = self.documents
        if table is None:
            return {}
        with told(self.uri):
            rows = table.search().select(["key", "source"]).to_arrow()
        return dict(zip(rows["key"].to_pylist(), rows["source"].to_pylist(), strict=True))

    @property
    def version(self) -> tuple[int, ...]:
        """Counts up with each write. Raises StoreError."""
        return tuple(table.version for table in (self.documents, self.passages) if table)

    @property
    def embedding(self) -> str | None:
        """Which model made its vectors, as `embedding_of` names it; None while it is empty."""
        from retrieval.store.lance_tables import EMBEDDING

        table = self.passages
        return None if table is None else (table.schema.metadata or {})[EMBEDDING].decode()

    # Changes

    def add(self, batch: Batch) -> int:
        """Write documents that are not there yet; returns how many they were.

        Raises StoreError, also if other documents' vectors are by another model.
        """
        from retrieval.store.lance_tables import EMBEDDING

        made_by = batch.passages.schema.metadata[EMBEDDING].decode()
        if self.embedding not in (None, made_by):
            raise StoreError(
                f"The store {self.uri} was made with the embedding model "
                f"{json.loads(self.embedding or '')[0]}, not {json.loads(made_by)[0]}; "
                "use that, or another store."
            )
        with told(self.uri):
            there = self._there(batch.keys)
            new = [key for key in batch.keys if key not in there]
            if not new:
                return 0
            new_batch = batch.only(new)
            self._delete(_PASSAGES, new_batch.keys)  # of a writer that was killed
            self._append(_PASSAGES, new_batch.passages)
            self._append(_DOCUMENTS, new_batch.documents)
            return len(new_batch.documents)

    def remove(self, keys: Collection[str]) -> None:
        """Take documents out. Raises StoreError."""
        with told(self.uri):
            self._delete(_DOCUMENTS, keys)
            self._delete(_PASSAGES, keys)

    def move(self, sources: Mapping[str, str]) -> None:
        """Say where documents lie now, by key. Raises StoreError."""
        from retrieval.store.lance_tables import called, indexed_document

        with told(self.uri):
            table = self.documents
            for key, source in sources.items():
                condition = one_of("key", [key])
                [row] = table.search().where(condition).limit(1).to_list()
                profile = indexed_document({**row, "source": source}).profile
                table.update(condition, called(source, profile))

    def clear(self) -> None:
        """Remove all tables. Raises StoreError."""
        with told(self.uri):
            for name in (_DOCUMENTS, _PASSAGES, _COMMON):
                self._database.drop_table(name, ignore_missing=True)

    def optimize(self, emit: Callable[[str], None] = lambda step: None) -> None:
        """Index what was added, merge small files, remove copies and what killed writers left.

        Without it searches find all the same, and take longer. Raises StoreError.
        """
        from retrieval.store.lance_indices import common_terms, index_documents, index_passages

        documents, passages = self.documents, self.passages
        if documents is None or passages is None:
            return
        with told(self.uri):
            emit("removing what is there twice")
            self._sweep(documents, passages)
            for table in (documents, passages):
                table.checkout_latest()
                emit(f"merging files of {table.name}")
                table.optimize(cleanup_older_than=_KEPT)
            index_documents(documents, emit)
            index_passages(passages, _TRAINED, emit)
            emit("counting common terms")
            self._database.create_table(_COMMON, common_terms(passages), mode="overwrite")

    def _there(self, keys: Collection[str]) -> set[str]:
        """Which of these documents are in the store."""
        if (table := self.documents) is None:
            return set()
        found: set[str] = set()
        for some in _some(keys):
            rows = table.search().where(one_of("key", some)).select(["key"]).to_arrow()
            found.update(rows["key"].to_pylist())
        return found

    def _append(self, name: str, rows: Any) -> None:
        """Lance appends of several writers do not conflict."""
        self._database.create_table(name, schema=rows.schema, exist_ok=True).add(rows)

    def _delete(self, name: str, keys: Collection[str]) -> None:
        table = self.table(name)
        column = "key" if name == _DOCUMENTS else "document"
        for some in _some(keys) if table is not None else ():
            condition = one_of(column, some)
            if table.count_rows(condition):  # a delete makes a version, also of nothing
                table.delete(condition)

    def _sweep(self, documents: Any, passages: Any) -> None:
        """Remove passages without their document, and copies that two writers made at once.

        A document that lacks passages goes too: the next writer adds it again.
        """
        wanted = documents.search().select(["key", "passages"]).to_arrow()
        counts = Counter(wanted["key"].to_pylist())
        number = dict(zip(wanted["key"].to_pylist(), wanted["passages"].to_pylist(), strict=True))
        found: Counter[str] = Counter()
        for rows in passages.search().select(["document"]).to_batches():
            for each in rows["document"].value_counts().to_pylist():
                found[each["values"]] += each["counts"]
        self._delete(_PASSAGES, found.keys() - number.keys())
        self.remove([key for key in number if found[key] < number[key]])
        for key in number:
            if found[key] >= number[key] and (found[key] > number[key] or counts[key] > 1):
                self._write_once(documents, passages, key)

    def _write_once(self, documents: Any, passages: Any, key: str) -> None:
        import pyarrow.compute as pc

        document = documents.search().where(one_of("key", [key])).to_arrow()[:1]
        rows = passages.search().where(one_of("document", [key])).to_arrow().sort_by("number")
        first = pc.index_in(pc.unique(rows["number"]), rows["number"])
        self.remove([key])
        self._append(_PASSAGES, rows.take(first))
        self._append(_DOCUMENTS, document)


def is_store(text: str) -> bool:
    """Whether this is the address of a store rather than a path."""
    return text.startswith(SCHEME)


def one_of(column: str, keys: Iterable[str]) -> str:
    """The SQL condition that a column has one of these values."""
    quoted = ", ".join("'" + key.replace("'", "''") + "'" for key in keys)
    return f"{column} IN ({quoted})" if quoted else "false"


def _some(keys: Collection[str]) -> Iterator[list[str]]:
    every = list(keys)
    for start in range(0, len(every), _AT_ONCE):
        yield every[start : start + _AT_ONCE]


@contextmanager
def told(uri: str) -> Iterator[None]:
    """Lance's errors, which are of many types, as ours."""
    try:
        yield
    except (OSError, RuntimeError, ValueError) as error:
        raise StoreError(f"The store {uri} failed: {first_line(error)}") from error

"""Checks that everything in a cache is whole and consistent: every byte of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from retrieval.errors import DocAgentError
from retrieval.store import documents, sources, vectors, word_index
from retrieval.store.cache import Cache, manifest, whole
from retrieval.store.documents import IndexedDocument

_UNIT = 0.01  # how far a half-precision vector's length may be from 1


def verify(cache: Cache, below: list[Path] | None = None) -> Iterator[str]:
    """Check every entry and remove the damaged ones; a line for each.

    With `below`, only those of documents at or below these paths.
    """
    rows: dict[str, int] = {}
    for folder in cache.entries(documents.KIND):
        document = _loaded(cache, folder)
        if isinstance(document, IndexedDocument):
            places = list(map(Path, sources.known(folder, document.source)))
            if below and not any(root in [p, *p.parents] for root in below for p in places):
                continue
            rows[document.key] = len(document)
            fault = _document_fault(document)
        else:
            fault = document
        if fault and folder.is_dir():  # else another process removed it meanwhile
            yield _remove(cache, documents.KIND, folder.name, fault)
    for folder in cache.entries(vectors.KIND):
        name, dash, shard = folder.name.partition("-")
        key = name.partition(".")[0]  # without the model
        if below and key not in rows:
            continue
        count = rows.get(key)
        if dash and count is not None:
            count = min(vectors.SHARD, count - int(shard) * vectors.SHARD)
        fault = _vector_fault(folder, count)
        if fault and folder.is_dir():
            yield _remove(cache, vectors.KIND, folder.name, fault)
    for folder in cache.entries(word_index.KIND):
        with cache.lock(f"{word_index.KIND}-{folder.name}"):
            fault = word_index.fault(folder, rows)
            if fault and folder.is_dir():
                yield _remove(cache, word_index.KIND, folder.name, fault)


def _remove(cache: Cache, kind: str, key: str, fault: str) -> str:
    cache.remove(kind, key)
    return f"{kind}/{key}: {fault}; removed, the next use builds it again"


def _loaded(cache: Cache, folder: Path) -> IndexedDocument | str:
    """The document, or what is wrong with its entry."""
    files = manifest(folder)
    if files is None or not whole(folder, files, every=True):
        return "a file has not the bytes that were written"
    return documents.load(cache, folder.name) or "its table of chunks cannot be read"


def _document_fault(indexed: IndexedDocument) -> str:
    """What does not agree within a document, if anything."""
    try:
        document, terms = indexed.document, indexed.terms()
        chunks = [indexed.chunk(number) for number in range(len(indexed))]
    except (DocAgentError, ValueError, KeyError, TypeError, IndexError):
        return "it cannot be read"
    length = len(document.text)
    if len(terms) != len(chunks):
        return f"{len(terms)} rows of terms for {len(chunks)} chunks"
    spans = [(chunk.start, chunk.end) for chunk in chunks]
    spans += [(page.start, page.end) for page in document.pages]
    spans += [(block.start, block.end) for block in document.blocks]
    if not all(0 <= start <= end <= length for start, end in spans):
        return "offsets point outside its text"
    if not all(chunk.page is None or chunk.page < len(document.pages) for chunk in chunks):
        return "a chunk names a page that is not there"
    return ""


def _vector_fault(folder: Path, rows: int | None) -> str:
    """`rows` as the document has them; None if the document is not in the cache."""
    files = manifest(folder)
    if files is None or not whole(folder, files, every=True):
        return "a file has not the bytes that were written"
    numbers = vectors.raw(folder)
    if rows is None:
        return ""
    if not rows or len(numbers) % rows:
        return f"its {len(numbers):,} numbers are not those of {rows} chunks"
    numbers = numbers.reshape(rows, -1)
    for start in range(0, rows, vectors.SHARD):
        lengths = np.linalg.norm(numbers[start : start + vectors.SHARD].astype(np.float32), axis=1)
        if not np.all(np.abs(lengths - 1) < _UNIT):
            return "a vector has not the length 1"
    return ""

"""Whether everything in a cache is whole and agrees: all bytes, not only what opening looks at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from retrieval.errors import DocAgentError
from retrieval.store import indexed, vectors, words
from retrieval.store.cache import Cache, manifest, whole
from retrieval.store.indexed import Indexed

_UNIT = 0.01  # how far a half-precision vector's length may be from 1


def verify(cache: Cache, below: list[Path] | None = None) -> Iterator[str]:
    """Check every entry and remove the damaged ones; a line for each.

    With `below`, only those of documents at or below these paths.
    """
    rows: dict[str, int] = {}
    for folder in cache.entries(indexed.KIND):
        one = _loaded(cache, folder)
        if isinstance(one, Indexed):
            source = Path(one.source)
            if below and not any(root in [source, *source.parents] for root in below):
                continue
            rows[one.key] = len(one)
            fault = _document_fault(one)
        else:
            fault = one
        if fault and folder.is_dir():  # else another process removed it meanwhile
            yield _told(cache, indexed.KIND, folder.name, fault)
    for folder in cache.entries(vectors.KIND):
        key, dash, shard = folder.name.partition("-")
        if below and key not in rows:
            continue
        wanted = rows.get(key)
        if dash and wanted is not None:
            wanted = min(vectors.SHARD, wanted - int(shard) * vectors.SHARD)
        fault = _vector_fault(folder, wanted)
        if fault and folder.is_dir():
            yield _told(cache, vectors.KIND, folder.name, fault)
    for folder in cache.entries(words.KIND):
        with cache.lock(f"{words.KIND}-{folder.name}"):
            fault = words.fault(folder, rows)
            if fault and folder.is_dir():
                yield _told(cache, words.KIND, folder.name, fault)


def _told(cache: Cache, kind: str, key: str, fault: str) -> str:
    cache.remove(kind, key)
    return f"{kind}/{key}: {fault}; removed, the next use builds it again"


def _loaded(cache: Cache, folder: Path) -> Indexed | str:
    told = manifest(folder)
    if told is None or not whole(folder, told, every=True):
        return "a file has not the bytes that were written"
    return indexed.load(cache, folder.name) or "its table of chunks cannot be read"


def _document_fault(one: Indexed) -> str:
    """What does not agree within a document, if anything."""
    try:
        document, terms = one.document, one.terms()
        chunks = [one.chunk(number) for number in range(len(one))]
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
    told = manifest(folder)
    if told is None or not whole(folder, told, every=True):
        return "a file has not the bytes that were written"
    found = vectors.raw(folder)
    if rows is None:
        return ""
    if not rows or len(found) % rows:
        return f"its {len(found):,} numbers are not those of {rows} chunks"
    found = found.reshape(rows, -1)
    for start in range(0, rows, vectors.SHARD):
        lengths = np.linalg.norm(found[start : start + vectors.SHARD].astype(np.float32), axis=1)
        if not np.all(np.abs(lengths - 1) < _UNIT):
            return "a vector has not the length 1"
    return ""

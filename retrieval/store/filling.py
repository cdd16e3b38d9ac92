"""Files into a store: what is new is read and embedded, what is gone is taken out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrieval.embed.encoder import Encoder
from retrieval.files import is_below, matches_of, readable_files
from retrieval.progress import Emit, Progress
from retrieval.store import documents as kept
from retrieval.store import vectors as stored
from retrieval.store.cache import Cache
from retrieval.store.documents import IndexedDocument, content_key
from retrieval.store.lance import LanceStore
from retrieval.store.lance_tables import Batch
from retrieval.store.open_documents import read_documents
from retrieval.store.vectors import Half

log = logging.getLogger("docagent")

_BATCH = 4096
"""Passages in one write: half a minute's embedding, which is what a kill can lose."""

Choice = Callable[[Sequence[IndexedDocument]], Encoder]


@dataclass(frozen=True, slots=True)
class Filled:
    """How many documents were added, taken out, and were there already."""

    added: int
    removed: int
    kept: int


def fill(
    store: LanceStore,
    paths: list[Path],
    cutting: Encoder,
    choose: Choice,
    cache: Cache,
    password: str | None,
    emit: Emit,
) -> Filled:
    """Bring a store to what lies at these paths; its documents from elsewhere stay.

    What the cache has is not done again; what it had not is not kept there. A file with the same
    content as another is left out. `choose` says which model embeds the documents of a new store.
    Raises DocumentError as `open_documents` does, and StoreError.
    """
    named, searched = readable_files(paths)
    there = store.sources()
    keys = {path: content_key(path, cutting, password) for path in [*named, *searched]}
    first = _firsts(keys)
    new = {path for path in first if keys[path] not in there}
    cached = {entry.name for entry in cache.entries(kept.KIND)}
    named, searched = ([path for path in paths if path in new] for paths in (named, searched))
    documents = read_documents(named, searched, cutting, cache, password, emit)
    encoder = choose(list(documents.values())) if documents else cutting
    done, total = 0, sum(map(len, documents.values()))
    for group in _groups(documents.values()):
        emit(Progress("embed", done, total, "passages"))
        batch = [(each, _vectors(each, encoder, cache)) for each in group]
        store.add(Batch.of(batch, encoder))
        done += sum(map(len, group))
        for each in group:
            if each.key not in cached:
                cache.remove(kept.KIND, each.key)
    here = set(keys.values())
    roots = [match.absolute() for path in paths for match in matches_of(path)]
    gone = [key for key in there if key not in here and is_below(Path(there[key]), roots)]
    store.remove(gone)
    store.move(_moved(keys, there))
    return Filled(len(documents), len(gone), len(there) - len(gone))


def _firsts(keys: dict[Path, str]) -> set[Path]:
    """The first file of each content; of the others the log tells."""
    first: dict[str, Path] = {}
    for path, key in keys.items():
        if first.setdefault(key, path) is not path:
            log.warning("Left out: %s is a copy of %s.", path, first[key])
    return set(first.values())


def _moved(keys: dict[Path, str], there: Mapping[str, str]) -> dict[str, str]:
    """Where contents lie now whose file is gone, by key."""
    now = {key: str(path.absolute()) for path, key in reversed(keys.items())}
    return {
        key: path
        for key, path in now.items()
        if key in there and there[key] != path and not Path(there[key]).exists()
    }


def _groups(documents: Iterable[IndexedDocument]) -> Iterator[list[IndexedDocument]]:
    """Documents of together at least `_BATCH` passages."""
    group: list[IndexedDocument] = []
    for document in documents:
        group.append(document)
        if sum(map(len, group)) >= _BATCH:
            yield group
            group = []
    if group:
        yield group


def _vectors(document: IndexedDocument, encoder: Encoder, cache: Cache) -> Half:
    """As the cache has them, or made now, shard by shard as a local index makes them."""
    size = len(document)
    vectors = stored.load(cache, document.key + encoder.suffix, size) if size else None
    if vectors is not None:
        return vectors
    made = np.empty((size, 0), np.float16)
    for start in range(0, size, stored.SHARD):
        numbers = range(start, min(start + stored.SHARD, size))
        for places, rows in encoder.encode(document.embedded_texts(numbers)):
            if not made.size:
                made = np.empty((size, rows.shape[1]), np.float16)
            made[[start + place for place in places]] = rows
    return made

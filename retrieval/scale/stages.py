"""What is done to a file, wherever it is done: read and cut, then embedded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np

from retrieval.corpus import cutting_encoder
from retrieval.embed import multilingual
from retrieval.embed.encoder import Encoder
from retrieval.embed.multilingual import MultilingualEncoder
from retrieval.errors import DocAgentError, first_line
from retrieval.progress import ignore
from retrieval.scale.sources import UnreachableError, fetch
from retrieval.store.cache import Unkept
from retrieval.store.documents import IndexedDocument, content_key, index_file
from retrieval.store.lance_tables import Batch
from retrieval.store.vectors import SHARD, Half

T = TypeVar("T")

BATCH = 1 << 18
"""Tokens that a GPU embeds at once: a second's work or less, and the memory of a few gigabytes."""


@dataclass(frozen=True, slots=True)
class Way:
    """How files are read: the embedding model by its name, and the password of locked ones."""

    embedding: str = "minilm"
    password: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of a file: a document, embedded as `rows`, or the reason why there is none.

    Neither if its content is the `known` one. `tokens` are those that are embedded. `again`: the
    next run is to try once more, since the file could not be fetched, or not embedded.
    """

    uri: str
    key: str = ""
    tokens: int = 0
    document: IndexedDocument | None = None
    rows: Batch | None = None
    language: str = ""
    warnings: tuple[str, ...] = ()
    error: str = ""
    again: bool = False


def read_source(uri: str, known: str, way: Way) -> Reading:
    """Fetch, read and cut a file, as `docagent index` does on one machine.

    `known` is the key of the content that the store has of it, if it has any.
    """
    encoder = _cutting(way.embedding)
    with TemporaryDirectory(prefix="docagent-") as folder:
        try:
            path = fetch(uri, Path(folder))
            key = content_key(path, encoder, way.password)
            if key == known:
                return Reading(uri, key)
            document = index_file(path, encoder, Unkept(), way.password, ignore)
        except UnreachableError as error:
            return Reading(uri, error=str(error), again=True)
        except DocAgentError as error:
            text = str(error).replace(f"{folder}/{Path(uri).name}", uri)
            return Reading(uri, error=text if uri in text else f"{uri}: {text}")
        except Exception as error:  # noqa: BLE001 - a fault of ours costs a line, not the run
            return Reading(uri, error=f"{uri}: {type(error).__name__}: {first_line(error)}")
    tokens = sum(encoder.count(document.embedded_texts(range(len(document)))))
    document = replace(document, source=uri)
    language, warnings = document.language, document.warnings
    return Reading(uri, key, tokens, document, language=language, warnings=warnings)


def embed(readings: Sequence[Reading], way: Way, together: bool) -> Iterator[Reading]:
    """The same, in order, with each document and its vectors as rows of a store.

    On a CPU each document is embedded by itself, so that a vector is the same to the last bit
    whatever lies beside it. A GPU gets up to `BATCH` tokens `together`, or it would be idle.
    """
    for group in grouped(readings, lambda reading: reading.tokens, BATCH if together else 0):
        try:
            rows = _rows(group, way, together)
        except Exception as error:  # noqa: BLE001 - costs a line each, not the run
            fault = f"{type(error).__name__}: {first_line(error)}"
            yield from (_failed(reading, fault) for reading in group)
            continue
        for reading, batch in zip(group, rows, strict=True):
            yield replace(reading, document=None, rows=batch)


def _rows(group: Sequence[Reading], way: Way, together: bool) -> list[Batch | None]:
    encoder = vector_encoder(way.embedding)
    texts = [_texts(reading) for reading in group]
    vectors = _vectors(encoder, [text for each in texts for text in each], together)
    ends = np.cumsum([len(each) for each in texts])
    return [
        Batch.of([(reading.document, rows)], encoder) if reading.document else None
        for reading, rows in zip(group, np.split(vectors, ends[:-1]), strict=True)
    ]


def _failed(reading: Reading, fault: str) -> Reading:
    """A document that could not be embedded; the next run is to try again."""
    if reading.document is None:
        return reading
    return Reading(reading.uri, error=f"{reading.uri}: {fault}", again=True)


def grouped(
    items: Iterable[T], size: Callable[[T], int], most: int, count: int | None = None
) -> Iterator[list[T]]:
    """Consecutive items, together at most that large, or one larger one; at most `count`."""
    group: list[T] = []
    total = 0
    for item in items:
        if group and (len(group) == count or total + size(item) > most):
            yield group
            group, total = [], 0
        group.append(item)
        total += size(item)
    if group:
        yield group


def _texts(reading: Reading) -> list[str]:
    document = reading.document
    return document.embedded_texts(range(len(document))) if document else []


def _vectors(encoder: Encoder, texts: list[str], together: bool) -> Half:
    """By shards on a CPU, as the local index makes them: the same numbers to the last bit."""
    if not texts:
        return np.empty((0, 0), np.float16)
    rows: list[Half] = []
    step = len(texts) if together else SHARD
    for start in range(0, len(texts), step):
        shard: dict[int, Half] = {}
        for places, vectors in encoder.encode(texts[start : start + step]):
            shard.update(zip(places, vectors.astype(np.float16), strict=True))
        rows += [shard[place] for place in range(len(shard))]
    return np.stack(rows)


@cache
def vector_encoder(name: str) -> Encoder:
    """The model that makes the vectors, one for each worker process."""
    return MultilingualEncoder() if name == multilingual.NAME else cutting_encoder(name)


@cache
def _cutting(name: str) -> Encoder:
    return cutting_encoder(name)

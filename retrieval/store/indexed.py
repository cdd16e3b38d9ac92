"""One document made searchable: parsed, cut into chunks, embedded; or loaded from the cache."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator
from dataclasses import astuple, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from docagent.errors import DocAgentError
from retrieval.chunk.chunks import Chunk, chunks, prefix
from retrieval.embed.encoder import Encoder, Vectors
from retrieval.lexical.tokens import terms
from retrieval.parse.document import Block, Document, Page
from retrieval.parse.open import read, reading_version
from retrieval.progress import Progress
from retrieval.store.cache import Cache

_SHARD = 1024  # chunks embedded between two saves: a killed run loses no more than these
TARGET = 200  # tokens of text in a chunk


@dataclass(frozen=True)
class Parsed:
    """A document with its chunks and their search terms (of the text, of the headings)."""

    document: Document
    chunks: tuple[Chunk, ...]
    terms: tuple[tuple[str, str], ...]

    def embedded_texts(self) -> list[str]:
        """What the encoder reads: each chunk behind its title, headings and table header."""
        text = self.document.text
        return [prefix(self.document, c) + text[c.start : c.end] for c in self.chunks]


@dataclass(frozen=True)
class Indexed:
    """A parsed document with one unit vector for each chunk [chunks, dimensions]."""

    key: str
    parsed: Parsed
    vectors: Vectors


def index_file(
    path: Path, encoder: Encoder, cache: Cache, password: str | None = None
) -> Generator[Progress, None, Indexed]:
    """The file as it is now, indexed; nothing is done again that the cache holds.

    Raises DocAgentError if the file cannot be read.
    """
    key = content_key(path, encoder, password)
    with cache.lock(key):
        parsed = _load(cache, key)
        if parsed is None:
            document = yield from read(path, password)
            found = tuple(chunks(document, encoder.count, encoder.limit - 2, TARGET))
            parsed = Parsed(document, found, _terms(document, found))
            _save(cache, key, path, parsed)
        vectors = yield from _vectors(cache, key, encoder, parsed)
    return Indexed(key, parsed, vectors)


def content_key(path: Path, encoder: Encoder, password: str | None) -> str:
    """Names one content under one way of reading it.

    The password belongs to it: without it, a cached copy must not open the document.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    except OSError as error:
        raise DocAgentError(f"Cannot read {path}: {error.strerror}.") from error
    settings = [
        reading_version(),
        TARGET,
        encoder.fingerprint,
        encoder.limit,
        path.stem,
        path.suffix,
        password,
    ]
    digest.update(json.dumps(settings).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:40]


def _terms(document: Document, found: tuple[Chunk, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (
            " ".join(terms(document.text[chunk.start : chunk.end])),
            " ".join(terms(" ".join([*chunk.heading[-2:], chunk.context]))),
        )
        for chunk in found
    )


def _vectors(
    cache: Cache, key: str, encoder: Encoder, parsed: Parsed
) -> Generator[Progress, None, Vectors]:
    texts = parsed.embedded_texts()
    shards = []
    for start in range(0, len(texts), _SHARD):
        shard_key = f"{key}-{start // _SHARD}"
        folder = cache.load("vectors", shard_key)
        if folder is not None:
            shards.append(np.load(folder / "vectors.npy"))
            continue
        yield Progress("embed", start, len(texts), "passages")
        rows: dict[int, Any] = {}
        for numbers, vectors in encoder.encode(texts[start : start + _SHARD]):
            rows.update(zip(numbers, vectors, strict=True))
            yield Progress("embed", start + len(rows), len(texts), "passages")
        shard = np.stack([rows[number] for number in range(len(rows))])
        shards.append(shard)
        cache.save("vectors", shard_key, partial(_save_shard, shard))
    return np.concatenate(shards)


def _save_shard(shard: Vectors, folder: Path) -> None:
    np.save(folder / "vectors.npy", shard)


def _save(cache: Cache, key: str, path: Path, parsed: Parsed) -> None:
    described = {
        "source": str(path.absolute()),
        "document": parsed.document.as_json(),
        "chunks": [astuple(chunk) for chunk in parsed.chunks],
        "terms": parsed.terms,
    }

    def write(folder: Path) -> None:
        (folder / "text.txt").write_bytes(parsed.document.text.encode("utf-8"))
        (folder / "document.json").write_text(json.dumps(described), "utf-8")

    cache.save("documents", key, write)


def _load(cache: Cache, key: str) -> Parsed | None:
    folder = cache.load("documents", key)
    if folder is None:
        return None
    described = json.loads((folder / "document.json").read_text("utf-8"))
    kept = described["document"]
    document = Document(
        title=kept["title"],
        text=(folder / "text.txt").read_bytes().decode("utf-8"),
        pages=tuple(Page(*page) for page in kept["pages"]),
        blocks=tuple(Block(*block) for block in kept["blocks"]),
        silent=tuple(kept["silent"]),
        unit=kept["unit"],
        aside=tuple((number, words) for number, words in kept["aside"]),
    )
    found = tuple(
        Chunk(start, end, page, tuple(heading), context, contents)
        for start, end, page, heading, context, contents in described["chunks"]
    )
    return Parsed(document, found, tuple((text, heading) for text, heading in described["terms"]))

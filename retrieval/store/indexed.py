"""One document, parsed and cut into chunks, in the cache; what is large is read when asked for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.chunk.chunks import Chunk, chunks, prefix
from retrieval.embed.encoder import SAMPLE, Encoder
from retrieval.errors import DocAgentError
from retrieval.lexical.language import language
from retrieval.lexical.tokens import passage_terms, terms
from retrieval.parse.document import Block, Document, Page, Unit
from retrieval.parse.open import read, reading_version
from retrieval.progress import Progress, finish
from retrieval.store import cache as stored
from retrieval.store.cache import Cache

KIND = "documents"
TARGET = 200  # tokens of text in a chunk

Terms = list[tuple[str, str]]  # of a chunk's text, of its headings


@dataclass
class Indexed:
    """A document's chunks as a table, and the way to everything else.

    `table` is [chunks, 6]: start, end, page index or -1, number of the heading path, number of
    the context, whether it is a table of contents. A thousand documents open in a second this
    way; text, pages and blocks of one are read when one of its passages is shown.
    """

    key: str
    source: str
    title: str
    unit: Unit
    pages: int
    silent: tuple[int, ...]
    headings: list[tuple[str, ...]]
    contexts: list[str]
    table: NDArray[np.int64]
    folder: Path | None  # None: the cache cannot be written, and `held` has everything
    held: tuple[Document, Terms] | None = None
    _document: Document | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.table)

    def chunk(self, number: int) -> Chunk:
        """One chunk, counted from 0 in this document."""
        start, end, page, heading, context, contents = self.table[number].tolist()
        return Chunk(
            start,
            end,
            None if page < 0 else page,
            self.headings[heading],
            self.contexts[context],
            bool(contents),
        )

    def is_contents(self, number: int) -> bool:
        """Whether one chunk is mostly a table of contents; `chunk` costs ten times as much."""
        return bool(self.table[number, -1])

    @property
    def document(self) -> Document:
        """The parsed document, kept once it was read."""
        if self._document is None:
            self._document = self._read()
        return self._document

    def terms(self) -> Terms:
        """The search terms of each chunk, for the word index."""
        if self.held:
            return self.held[1]
        assert self.folder is not None
        told = json.loads(stored.read(self.folder, "terms.json"))
        return [(text, heading) for text, heading in told]

    def embedded_texts(self, numbers: list[int]) -> list[str]:
        """What the encoder reads: each chunk behind its title, headings and table header."""
        document = self._document or self._read()  # not kept: a thousand need not fit in memory
        cut = [self.chunk(number) for number in numbers]
        return [prefix(document, chunk) + document.text[chunk.start : chunk.end] for chunk in cut]

    def holds(self, words: str) -> bool:
        """Whether these very words stand in the text."""
        if self._document or self.held or self.folder is None:
            return words in self.document.text
        return words.encode("utf-8", "replace") in stored.read(self.folder, "text.txt")

    def _read(self) -> Document:
        if self.held:
            return self.held[0]
        assert self.folder is not None
        told = json.loads(stored.read(self.folder, "document.json"))
        return Document(
            title=self.title,
            text=stored.read(self.folder, "text.txt").decode("utf-8"),
            pages=tuple(Page(*page) for page in told["pages"]),
            blocks=tuple(Block(*block) for block in told["blocks"]),
            silent=self.silent,
            unit=self.unit,
            aside=tuple((number, words) for number, words in told["aside"]),
        )


def index_file(
    path: Path, encoder: Encoder, cache: Cache, password: str | None = None
) -> Generator[Progress, None, Indexed]:
    """The file as it is now, parsed and cut; nothing is done again that the cache holds.

    Raises DocAgentError if the file cannot be read.
    """
    key = content_key(path, encoder, password)
    reading = partial(read, path, password)
    return (yield from _index(key, str(path.absolute()), reading, encoder, cache))


def index_document(document: Document, source: str, encoder: Encoder, cache: Cache) -> Indexed:
    """The same for a document that something else has read."""
    told = [document.text, document.as_json(), source, TARGET, encoder.fingerprint, encoder.limit]
    key = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:40]

    def reading() -> Generator[Progress, None, Document]:
        yield from ()
        return document

    return finish(_index(key, source, reading, encoder, cache))


def _index(
    key: str,
    source: str,
    reading: Callable[[], Generator[Progress, None, Document]],
    encoder: Encoder,
    cache: Cache,
) -> Generator[Progress, None, Indexed]:
    # What is there is read without the lock: a writer in another process holds up no reader.
    if (cache.root / KIND / key).is_dir() and (found := load(cache, key)):
        return found
    with cache.lock(key):
        found = load(cache, key)
        if found is None:
            document = yield from reading()
            count = encoder.counter(document.text[:SAMPLE])
            cut = chunks(document, count, encoder.limit - 2, TARGET)
            found = _save(cache, key, source, document, cut)
    return found


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


def load(cache: Cache, key: str) -> Indexed | None:
    """The entry of this key; None, with a warning, if it is damaged."""
    folder = cache.load(KIND, key)
    if folder is None:
        return None
    try:
        told = json.loads((folder / "chunks.json").read_text("utf-8"))
        table = np.frombuffer((folder / "chunks.i64").read_bytes(), np.int64).reshape(-1, 6)
        return _indexed(key, told, table, folder)
    except (OSError, ValueError, KeyError):  # removed since it was found whole
        return None


def _indexed(
    key: str, told: dict[str, Any], table: NDArray[np.int64], folder: Path | None
) -> Indexed:
    return Indexed(
        key,
        told["source"],
        told["title"],
        told["unit"],
        told["pages"],
        tuple(told["silent"]),
        [tuple(heading) for heading in told["headings"]],
        told["contexts"],
        table,
        folder,
    )


def _save(cache: Cache, key: str, source: str, document: Document, cut: list[Chunk]) -> Indexed:
    """To the cache and back, so that what is large leaves the memory; else kept whole."""
    headings = {heading: number for number, heading in enumerate({c.heading: 0 for c in cut})}
    contexts = {context: number for number, context in enumerate({c.context: 0 for c in cut})}
    rows = [
        (
            chunk.start,
            chunk.end,
            -1 if chunk.page is None else chunk.page,
            headings[chunk.heading],
            contexts[chunk.context],
            chunk.contents,
        )
        for chunk in cut
    ]
    table = np.array(rows, np.int64).reshape(-1, 6)
    told = {
        "source": source,
        "title": document.title,
        "unit": document.unit,
        "pages": len(document.pages),
        "silent": document.silent,
        "headings": list(headings),
        "contexts": list(contexts),
    }
    usual = language(document.text[:SAMPLE])
    found = [_terms(document, chunk, usual) for chunk in cut]

    def write(folder: Path) -> None:
        (folder / "text.txt").write_bytes(document.text.encode("utf-8"))
        (folder / "document.json").write_text(json.dumps(document.as_json()), "utf-8")
        (folder / "terms.json").write_text(json.dumps(found), "utf-8")
        (folder / "chunks.json").write_text(json.dumps(told), "utf-8")
        (folder / "chunks.i64").write_bytes(table.data)

    kept = cache.save(KIND, key, write)
    indexed = _indexed(key, told, table, kept)
    if kept is None:
        indexed.held = document, found
    return indexed


def _terms(document: Document, chunk: Chunk, usual: str) -> tuple[str, str]:
    heading = " ".join([*chunk.heading[-2:], chunk.context])
    return (
        " ".join(passage_terms(document.text[chunk.start : chunk.end], usual)),
        " ".join(terms(heading, usual)),
    )

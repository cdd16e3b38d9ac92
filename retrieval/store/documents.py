"""One document, parsed and cut into chunks, in the cache; what is large is read when needed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.chunk.chunks import Chunk, chunks, prefix
from retrieval.chunk.tables import Head, table_heads
from retrieval.dense.index import Codes
from retrieval.embed.encoder import SAMPLE, Encoder
from retrieval.errors import DocumentError
from retrieval.lexical.language import language, main_language
from retrieval.lexical.profile import Profile, TextProfile, profile, text_profile
from retrieval.lexical.tokens import passage_terms, terms
from retrieval.parse.decode import stem
from retrieval.parse.document import Block, Document, Page, Scan, Unit
from retrieval.parse.open import read, reading_version
from retrieval.parse.place import Places
from retrieval.progress import Emit
from retrieval.store import sources
from retrieval.store.cache import Cache, read_checked
from retrieval.store.vectors import Half

KIND = "documents"
TARGET = 200  # tokens of text in a chunk

Terms = list[tuple[str, str]]  # of a chunk's text, of its headings


@dataclass
class IndexedDocument:
    """A document's chunks as a table, and the way to everything else.

    `table` is [chunks, 6]: start, end, page index or -1, number of the heading path, number of
    the context, whether it is a table of contents. A thousand documents open in a second this
    way; text, pages and blocks of one are read when one of its passages is shown.

    `folder` is its entry in the cache. If the cache cannot be written, it is None, and the parsed
    document and the terms stay in memory.

    An entry is of a content, whatever its file is called: `source` is where the file lies now, and
    `own_title` is empty where the content gives none.
    """

    key: str
    source: str
    own_title: str
    language: str  # that most of it is in, see `main_language`
    unit: Unit
    page_count: int
    silent: tuple[int, ...]
    warnings: tuple[str, ...]
    text_profile: TextProfile
    headings: list[tuple[str, ...]]
    contexts: list[str]
    table: NDArray[np.int64]
    folder: Path | None
    vectors: dict[str, tuple[Half, Codes]] = field(default_factory=dict)  # that were read, by model
    _document: Document | None = None
    _terms: Terms | None = None
    _places: Places | None = None

    def __len__(self) -> int:
        return len(self.table)

    @property
    def title(self) -> str:
        """Its own title, or else its file's name."""
        return self.own_title or stem(Path(self.source))

    @cached_property
    def profile(self) -> Profile:
        """What it is called by, its file's name included."""
        return profile(self.text_profile, self.own_title, Path(self.source).stem)

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
        """Whether a chunk is mostly a table of contents; `chunk` costs ten times as much."""
        return bool(self.table[number, -1])

    def chunk_at(self, offset: int) -> int:
        """The number of the chunk in which an offset of the text lies, or after which it does."""
        return max(0, int(np.searchsorted(self.table[:, 0], offset, "right")) - 1)

    def chunks_beginning_in(self, start: int, end: int) -> range:
        """The numbers of the chunks that begin in `text[start:end]`."""
        return range(*np.searchsorted(self.table[:, 0], [start, max(start, end)]).tolist())

    @property
    def document(self) -> Document:
        """The parsed document, kept once it was read."""
        if self._document is None:
            self._document = replace(self._read(), title=self.title)
        return self._document

    @cached_property
    def table_heads(self) -> dict[int, Head]:
        """What heads the rows of its tables, by the number of their block."""
        return table_heads(self.document.text, self.document.blocks)

    def place(self, offset: int) -> str:
        """Where a reader finds an offset of the text if no page tells."""
        if self._places is None:
            self._places = Places(self.document)
        return self._places.at(offset)

    def terms(self) -> Terms:
        """The search terms of each chunk, for the word index."""
        if self._terms is not None:
            return self._terms
        assert self.folder is not None
        rows = json.loads(read_checked(self.folder, "terms.json"))
        return [(text, heading) for text, heading in rows]

    def embedded_texts(self, numbers: Iterable[int]) -> list[str]:
        """What the encoder reads: each chunk behind its title, headings and table header.

        The file's name is no part of it, so that a renamed file keeps its vectors.
        """
        document = self._document or self._read()  # not kept: a thousand need not fit in memory
        document = replace(document, title=self.own_title)
        cut = [self.chunk(number) for number in numbers]
        return [prefix(document, chunk) + document.text[chunk.start : chunk.end] for chunk in cut]

    def mentions(self, words: str) -> bool:
        """Whether these very words stand in the text."""
        if self._document or self.folder is None:
            return words in self.document.text
        return words.encode("utf-8", "replace") in read_checked(self.folder, "text.txt")

    def _read(self) -> Document:
        assert self.folder is not None
        stored = json.loads(read_checked(self.folder, "document.json"))
        return Document(
            title=self.own_title,
            text=read_checked(self.folder, "text.txt").decode("utf-8"),
            pages=tuple(Page(*page) for page in stored["pages"]),
            blocks=tuple(Block(*block) for block in stored["blocks"]),
            silent=self.silent,
            unit=self.unit,
            aside=pairs(stored["aside"]),
            hidden=pairs(stored["hidden"]),
            places=pairs(stored["places"]),
            warnings=self.warnings,
            scans=scans(stored.get("scans", [])),
        )


def scans(rows: list[list[Any]]) -> tuple[Scan, ...]:
    """Rows of JSON as `Document` holds them."""
    return tuple(
        Scan(page, width, height, turns, tuple(map(tuple, lines)))
        for page, width, height, turns, lines in rows
    )


def pairs(rows: list[list[Any]]) -> tuple[tuple[int, str], ...]:
    """Rows of JSON as `Document` holds them."""
    return tuple((number, words) for number, words in rows)


def index_file(
    path: Path, encoder: Encoder, cache: Cache, password: str | None, emit: Emit
) -> IndexedDocument:
    """The file as it is now, parsed and cut; nothing is done again that is in the cache.

    Raises DocumentError if the file cannot be read.
    """
    key = content_key(path, encoder, password)
    parse = partial(_without_name, path, password, emit)
    return _index(key, str(path.absolute()), parse, encoder, cache)


def _without_name(path: Path, password: str | None, emit: Emit) -> Document:
    """What is in a file, with a title only if that is of its own: the name changes more often."""
    document = read(path, password, emit)
    named = document.title in (stem(path), path.stem, path.name)
    return replace(document, title="") if named else document


def index_document(
    document: Document, source: str, encoder: Encoder, cache: Cache
) -> IndexedDocument:
    """The same for a document that something else has parsed."""
    settings = [source, TARGET, encoder.fingerprint, encoder.limit]
    content = json.dumps([document.text, document.as_json(), *settings])
    key = hashlib.sha256(content.encode()).hexdigest()[:40]
    return _index(key, source, lambda: document, encoder, cache)


def _index(
    key: str, source: str, parse: Callable[[], Document], encoder: Encoder, cache: Cache
) -> IndexedDocument:
    # What is there is read without the lock: a writer in another process holds up no reader.
    if (cache.root / KIND / key).is_dir() and (indexed := load(cache, key)):
        return _found(cache, indexed, source)
    with cache.lock(key):
        if indexed := load(cache, key):
            return _found(cache, indexed, source)
        document = parse()
        count = encoder.counter(document.text[:SAMPLE])
        cut = chunks(document, count, encoder.limit - 2, TARGET)
        return _save(cache, key, source, document, cut)


def _found(cache: Cache, indexed: IndexedDocument, source: str) -> IndexedDocument:
    """A content of the cache, which lies at this place now."""
    if source != indexed.source and indexed.folder is not None:
        sources.add(cache, indexed.folder, source)
        indexed.source = source
    return indexed


def content_key(path: Path, encoder: Encoder, password: str | None) -> str:
    """Names one content under one way of reading it, in which the suffix has a say.

    The password belongs to it: without it, a cached copy must not open the document.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    except OSError as error:
        raise DocumentError(f"Cannot read {path}: {error.strerror}.") from error
    settings = [
        reading_version(),
        TARGET,
        encoder.fingerprint,
        encoder.limit,
        path.suffix,
        password,
    ]
    digest.update(json.dumps(settings).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:40]


def load(cache: Cache, key: str) -> IndexedDocument | None:
    """The entry of this key; None, with a warning, if it is damaged."""
    folder = cache.load(KIND, key)
    if folder is None:
        return None
    try:
        metadata = json.loads((folder / "chunks.json").read_text("utf-8"))
        table = np.frombuffer((folder / "chunks.i64").read_bytes(), np.int64).reshape(-1, 6)
        return _indexed(key, metadata, table, folder)
    except (OSError, ValueError, KeyError):  # removed since it was seen whole
        return None


def _indexed(
    key: str, metadata: dict[str, Any], table: NDArray[np.int64], folder: Path | None
) -> IndexedDocument:
    return IndexedDocument(
        key,
        metadata["source"],
        metadata["title"],
        metadata["language"],
        metadata["unit"],
        metadata["pages"],
        tuple(metadata["silent"]),
        tuple(metadata["warnings"]),
        TextProfile(**metadata["profile"]),
        [tuple(heading) for heading in metadata["headings"]],
        metadata["contexts"],
        table,
        folder,
    )


def _save(
    cache: Cache, key: str, source: str, document: Document, cut: list[Chunk]
) -> IndexedDocument:
    """To the cache and back, so that what is large leaves the memory."""
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
    metadata = {
        "source": source,
        "title": document.title,
        "language": main_language(document.text),
        "unit": document.unit,
        "pages": len(document.pages),
        "silent": document.silent,
        "warnings": document.warnings,
        "profile": text_profile(document.text).as_json(),
        "headings": list(headings),
        "contexts": list(contexts),
    }
    usual = language(document.text[:SAMPLE])
    search_terms = [_terms(document, chunk, usual) for chunk in cut]

    def write(folder: Path) -> None:
        (folder / "text.txt").write_bytes(document.text.encode("utf-8"))
        (folder / "document.json").write_text(json.dumps(document.as_json()), "utf-8")
        (folder / "terms.json").write_text(json.dumps(search_terms), "utf-8")
        (folder / "chunks.json").write_text(json.dumps(metadata), "utf-8")
        (folder / "chunks.i64").write_bytes(table.data)

    indexed = _indexed(key, metadata, table, cache.save(KIND, key, write))
    if indexed.folder is None:
        indexed._document = replace(document, title=indexed.title)
        indexed._terms = search_terms
    return indexed


def _terms(document: Document, chunk: Chunk, usual: str) -> tuple[str, str]:
    heading = " ".join([*chunk.heading[-2:], chunk.context])
    return (
        " ".join(passage_terms(document.text[chunk.start : chunk.end], usual)),
        " ".join(terms(heading, usual)),
    )

"""The tables of a store on LanceDB, and documents as rows of them.

`documents`, a row each:

    key            string    names the content and how it was read (`content_key`)
    source, name   string    path or address of the file, and its last part
    title          string, "" if the content gives none
    language, unit string
    pages, passages          int32, how many
    warnings       string    JSON
    period         string    the year and quarter it is most about, "2022.3"
    called         string    the keys of its profile, and "^" before what a longer key begins with
    profile        string    JSON of `TextProfile`
    text           large_string, all offsets count its code points
    parsed         large_string, JSON of pages, blocks and what else `Document.as_json` has
    chunks         large_string, JSON of the heading paths and contexts that `table` numbers
    table          large_binary, [passages, 6] int64: the table of `IndexedDocument`

`passages`, a row each:

    document       string    key of its document
    number         int32     from 0 in its document
    start, end     int64     `text` of the document between them
    page           int32     1-based, 0 where there are no pages
    page_label     string or null
    unit, heading, context, place, text    string, as in `Passage`
    contents       bool
    language       string    that it was stemmed for, "" if it has none
    terms, heading_terms     string, search terms with spaces between them (lexical/tokens.py)
    vector         fixed_size_list<float16>[dimensions], of length 1

The schema of `passages` says in its metadata which model made the vectors.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from retrieval.embed.encoder import Encoder
from retrieval.lexical.language import NAMES
from retrieval.lexical.profile import Profile, TextProfile
from retrieval.lexical.profiles import beginnings, period
from retrieval.lexical.tokens import language_mark
from retrieval.parse.document import Block, Document, Page
from retrieval.store.document_passages import DocumentPassages
from retrieval.store.documents import IndexedDocument, pairs, scans

EMBEDDING = b"docagent.embedding"
BEGINNING = "^"  # no key holds it

DOCUMENTS = pa.schema(
    [(name, pa.string()) for name in ("key", "source", "name", "title", "language", "unit")]
    + [("pages", pa.int32()), ("passages", pa.int32())]
    + [(name, pa.string()) for name in ("warnings", "period", "called", "profile")]
    + [(name, pa.large_string()) for name in ("text", "parsed", "chunks")]
    + [("table", pa.large_binary())]
)
_MARKS = {language_mark(code): code for code in NAMES}


def passages_schema(dimensions: int, embedding: str) -> pa.Schema:
    """The schema of passages with vectors [dimensions] by a model (see `embedding_of`)."""
    texts = ("unit", "heading", "context", "place", "text", "language", "terms", "heading_terms")
    return pa.schema(
        [("document", pa.string()), ("number", pa.int32())]
        + [("start", pa.int64()), ("end", pa.int64()), ("page", pa.int32())]
        + [("page_label", pa.string()), ("contents", pa.bool_())]
        + [(name, pa.string()) for name in texts]
        + [("vector", pa.list_(pa.float16(), dimensions))],
        metadata={EMBEDDING: embedding.encode()},
    )


def embedding_of(encoder: Encoder) -> str:
    """Names a model and its weights in a store."""
    return json.dumps([encoder.name, encoder.fingerprint])


@dataclass(frozen=True, slots=True)
class Batch:
    """Documents with all their passages as rows; what `LanceStore.add` writes in one commit."""

    documents: pa.Table
    passages: pa.Table

    @classmethod
    def of(
        cls, documents: Iterable[tuple[IndexedDocument, NDArray[Any]]], encoder: Encoder
    ) -> Batch:
        """Documents and the unit vectors [passages, d] that `encoder` made of them.

        Raises ValueError without a document, or if passages and vectors differ in number.
        """
        return cls.joined([_one(document, vectors, encoder) for document, vectors in documents])

    @classmethod
    def joined(cls, batches: Sequence[Batch]) -> Batch:
        """One batch of several. Raises ValueError if there is none."""
        if not batches:
            raise ValueError("a batch needs a document")
        return cls(
            pa.concat_tables([batch.documents for batch in batches]),
            pa.concat_tables([batch.passages for batch in batches]),
        )

    @property
    def keys(self) -> list[str]:
        """The keys of its documents."""
        return list(map(str, self.documents["key"].to_pylist()))

    def only(self, keys: Iterable[str]) -> Batch:
        """The documents with these keys, each once."""
        wanted = dict.fromkeys(keys)
        places = {key: place for place, key in enumerate(self.keys) if key in wanted}
        if len(places) == len(self.documents):
            return self
        copies = set(range(len(self.documents))) - set(places.values())
        ends = np.cumsum(self.documents["passages"].to_numpy())
        rows = np.ones(len(self.passages), bool)
        for place in copies:
            rows[ends[place] - self.documents["passages"][place].as_py() : ends[place]] = False
        return Batch(
            self.documents.take(sorted(places.values())), self.passages.filter(pa.array(rows))
        )


def indexed_document(row: dict[str, Any]) -> IndexedDocument:
    """A document as it was, its terms aside, from its row."""
    chunks, parsed = json.loads(row["chunks"]), json.loads(row["parsed"])
    document = Document(
        title=row["title"],
        text=row["text"],
        pages=tuple(Page(*page) for page in parsed["pages"]),
        blocks=tuple(Block(*block) for block in parsed["blocks"]),
        silent=tuple(parsed["silent"]),
        unit=row["unit"],
        aside=pairs(parsed["aside"]),
        hidden=pairs(parsed["hidden"]),
        places=pairs(parsed["places"]),
        warnings=tuple(json.loads(row["warnings"])),
        scans=scans(parsed.get("scans", [])),
    )
    indexed = IndexedDocument(
        key=row["key"],
        source=row["source"],
        own_title=row["title"],
        language=row["language"],
        unit=row["unit"],
        page_count=row["pages"],
        silent=document.silent,
        warnings=document.warnings,
        text_profile=TextProfile(**json.loads(row["profile"])),
        headings=[tuple(heading) for heading in chunks["headings"]],
        contexts=chunks["contexts"],
        table=np.frombuffer(row["table"], np.int64).reshape(-1, 6),
        folder=None,
    )
    indexed._document = replace(document, title=indexed.title)
    return indexed


def called(source: str, profile: Profile) -> dict[str, str]:
    """The columns that depend on where a document lies."""
    keys = dict.fromkeys([*profile.title, *profile.names])
    begun = dict.fromkeys(BEGINNING + short for key in keys for short in beginnings(key))
    return {
        "source": source,
        "name": PurePath(source).name,
        "period": ".".join(period(profile)),
        "called": " ".join([*keys, *begun]),
    }


def _one(indexed: IndexedDocument, vectors: NDArray[Any], encoder: Encoder) -> Batch:
    if len(vectors) != len(indexed):
        raise ValueError(f"{len(vectors)} vectors for {len(indexed)} passages")
    return Batch(
        pa.Table.from_pylist([_document_row(indexed)], DOCUMENTS),
        _passage_rows(indexed, vectors, encoder),
    )


def _document_row(indexed: IndexedDocument) -> dict[str, Any]:
    document = indexed.document
    return {
        "key": indexed.key,
        "title": indexed.own_title,
        "language": indexed.language,
        "unit": indexed.unit,
        "pages": indexed.page_count,
        "passages": len(indexed),
        "warnings": json.dumps(indexed.warnings),
        "profile": json.dumps(indexed.text_profile.as_json()),
        "text": document.text,
        "parsed": json.dumps(document.as_json()),
        "chunks": json.dumps({"headings": indexed.headings, "contexts": indexed.contexts}),
        "table": indexed.table.tobytes(),
    } | called(indexed.source, indexed.profile)


def _passage_rows(indexed: IndexedDocument, vectors: NDArray[Any], encoder: Encoder) -> pa.Table:
    half = np.ascontiguousarray(vectors, np.float16).reshape(len(indexed), -1)
    dimensions = half.shape[1] if len(indexed) else len(encoder.encode_query("a")[0])
    passages, terms = DocumentPassages("", indexed), indexed.terms()
    columns = {
        "document": [indexed.key] * len(indexed),
        "number": range(len(indexed)),
        "language": [_language(text) for text, _ in terms],
        "terms": [text for text, _ in terms],
        "heading_terms": [heading for _, heading in terms],
        "page": [passage.page or 0 for passage in passages],
    }
    schema = passages_schema(dimensions, embedding_of(encoder))
    taken = [name for name in schema.names if name not in columns and name != "vector"]
    columns |= {name: [getattr(passage, name) for passage in passages] for name in taken}
    flat = pa.FixedSizeListArray.from_arrays(pa.array(half.ravel()), dimensions)
    arrays = [
        flat if field.name == "vector" else pa.array(columns[field.name], field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _language(terms: str) -> str:
    """What the mark at the end of a passage's terms says."""
    return _MARKS.get(terms.rpartition(" ")[2], "")

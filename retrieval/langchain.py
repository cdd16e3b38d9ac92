"""LangChain's documents in, and a corpus as its retriever and embeddings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever

from retrieval.embed.encoder import Encoder
from retrieval.errors import DocumentError
from retrieval.parse import document as parse
from retrieval.parse.formats.text import text_blocks


class CorpusRetriever(BaseRetriever):
    """`Corpus.search` for chains: documents carry page, heading, offsets and score."""

    corpus: Any
    k: int = 10

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        documents = []
        for passage in self.corpus.search(query, k=self.k):
            metadata = {"source": self.corpus.source(passage.document), **passage.as_json()}
            documents.append(Document(page_content=metadata.pop("text"), metadata=metadata))
        return documents


class EncoderEmbeddings(Embeddings):
    """The corpus's embedding model: unit vectors as lists of floats."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector for each text."""
        vectors: list[list[float]] = self.encoder.encode_sentences(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question."""
        vector: list[float] = self.encoder.encode_query(text)[0].tolist()
        return vector


def parsed(documents: Iterable[Document]) -> dict[str, parse.Document]:
    """Documents by `metadata["source"]`, each with its pages.

    Raises DocumentError for one without text, and if there is none.
    """
    by_source: dict[str, list[Document]] = defaultdict(list)
    for number, part in enumerate(documents, 1):
        by_source[str(part.metadata.get("source") or f"document {number}")].append(part)
    if not by_source:
        raise DocumentError("No document was given.")
    return {source: _joined(source, parts) for source, parts in by_source.items()}


def _joined(source: str, parts: list[Document]) -> parse.Document:
    """One text of the parts; those of one page, as a splitter leaves them, are one page."""
    text = ""
    pages: list[parse.Page] = []
    blocks: list[parse.Block] = []
    for number, same in groupby(parts, _page_number):
        group = list(same)
        # "replace" turns lone surrogates, which no UTF-8 file takes, into question marks.
        body = "\n\n".join(part.page_content for part in group).encode("utf-8", "replace").decode()
        start = len(text)
        text += body
        blocks += [
            parse.Block(block.kind, start + block.start, start + block.end, block.level)
            for block in text_blocks(body)
        ]
        if number is not None:
            label = group[0].metadata.get("page_label")
            pages.append(parse.Page(number, str(label) if label else None, start, len(text)))
        text += "\n\n" if number is None else "\f"
    if not blocks:
        raise DocumentError(f"{source} holds no text.")
    title = str(parts[0].metadata.get("title") or "")
    silent = tuple(page.number for page in pages if not text[page.start : page.end].strip())
    return parse.Document(title, text, tuple(pages), tuple(blocks), silent)


def _page_number(part: Document) -> int | None:
    """Counted from 1; loaders count from 0."""
    page = part.metadata.get("page")
    return page + 1 if isinstance(page, int) else None

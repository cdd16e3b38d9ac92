"""A corpus as LangChain's retriever and embeddings."""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever

from retrieval.embed.encoder import Encoder


class CorpusRetriever(BaseRetriever):
    """`Corpus.search` for chains: documents carry page, heading, offsets and score."""

    corpus: Any
    k: int = 10

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        found = []
        for passage in self.corpus.search(query, k=self.k):
            metadata = passage.as_json()
            found.append(Document(page_content=metadata.pop("text"), metadata=metadata))
        return found


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

"""The systems whose search is compared, with their defaults.

Each function loads its libraries and the embedding model (`model`, a folder) and returns what makes
a PDF searchable. The top of the file imports the standard library alone: LlamaIndex and Qwen-Agent
run where docagent is not installed.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

Hit = tuple[int, str]
"""Physical page from 1, text."""

Search = Callable[[str], list[Hit]]
"""A question's passages, best first."""

Index = Callable[[Path], Search]
"""Reads one PDF and makes it searchable."""

DEPTH = 100
"""Passages asked for."""

_PAGE = re.compile(r"\[page: (\d+)\]\s*")


def ours(model: Path, scratch: Path) -> Index:
    """docagent, whose packaged model is the same."""
    import faiss  # noqa: F401
    import tantivy  # noqa: F401

    from retrieval import Corpus
    from retrieval.embed.encoder import Encoder

    Encoder().encode_query("Are the weights loaded?")

    def index(pdf: Path) -> Search:
        corpus = Corpus.open([pdf], cache=scratch)
        return lambda question: [(p.page or 0, p.text) for p in corpus.search(question, DEPTH)]

    return index


def langchain(model: Path, scratch: Path) -> Index:
    """LangChain as its tutorials do it: PyPDFLoader, recursive splitter 1000/200, FAISS."""
    from langchain_community.document_loaders import PyPDFLoader, TextLoader
    from langchain_community.vectorstores import FAISS
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    embeddings = HuggingFaceEmbeddings(model_name=str(model))
    embeddings.embed_query("Are the weights loaded?")

    def index(pdf: Path) -> Search:
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
        loader = PyPDFLoader(str(pdf)) if pdf.suffix == ".pdf" else TextLoader(pdf, "utf-8")
        pieces = splitter.split_documents(loader.load())
        store = FAISS.from_documents(pieces, embeddings)

        def search(question: str) -> list[Hit]:
            pieces = store.similarity_search(question, k=DEPTH)
            return [(piece.metadata.get("page", 0) + 1, piece.page_content) for piece in pieces]

        return search

    return index


def llamaindex(model: Path, scratch: Path) -> Index:
    """LlamaIndex: SimpleDirectoryReader, sentence splitter 1024/200, vector index."""
    from llama_index.core import SimpleDirectoryReader, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.readers.file import PDFReader  # noqa: F401 - the directory reader needs it

    embedding = HuggingFaceEmbedding(model_name=str(model))
    embedding.get_query_embedding("Are the weights loaded?")
    splitter = SentenceSplitter(chunk_size=1024, chunk_overlap=200)

    def index(pdf: Path) -> Search:
        documents = SimpleDirectoryReader(input_files=[pdf]).load_data()
        # "page_label" is the printed number where the PDF has one; one document is one page.
        pages = {document.doc_id: page for page, document in enumerate(documents, 1)}
        store = VectorStoreIndex.from_documents(
            documents, transformations=[splitter], embed_model=embedding
        )
        retriever = store.as_retriever(similarity_top_k=DEPTH)

        def search(question: str) -> list[Hit]:
            hits = retriever.retrieve(question)
            return [(pages[hit.node.ref_doc_id], hit.node.get_content()) for hit in hits]

        return search

    return index


def qwen_agent(model: Path, scratch: Path) -> Index:
    """Qwen-Agent: its parser, chunks of 500 tokens, BM25. No language model writes keywords here,
    so the question's own words are searched."""
    os.environ["QWEN_AGENT_DEFAULT_WORKSPACE"] = str(scratch)  # read when it is imported
    from qwen_agent.tools.doc_parser import DocParser, Record
    from qwen_agent.tools.search_tools.keyword_search import KeywordSearch

    logging.disable(logging.INFO)
    # Below max_ref_token a document is one chunk without pages; here every document is cut.
    parser = DocParser({"path": str(scratch), "max_ref_token": 1})
    keywords = KeywordSearch()

    def index(pdf: Path) -> Search:
        record: Any = Record(**parser.call({"url": str(pdf)}))

        def search(question: str) -> list[Hit]:
            ranked = keywords.sort_by_scores(question, [record])[:DEPTH]
            return [hit for _, number, _ in ranked for hit in by_page(record.raw[number].content)]

        return search

    return index


def by_page(chunk: str) -> list[Hit]:
    """The text of one of Qwen-Agent's chunks by the pages it marks with "[page: N]"."""
    parts = _PAGE.split(chunk)
    pairs = zip(parts[1::2], parts[2::2], strict=True)
    return [(int(page), text) for page, text in pairs if text.strip()]


SYSTEMS: dict[str, Callable[[Path, Path], Index]] = {
    "ours": ours,
    "langchain": langchain,
    "llamaindex": llamaindex,
    "qwen-agent": qwen_agent,
}

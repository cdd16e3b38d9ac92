"""Search inside one text: docagent's and LangChain's passages as spans."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache as kept
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval import Corpus
from retrieval.embed.encoder import Encoder

if TYPE_CHECKING:
    from langchain_huggingface import HuggingFaceEmbeddings

Span = tuple[int, int]
"""Characters from start to end of the text file."""

Find = Callable[[str, int], list[Span]]
"""The `k` best passages of a question, best first."""


def ours(file: Path, cache: Path) -> Find:
    """docagent; the offsets must be those of the file."""
    corpus = Corpus.open([file], cache=cache)
    if corpus.text(file) != file.read_text("utf-8"):
        raise SystemExit(f"{file}: the parsed text is not the file's; offsets would be wrong.")

    def find(question: str, k: int) -> list[Span]:
        return [(passage.start, passage.end) for passage in corpus.search(question, k)]

    return find


@kept
def langchain_embeddings() -> HuggingFaceEmbeddings:
    """The same weights through sentence-transformers, loaded once."""
    from langchain_huggingface import HuggingFaceEmbeddings

    return HuggingFaceEmbeddings(model_name=str(Encoder().folder))


def langchain(file: Path, cache: Path) -> Find:
    """LangChain: recursive splitter 1000/200, FAISS, the same weights; nothing is cached."""
    from langchain_community.vectorstores import FAISS
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        chunk_size=1000, chunk_overlap=200, add_start_index=True
    )
    pieces = splitter.create_documents([file.read_text("utf-8")])
    store = FAISS.from_documents(pieces, langchain_embeddings())

    def find(question: str, k: int) -> list[Span]:
        found = store.similarity_search(question, k=k)
        starts = [(piece.metadata["start_index"], piece.page_content) for piece in found]
        return [(start, start + len(text)) for start, text in starts]

    return find


FINDERS = {"ours": ours, "langchain": langchain}


def holds(span: Span, gold: Span) -> bool:
    """Whether two spans share at least half of the shorter one."""
    shared = min(span[1], gold[1]) - max(span[0], gold[0])
    return 2 * shared >= min(span[1] - span[0], gold[1] - gold[0]) > 0


def rank(spans: list[Span], gold: Span) -> int | None:
    """Place of the first span that holds the gold one, from 1."""
    return next((place for place, span in enumerate(spans, 1) if holds(span, gold)), None)


def tokens_to(spans: list[Span], golds: list[Span]) -> float | None:
    """Tokens (four characters each) read until every gold span was met; None if one is not."""
    missing = list(golds)
    read = 0
    for start, end in spans:
        read += end - start
        missing = [gold for gold in missing if not holds((start, end), gold)]
        if not missing:
            return read / 4
    return None

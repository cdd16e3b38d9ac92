"""The documents of one question, searchable."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.chunk.inside import sentences_inside
from retrieval.chunk.sentences import Sentence
from retrieval.embed.background import Embedding
from retrieval.embed.encoder import Encoder
from retrieval.folders import cache_folder
from retrieval.passage import Passage
from retrieval.passages import Passages
from retrieval.progress import Progress, finish
from retrieval.ranking.question import readable
from retrieval.ranking.rerank import DEPTH, Reranker, reranked
from retrieval.ranking.search import search
from retrieval.store import vectors
from retrieval.store.cache import Cache
from retrieval.store.collections import MARK, Collections
from retrieval.store.indexed import Indexed, index_document
from retrieval.store.reading import read_all
from retrieval.store.words import index_name, word_index

if TYPE_CHECKING:
    from langchain_core.documents import Document as LangChainDocument

    from retrieval.langchain import CorpusRetriever, EncoderEmbeddings

log = logging.getLogger("docagent")

_SOON = 100
"""Missing vectors that a question waits for: half a second on two AMX cores. Above that words find
the candidates, which costs nothing in the ablation of BENCHMARKS.md."""

_GROUPED = 300  # passages a ranking by documents looks at


class Corpus(Passages):
    """One or more indexed documents. `Corpus.open(["report.pdf"])` makes one."""

    @classmethod
    def open(
        cls,
        paths: Iterable[str | Path],
        *,
        embedding: str | None = None,
        cache: str | Path | None = None,
        password: str | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> Corpus:
        """Parse, cut, embed; or load what is cached. Folders are searched for readable files.

        `@name` stands for the paths of a collection. Raises DocAgentError if a named file cannot
        be read, or a folder holds none that can.
        """
        work = cls.opening(paths, embedding=embedding, cache=cache, password=password)
        return finish(work, progress)

    @classmethod
    def opening(
        cls,
        paths: Iterable[str | Path],
        *,
        embedding: str | None = None,
        cache: str | Path | None = None,
        password: str | None = None,
        wait: bool = True,
    ) -> Generator[Progress, None, Corpus]:
        """`open` as a generator of progress, which returns the corpus.

        Without `wait` it does not stay for more than a few seconds' embedding: words are searched
        at once, and vectors join as a thread finishes them.
        """
        tools = encoder, store = _tools(embedding, cache)
        paths = list(paths)
        sources, documents = yield from read_all(
            Collections(store).expand(paths), encoder, store, password
        )
        return (yield from cls._of(sources, documents, index_name(paths, encoder), tools, wait))

    @classmethod
    def from_documents(
        cls,
        documents: Iterable[LangChainDocument],
        *,
        embedding: str | None = None,
        cache: str | Path | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> Corpus:
        """What LangChain's loaders read, in the same cache: `from_documents(loader.load())`.

        `metadata["source"]` names a document, whose pages are numbered by `metadata["page"]` from
        0, as PyPDFLoader does; without it they are no pages. Raises DocAgentError if there is no
        text.
        """
        from retrieval.langchain import parsed

        tools = encoder, store = _tools(embedding, cache)
        told = parsed(documents)
        indexed = [index_document(one, name, encoder, store) for name, one in told.items()]
        sources = {name: Path(name) for name in told}
        # A mark that neither a path nor a collection begins with.
        index = index_name([f"{MARK}:{name}" for name in told], encoder)
        return finish(cls._of(sources, indexed, index, tools, wait=True), progress)

    @classmethod
    def _of(
        cls,
        sources: dict[str, Path],
        documents: list[Indexed],
        index: str,
        tools: tuple[Encoder, Cache],
        wait: bool,
    ) -> Generator[Progress, None, Corpus]:
        """The corpus of documents that are parsed; `index` names their word index."""
        encoder, store = tools
        words = word_index(documents, index, store)
        corpus = cls(sources, documents, encoder, words, Embedding(documents, encoder, store))
        if wait or corpus.pending <= _SOON:
            yield from corpus.complete()
        else:
            corpus.embedding.start()
        return corpus

    def complete(self) -> Generator[Progress]:
        """Until every passage has its vector; what is broken off goes on at the next opening."""
        finished = False
        try:
            yield from self.embedding.wait()
            finished = True
        finally:
            if not finished:
                self.embedding.stop()

    def state(self) -> str:
        """Which index a search uses: "words and 240 of 9,812 vectors"."""
        total = len(self)
        if not self.pending:
            return f"words and all {total:,} vectors"
        return f"words and {total - self.pending:,} of {total:,} vectors"

    def undisturbed(self) -> AbstractContextManager[None]:
        """No embedding in the background meanwhile."""
        return self.embedding.pause()

    def search(
        self,
        query: str,
        k: int = 10,
        pages: tuple[int, int] | None = None,
        documents: Sequence[str] | None = None,
        *,
        also: Sequence[str] = (),
        rerank: Reranker | None = None,
    ) -> list[Passage]:
        """The `k` best passages by words and meaning, best first.

        `pages` limits them (1-based), and so does `documents`, by name; `also` are other
        wordings of the query; `rerank` looks at the first passages again. Raises DocAgentError for
        an empty query or an unknown document.
        """
        with self.undisturbed():
            query = readable(query)
            depth = max(k, DEPTH) if rerank else k
            found = search(self, query, depth, pages, documents, [readable(one) for one in also])
            if rerank:
                found = reranked(query, found, rerank)[:k]
        if self.pending:
            log.info("index: %s; the rest follows", self.state())
        return found

    def by_document(self, query: str, k: int = 3) -> dict[str, list[Passage]]:
        """The `k` best passages of each document that has a good one, best document first."""
        found: dict[str, list[Passage]] = {}
        for passage in self.search(query, _GROUPED):
            best = found.setdefault(passage.document, [])
            if len(best) < k:
                best.append(passage)
        return found

    def text(self, document: str | Path) -> str:
        """The extracted text that all offsets refer to, by the document's name or path."""
        return self.indexed[self.name_of(document)].document.text

    @property
    def documents(self) -> list[str]:
        """Names of the documents, as passages and citations give them."""
        return list(self.sources)

    def source(self, document: str) -> str:
        """The path of a document, or what LangChain's loader called it."""
        path = self.sources[document]
        return document if Path(document) == path else str(path)  # a path has no "//" for a URL

    def mentions(self, words: str) -> bool:
        """Whether any document holds these very words."""
        return any(one.holds(words) for one in self.indexed.values())

    def sentences(self, passage: Passage) -> list[Sentence]:
        """The passage's sentences and table rows; headings only if it has nothing else."""
        document = self.indexed[passage.document].document
        return sentences_inside(document, passage.start, passage.end)

    def as_retriever(self, k: int = 10) -> CorpusRetriever:
        """This corpus as a LangChain retriever."""
        from retrieval.langchain import CorpusRetriever

        return CorpusRetriever(corpus=self, k=k)

    def as_embeddings(self) -> EncoderEmbeddings:
        """Its embedding model as LangChain embeddings."""
        from retrieval.langchain import EncoderEmbeddings

        return EncoderEmbeddings(self.encoder)


def _tools(embedding: str | None, cache: str | Path | None) -> tuple[Encoder, Cache]:
    """The embedding model and the cache, rid of what killed writers left."""
    encoder = Encoder(embedding or os.environ.get("DOCAGENT_EMBEDDING") or "minilm")
    store = Cache(Path(cache) if cache else cache_folder())
    store.sweep()
    vectors.sweep(store)
    return encoder, store

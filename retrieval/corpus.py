"""The documents of one question, searchable."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from docagent.errors import DocAgentError
from docagent.settings import cache_folder
from retrieval.chunk.chunks import Chunk
from retrieval.chunk.inside import sentences_inside
from retrieval.chunk.sentences import Sentence
from retrieval.dense.index import Numbers
from retrieval.embed.background import Embedding
from retrieval.embed.encoder import Encoder
from retrieval.embed.model import Vector
from retrieval.lexical.foreign import foreign
from retrieval.lexical.index import LexicalIndex
from retrieval.lexical.language import language
from retrieval.passage import Passage
from retrieval.progress import Progress, finish
from retrieval.ranking.rerank import DEPTH, Reranker, reranked
from retrieval.ranking.search import search
from retrieval.store import vectors
from retrieval.store.cache import Cache
from retrieval.store.collections import Collections
from retrieval.store.indexed import Indexed
from retrieval.store.reading import read_all
from retrieval.store.words import index_name, word_index

if TYPE_CHECKING:
    from retrieval.langchain import CorpusRetriever, EncoderEmbeddings

log = logging.getLogger("docagent")

_SAMPLE = 20_000  # characters that tell a document's language
_SAMPLES = 5  # documents
_SOON = 300
"""Missing vectors that a question waits for: 1.5 s on two AMX cores, about what starting costs."""

_HEADS = 32  # passages at the beginning of documents that are embedded before the first question
_GROUPED = 300  # passages a ranking by documents looks at


class Corpus:
    """One or more indexed documents. `Corpus.open(["report.pdf"])` makes one."""

    def __init__(
        self,
        sources: dict[str, Path],
        indexed: list[Indexed],
        encoder: Encoder,
        words: LexicalIndex,
        embedding: Embedding,
    ) -> None:
        self.sources = sources
        self.encoder = encoder
        self.indexed = dict(zip(sources, indexed, strict=True))
        self.names = list(sources)
        self.lexical = words
        self.embedding = embedding

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
        encoder = Encoder(embedding or os.environ.get("DOCAGENT_EMBEDDING") or "minilm")
        store = Cache(Path(cache) if cache else cache_folder())
        store.sweep()
        vectors.sweep(store)
        paths = list(paths)
        sources, documents = yield from read_all(
            Collections(store).expand(paths), encoder, store, password
        )
        name = index_name(paths, encoder)
        words = word_index(documents, name, store)
        joining = Embedding(documents, encoder, store)
        corpus = cls(sources, documents, encoder, words, joining)
        if wait or corpus.pending <= _SOON:
            yield from corpus.complete()
        else:
            joining.start()
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

    @property
    def pending(self) -> int:
        """Passages that still lack a vector: searches find them by their words."""
        return self.embedding.pending

    def state(self) -> str:
        """Which index a search uses: "words and 240 of 9,812 vectors"."""
        total = len(self)
        if not self.pending:
            return f"words and all {total:,} vectors"
        return f"words and {total - self.pending:,} of {total:,} vectors"

    def undisturbed(self) -> AbstractContextManager[None]:
        """No embedding in the background meanwhile."""
        return self.embedding.pause()

    def cover(self, numbers: Iterable[int]) -> None:
        """Embed these passages, and the first ones of the documents, if they lack a vector."""
        if self.pending:
            heads = self.embedding.firsts[:-1][:_HEADS]
            self.embedding.cover([*numbers, *(n for n in heads if n < len(self))])

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

    def __len__(self) -> int:
        """How many passages there are; they are numbered from 0."""
        return self.embedding.total

    def chunk(self, number: int) -> Chunk:
        """One passage as it was cut."""
        document = self.embedding.document_of(number)
        return self.embedding.documents[document].chunk(number - self.embedding.firsts[document])

    def is_contents(self, number: int) -> bool:
        """Whether a passage is mostly a table of contents."""
        document = self.embedding.document_of(number)
        return self.embedding.documents[document].is_contents(
            number - self.embedding.firsts[document]
        )

    def spans(self, documents: Sequence[str]) -> list[range]:
        """The numbers of these documents' passages, in order.

        Raises DocAgentError for a document that is not here.
        """
        firsts = self.embedding.firsts
        places = sorted({self.names.index(self._name(name)) for name in documents})
        return [span for p in places if (span := range(firsts[p], firsts[p + 1]))]

    def nearest(
        self, vector: Vector, k: int, within: Numbers | None = None
    ) -> list[tuple[int, float]]:
        """The `k` passages (number, cosine) most like a unit vector [d], best first.

        `within` limits them to these numbers. Passages that lack a vector are left out.
        """
        return self.embedding.index.nearest(vector, k, within)

    def cosines(self, vector: Vector, numbers: list[int]) -> dict[int, float]:
        """The likeness of these passages to a unit vector [d]; what lacks a vector gets it now."""
        self.embedding.cover(numbers)
        return self.embedding.index.cosines(vector, numbers)

    def trust(self, question: str) -> float:
        """How far cosines count for this question on these documents, 0 to 1."""
        asked = self.encoder.trust(question)
        # A short English question full of names looks foreign; another script is beyond doubt.
        return min(self._language, asked) if asked == 0.0 else self._language

    @cached_property
    def _language(self) -> float:
        few = list(self.indexed.values())[:_SAMPLES]
        samples = [one.document.text[:_SAMPLE] for one in few]
        return self.encoder.trust(" ".join(samples))

    def text(self, document: str | Path) -> str:
        """The extracted text that all offsets refer to, by the document's name or path."""
        return self.indexed[self._name(document)].document.text

    @property
    def documents(self) -> list[str]:
        """Names of the documents, as passages and citations give them."""
        return list(self.sources)

    def mentions(self, words: str) -> bool:
        """Whether any document holds these very words."""
        return any(one.holds(words) for one in self.indexed.values())

    def sentences(self, passage: Passage) -> list[Sentence]:
        """The passage's sentences and table rows; headings only if it has nothing else."""
        document = self.indexed[passage.document].document
        return sentences_inside(document, passage.page, passage.start, passage.end)

    def as_retriever(self, k: int = 10) -> CorpusRetriever:
        """This corpus as a LangChain retriever."""
        from retrieval.langchain import CorpusRetriever

        return CorpusRetriever(corpus=self, k=k)

    def as_embeddings(self) -> EncoderEmbeddings:
        """Its embedding model as LangChain embeddings."""
        from retrieval.langchain import EncoderEmbeddings

        return EncoderEmbeddings(self.encoder)

    def warn_of_language(self, question: str) -> None:
        """A question that neither words nor meaning can bring to these documents is told so."""
        question = readable(question)
        if language(question) in self.lexical.languages:
            return
        few = dict(list(self.indexed.items())[:_SAMPLES])
        texts = {name: one.document.text for name, one in few.items()}
        told = foreign(question, texts, self.encoder, self.mentions)
        if told:
            log.warning("%s", told)

    def _name(self, document: str | Path) -> str:
        if str(document) in self.indexed:
            return str(document)
        wanted = Path(document).absolute()
        for name, path in self.sources.items():
            if path.absolute() == wanted:
                return name
        raise DocAgentError(
            f"{document} is not in this corpus; it holds {', '.join(self.sources)}."
        )

    def passage(self, number: int, score: float = 0.0, cosine: float = 0.0) -> Passage:
        """One passage as a search returns it."""
        chunk = self.chunk(number)
        name = self.names[self.embedding.document_of(number)]
        document = self.indexed[name].document
        page = None if chunk.page is None else document.pages[chunk.page]
        return Passage(
            document=name,
            page=page.number if page else None,
            page_label=page.label if page else None,
            heading=" > ".join(chunk.heading),
            text=document.text[chunk.start : chunk.end],
            score=round(score, 4),
            start=chunk.start,
            end=chunk.end,
            cosine=cosine,
            context=chunk.context,
            unit=document.unit,
        )


def readable(text: str) -> str:
    """A question as typed, less what no tokenizer takes (lone surrogates, NUL).

    Raises DocAgentError if nothing is left.
    """
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ").strip()
    if not text:
        raise DocAgentError("The question is empty.")
    return text

"""Documents made searchable: `Corpus.open(paths).search(question)`."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.chunk.passage_sentences import sentences_of
from retrieval.chunk.sentences import Sentence
from retrieval.embed import multilingual
from retrieval.embed.encoder import Encoder
from retrieval.embed.multilingual import MultilingualEncoder
from retrieval.errors import DocAgentError
from retrieval.files import Paths, path_list
from retrieval.folders import cache_folder
from retrieval.lexical.index import Words
from retrieval.locate.locate import locate
from retrieval.locate.picture import picture
from retrieval.locate.place import Place
from retrieval.pages import PageRange
from retrieval.parse.document import Document
from retrieval.passage import Passage
from retrieval.progress import Emit, ignore
from retrieval.query import Query, parse_query, readable
from retrieval.ranking.foreign import crosses, language_mismatch
from retrieval.ranking.rerank import DEPTH, Reranker, reranked
from retrieval.ranking.search import search
from retrieval.store import vectors
from retrieval.store.cache import Cache
from retrieval.store.collections import MARK, Collections
from retrieval.store.document_passages import DocumentPassages
from retrieval.store.documents import index_document
from retrieval.store.index import Index
from retrieval.store.open_documents import open_documents
from retrieval.store.passage_index import PassageIndex
from retrieval.store.word_index import index_name

if TYPE_CHECKING:
    from langchain_core.documents import Document as LangChainDocument

    from retrieval.langchain import CorpusRetriever, EncoderEmbeddings
    from retrieval.store.lance_index import LanceIndex

log = logging.getLogger("docagent")

_SOON = 100
"""Missing vectors that a question waits for: half a second on two AMX cores. Above that words find
the candidates, which costs nothing in the ablation of BENCHMARKS.md."""

AUTO, ENGLISH = "auto", "embedded"

_GROUPED = 300  # passages a ranking by documents looks at


def prepare(
    paths: Paths,
    *,
    embedding: str | None = None,
    cache: str | Path | None = None,
    password: str | None = None,
    emit: Emit | None = None,
) -> Corpus:
    """The corpus of these paths with all its vectors made, as a batch of questions needs it.

    Takes and raises what `Corpus.open` does.
    """
    return Corpus.open(paths, embedding=embedding, cache=cache, password=password, emit=emit)


class Corpus:
    """One or more indexed documents. `Corpus.open("report.pdf")` makes one."""

    def __init__(
        self, index: Index, other: Encoder | None = None, password: str | None = None
    ) -> None:
        """`other` embeds for questions that are in none of the documents' languages.

        `password` opens the files again when the place of a quote is looked for.
        """
        self._index = index
        self._other = other
        self._password = password
        self._across: Corpus | None = None

    # Opening

    @classmethod
    def open(
        cls,
        paths: Paths,
        *,
        embedding: str | None = None,
        cache: str | Path | None = None,
        password: str | None = None,
        wait: bool = True,
        emit: Emit | None = None,
    ) -> Corpus:
        """Parse, cut and embed documents, or load what is cached.

        `paths` is one path or several. Folders are searched for readable files, patterns are
        matched, and `@name` stands for the paths of a collection. `emit` is called with the
        progress. Without `wait` it does not stay for more than a few seconds' embedding: words are
        searched at once, and vectors join as a thread finishes them.

        Raises DocumentError if a named file cannot be read or a folder holds none that can, and
        PasswordRequired if one is locked.
        """
        name, store = embedding_name(embedding), open_cache(cache)
        paths = path_list(paths)
        if uri := Collections(store).store_of(paths):
            return cls.of_store(uri, embedding)
        encoder = cutting_encoder(name)
        sources, documents = open_documents(
            Collections(store).expand(paths), encoder, store, password, emit or ignore
        )
        words = index_name(paths, encoder)
        index = PassageIndex.build(sources, documents, words, encoder, store)
        corpus = cls.suiting(index, name, password)
        if wait or corpus.pending <= _SOON:
            corpus.complete(emit)
        else:
            corpus._index.embedding.start()
        return corpus

    @classmethod
    def of_store(cls, uri: str, embedding: str | None = None) -> Corpus:
        """What is in a store for large collections, as it is now: `lance:FOLDER` or `lance:s3://...`.

        Raises StoreError if it cannot be read, is empty, or was made with another embedding model.
        """
        from retrieval.store.lance import LanceStore
        from retrieval.store.lance_index import LanceIndex, encoder_of

        store = LanceStore.open(uri)
        return cls.of_lance(LanceIndex(store, encoder_of(store, embedding or AUTO)))

    @classmethod
    def of_lance(cls, index: LanceIndex) -> Corpus:
        """A store that is open, or some of its documents."""
        across = index.encoder.name == multilingual.NAME
        return cls(index, MultilingualEncoder(across=True) if across else None)

    @classmethod
    def from_documents(
        cls,
        documents: Iterable[LangChainDocument],
        *,
        embedding: str | None = None,
        cache: str | Path | None = None,
        emit: Emit | None = None,
    ) -> Corpus:
        """What LangChain's loaders read, in the same cache: `from_documents(loader.load())`.

        `metadata["source"]` names a document, whose pages are numbered by `metadata["page"]` from
        0, as PyPDFLoader does; without it they are no pages. Raises DocumentError if there is no
        text.
        """
        from retrieval.langchain import parsed

        name, store = embedding_name(embedding), open_cache(cache)
        encoder = cutting_encoder(name)
        by_source = parsed(documents)
        indexed = [index_document(each, it, encoder, store) for it, each in by_source.items()]
        sources = {name: Path(name) for name in by_source}
        # A mark that neither a path nor a collection begins with.
        words = index_name([f"{MARK}:{source}" for source in by_source], encoder)
        corpus = cls.suiting(PassageIndex.build(sources, indexed, words, encoder, store), name)
        corpus.complete(emit)
        return corpus

    @classmethod
    def suiting(cls, index: Index, embedding: str, password: str | None = None) -> Corpus:
        """With the embedding model that suits its documents.

        Cosines of two models do not compare. So one model serves all documents: the multilingual
        one as soon as one of them is not in English.
        """
        if embedding not in (AUTO, multilingual.NAME):
            return cls(index, None, password)
        if embedding == multilingual.NAME or index.languages != {"en"}:
            index = index.by(MultilingualEncoder())
        return cls(index, MultilingualEncoder(across=True), password)

    # Contents

    @property
    def documents(self) -> list[str]:
        """Names of the documents, as passages and citations give them."""
        return list(self._index.names)

    def source(self, document: str) -> str:
        """The path of a document, or what LangChain's loader called it."""
        return self._index.source(document)

    def document(self, document: str | Path) -> Document:
        """A parsed document, by its name or path: text, pages, headings.

        Raises DocAgentError if it is not in this corpus, as all of these do.
        """
        return self._index.indexed(self._index.name_of(document)).document

    def text(self, document: str | Path) -> str:
        """The extracted text that all offsets refer to, by the document's name or path."""
        return self.document(document).text

    def passages(self, document: str | Path) -> DocumentPassages:
        """All passages of a document in order, as a sequence; each is made when it is taken."""
        return self._index.passages(document)

    def __len__(self) -> int:
        """How many passages there are."""
        return len(self._index)

    def span(self, document: str | Path, start: int, end: int) -> Passage:
        """Any slice of a document as a passage: page and heading are those it begins on.

        `end` is moved to the end of the text if it lies behind it.
        """
        return self.passages(document).span(start, end)

    def locate(self, document: str | Path, start: int, end: int) -> Place:
        """Where a slice of a document stands in its file: the page, and boxes of the words on it.

        There are boxes on pages of PDFs and of pictures, in points from the upper left. Where it
        is not sure that they would cover these words and nothing else, there are none.
        """
        name = self._index.name_of(document)
        path = Path(self._index.source(name))
        return locate(name, self.document(name), path, start, end, self._password)

    def picture(self, place: Place, margin: float | None = None, dpi: int = 110) -> bytes | None:
        """A PNG file of the page of a place, its words marked.

        With a `margin` it shows only so many points above and below them. None for a format whose
        pages are not drawn.
        """
        path = Path(self._index.source(self._index.name_of(place.document)))
        return picture(place, path, self._password, margin, dpi)

    def sentences(self, passage: Passage) -> list[Sentence]:
        """The passage's sentences and table rows; headings only if it has nothing else."""
        indexed = self._index.indexed(self._index.name_of(passage.document))
        start, end = passage.start, passage.end
        return sentences_of(indexed.document, start, end, lambda: indexed.table_heads)

    def mentions(self, words: str) -> bool:
        """Whether these very words stand in any document."""
        return self._index.mentions(words)

    @property
    def lexical(self) -> Words:
        """The word index: rarity of terms, languages of the documents."""
        return self._index.lexical

    @property
    def encoder(self) -> Encoder:
        """The embedding model."""
        return self._index.encoder

    # Search

    def query(self, question: str | Query) -> Query:
        """A question, taken apart once for everything that looks at it; a Query stays as it is.

        Raises DocAgentError if it is empty.
        """
        if isinstance(question, Query):
            return question
        return parse_query(question, self._index.lexical)

    def search(
        self,
        query: str | Query,
        k: int = 10,
        pages: tuple[int, int] | None = None,
        documents: str | Sequence[str] | None = None,
        *,
        also: Sequence[str] = (),
        rerank: Reranker | None = None,
    ) -> list[Passage]:
        """The `k` best passages by words and meaning, best first.

        `pages` limits them (1-based), and so does `documents`, by name; `also` are other
        wordings of the query; `rerank` looks at the first passages again. Raises DocAgentError for
        an empty query, an unknown document, a `k` below 1, or `pages` that are no range.
        """
        _check_count(k)
        page_range = PageRange.of(pages)
        names = [documents] if isinstance(documents, str) else documents
        others = [readable(text) for text in also]
        query = self.query(query)
        corpus = self.suited(query)
        with self.undisturbed(), corpus.undisturbed():
            depth = max(k, DEPTH) if rerank else k
            passages = search(corpus._index, query, depth, page_range, names, others)
            if rerank:
                passages = reranked(query.text, passages, rerank)[:k]
        if corpus.pending:
            log.info("index: %s; the rest follows", corpus.state())
        return passages

    def by_document(self, query: str | Query, k: int = 3) -> dict[str, list[Passage]]:
        """The `k` best passages of each document that has a good one, best document first."""
        _check_count(k)
        groups: dict[str, list[Passage]] = {}
        for passage in self.search(query, _GROUPED):
            group = groups.setdefault(passage.document, [])
            if len(group) < k:
                group.append(passage)
        return groups

    def suited(self, query: str | Query, emit: Emit | None = None) -> Corpus:
        """This corpus with the embedding model that the question needs, and all its vectors.

        That is the corpus itself, unless the question is in none of the documents' languages and a
        multilingual model is there: no word then finds a passage, so every vector is waited for.
        """
        if self._other is None or not self.crosses(query):
            return self
        if self._across is None:
            self._across = Corpus(self._index.by(self._other))
        if self._across.pending:
            log.info("The question is in another language: embedding by a model that knows it.")
            same = self._across._index.embedding is self._index.embedding
            with nullcontext() if same else self.undisturbed():
                self._across.complete(emit)
        return self._across

    def crosses(self, query: str | Query) -> bool:
        """Whether a question is in none of the languages of the documents."""
        return crosses(self.query(query), self._index.languages, self.mentions)

    def trust(self, query: str | Query) -> float:
        """How far cosines count for a question, or a text, on these documents: 0 to 1."""
        return self._index.trust(query.core if isinstance(query, Query) else query)

    def warn_of_language(self, query: str | Query) -> None:
        """Log a warning if neither words nor meaning can bring the question to the documents."""
        query = self.query(query)
        if self._other is None and query.language not in self.lexical.languages:
            warning = language_mismatch(query, self._index.samples(), self.encoder, self.mentions)
            if warning:
                log.warning("%s", warning)

    # Embedding in the background

    @property
    def pending(self) -> int:
        """Passages that still lack a vector: searches find them by their words."""
        return self._index.embedding.pending

    def complete(self, emit: Emit | None = None) -> None:
        """Return when every passage has its vector; an interrupted run goes on where it stopped."""
        self._index.embedding.complete(emit or ignore)

    def close(self) -> None:
        """Stop embedding in the background; the next opening goes on with it."""
        self._index.embedding.stop()
        if self._across is not None:
            self._across.close()

    def state(self) -> str:
        """Which index a search uses: "words and 240 of 9,812 vectors"."""
        total = len(self)
        if not self.pending:
            return f"words and all {total:,} vectors"
        return f"words and {total - self.pending:,} of {total:,} vectors"

    def undisturbed(self) -> AbstractContextManager[None]:
        """No embedding in the background meanwhile."""
        return self._index.embedding.pause()

    # For LangChain

    def as_retriever(self, k: int = 10) -> CorpusRetriever:
        """This corpus as a LangChain retriever."""
        from retrieval.langchain import CorpusRetriever

        return CorpusRetriever(corpus=self, k=k)

    def as_embeddings(self) -> EncoderEmbeddings:
        """Its embedding model as LangChain embeddings."""
        from retrieval.langchain import EncoderEmbeddings

        return EncoderEmbeddings(self.encoder)


def _check_count(k: int) -> None:
    if not isinstance(k, int) or k < 1:
        raise DocAgentError(f"k must be a whole number from 1 on, not {k!r}.")


def embedding_name(name: str | None) -> str:
    """The embedding model of this name, or the one that the environment names.

    `auto` is the English one, beside the multilingual one where that is installed.
    """
    name = name or os.environ.get("DOCAGENT_EMBEDDING") or AUTO
    if name == AUTO and not multilingual.is_installed():
        return ENGLISH
    return name


def cutting_encoder(embedding: str) -> Encoder:
    """The model that documents are cut for.

    With the multilingual model too that is the English one: its vectors then belong to the same
    passages, and are made only where they are needed.
    """
    return Encoder("minilm" if embedding in (AUTO, ENGLISH, multilingual.NAME) else embedding)


def open_cache(cache: str | Path | None) -> Cache:
    """The cache, rid of what killed writers left."""
    store = Cache(Path(cache) if cache else cache_folder())
    store.sweep()
    vectors.sweep(store)
    return store

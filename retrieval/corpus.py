"""The documents of one question, searchable."""

from __future__ import annotations

import logging
import os
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Generator, Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from docagent.errors import DocAgentError
from docagent.settings import cache_folder
from retrieval.chunk.chunks import Chunk
from retrieval.chunk.sentences import Sentence, sentences
from retrieval.chunk.tables import head_text, table_heads
from retrieval.embed.encoder import Encoder
from retrieval.embed.model import Vector
from retrieval.files import document_names, readable_files
from retrieval.parse import ocr
from retrieval.parse.document import ranges
from retrieval.passage import Passage
from retrieval.progress import Progress, finish
from retrieval.ranking.search import search
from retrieval.store.cache import Cache
from retrieval.store.indexed import Indexed, index_file
from retrieval.store.words import word_index

if TYPE_CHECKING:
    from retrieval.langchain import CorpusRetriever, EncoderEmbeddings

log = logging.getLogger("docagent")

_SAMPLE = 20_000  # characters that tell a document's language
_TABLE = 4000  # characters looked back for a table's header where there are no pages


class Corpus:
    """One or more indexed documents. `Corpus.open(["report.pdf"])` makes one."""

    def __init__(
        self, sources: dict[str, Path], indexed: list[Indexed], encoder: Encoder, cache: Cache
    ) -> None:
        import faiss

        self.sources = sources
        self.encoder = encoder
        self.indexed = dict(zip(sources, indexed, strict=True))
        # Passage number -> document and chunk; the same order in both indexes.
        self.rows = [
            (name, chunk) for name, one in self.indexed.items() for chunk in one.parsed.chunks
        ]
        self.vectors = np.concatenate([one.vectors for one in indexed])
        self.dense = faiss.IndexFlatIP(self.vectors.shape[1])
        self.dense.add(self.vectors)
        self.lexical = word_index(indexed, cache)

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

        Raises DocAgentError if a named file cannot be read, or a folder holds none that can.
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
    ) -> Generator[Progress, None, Corpus]:
        """`open` as a generator of progress, which returns the corpus."""
        encoder = Encoder(embedding or os.environ.get("DOCAGENT_EMBEDDING") or "minilm")
        store = Cache(Path(cache) if cache else cache_folder())
        store.sweep()
        named, found = readable_files(paths)
        indexed: dict[Path, Indexed] = {}
        for path in [*named, *found]:
            try:
                indexed[path] = yield from index_file(path, encoder, store, password)
            except DocAgentError as error:
                if path in named:
                    raise
                log.warning("Left out: %s", error)
        if not indexed:
            raise DocAgentError(f"None of the {len(found)} files in the folder could be read.")
        corpus = cls(document_names(list(indexed)), list(indexed.values()), encoder, store)
        corpus.warn_of_silent_pages()
        return corpus

    def search(
        self, query: str, k: int = 10, pages: tuple[int, int] | None = None
    ) -> list[Passage]:
        """The `k` best passages by words and meaning, best first; `pages` limits them (1-based).

        Raises DocAgentError for an empty query.
        """
        return search(self, readable(query), k, pages)

    def __len__(self) -> int:
        """How many passages there are; they are numbered from 0."""
        return len(self.rows)

    def chunk(self, number: int) -> Chunk:
        """One passage as it was cut."""
        return self.rows[number][1]

    def nearest(self, vector: Vector, k: int) -> list[tuple[int, float]]:
        """The `k` passages (number, cosine) most like a unit vector [d], best first."""
        cosines, numbers = self.dense.search(vector[None], k)
        return [(int(n), float(c)) for n, c in zip(numbers[0], cosines[0], strict=True) if n >= 0]

    def cosines(self, vector: Vector, numbers: list[int]) -> dict[int, float]:
        """The likeness of these passages to a unit vector [d]."""
        found = self.vectors[numbers] @ vector
        return dict(zip(numbers, found.tolist(), strict=True))

    def trust(self, question: str) -> float:
        """How far cosines count for this question on these documents, 0 to 1."""
        asked = self.encoder.trust(question)
        # A short English question full of names looks foreign; another script is beyond doubt.
        return min(self._language, asked) if asked == 0.0 else self._language

    @cached_property
    def _language(self) -> float:
        samples = [one.parsed.document.text[:_SAMPLE] for one in list(self.indexed.values())[:5]]
        return self.encoder.trust(" ".join(samples))

    def text(self, document: str | Path) -> str:
        """The extracted text that all offsets refer to, by the document's name or path."""
        return self.indexed[self._name(document)].parsed.document.text

    @property
    def documents(self) -> list[str]:
        """Names of the documents, as passages and citations give them."""
        return list(self.sources)

    def mentions(self, words: str) -> bool:
        """Whether any document holds these very words."""
        return any(words in one.parsed.document.text for one in self.indexed.values())

    def sentences(self, passage: Passage) -> list[Sentence]:
        """The passage's sentences and table rows; headings only if it has nothing else."""
        document = self.indexed[passage.document].parsed.document
        text = document.text
        # From where its table may begin: title and header stand above the passage.
        top = document.pages[passage.page - 1].start if passage.page else passage.start - _TABLE
        first = bisect_right(document.blocks, top, key=lambda block: block.end)
        last = bisect_left(document.blocks, passage.end, key=lambda block: block.start)
        blocks = list(document.blocks[first:last])
        heads = table_heads(text, blocks)
        found: dict[str, list[Sentence]] = {"text": [], "row": [], "heading": [], "contents": []}
        for index, block in enumerate(blocks):
            start, end = max(block.start, passage.start), min(block.end, passage.end)
            if start >= end:
                continue
            if any(head[0] <= start < head[1] for head in heads.values()):
                found["heading"].append(Sentence(start, end))
            elif block.kind == "text":
                found["text"] += [Sentence(*span) for span in sentences(text, start, end)]
            else:
                head = head_text(text, heads[index]) if index in heads else ""
                found[block.kind].append(Sentence(start, end, head))
        body = sorted(found["text"] + found["row"])
        return body or found["heading"] or found["contents"]

    def as_retriever(self, k: int = 10) -> CorpusRetriever:
        """This corpus as a LangChain retriever."""
        from retrieval.langchain import CorpusRetriever

        return CorpusRetriever(corpus=self, k=k)

    def as_embeddings(self) -> EncoderEmbeddings:
        """Its embedding model as LangChain embeddings."""
        from retrieval.langchain import EncoderEmbeddings

        return EncoderEmbeddings(self.encoder)

    def warn_of_silent_pages(self) -> None:
        """Pages without a text layer are named before anything is answered."""
        for name, one in self.indexed.items():
            silent = one.parsed.document.silent
            if silent:
                log.warning(
                    "%s: no text on %s%s %s (scanned or empty); nothing there can be found%s.",
                    name,
                    one.parsed.document.unit,
                    "s" if len(silent) > 1 else "",
                    ranges(silent),
                    ocr.hint(one.parsed.document.unit),
                )

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
        name, chunk = self.rows[number]
        document = self.indexed[name].parsed.document
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

"""docagent's own retrieval."""

from __future__ import annotations

from pathlib import Path

from benchmarks.rivals.system import DEPTH, Hit, Index, Search


def load(model: Path, scratch: Path) -> Index:
    """`model` is the packaged one, which is what "minilm" names."""
    import faiss  # noqa: F401
    import tantivy  # noqa: F401

    from retrieval import Corpus
    from retrieval.embed.encoder import Encoder

    encoder = Encoder()
    encoder.encode_query("Are the weights loaded?")

    def index(pdf: Path) -> Search:
        corpus = Corpus.open([pdf], cache=scratch)

        def search(question: str) -> list[Hit]:
            return [(passage.page or 0, passage.text) for passage in corpus.search(question, DEPTH)]

        return search

    return index

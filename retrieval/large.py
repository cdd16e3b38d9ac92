"""Large collections: files into a store, and the store as a corpus."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from retrieval.corpus import AUTO, cutting_encoder, embedding_name, open_cache
from retrieval.embed import multilingual
from retrieval.embed.encoder import Encoder
from retrieval.embed.multilingual import MultilingualEncoder
from retrieval.files import Paths
from retrieval.progress import Emit, ignore
from retrieval.store.collections import Collections
from retrieval.store.documents import IndexedDocument
from retrieval.store.filling import Filled, fill
from retrieval.store.lance import LanceStore
from retrieval.store.lance_index import encoder_of

log = logging.getLogger("docagent")


def fill_store(
    uri: str,
    paths: Paths,
    *,
    embedding: str | None = None,
    cache: str | Path | None = None,
    password: str | None = None,
    emit: Emit | None = None,
) -> Filled:
    """Bring a store to what lies at these paths (see `Corpus.open`), and optimise it.

    What it has is neither read nor embedded again, nor what the cache has. A new store gets the
    embedding model that a corpus of these documents would have. Raises StoreError, DocumentError
    as `Corpus.open` does, and DocAgentError for another embedding model than the store's.
    """
    store, name = LanceStore.open(uri), embedding_name(embedding)
    encoder = encoder_of(store, name) if store.embedding else None
    cutting = cutting_encoder(encoder.name if encoder else name)

    def choose(documents: Sequence[IndexedDocument]) -> Encoder:
        english = all((document.language or "en") == "en" for document in documents)
        if encoder is None:
            many = name == multilingual.NAME or (name == AUTO and not english)
            return MultilingualEncoder() if many else cutting
        if not english and encoder.name == "minilm":
            log.warning("%s is embedded in English; others are found by words alone.", uri)
        return encoder

    root = open_cache(cache)
    expanded = Collections(root).expand(paths)
    filled = fill(store, expanded, cutting, choose, root, password, emit or ignore)
    if filled.added or filled.removed:
        store.optimize(lambda step: log.info("store: %s", step))
    return filled

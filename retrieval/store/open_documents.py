"""All files of a corpus, parsed and cut."""

from __future__ import annotations

import logging
from pathlib import Path

from retrieval.embed.encoder import Encoder
from retrieval.errors import DocAgentError, DocumentError
from retrieval.files import document_names, readable_files
from retrieval.parse import ocr
from retrieval.parse.document import ranges
from retrieval.progress import Emit, Progress
from retrieval.store.cache import Cache
from retrieval.store.documents import IndexedDocument, index_file

log = logging.getLogger("docagent")


def open_documents(
    paths: list[Path], encoder: Encoder, cache: Cache, password: str | None, emit: Emit
) -> tuple[dict[str, Path], list[IndexedDocument]]:
    """Files by the names their passages give, and what is in them, in the same order.

    A file of a folder that cannot be read is left out with a warning. Raises DocumentError for a
    file that was named, or if none is left.
    """
    named, searched = readable_files(paths)
    indexed: dict[Path, IndexedDocument] = {}
    paths = [*named, *searched]
    for number, path in enumerate(paths):
        if len(paths) > 1:
            emit(Progress("files", number, len(paths), "files"))
        try:
            indexed[path] = index_file(path, encoder, cache, password, emit)
        except DocAgentError as error:
            if path in named:
                raise
            log.warning("Left out: %s", error)
    if not indexed:
        raise DocumentError(f"None of the {len(searched)} files in the folder could be read.")
    sources, documents = document_names(list(indexed)), list(indexed.values())
    for name, document in zip(sources, documents, strict=True):
        for warning in document.warnings:
            log.warning("%s: %s", name, warning)
        if document.silent:  # before anything is answered
            log.warning(
                "%s: no text on %s%s %s (scanned or empty); nothing there can be found%s.",
                name,
                document.unit,
                "s" if len(document.silent) > 1 else "",
                ranges(document.silent),
                ocr.hint(document.unit),
            )
    return sources, documents

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
    indexed = read_documents(named, searched, encoder, cache, password, emit)
    sources = document_names(list(indexed))
    if not indexed:
        raise DocumentError(f"None of the {len(searched)} files in the folder could be read.")
    return sources, list(indexed.values())


def read_documents(
    named: list[Path],
    searched: list[Path],
    encoder: Encoder,
    cache: Cache,
    password: str | None,
    emit: Emit,
) -> dict[Path, IndexedDocument]:
    """What is in these files; what of it was not read is said in warnings.

    One that was `searched` and cannot be read is left out with a warning. Raises DocumentError for
    one that was `named`.
    """
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
    names = document_names(list(indexed))
    for name, document in zip(names, indexed.values(), strict=True):
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
    return indexed

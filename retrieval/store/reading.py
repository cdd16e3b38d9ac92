"""All files of a question, parsed and cut."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterable
from pathlib import Path

from retrieval.embed.encoder import Encoder
from retrieval.errors import DocAgentError
from retrieval.files import document_names, readable_files
from retrieval.parse import ocr
from retrieval.parse.document import ranges
from retrieval.progress import Progress
from retrieval.store.cache import Cache
from retrieval.store.indexed import Indexed, index_file

log = logging.getLogger("docagent")


def read_all(
    paths: Iterable[Path], encoder: Encoder, cache: Cache, password: str | None
) -> Generator[Progress, None, tuple[dict[str, Path], list[Indexed]]]:
    """Files by the names their passages give, and what is in them, in the same order.

    A file of a folder that cannot be read is left out with a warning. Raises DocAgentError for one
    that was named, or if none is left.
    """
    named, found = readable_files(paths)
    indexed: dict[Path, Indexed] = {}
    for path in [*named, *found]:
        try:
            indexed[path] = yield from index_file(path, encoder, cache, password)
        except DocAgentError as error:
            if path in named:
                raise
            log.warning("Left out: %s", error)
    if not indexed:
        raise DocAgentError(f"None of the {len(found)} files in the folder could be read.")
    sources, documents = document_names(list(indexed)), list(indexed.values())
    for name, one in zip(sources, documents, strict=True):
        if one.silent:  # before anything is answered
            log.warning(
                "%s: no text on %s%s %s (scanned or empty); nothing there can be found%s.",
                name,
                one.unit,
                "s" if len(one.silent) > 1 else "",
                ranges(one.silent),
                ocr.hint(one.unit),
            )
    return sources, documents

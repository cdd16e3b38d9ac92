"""Finding the right passages of long documents: `Corpus.open(paths).search(question)`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from retrieval.errors import DocAgentError, DocumentError, PasswordRequired

if TYPE_CHECKING:
    from retrieval.corpus import Corpus, prepare
    from retrieval.passage import Passage
    from retrieval.progress import Progress
    from retrieval.query import Query

__all__ = [
    "Corpus",
    "DocAgentError",
    "DocumentError",
    "Passage",
    "PasswordRequired",
    "Progress",
    "Query",
    "prepare",
]

_HOME = {
    "Corpus": "retrieval.corpus",
    "Passage": "retrieval.passage",
    "Progress": "retrieval.progress",
    "Query": "retrieval.query",
    "prepare": "retrieval.corpus",
}


def __getattr__(name: str) -> Any:
    """Imported on first use: faiss and numpy are not needed to print a help text."""
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'retrieval' has no attribute {name!r}")

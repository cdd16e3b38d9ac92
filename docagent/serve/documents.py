"""What a server's routes need of the documents, wherever these are kept."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

from docagent.errors import DocumentError
from docagent.serve.files import FileStore
from docagent.settings import Settings
from retrieval.corpus import Corpus
from retrieval.embed.encoder import Encoder
from retrieval.parse.document import Page
from retrieval.progress import Emit, Progress, ignore
from retrieval.store.documents import IndexedDocument


class ServedDocument(Protocol):
    """One document; ids name it in requests."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def name(self) -> str:
        """What answers call it."""

    def as_json(self) -> dict[str, Any]:
        """The object of `/documents`."""


class Documents(ABC):
    """Documents by id or name: files of this machine (Library), or a store (StoreLibrary)."""

    settings: Settings
    encoder: Encoder
    uploads: FileStore | None
    no_uploads = "Nothing can be uploaded here."
    no_file = "The document is being written, or is not read yet."

    @property
    def files(self) -> FileStore:
        """The uploaded files, where there may be any. Raises DocumentError."""
        if self.uploads is None:
            raise DocumentError(self.no_uploads)
        return self.uploads

    @abstractmethod
    def refresh(self) -> None:
        """Look which documents there are."""

    @abstractmethod
    def read_all(self, emit: Emit = ignore) -> bool:
        """Read what is new or changed; whether nothing is left that is still being written."""

    @abstractmethod
    def states(self) -> dict[str, int]:
        """How many documents are in each state."""

    @abstractmethod
    def listed(self, start: int, most: int | None) -> Sequence[ServedDocument]:
        """The documents from number `start` on, at most so many, or as many as are wise to list."""

    @abstractmethod
    def find(self, wanted: str) -> ServedDocument | None:
        """A document by its id or its name."""

    @abstractmethod
    def ids(self, names: Iterable[str]) -> dict[str, str]:
        """The ids of documents by these names."""

    @abstractmethod
    def corpus(self, wanted: Iterable[str] = (), emit: Emit = ignore) -> Corpus:
        """The documents of these ids or names, all without any, as they are now.

        Raises DocumentError where there is none, or one that was named cannot be read.
        """

    @abstractmethod
    def indexed(self, wanted: str, emit: Emit = ignore) -> tuple[str, IndexedDocument]:
        """A document's name and what was read of it. Raises DocumentError if there is none."""

    @abstractmethod
    def path(self, wanted: str) -> Path | None:
        """The file of a document, if it is here and what was read; None otherwise."""

    def embedding(self) -> Progress | None:
        """How far embedding has come; None where nothing is missing. Questions need not wait."""
        return None

    @abstractmethod
    def close(self) -> None:
        """Stop what is done in the background."""

    def entry(self, wanted: str) -> ServedDocument:
        """A document by its id or its name. Raises DocumentError if there is none."""
        found = self.find(wanted)
        if found is None:
            raise DocumentError(f"There is no document {wanted[:200]!r} here.")
        return found

    def page(self, wanted: str, number: int, emit: Emit = ignore) -> dict[str, Any]:
        """The text of a page and where it lies; a document without pages is one.

        Raises DocumentError for a document or a page that there is not.
        """
        name, indexed = self.indexed(wanted, emit)
        document = indexed.document
        whole = Page(1, None, 0, len(document.text))
        for page in document.pages or (whole,):
            if page.number == number:
                place = {"start": page.start, "end": page.end}
                text = document.text[page.start : page.end]
                label = page.label if document.pages else None
                return {"document": name, "page": number, "page_label": label, "text": text} | place
        raise DocumentError(f"{name} has no {document.unit} {number}.")

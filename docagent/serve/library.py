"""The files of a server, and the corpora over them that questions are asked of."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from pathlib import Path

from docagent.errors import DocAgentError, DocumentError
from docagent.serve.documents import Documents
from docagent.serve.entry import Entry, document_id, is_quiet, stamp_of
from docagent.serve.files import FileStore
from docagent.serve.sources import Sources
from docagent.settings import Settings
from retrieval.corpus import Corpus, cutting_encoder, embedding_name
from retrieval.files import document_names
from retrieval.folders import cache_folder
from retrieval.progress import Emit, Progress, ignore
from retrieval.store.cache import Cache
from retrieval.store.documents import IndexedDocument, index_file
from retrieval.store.passage_index import PassageIndex
from retrieval.store.word_index import index_name

log = logging.getLogger("docagent")

_OPEN = 8  # corpora that are kept open
_PATIENCE = 2.0  # seconds that a question waits for files that are being written
_PAUSE = 0.2
_SOON = 100  # missing vectors that a question waits for


class Library(Documents):
    """What `sources` hold and what was uploaded, read once and again when it changes.

    A text that is no longer in its file is never answered from: every question looks whether its
    files are what was read. A file that is being written is left out until it is quiet.
    """

    def __init__(self, sources: Sources, files: FileStore | None, settings: Settings) -> None:
        self.sources, self.uploads = sources, files
        self.settings = settings
        self._embedding = embedding_name(settings.embedding)
        self.encoder = cutting_encoder(self._embedding)
        self._cache = Cache(settings.cache or cache_folder())
        self._entries: dict[Path, Entry] = {}
        self._corpora: OrderedDict[tuple[str, ...], Corpus] = OrderedDict()
        self._all: tuple[str, ...] = ()  # the key of the one over all documents
        self._lock = threading.RLock()
        self._building = threading.RLock()  # one reads or builds at a time

    def refresh(self) -> None:
        """Look which files there are."""
        found, known = self.sources.files(), self._entries
        entries = {path: known.get(path) or Entry(document_id(path), path) for path in found}
        for upload in self.uploads.all() if self.uploads else ():
            path = self.files.path(upload)
            entries[path] = known.get(path) or Entry(upload.id, path, upload=True)
        with self._lock:
            # Another thread may have come to know some meanwhile, and have read them.
            self._set({path: self._entries.get(path, entry) for path, entry in entries.items()})

    def entries(self) -> list[Entry]:
        """All documents."""
        with self._lock:
            return list(self._entries.values())

    def states(self) -> dict[str, int]:
        """How many documents are in each state."""
        return dict(Counter(entry.state for entry in self.entries()))

    def listed(self, start: int, most: int | None) -> Sequence[Entry]:
        """The documents from number `start` on, all without `most`."""
        return self.entries()[start : None if most is None else start + most]

    def entry(self, wanted: str) -> Entry:
        """A document by its id or its name. Raises DocumentError if there is none."""
        entry = self.find(wanted)
        if entry is None:
            self.refresh()  # it may be new
            entry = self.find(wanted)
        if entry is None:
            raise DocumentError(f"There is no document {wanted[:200]!r} here.")
        return entry

    def path(self, wanted: str) -> Path | None:
        """The file of a document, if it is what was read; None otherwise."""
        entry = self.entry(wanted)
        stamp = stamp_of(entry.path)
        return entry.path if stamp is not None and stamp == entry.stamp else None

    def find(self, wanted: str) -> Entry | None:
        """The same among those that are known."""
        for entry in self.entries():
            if wanted in (entry.id, entry.name):
                return entry
        return None

    def ids(self, names: Iterable[str]) -> dict[str, str]:
        """The ids of documents by these names."""
        wanted = set(names)
        return {entry.name: entry.id for entry in self.entries() if entry.name in wanted}

    def read(self, entry: Entry, emit: Emit = ignore) -> bool:
        """Read a document unless that is done, or cannot be done now; whether it can be asked."""
        stamp = stamp_of(entry.path)
        if stamp is None:
            self._forget(entry)
            return False
        if stamp == entry.stamp:
            return entry.indexed is not None
        if not entry.upload and not is_quiet(stamp):
            entry.state, entry.indexed, entry.stamp = "changing", None, None
            return False
        with self._building:
            if stamp != entry.stamp:
                self._index(entry, emit)
                entry.stamp = stamp
        return entry.indexed is not None

    def read_all(self, emit: Emit = ignore) -> bool:
        """Read what is new or changed; whether nothing is left that is still being written."""
        self._readable(self.entries(), emit)
        return all(entry.state != "changing" for entry in self.entries())

    def corpus(self, wanted: Iterable[str] = (), emit: Emit = ignore) -> Corpus:
        """The documents of these ids or names, all without any, as they are now.

        Raises DocumentError where there is none, or one that was named cannot be read.
        """
        named = [self.entry(each) for each in dict.fromkeys(wanted)]
        if not named:
            self.refresh()
        ready = self._ready(named or self.entries(), bool(named), emit)
        for entry in named:
            if entry not in ready:
                raise _unread(entry)
        if not ready:
            raise DocumentError("There is no document to ask; upload one or name one at the start.")
        with self._building:
            return self._opened(ready, "" if named else "all")

    def indexed(self, wanted: str, emit: Emit = ignore) -> tuple[str, IndexedDocument]:
        """A document's name and what was read of it, as its file is now; no index is built.

        Raises DocumentError where there is none, or it cannot be read.
        """
        entry = self.entry(wanted)
        self._ready([entry], True, emit)
        if entry.indexed is None:
            raise _unread(entry)
        return entry.name, entry.indexed

    def embedding(self) -> Progress | None:
        """How far embedding has come; None where nothing is missing. Questions need not wait."""
        for corpus in reversed(list(self._corpora.values())):
            if pending := corpus.pending:
                return Progress("embed", len(corpus) - pending, len(corpus), "passages")
        return None

    def close(self) -> None:
        """Stop embedding; the next start goes on with it."""
        with self._lock:
            for corpus in self._corpora.values():
                corpus.close()

    def _ready(self, entries: list[Entry], every: bool, emit: Emit) -> list[Entry]:
        """Those that can be asked; without one of them, or of `every`, a moment is waited."""
        until = time.monotonic() + _PATIENCE
        while True:
            ready = self._readable(entries, emit)
            enough = len(ready) == len(entries) if every else bool(ready)
            changing = any(entry.state == "changing" for entry in entries)
            if enough or not changing or time.monotonic() > until:
                return ready
            time.sleep(_PAUSE)

    def _readable(self, entries: list[Entry], emit: Emit) -> list[Entry]:
        """Those that can be asked; what is new is read."""
        ready: list[Entry] = []
        for number, entry in enumerate(entries):
            if entry.indexed is None and len(entries) > 1:
                emit(Progress("files", number, len(entries), "files"))
            if self.read(entry, emit):
                ready.append(entry)
        return ready

    def _index(self, entry: Entry, emit: Emit) -> None:
        def report(progress: Progress) -> None:
            entry.progress = progress
            emit(progress)

        entry.state, entry.error, entry.indexed = "reading", "", None
        try:
            password = self.settings.password
            entry.indexed = index_file(entry.path, self.encoder, self._cache, password, report)
        except DocAgentError as error:
            entry.state, entry.error = "failed", str(error)
            log.warning("Left out: %s", error)
        except BaseException:
            entry.state = "waiting"
            raise
        else:
            entry.state = "ready"
        finally:
            entry.progress = None

    def _forget(self, entry: Entry) -> None:
        with self._lock:
            self._set({path: one for path, one in self._entries.items() if one is not entry})

    def _set(self, entries: dict[Path, Entry]) -> None:
        if entries.keys() != self._entries.keys():
            for name, path in document_names(list(entries)).items():
                entries[path].name = name
        self._entries = entries

    def _opened(self, ready: Sequence[Entry], name: str) -> Corpus:
        documents = [entry.indexed for entry in ready if entry.indexed is not None]
        names = {entry.name: entry.path for entry in ready}
        key = tuple(f"{entry.name} {entry.path} {entry.stamp}" for entry in ready)
        if key in self._corpora:
            self._corpora.move_to_end(key)
            return self._corpora[key]
        # One index for all, whatever comes and goes; it is kept up to date.
        of: list[str | Path] = [*self.sources.paths, "uploads"] if name else list(names.values())
        index = index_name(of, self.encoder)
        built = PassageIndex.build(names, documents, index, self.encoder, self._cache)
        corpus = Corpus.suiting(built, self._embedding, self.settings.password)
        if corpus.pending <= _SOON:
            corpus.complete()
        else:
            threading.Thread(target=_embed, args=(corpus,), daemon=True).start()
        if name and self._all in self._corpora:  # it is of other files, and is not asked again
            self._corpora.pop(self._all).close()
        self._all = key if name else self._all
        self._corpora[key] = corpus
        while len(self._corpora) > _OPEN:
            self._corpora.popitem(last=False)[1].close()
        return corpus


def _unread(entry: Entry) -> DocumentError:
    return DocumentError(entry.error or "The document is being written or was removed.")


def _embed(corpus: Corpus) -> None:
    """Make the vectors that questions do not wait for."""
    try:
        corpus.complete()
    except Exception as error:  # noqa: BLE001 (a question raises it again, if it is asked)
        log.warning("Embedding has stopped: %s", error)

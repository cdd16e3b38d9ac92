"""Embedding that goes on while questions are already answered."""

from __future__ import annotations

import atexit
import threading
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate, groupby

import numpy as np

from retrieval.dense.incremental import IncrementalIndex
from retrieval.dense.index import Codes, codes
from retrieval.embed.encoder import Encoder
from retrieval.progress import Emit, Progress
from retrieval.store import vectors as stored
from retrieval.store.cache import Cache
from retrieval.store.documents import IndexedDocument
from retrieval.store.vectors import SHARD, Half

_POLL = 0.2  # seconds between two looks at how far the thread has come
_STOP = 2.0  # seconds for a thread to end; one that waits for another process's lock does not


class Embedding:
    """The vectors of a corpus's passages, numbered from 0 over all documents in order.

    Vectors in the cache are there at once. From `start` on a thread embeds the rest, in document
    order and shard by shard; each shard is saved when it is finished. The thread stands still
    while a question is answered (`pause`): two cores are not enough for both.
    """

    def __init__(
        self, documents: Sequence[IndexedDocument], encoder: Encoder, cache: Cache
    ) -> None:
        self.documents = documents
        self.encoder = encoder
        self.cache = cache
        self.firsts = [0, *accumulate(len(document) for document in documents)]
        self.index = IncrementalIndex(self.firsts[-1])
        self._unfinished = [n for n in range(len(documents)) if not self._load(n)]
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        # Thread.join cannot be used: broken off by Ctrl-C, CPython 3.11 takes a running thread for
        # ended (bpo-45274).
        self._ended = threading.Event()
        self._error: BaseException | None = None
        self._stopped = self._busy = False
        self._questions = 0  # that are being answered
        self._in_shard = 0  # passages embedded of the shard that is being made

    def by(self, encoder: Encoder) -> Embedding:
        """The vectors of the same passages by another model."""
        return Embedding(self.documents, encoder, self.cache)

    @property
    def total(self) -> int:
        """All passages."""
        return self.index.total

    @property
    def pending(self) -> int:
        """Passages whose vectors are missing."""
        return self.total - self.index.done

    def start(self) -> None:
        """Embed in the background what is missing. Raises what stopped an earlier try."""
        self._raise()
        if self._thread is not None or not self._unfinished:
            return
        self.encoder.load()  # here, as two threads would load it twice
        self._stopped = False
        self._ended.clear()
        self._thread = threading.Thread(target=self._run, name="embedding", daemon=True)
        # A thread that is inside torch while the interpreter ends can crash it.
        atexit.register(self.stop)
        self._thread.start()

    def stop(self) -> None:
        """Stop within a few tenths of a second; what was saved stays."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._busy)
        if self._thread is not None:
            self._ended.wait(_STOP)
        atexit.unregister(self.stop)
        self._thread = None

    def complete(self, emit: Emit) -> None:
        """Return when no vector is missing.

        Raises what went wrong in the thread. An interrupt stops the thread; its work is kept.
        """
        self.start()
        try:
            reported = -1
            while self._thread and not self._ended.is_set():
                done = self.index.done + self._in_shard
                if done != reported:
                    reported = done
                    emit(Progress("embed", min(done, self.total), self.total, "passages"))
                self._ended.wait(_POLL)
            self._raise()
        except BaseException:
            self.stop()
            raise

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Leave the cores to a question meanwhile. Raises what has stopped the thread."""
        self._raise()
        with self._changed:
            self._questions += 1
            self._changed.wait_for(lambda: not self._busy)
        try:
            yield
        finally:
            with self._changed:
                self._questions -= 1
                self._changed.notify_all()

    def cover(self, numbers: Iterable[int]) -> None:
        """Embed these passages now, where their vectors are missing.

        Those vectors are not saved: files must not depend on what was asked while they were made.
        """
        missing = self.index.missing(numbers)
        texts: list[str] = []
        for document, inside in groupby(missing, self.document_of):
            first = self.firsts[document]
            texts += self.documents[document].embedded_texts([n - first for n in inside])
        with self.pause():
            for group, vectors in self.encoder.encode(texts) if texts else ():
                self.index.add_single([missing[place] for place in group], vectors)

    def document_of(self, number: int) -> int:
        """Which document a passage belongs to, counted from 0."""
        return bisect_right(self.firsts, number) - 1

    def _key(self, document: IndexedDocument) -> str:
        return document.key + self.encoder.suffix

    def _run(self) -> None:
        try:
            while self._unfinished:
                self._embed(self._unfinished[0])
                del self._unfinished[0]
        except _Stopped:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again where someone waits or asks
            self._error = error
        finally:
            self._ended.set()

    def _raise(self) -> None:
        if self._error is not None:
            error, self._error, self._thread = self._error, None, None
            raise error

    def _load(self, number: int) -> bool:
        """Whether the cache has all vectors of a document, which then are in the index."""
        document = self.documents[number]
        size = len(document)
        if size and self.encoder.suffix not in document.vectors:
            key = self._key(document)
            vectors = stored.load(self.cache, key, size)
            if vectors is None:
                return False
            coded = stored.load_codes(self.cache, key, size)
            self._keep(document, vectors, codes(vectors) if coded is None else coded)
        if size:
            self.index.add(self.firsts[number], *document.vectors[self.encoder.suffix])
        return True

    def _keep(self, document: IndexedDocument, vectors: Half, coded: Codes) -> None:
        """With the document: an index of the same ones but for one then reads nothing again."""
        document.vectors[self.encoder.suffix] = vectors, coded

    def _embed(self, number: int) -> None:
        """Make what is missing of one document, alone among all processes."""
        document, first = self.documents[number], self.firsts[number]
        key, size = self._key(document), len(document)
        with self.cache.lock(key):
            if self._load(number):  # another process made them meanwhile
                return
            shards = []
            for start in range(0, size, SHARD):
                shard = stored.load_shard(self.cache, key, start, size)
                if shard is None:
                    numbers = range(start, min(start + SHARD, size))
                    shard = self._encode(document.embedded_texts(numbers))
                    if size > SHARD:
                        stored.save_shard(self.cache, key, start, shard)
                shards.append(shard)
                self.index.add(first + start, shard)
            vectors = stored.join(self.cache, key, shards)
            self._keep(document, vectors, codes(vectors))
            self.index.add(first, *document.vectors[self.encoder.suffix])

    def _encode(self, texts: list[str]) -> Half:
        rows: dict[int, Half] = {}
        groups = self.encoder.encode(texts)
        while len(rows) < len(texts):
            with self._turn():
                places, vectors = next(groups)
            rows.update(zip(places, vectors.astype(np.float16), strict=True))
            self._in_shard = len(rows)
        self._in_shard = 0
        return np.stack([rows[place] for place in range(len(texts))])

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One piece of the thread's work, when no question needs the cores."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or not self._questions)
            if self._stopped:
                raise _Stopped
            self._busy = True
        try:
            yield
        finally:
            with self._changed:
                self._busy = False
                self._changed.notify_all()


class _Stopped(Exception):
    """The thread was told to stop."""

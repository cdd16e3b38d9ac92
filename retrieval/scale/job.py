"""One run of indexing on Ray: what is new is read, what is gone is removed."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from retrieval.corpus import AUTO, ENGLISH, embedding_name
from retrieval.parse.open import reading_version
from retrieval.progress import Emit, Progress, ignore
from retrieval.scale.cluster import ray_on
from retrieval.scale.manifest import File, Manifest
from retrieval.scale.pipeline import stream
from retrieval.scale.sources import Source, below, patiently, root_of, sources
from retrieval.scale.stages import Reading, Way, vector_encoder
from retrieval.store.documents import TARGET
from retrieval.store.lance import LanceStore, StoreError
from retrieval.store.lance_index import encoder_of
from retrieval.store.lance_tables import Batch

log = logging.getLogger("docagent")

_AWAY = (StoreError, OSError)
_PASSAGES = 5_000  # or
_SECONDS = 30.0  # between two commits: what a killed run loses


@dataclass(slots=True)
class Report:
    """What a run did; `left_out` are files that could not be read, and why."""

    files: int = 0
    unchanged: int = 0
    documents: int = 0
    passages: int = 0
    tokens: int = 0
    removed: int = 0
    left_out: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0


def index_on_ray(
    paths: Iterable[str],
    store: LanceStore,
    on: str,
    embedding: str | None = None,
    password: str | None = None,
    workers: int | None = None,
    emit: Emit = ignore,
) -> Report:
    """Bring a store to the files at or below `paths` (folders, buckets, single files).

    Files that are as they were are not opened. One that cannot be read costs a line of the report.
    A run that was killed goes on where it stopped. A new store is embedded in English unless
    `embedding` says otherwise. Raises DocAgentError if the paths cannot be listed, and then changes
    nothing, or for another model than the store's; StoreError if the store fails for minutes.
    """
    paths, begun = list(paths), time.monotonic()
    way = Way(_model(store, embedding), password)
    run = _Run(store, Manifest(store.uri), way, emit)
    new = run.compare(sources(paths), [root_of(path) for path in paths])
    if new:
        with ray_on(on, workers) as ray:
            # Once in groups; then, each alone, those whose worker was killed over and over.
            for alone in (False, True):
                for reading in stream(ray, run.left(new), run.known, way, alone):
                    run.take(reading)
                run.commit()
    for source in run.left(new):
        run.report.left_out[source.uri] = (
            f"Cannot read {source.uri}: its worker ended each time (out of memory?); "
            "the logs of Ray tell more."
        )
    run.finish()
    run.report.seconds = time.monotonic() - begun
    return run.report


class _Run:
    """The store and its manifest while results come in; this process alone writes to them."""

    def __init__(self, store: LanceStore, manifest: Manifest, way: Way, emit: Emit) -> None:
        self.report = Report()
        self.known: dict[str, str] = {}
        self._changed = False
        self._store, self._manifest, self._emit = store, manifest, emit
        self._way, self._english = _name(way), way.embedding == "minilm"
        self._files = manifest.files()
        self._keys = set(store.keys())
        self._uses = Counter(file.key for file in self._files.values())
        self._sources: dict[str, Source] = {}
        self._waiting: list[Reading] = []
        self._done: set[str] = set()
        self._bytes = self._all_bytes = self._foreign = 0
        self._passages, self._committed = 0, time.monotonic()

    def compare(self, listed: Sequence[Source], roots: Sequence[str]) -> list[Source]:
        """What is to be read. Documents of files that are gone are removed now."""
        here = {source.uri for source in listed}
        gone = [
            file
            for uri, file in self._files.items()
            if uri not in here and any(below(uri, root) for root in roots)
        ]
        self._forget(gone)
        self._manifest.remove(gone)
        self.report.files, self.report.removed = len(listed), len(gone)
        self._changed = bool(gone)
        self.known = {u: f.key for u, f in self._files.items() if f.key in self._keys}
        new = [source for source in listed if not self._is_kept(source)]
        self.report.unchanged = len(listed) - len(new)
        self._sources = {source.uri: source for source in new}
        self._all_bytes = sum(source.size for source in new)
        return new

    def left(self, new: Sequence[Source]) -> list[Source]:
        """What has no result yet."""
        return [source for source in new if source.uri not in self._done]

    def take(self, reading: Reading) -> None:
        """One result; now and then all that came since are committed."""
        self._done.add(reading.uri)
        self._bytes += self._sources[reading.uri].size
        self._waiting.append(reading)
        self._passages += len(reading.rows.passages) if reading.rows else 0
        self.report.tokens += reading.tokens
        if reading.error:
            self.report.left_out[reading.uri] = reading.error
        self._foreign += reading.language not in ("", "en")
        for warning in reading.warnings:
            log.warning("%s: %s", reading.uri, warning)
        self._tell()
        if self._passages >= _PASSAGES or time.monotonic() - self._committed >= _SECONDS:
            self.commit()

    def commit(self) -> None:
        """Write what came since, waiting for a store that is away: twice written is written once.

        Documents first, then the files they are of: killed in between, those are read again.
        """
        patiently(self._commit, _AWAY)
        self._waiting, self._passages, self._committed = [], 0, time.monotonic()

    def _commit(self) -> None:
        readings = [reading for reading in self._waiting if not reading.again]
        before = [self._files[reading.uri] for reading in readings if reading.uri in self._files]
        now = {reading.uri: reading.key for reading in readings}
        self._forget([file for file in before if file.key != now[file.uri]])
        new = [reading.rows for reading in readings if reading.rows]
        if new:
            batch = Batch.joined(new)
            self._store.add(batch)
            self._keys |= set(batch.keys)
        self._manifest.append([self._file(reading) for reading in readings])
        self.report.documents += len(new)
        self.report.passages += sum(len(rows.passages) for rows in new)
        for file in map(self._file, readings):
            if file.uri not in self._files:  # else its content is what it was
                if file.key and self._uses[file.key]:
                    log.warning("%s is a copy of another file, which has its words.", file.uri)
                self._uses[file.key] += 1
            self._files[file.uri] = file
        self._changed = self._changed or bool(readings)

    def finish(self) -> None:
        """Indexes and files in order, if anything has changed."""
        if self._foreign and self._english:
            log.warning(
                "%d documents are not in English: they are found by words alone, or by meaning in "
                "a new store with --embedding embedded:multilingual.",
                self._foreign,
            )
        if self._changed:
            patiently(self._store.optimize, _AWAY)
            patiently(self._manifest.tidy, _AWAY)

    def _is_kept(self, source: Source) -> bool:
        file = self._files.get(source.uri)
        if file is None or not file.is_of(source, self._way):
            return False
        if file.error:
            self.report.left_out[source.uri] = file.error
        return bool(file.error) or file.key in self._keys

    def _file(self, reading: Reading) -> File:
        source = self._sources[reading.uri]
        return File(source.uri, source.size, source.modified, self._way, reading.key, reading.error)

    def _forget(self, files: Sequence[File]) -> None:
        """Remove documents that no other file has."""
        uses = self._uses - Counter(file.key for file in files)
        keys = {file.key for file in files if not uses[file.key]} & self._keys
        if keys:
            self._store.remove(keys)
        self._keys -= keys
        self._uses = uses
        for file in files:
            del self._files[file.uri]

    def _tell(self) -> None:
        """Documents, and tokens of what all files seem to have by their sizes."""
        done, tokens = len(self._done), self.report.tokens
        self._emit(Progress("index", done, len(self._sources), "documents"))
        share = self._bytes / self._all_bytes if self._all_bytes else 1.0
        self._emit(Progress("tokens", tokens, round(tokens / (share or 1.0)), "tokens"))


def _model(store: LanceStore, embedding: str | None) -> str:
    """The model of the store's vectors; of a new store the one that is asked for."""
    name = embedding_name(embedding)
    if store.embedding:
        return encoder_of(store, name).name
    return vector_encoder(ENGLISH if name == AUTO else name).name


def _name(way: Way) -> str:
    """What a file's text and vectors depend on besides its content; a password stays unknown."""
    encoder = vector_encoder(way.embedding)
    parts = [reading_version(), TARGET, encoder.fingerprint, encoder.limit, way.password]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:24]

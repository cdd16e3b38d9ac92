"""The word index over a set of documents, kept up to date document by document."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from retrieval.embed.encoder import Encoder
from retrieval.lexical.index import LexicalIndex, write
from retrieval.store.cache import Cache, Manifest, checksums, replace_text, whole
from retrieval.store.collections import MARK
from retrieval.store.documents import IndexedDocument

log = logging.getLogger("docagent")

KIND = "lexical"
_STATE = "state.json"
_FEW = 2_000
_STALE = 8
"""tantivy counts the words of passages that were taken out until it happens to merge their file, so
that scores drift from those of a fresh index. Up to so many passages, a moment's work, the
index is therefore built anew from the stored terms; a larger one when one in so many is stale."""


@dataclass
class State:
    """What is in an index folder.

    `slots` maps slots to documents. A writer announces in `adding` and `removing` what it is about
    to do, before tantivy's commit, and clears them after it. If it is killed between the two, the
    slots themselves show whether the commit went through.
    """

    folder: str
    slots: dict[int, str] = field(default_factory=dict)
    passages: dict[int, int] = field(default_factory=dict)
    adding: list[int] = field(default_factory=list)
    removing: list[int] = field(default_factory=list)
    next: int = 0
    stale: int = 0  # passages taken out since it was built
    files: Manifest = field(default_factory=dict)

    @classmethod
    def read(cls, place: Path) -> State | None:
        """None if there is none that can be read."""
        try:
            checksum, _, text = (place / _STATE).read_text("utf-8").partition("\n")
            if int(checksum) != zlib.crc32(text.encode()):
                return None
            fields = json.loads(text)
            for name in ("slots", "passages"):
                fields[name] = {int(slot): value for slot, value in fields[name].items()}
            return cls(**fields)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def save(self, place: Path) -> None:
        """Raises OSError."""
        text = json.dumps(self.__dict__)
        replace_text(place / _STATE, f"{zlib.crc32(text.encode())}\n{text}")

    def is_of(self, documents: dict[str, IndexedDocument]) -> bool:
        """Whether the index is of these documents, and no writer was killed at it."""
        return not self.adding + self.removing and set(self.slots.values()) == set(documents)


def index_name(paths: Sequence[str | Path], encoder: Encoder) -> str:
    """Names the index of a collection, or of some arguments, in the cache.

    Files come and go under the same name; with another encoder their chunks are others.
    """
    names = sorted(p if p[:1] == MARK else str(Path(p).absolute()) for p in map(str, paths))
    text = json.dumps([names, encoder.fingerprint])
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:40]


def word_index(documents: list[IndexedDocument], name: str, cache: Cache) -> LexicalIndex:
    """The index over all passages of the documents, in order; in memory if it cannot be kept."""
    named = _named(documents)
    place = cache.root / KIND / name
    index = _opened(place, named)
    if index is None and cache.writable:
        with cache.lock(f"{KIND}-{name}"):
            try:
                if cache.writable:
                    _update(place, named)
            except OSError as error:
                cache.give_up(error)
        index = _opened(place, named)
    if index is None:
        in_memory = write(_rows(enumerate(named.values())))
        index = LexicalIndex(in_memory, _first(range(len(named)), named))
    return index


def fault(place: Path, rows: dict[str, int]) -> str:
    """What is wrong with an index, all bytes read; `rows` are the passages of known documents."""
    state = State.read(place)
    if state is None:
        # A first build that was killed left no state, and the next one starts over.
        return "its state cannot be read" if (place / _STATE).exists() else ""
    if state.adding or state.removing:
        return ""  # its writer was killed, and the next one finishes or repeats the work
    if not whole(place / state.folder, state.files, every=True):
        return "a file has not the bytes that were written"
    try:
        index = LexicalIndex.open(place / state.folder)
    except ValueError:
        return "it cannot be opened"
    for slot, document in state.slots.items():
        count = rows.get(document.partition(".")[0], state.passages[slot])
        if not index.count(slot) == state.passages[slot] == count:
            return f"it does not hold the {count} passages of {document[:12]}"
    return ""


def _named(documents: list[IndexedDocument]) -> dict[str, IndexedDocument]:
    """Documents by key; equal ones, which have the same key, are numbered."""
    seen: Counter[str] = Counter()
    named = {}
    for document in documents:
        named[f"{document.key}.{seen[document.key]}"] = document
        seen[document.key] += 1
    return named


def _opened(place: Path, named: dict[str, IndexedDocument]) -> LexicalIndex | None:
    """The index if it is of these documents; read without a lock.

    A writer announces in the state what it is about to do. So if the state is the same before and
    after, what was opened in between is what the state says.
    """
    state = State.read(place)
    if state is None or not state.is_of(named):
        return None
    folder = place / state.folder
    if not whole(folder, state.files):
        return None
    slots = {document: slot for slot, document in state.slots.items()}
    try:
        index = LexicalIndex.open(folder, _first([slots[document] for document in named], named))
    except ValueError:
        return None
    return index if State.read(place) == state else None


def _first(slots: Any, named: dict[str, IndexedDocument]) -> dict[int, int]:
    first, at = {}, 0
    for slot, document in zip(slots, named.values(), strict=True):
        first[slot] = at
        at += len(document)
    return first


def _rows(numbered: Any) -> Any:
    return ((slot, document.terms()) for slot, document in numbered)


def _update(place: Path, named: dict[str, IndexedDocument]) -> None:
    """Bring the index to these documents. Raises OSError; repeated after a kill, it goes on."""
    for partial in place.glob(f".{_STATE}.*"):  # of a writer that was killed
        partial.unlink(missing_ok=True)
    state = State.read(place)
    if state is not None and (state.adding or state.removing):
        state = _recover(place, state)
    damaged = state is None or not whole(place / state.folder, state.files)
    if damaged and (place / _STATE).exists():
        log.warning("The word index %s is damaged; building it again.", place.name[:12])
        state = None
    if state is None or _worn(state, named):
        _build(place, named)
        return
    if state.is_of(named):
        return
    present = set(state.slots.values())
    removed = [slot for slot, document in state.slots.items() if document not in named]
    new = {
        state.next + number: document
        for number, document in enumerate(d for d in named if d not in present)
    }
    state.adding, state.removing = list(new), removed
    state.next += len(new)
    state.slots |= new
    state.passages |= {slot: len(named[document]) for slot, document in new.items()}
    state.save(place)
    write(_rows((s, named[d]) for s, d in new.items()), removed, place / state.folder)
    _commit(place, state)


def _commit(place: Path, state: State) -> None:
    """Say that what was announced is done."""
    for slot in state.removing:
        del state.slots[slot]
        state.stale += state.passages.pop(slot)
    state.adding, state.removing = [], []
    state.files = checksums(place / state.folder, state.files)
    state.save(place)


def _recover(place: Path, state: State) -> State | None:
    """The state after a writer was killed; None if the index cannot be read."""
    doubtful = set(state.adding + state.removing)
    try:
        index = LexicalIndex.open(place / state.folder)
    except ValueError:
        return None
    counts = {slot: index.count(slot) for slot in state.slots}
    if any(n != state.passages[slot] for slot, n in counts.items() if slot not in doubtful):
        return None
    # tantivy commits all or nothing.
    added = all(counts[slot] == state.passages[slot] for slot in state.adding)
    if not added or any(counts[slot] for slot in state.removing):
        for slot in state.adding:
            del state.slots[slot], state.passages[slot]
        state.removing = []
    _commit(place, state)
    return state


def _worn(state: State, named: dict[str, IndexedDocument]) -> bool:
    """Whether so many passages were taken out that the index is better built anew."""
    removed = sum(n for slot, n in state.passages.items() if state.slots[slot] not in named)
    left = sum(state.passages.values()) - removed
    stale = state.stale + removed
    return stale > 0 and (left <= _FEW or _STALE * stale > left)


def _build(place: Path, named: dict[str, IndexedDocument]) -> None:
    """A new index beside the old one; the state then points to it."""
    state = State(uuid4().hex[:8], next=len(named))
    folder = place / state.folder
    try:
        folder.mkdir(parents=True, mode=0o700)
        write(_rows(enumerate(named.values())), folder=folder)
        state.slots = dict(enumerate(named))
        state.passages = {slot: len(named[document]) for slot, document in state.slots.items()}
        state.files = checksums(folder)
        state.save(place)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    for old in place.iterdir():
        if old.is_dir() and old != folder:
            shutil.rmtree(old, ignore_errors=True)

"""KV caches of recent prompts, so that a new prompt is read only from where it differs.

Agent turns, follow-up questions and many questions on one document begin with what was read
before. The reuse is automatic, and nothing is computed twice.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from docagent.engine.decoding.prefix import MAX_OVERWRITTEN, MIN_PREFIX, TokenIds, common_prefix

if TYPE_CHECKING:
    from docagent.engine.decoding.prefix_store import PrefixStore
    from docagent.engine.network.kv_cache import KVCache


class PrefixCache:
    """The most recently used KV caches within `budget` bytes; `store` also keeps them on disk.

    An entry that is being continued is taken out until it is put back, so that two threads never
    write into the same one.
    """

    def __init__(self, budget: int, store: PrefixStore | None = None) -> None:
        self.budget = budget
        self._store = store
        self._entries: OrderedDict[int, tuple[TokenIds, KVCache]] = OrderedDict()
        self._new: deque[tuple[TokenIds, KVCache]] = deque()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def nbytes(self) -> int:
        """Bytes of all entries, room in their buffers included."""
        return sum(cache.nbytes for _, cache in self._entries.values())

    def take(self, ids: Sequence[int], new_cache: Callable[[], KVCache], room: int = 0) -> KVCache:
        """The KV cache of the longest cached prefix of `ids`, to be continued.

        At least one token is left to read, since its logits are needed. `new_cache` makes an empty
        one of the right method: entries of another factor are never continued. `room` is how many
        tokens will be added.
        """
        prompt = np.asarray(ids, np.int64)
        empty = new_cache()
        with self._lock:
            self._add_new()
            key, common = self._longest(prompt, empty.method)
            if key is not None:
                entry_ids, cache = self._entries[key]
                if len(entry_ids) - common > MAX_OVERWRITTEN:
                    self._entries.move_to_end(key)
                    size = cache.nbytes * (common + room) // cache.capacity
                    if self.nbytes + size <= self.budget:
                        return cache.copy(common, room)
                del self._entries[key]
                cache.crop(common)
                return cache
        return self._store.load(prompt, empty) if self._store is not None else empty

    def match(self, ids: Sequence[int], method: tuple[str, float]) -> int:
        """Tokens of a prompt that are cached in memory; at least one is always left to read."""
        with self._lock:
            self._add_new()
            key, common = self._longest(np.asarray(ids, np.int64), method)
        return common if key is not None else 0

    def put(self, ids: Sequence[int], cache: KVCache) -> None:
        """Keep the KV cache of `ids`; the least recently used entries give way.

        It never waits for the lock: the garbage collector may end an answer while this very thread
        holds it. Then the entry is added when the cache is used next.
        """
        length = min(len(ids), cache.length)
        if length < MIN_PREFIX:
            return
        cache.crop(length)
        prompt = np.asarray(ids[:length], np.int64)
        self._new.append((prompt, cache))
        if self._lock.acquire(blocking=False):
            try:
                self._add_new()
            finally:
                self._lock.release()
        if self._store is not None:
            self._store.save(prompt, cache)

    def _add_new(self) -> None:
        while self._new:
            prompt, cache = self._new.popleft()
            for key, (entry_ids, entry) in list(self._entries.items()):
                contained = common_prefix(entry_ids, prompt) == len(entry_ids)
                if contained and entry.method == cache.method:
                    del self._entries[key]
            if cache.nbytes <= self.budget:
                self._entries[id(cache)] = prompt, cache
            while self.nbytes > self.budget:
                self._entries.popitem(last=False)

    def clear(self) -> None:
        """Give the memory back."""
        with self._lock:
            self._new.clear()
            self._entries.clear()

    def _longest(self, prompt: TokenIds, method: tuple[str, float]) -> tuple[int | None, int]:
        best: int | None = None
        longest = MIN_PREFIX - 1
        for key, (ids, cache) in self._entries.items():
            common = min(common_prefix(ids, prompt), len(prompt) - 1)
            if cache.method == method and common > longest:
                best, longest = key, common
        return best, longest

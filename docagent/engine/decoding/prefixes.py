"""Keys and values of recent prompts, so that a new prompt is read only from where it differs.

Agent turns, follow-up questions and many questions on one document begin with what was read
before. Nobody asks for the reuse and nothing is paid for twice.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from docagent.engine.decoding.generate import Generation
    from docagent.engine.decoding.saved import SavedPrefixes
    from docagent.engine.network.keyvalues import KeyValues

Ids = NDArray[np.int64]

WORTH = 16
"""Tokens; a shorter common prefix is read again rather than copied."""

ENDING = 1024
"""Tokens at the end of an entry that a new prompt may overwrite. More is a branch of its own: the
common part is then copied, and both stay."""


class Prefixes:
    """The most recently used keys and values within `budget` bytes.

    An entry that is being continued is taken out until it is put back, so that two threads never
    write into the same one.
    """

    def __init__(self, budget: int, saved: SavedPrefixes | None = None) -> None:
        self.budget = budget
        self._saved = saved
        self._entries: OrderedDict[int, tuple[Ids, KeyValues]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def nbytes(self) -> int:
        """Bytes held, room in the buffers included."""
        return sum(past.nbytes for _, past in self._entries.values())

    def take(self, ids: Sequence[int], fresh: Callable[[], KeyValues], room: int = 0) -> KeyValues:
        """Keys and values of the longest known prefix of `ids`, to be continued.

        At least one token is left to read, since its logits are needed. `fresh` makes an empty one
        of the right method: entries of another factor are never continued. `room` is what will be
        added in tokens.
        """
        wanted = np.asarray(ids, np.int64)
        empty = fresh()
        with self._lock:
            key, common = self._longest(wanted, empty.method)
            if key is not None:
                known, past = self._entries[key]
                if len(known) - common <= ENDING:
                    del self._entries[key]
                    past.crop(common)
                    return past
                self._entries.move_to_end(key)
                if self.nbytes + past.nbytes * (common + room) // past.capacity <= self.budget:
                    return past.copy(common, room)
                del self._entries[key]
                past.crop(common)
                return past
        if self._saved is not None:
            return self._saved.load(wanted, empty)
        return empty

    def known(self, ids: Sequence[int], method: tuple[str, float]) -> int:
        """Tokens of a prompt that are remembered in memory; at least one is always left to read."""
        with self._lock:
            key, common = self._longest(np.asarray(ids, np.int64), method)
        return common if key is not None else 0

    def put(self, ids: Sequence[int], past: KeyValues) -> None:
        """Keep keys and values of `ids`; the least recently used give way."""
        length = min(len(ids), past.length)
        if length < WORTH:
            return
        past.crop(length)
        known = np.asarray(ids[:length], np.int64)
        with self._lock:
            for key, (other, held) in list(self._entries.items()):
                if held.method == past.method and common_prefix(other, known) == len(other):
                    del self._entries[key]
            if past.nbytes <= self.budget:
                self._entries[id(past)] = known, past
            while self.nbytes > self.budget:
                self._entries.popitem(last=False)
        if self._saved is not None:
            self._saved.save(known, past)

    def clear(self) -> None:
        """Give the memory back."""
        with self._lock:
            self._entries.clear()

    def _longest(self, wanted: Ids, method: tuple[str, float]) -> tuple[int | None, int]:
        best: int | None = None
        longest = WORTH - 1
        for key, (known, past) in self._entries.items():
            common = min(common_prefix(known, wanted), len(wanted) - 1)
            if past.method == method and common > longest:
                best, longest = key, common
        return best, longest


class Writing:
    """An answer's token ids; what it has read is remembered afterwards, however it ended.

    `cached_tokens` of the prompt were not read again.
    """

    def __init__(self, generation: Generation, past: KeyValues, prefixes: Prefixes) -> None:
        self.generation = generation
        self.cached_tokens = past.length
        self._past = past
        self._prefixes = prefixes

    def __iter__(self) -> Iterator[int]:
        try:
            yield from self.generation
        finally:
            self._prefixes.put(self.generation.tokens, self._past)


def common_prefix(left: Ids, right: Ids) -> int:
    """Tokens that two sequences have in common at their start."""
    shorter = min(len(left), len(right))
    differ = np.flatnonzero(left[:shorter] != right[:shorter])
    return int(differ[0]) if len(differ) else shorter

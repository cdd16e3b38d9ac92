"""Continuous batching: requests are read and written together, and come and go one by one.

One loop (Yu et al. 2022, Orca) with what requests have in common at their start stored once
(Juravsky et al. 2024, Hydragen). Whoever waits for an answer drives the loop for all who wait.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Collection, Generator, Sequence
from typing import TYPE_CHECKING

from docagent.engine.decoding.batch_prefill import (
    Row,
    RowPrefill,
    SharedPrefix,
    forward_rows,
    row_prefills,
)
from docagent.engine.decoding.generate import OutOfMemory, memory_errors
from docagent.engine.decoding.prefix import shared_prefix

if TYPE_CHECKING:
    import torch

    from docagent.engine.decoding.prefix_cache import PrefixCache
    from docagent.engine.decoding.request import Request
    from docagent.engine.network.batch_cache import BatchKVCache
    from docagent.engine.network.network import Network


class Scheduler:
    """The requests of one network, first come first served; safe to use from several threads.

    At most `max_rows` are written at once, and their own tokens, answers included, number at most
    `max_tokens`. A prompt is read `chunk` tokens at a time, between which the others are written.
    """

    def __init__(
        self,
        network: Network,
        eos_ids: Collection[int],
        prefix_cache: PrefixCache,
        *,
        max_rows: int,
        max_tokens: int,
        chunk: int,
    ) -> None:
        self._network = network
        self._eos_ids = frozenset(eos_ids)
        self._prefix_cache = prefix_cache
        self._max_rows = max_rows
        self._max_tokens = max_tokens
        self._chunk = chunk
        self._lock = threading.Lock()
        self._waiting: deque[Request] = deque()
        self._prefixes: list[SharedPrefix] = []
        self._prefills: deque[SharedPrefix | RowPrefill] = deque()
        self._reading: list[Row] = []
        self._rows: list[Row] = []
        self._cache: BatchKVCache | None = None

    def submit(self, request: Request) -> None:
        """Put a request at the end of the queue."""
        self._waiting.append(request)

    def results(self, requests: Sequence[Request]) -> Generator[Request, None, None]:
        """Each request when it is done. Cancels the others when it is closed."""
        pending = list(requests)
        try:
            while pending:
                with self._lock:
                    if not any(request.done for request in pending):
                        self._step()
                for request in [request for request in pending if request.done]:
                    pending.remove(request)
                    yield request
        finally:
            self._abandon(pending)

    def tokens(self, request: Request) -> Generator[int, None, None]:
        """Submit a request; its tokens as they come. Raises its error; cancels it when closed.

        `on_prefill` is called between two steps until the first token is there.
        """
        self.submit(request)
        count = 0
        try:
            while True:
                if request.on_prefill is not None and not request.answer:
                    request.on_prefill(self._read(request), len(request.ids))
                ready = request.answer[count:]
                count += len(ready)
                yield from ready
                if request.done and count >= len(request.answer):
                    break
                with self._lock:
                    # It may be shorter than before, where memory ran out and it began anew.
                    if not request.done and count >= len(request.answer):
                        self._step()
            if request.error is not None:
                raise request.error
        finally:
            self._abandon([request])

    def _read(self, request: Request) -> int:
        """Tokens of a prompt that are read."""
        for row in self._reading:
            if row.request is request:
                return row.prefix.cache.length
        return 0

    def _abandon(self, requests: Sequence[Request]) -> None:
        """Cancel requests; their places are free now, or at the next step if one is under way.

        It never waits for the lock: the garbage collector may close an iterator in the middle of a
        step of this very thread.
        """
        for request in requests:
            request.done = True
        if self._lock.acquire(blocking=False):
            try:
                self._settle()
            finally:
                self._lock.release()

    def _step(self) -> None:
        """One chunk of a prompt, then one token of every answer."""
        self._settle()
        if not self._prefills and self._waiting:
            self._admit()
        if self._prefills:
            try:
                self._prefill()
            except OutOfMemory as error:
                self._back_off(self._reading, error)
                self._reading = []
                self._prefills.clear()
        if self._rows:
            try:
                self._decode()
            except OutOfMemory as error:
                self._back_off(self._rows, error)

    def _settle(self) -> None:
        """Let go of requests that are done."""
        # The deque stays the same one: another thread may add to it meanwhile.
        for request in [request for request in list(self._waiting) if request.done]:
            self._waiting.remove(request)
        running = [index for index, row in enumerate(self._rows) if not row.request.done]
        if len(running) < len(self._rows):
            self._release([row for row in self._rows if row.request.done])
            assert self._cache is not None
            self._rows = [self._rows[index] for index in self._cache.keep(running)]
        if not self._rows:
            self._cache = None

    def _release(self, rows: Sequence[Row]) -> None:
        for row in rows:
            prefix = row.prefix
            prefix.users -= 1
            if not prefix.users and prefix in self._prefixes:
                self._prefixes.remove(prefix)
                self._prefix_cache.put(prefix.ids, prefix.cache)

    def _back_off(self, rows: list[Row], error: OutOfMemory) -> None:
        """Too much at once: from now on less, and the newer half of these from the beginning."""
        reading = rows is self._reading
        others = len(self._rows) if reading else 0
        keep = 0 if reading else len(rows) // 2
        self._max_rows = max(1, others or len(rows) // 2)
        if len(rows) + others == 1:
            rows[0].request.fail(error)
        again = [row.request for row in rows[keep:] if not row.request.done]
        for request in again:
            request.restart()
        self._waiting.extendleft(reversed(again))
        self._release(rows[keep:])
        if not reading:
            if keep and self._cache is not None:
                self._rows = [rows[index] for index in self._cache.keep(range(keep))]
            else:
                self._rows, self._cache = [], None

    def _admit(self) -> None:
        """Queue the prompts that there is room for to be read."""
        requests = list(self._waiting)[: max(0, self._max_rows - len(self._rows))]
        used = sum(row.memory for row in self._rows)
        rows: list[Row] = []
        for row in self._placed(requests):
            used += row.memory
            if (rows or self._rows) and used > self._max_tokens:
                break
            rows.append(row)
            row.prefix.users += 1
        for row in rows:
            self._waiting.remove(row.request)
        self._reading = rows
        for prefix in {id(row.prefix): row.prefix for row in rows}.values():
            self._begin(prefix, [row.request for row in rows if row.prefix is prefix])
        self._prefills += row_prefills(rows, self._chunk)

    def _placed(self, requests: Sequence[Request]) -> list[Row]:
        """Each request with the longest prefix that it shares with others or that is cached."""
        prefixes = list(self._prefixes)
        for factor in {request.factor for request in requests}:
            prompts = [request.ids for request in requests if request.factor == factor]
            if common := shared_prefix(prompts):
                cache = self._network.new_cache(factor)
                prefixes.append(SharedPrefix(prompts[0][:common], cache))
        rows = []
        for request in requests:
            # What is to be kept is kept whole, unless most of the prompt is another's too.
            least = len(request.ids) // 2 if request.keep else 0
            matching = [p for p in prefixes if len(p.ids) >= least and p.begins(request)]
            if not matching:
                cache = self._network.new_cache(request.factor)
                cached = self._prefix_cache.match(request.ids, cache.method)
                # The last token is always read, as what follows it is asked for.
                own = len(request.ids) - 1 if request.keep else cached
                matching = [SharedPrefix(request.ids[:own], cache)]
                prefixes += matching
            prefix = max(matching, key=lambda prefix: len(prefix.ids))
            rows.append(Row(request, prefix, request.ids[len(prefix.ids) :]))
        return rows

    def _begin(self, prefix: SharedPrefix, requests: Sequence[Request]) -> None:
        """Queue what requests share to be read, unless it was read before."""
        for request in requests:
            request.cached = len(prefix.ids)
        if prefix in self._prefixes or not prefix.ids:
            return
        empty = prefix.cache
        # One more token stands for those that must stay unread.
        prefix.cache = self._prefix_cache.take([*prefix.ids, -1], lambda: empty)
        requests[0].cached = prefix.cache.length
        self._prefixes.append(prefix)
        if prefix.cache.length < len(prefix.ids):
            self._prefills.append(prefix)

    def _prefill(self) -> None:
        """Read one chunk; rows that are read get their first token and join the others."""
        prefill = self._prefills[0]
        if isinstance(prefill, RowPrefill):
            rows = prefill.rows
        else:
            rows = [row for row in self._reading if row.prefix is prefill]
        if all(row.request.done for row in rows):
            if isinstance(prefill, RowPrefill):
                self._forget(rows)
            self._prefills.popleft()
            return
        if not prefill.step(self._network, self._chunk):
            return
        if isinstance(prefill, RowPrefill):
            self._join(prefill)
        self._prefills.popleft()

    def _forget(self, rows: Sequence[Row]) -> None:
        """Nobody waits for these any more: what is read of them is kept."""
        self._reading = [row for row in self._reading if row not in rows]
        self._release(rows)

    def _join(self, prefill: RowPrefill) -> None:
        rows, cache = prefill.rows, prefill.cache
        assert cache is not None
        cache.decode()
        if self._cache is None:
            self._cache, self._rows = cache, list(rows)
        else:
            with memory_errors(self._network.device):
                self._cache.join(cache)
            self._rows = [*self._rows, *rows]
        read = {id(row) for row in rows}
        self._reading = [row for row in self._reading if id(row) not in read]
        self._append(rows, prefill.logits)

    def _decode(self) -> None:
        """One more token of every answer."""
        # What was read in this step may have ended with its first token.
        self._settle()
        if self._cache is None:
            return
        ids = [[row.request.answer[-1]] for row in self._rows]
        self._append(self._rows, forward_rows(self._network, self._cache, ids, [0] * len(ids)))

    def _append(self, rows: Sequence[Row], logits: torch.Tensor) -> None:
        requests = [row.request for row in rows]
        if all(request.sampler.greedy and request.constraint is None for request in requests):
            tokens: list[int] = logits.argmax(-1).tolist()
        else:
            tokens = [request.next_token(logits[index]) for index, request in enumerate(requests)]
        for request, token in zip(requests, tokens, strict=True):
            if token not in self._eos_ids:
                request.append(token)
                if request.remaining:
                    continue
            request.done = True

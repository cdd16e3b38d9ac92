"""Continuous batching: requests are read and written together, and come and go one by one.

One loop (Yu et al. 2022, Orca) with what requests have in common at their start kept once (Juravsky
et al. 2024, Hydragen). Whoever waits for an answer drives the loop for all who wait.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import torch

from docagent.engine.decoding.generate import OutOfMemory, choose, forward, reported
from docagent.engine.decoding.prefixes import WORTH, Prefixes, common_prefix
from docagent.engine.decoding.sampler import Sampler
from docagent.engine.network.batched import BatchKeyValues
from docagent.errors import DocAgentError

if TYPE_CHECKING:
    from docagent.engine.decoding.constraint import Constraint
    from docagent.engine.network.keyvalues import KeyValues
    from docagent.engine.network.network import Network


@dataclass(eq=False)
class Request:
    """A prompt to be answered; `answer` grows, and `error` says why there is none.

    `cached` tokens of the prompt were not read for it, `on_read(tokens)` hears of those that are.
    """

    ids: list[int]
    max_new_tokens: int
    factor: float = 1.0
    sampler: Sampler = field(default_factory=Sampler)
    constraint: Constraint | None = None
    on_read: Callable[[int], None] | None = None
    answer: list[int] = field(default_factory=list)
    error: DocAgentError | None = None
    done: bool = False
    cached: int = 0

    def choose(self, logits: torch.Tensor) -> int:
        """The next token."""
        left = self.max_new_tokens - len(self.answer)
        return choose(logits, self.sampler, self.constraint, left)

    def take(self, token: int) -> None:
        """Add a token to the answer."""
        self.answer.append(token)
        if self.constraint is not None:
            self.constraint.accept(token)

    def restart(self) -> None:
        """Forget an answer that was cut short."""
        if self.constraint is not None:
            self.constraint.rollback(len(self.answer))
        self.answer = []


@dataclass(eq=False)
class _Start:
    """What several requests begin with, and how many of them are at work."""

    ids: list[int]
    past: KeyValues
    users: int = 0


@dataclass
class _Row:
    """A request at work: what it shares, and the rest of its prompt."""

    request: Request
    start: _Start
    own: list[int]

    @property
    def room(self) -> int:
        return len(self.own) + self.request.max_new_tokens


class Scheduler:
    """The requests of one network, first come first served; safe to use from several threads.

    At most `most_rows` are written at once, and their own tokens, answers included, number at most
    `most_tokens`. A prompt is read `chunk` tokens at a time, between which the others are written.
    """

    def __init__(
        self,
        network: Network,
        eos_ids: Collection[int],
        prefixes: Prefixes,
        *,
        most_rows: int,
        most_tokens: int,
        chunk: int,
    ) -> None:
        self._network = network
        self._eos_ids = frozenset(eos_ids)
        self._prefixes = prefixes
        self._most_rows = most_rows
        self._most_tokens = most_tokens
        self._chunk = chunk
        self._lock = threading.Lock()
        self._waiting: deque[Request] = deque()
        self._starts: list[_Start] = []
        self._reading: Iterator[None] | None = None
        self._read: list[_Row] = []
        self._rows: list[_Row] = []
        self._past: BatchKeyValues | None = None

    def submit(self, request: Request) -> None:
        """Put a request at the end of the queue."""
        self._waiting.append(request)

    def cancel(self, request: Request) -> None:
        """End a request wherever it is; its place is free at the next step."""
        request.done = True

    def results(self, requests: Sequence[Request]) -> Generator[Request, None, None]:
        """Each request when it is done. Cancels the others when nobody asks on."""
        left = list(requests)
        try:
            while left:
                with self._lock:
                    if not any(request.done for request in left):
                        self._step()
                for request in [request for request in left if request.done]:
                    left.remove(request)
                    yield request
        finally:
            for request in left:
                self.cancel(request)
            with self._lock:
                self._settle()

    def tokens(self, request: Request) -> Generator[int, None, None]:
        """The tokens of one answer as they come. Raises its error; cancels it when left."""
        given = 0
        try:
            while True:
                ready = request.answer[given:]
                given += len(ready)
                yield from ready
                if request.done and given == len(request.answer):
                    break
                with self._lock:
                    if not request.done and given == len(request.answer):
                        self._step()
            if request.error is not None:
                raise request.error
        finally:
            self.cancel(request)
            with self._lock:
                self._settle()

    def _step(self) -> None:
        """One part of a prompt, then one token of every answer."""
        self._settle()
        if self._reading is None and self._waiting:
            self._reading = self._admit()
        if self._reading is not None:
            try:
                next(self._reading, None)
                if not self._read:
                    self._reading = None
            except OutOfMemory as error:
                self._back_off(self._read, error)
                self._read, self._reading = [], None
        if self._rows:
            try:
                self._write()
            except OutOfMemory as error:
                self._back_off(self._rows, error)

    def _settle(self) -> None:
        """Let go of requests that are done."""
        self._waiting = deque(request for request in self._waiting if not request.done)
        kept = [index for index, row in enumerate(self._rows) if not row.request.done]
        if len(kept) < len(self._rows):
            self._release([row for row in self._rows if row.request.done])
            assert self._past is not None
            self._rows = [self._rows[index] for index in self._past.keep(kept)]
        if not self._rows:
            self._past = None

    def _release(self, rows: Sequence[_Row]) -> None:
        for row in rows:
            row.start.users -= 1
            if not row.start.users and row.start in self._starts:
                self._starts.remove(row.start)
                self._prefixes.put(row.start.ids, row.start.past)

    def _back_off(self, rows: list[_Row], error: OutOfMemory) -> None:
        """Too much at once: from now on less, and the newer half of these from the beginning."""
        others = len(self._rows) if rows is self._read else 0
        keep = 0 if rows is self._read else len(rows) // 2
        self._most_rows = max(1, others or len(rows) // 2)
        if len(rows) + others == 1:
            rows[0].request.error, rows[0].request.done = error, True
        again = [row.request for row in rows[keep:] if not row.request.done]
        for request in again:
            request.restart()
        self._waiting.extendleft(reversed(again))
        self._release(rows[keep:])
        if rows is self._rows:
            if keep and self._past is not None:
                self._rows = [rows[index] for index in self._past.keep(range(keep))]
            else:
                self._rows, self._past = [], None

    def _admit(self) -> Iterator[None]:
        """Read the prompts of the requests that there is room for; a pause after each part."""
        requests = list(self._waiting)[: max(0, self._most_rows - len(self._rows))]
        used = sum(row.room for row in self._rows)
        rows: list[_Row] = []
        for row in self._placed(requests):
            used += row.room
            if (rows or self._rows) and used > self._most_tokens:
                break
            rows.append(row)
            row.start.users += 1
        if not rows:
            return
        for row in rows:
            self._waiting.remove(row.request)
        self._read = rows
        for start in {id(row.start): row.start for row in rows}.values():
            yield from self._begin(start, [row for row in rows if row.start is start])
        # Rows of like length pad each other little.
        rows.sort(key=lambda row: len(row.own), reverse=True)
        for start in {id(row.start): row.start for row in rows}.values():
            yield from self._read_rows([row for row in rows if row.start is start])
        self._read = []

    def _placed(self, requests: Sequence[Request]) -> list[_Row]:
        """Each request with the longest start that it shares with others or that is known."""
        starts = list(self._starts)
        for factor in {request.factor for request in requests}:
            alike = [request.ids for request in requests if request.factor == factor]
            if common := shared_prefix(alike):
                starts.append(_Start(alike[0][:common], self._network.remember(factor)))
        rows = []
        for request in requests:
            known = [start for start in starts if begins(request, start)]
            if not known:
                empty = self._network.remember(request.factor)
                found = self._prefixes.known(request.ids, empty.method)
                known = [_Start(request.ids[:found], empty)]
                starts += known
            start = max(known, key=lambda start: len(start.ids))
            rows.append(_Row(request, start, request.ids[len(start.ids) :]))
        return rows

    def _begin(self, start: _Start, rows: Sequence[_Row]) -> Iterator[None]:
        """Read what requests share, unless it was read before."""
        if start in self._starts or not start.ids:
            for row in rows:
                row.request.cached = len(start.ids)
            return
        empty = start.past
        # One more token stands for those that must stay unread.
        start.past = self._prefixes.take([*start.ids, -1], lambda: empty)
        known = start.past.length
        for row in rows:
            row.request.cached = known if row is rows[0] else len(start.ids)
        self._starts.append(start)
        while start.past.length < len(start.ids):
            part = start.ids[start.past.length : start.past.length + self._chunk]
            forward(self._network, start.past, part)
            yield

    def _read_rows(self, rows: list[_Row]) -> Iterator[None]:
        """Read the rest of the prompts that share a start, and write their first tokens."""
        first = 0
        while first < len(rows):
            longest = len(rows[first].own)
            part = rows[first : first + max(1, self._chunk // longest)]
            first += len(part)
            room = max(row.room for row in part)
            with reported(self._network.device):
                factors = [row.request.factor for row in part]
                past = BatchKeyValues(part[0].start.past, factors, room)
            found: list[torch.Tensor | None] = [None] * len(part)
            for start in range(0, longest, self._chunk):
                end = min(start + self._chunk, longest)
                ids = [(row.own[start:end] + [0] * end)[: end - start] for row in part]
                ends = [len(row.own) - 1 for row in part]
                last = [min(max(place - start, 0), end - start - 1) for place in ends]
                logits = self._forward(past, ids, last)
                for index, place in enumerate(ends):
                    if start <= place < end:
                        found[index] = logits[index]
                if end < longest:
                    yield
            past.lengths = [len(row.own) for row in part]
            for row in part:
                if row.request.on_read is not None:
                    row.request.on_read(len(row.own))
            self._join(part, past)
            self._take(part, torch.stack([one for one in found if one is not None]))
            yield

    def _join(self, rows: list[_Row], past: BatchKeyValues) -> None:
        past.decode()
        if self._past is None:
            self._past, self._rows = past, list(rows)
        else:
            with reported(self._network.device):
                self._past.join(past)
            self._rows = [*self._rows, *rows]
        read = {id(row) for row in rows}
        self._read = [row for row in self._read if id(row) not in read]

    def _write(self) -> None:
        """One more token of every answer."""
        # What was read in this step may have ended with its first token.
        self._settle()
        if self._past is None:
            return
        ids = [[row.request.answer[-1]] for row in self._rows]
        self._take(self._rows, self._forward(self._past, ids, [0] * len(ids)))

    def _take(self, rows: Sequence[_Row], logits: torch.Tensor) -> None:
        requests = [row.request for row in rows]
        if all(request.sampler.greedy and request.constraint is None for request in requests):
            tokens: list[int] = logits.argmax(-1).tolist()
        else:
            tokens = [request.choose(logits[index]) for index, request in enumerate(requests)]
        for request, token in zip(requests, tokens, strict=True):
            if token not in self._eos_ids:
                request.take(token)
                if len(request.answer) < request.max_new_tokens:
                    continue
            request.done = True

    def _forward(self, past: BatchKeyValues, ids: list[list[int]], last: list[int]) -> torch.Tensor:
        device = self._network.device
        with reported(device):
            at = torch.tensor(last, device=device)
            return self._network.forward(torch.tensor(ids, device=device), past, at)[:, 0]


def begins(request: Request, start: _Start) -> bool:
    """Whether a prompt begins with what is there already, under its factor."""
    size = len(start.ids)
    return (
        start.past.factor == request.factor
        and 0 < size < len(request.ids)
        and request.ids[:size] == start.ids
    )


def shared_prefix(prompts: Sequence[Sequence[int]]) -> int:
    """Tokens that all prompts begin with, each keeping at least one; 0 where it is not worth it."""
    if len(prompts) < 2:
        return 0
    lists = [list(ids) for ids in prompts]
    least, most = np.asarray(min(lists)), np.asarray(max(lists))
    common = min(common_prefix(least, most), min(map(len, prompts)) - 1)
    return common if common >= WORTH else 0

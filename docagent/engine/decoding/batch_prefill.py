"""Reading the prompts of a batch, one chunk a step, so that others are written in between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from docagent.engine.decoding.generate import forward, memory_errors
from docagent.engine.network.batch_cache import BatchKVCache

if TYPE_CHECKING:
    from docagent.engine.decoding.request import Request
    from docagent.engine.network.kv_cache import KVCache
    from docagent.engine.network.network import Network


@dataclass(eq=False)
class SharedPrefix:
    """What several requests begin with, and how many of them are at work."""

    ids: list[int]
    cache: KVCache
    users: int = 0

    def step(self, network: Network, chunk: int) -> bool:
        """Read a chunk; whether it was the last. Raises `OutOfMemory`."""
        done = self.cache.length
        forward(network, self.cache, self.ids[done : done + chunk])
        return self.cache.length == len(self.ids)

    def begins(self, request: Request) -> bool:
        """Whether a prompt begins with it, under the same factor."""
        size = len(self.ids)
        return (
            self.cache.factor == request.factor
            and 0 < size < len(request.ids)
            and request.ids[:size] == self.ids
        )


@dataclass(eq=False)
class Row:
    """A request at work: the prefix it shares, and the rest of its prompt."""

    request: Request
    prefix: SharedPrefix
    ids: list[int]

    @property
    def room(self) -> int:
        """Tokens of its own, the answer included."""
        return len(self.ids) + self.request.max_new_tokens

    @property
    def memory(self) -> int:
        """The same with what is kept of its prompt."""
        return self.room + (len(self.prefix.ids) if self.request.keep else 0)


class RowPrefill:
    """Reads the rest of the prompts of rows that share a prefix, all at once.

    Afterwards `cache` holds them, and `logits` (rows, vocabulary) follow their last tokens.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = list(rows)
        self.cache: BatchKVCache | None = None
        self._logits: dict[int, torch.Tensor] = {}
        self._start = 0
        self._longest = max(len(row.ids) for row in rows)

    @property
    def logits(self) -> torch.Tensor:
        """Logits after the last token of each row, (rows, vocabulary)."""
        return torch.stack([self._logits[index] for index in range(len(self.rows))])

    def step(self, network: Network, chunk: int) -> bool:
        """As of a prefix."""
        if self.cache is None:
            with memory_errors(network.device):
                factors = [row.request.factor for row in self.rows]
                room = max(row.room for row in self.rows)
                self.cache = BatchKVCache(self.rows[0].prefix.cache, factors, room)
        start, end = self._start, min(self._start + chunk, self._longest)
        ids = [(row.ids[start:end] + [0] * end)[: end - start] for row in self.rows]
        ends = [len(row.ids) - 1 for row in self.rows]
        last = [min(max(place - start, 0), end - start - 1) for place in ends]
        logits = forward_rows(network, self.cache, ids, last)
        for index, place in enumerate(ends):
            if start <= place < end:
                self._logits[index] = logits[index]
        self._start = end
        if end < self._longest:
            return False
        self.cache.lengths = [len(row.ids) for row in self.rows]
        return True


def row_prefills(rows: Sequence[Row], chunk: int) -> Iterable[RowPrefill]:
    """Rows in groups of one prefix and of at most `chunk` tokens, padding included."""
    # Rows of like length pad each other little.
    longest_first = sorted(rows, key=lambda row: len(row.ids), reverse=True)
    for prefix in {id(row.prefix): row.prefix for row in longest_first}.values():
        group = [row for row in longest_first if row.prefix is prefix]
        while group:
            size = max(1, chunk // len(group[0].ids))
            yield RowPrefill(group[:size])
            group = group[size:]


def forward_rows(
    network: Network, cache: BatchKVCache, ids: list[list[int]], last: list[int]
) -> torch.Tensor:
    """Logits after the token at `last` of each row, (rows, vocabulary). Raises `OutOfMemory`."""
    device = network.device
    with memory_errors(device):
        at = torch.tensor(last, device=device)
        return network.forward(torch.tensor(ids, device=device), cache, at)[:, 0]

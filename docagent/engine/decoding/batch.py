"""Many answers at once: prompts that begin alike share what they have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import torch

from docagent.engine.decoding.generate import OutOfMemory, choose, reported
from docagent.engine.decoding.prefixes import WORTH, common_prefix
from docagent.engine.decoding.sampler import Sampler
from docagent.engine.network.batched import BatchKeyValues
from docagent.errors import DocAgentError

if TYPE_CHECKING:
    from docagent.engine.decoding.constraint import Constraint
    from docagent.engine.network.keyvalues import KeyValues
    from docagent.engine.network.network import Network


@dataclass
class Row:
    """One prompt without the common prefix, and its answer."""

    number: int
    ids: list[int]
    max_new_tokens: int
    factor: float
    sampler: Sampler = field(default_factory=Sampler)
    constraint: Constraint | None = None
    answer: list[int] = field(default_factory=list)

    def choose(self, logits: torch.Tensor) -> int:
        """The next token of this row."""
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


def shared_prefix(prompts: Sequence[Sequence[int]]) -> int:
    """Tokens that all prompts begin with, each keeping at least one; 0 where it is not worth it."""
    if len(prompts) < 2:
        return 0
    lists = [list(ids) for ids in prompts]
    least, most = np.asarray(min(lists)), np.asarray(max(lists))
    common = min(common_prefix(least, most), min(map(len, prompts)) - 1)
    return common if common >= WORTH else 0


def by_prefix(rows: list[Row]) -> Iterator[tuple[list[int], list[Row]]]:
    """Groups that share one prefix, which is taken off their rows; each keeps at least a token.

    Keys of a prefix belong to one YaRN factor; without one, rows of any factors go together.
    """
    if not rows:
        return
    common = shared_prefix([row.ids for row in rows])
    if not common:
        yield [], rows
        return
    shared = rows[0].ids[:common]
    for row in rows:
        row.ids = row.ids[common:]
    for factor in sorted({row.factor for row in rows}):
        yield shared, [row for row in rows if row.factor == factor]


Done = tuple[int, "list[int] | DocAgentError"]


def generate_batch(
    network: Network,
    prefix: KeyValues,
    rows: Sequence[Row],
    eos_ids: frozenset[int],
    *,
    most_rows: int,
    most_tokens: int,
    chunk: int,
    on_read: Callable[[int], None] | None = None,
) -> Iterator[Done]:
    """Yield each row's number and its new token ids, or its error, as soon as it is done.

    At most `most_rows` rows and `most_tokens` tokens of keys and values at a time. Out of memory,
    a group is halved; a row that does not fit alone ends with its error and loses no other.
    `on_read(tokens)` reports progress in reading prompts.
    """
    # Longest first: rows of like length pad each other little, and memory fails early if it does.
    waiting = sorted(rows, key=lambda row: len(row.ids), reverse=True)
    while waiting:
        room = max(len(row.ids) + row.max_new_tokens for row in waiting)
        size = max(1, min(most_rows, most_tokens // room))
        group = waiting[:size]
        done: set[int] = set()
        try:
            for number, answer in _Group(network, prefix, group, eos_ids, chunk, on_read).run():
                done.add(number)
                yield number, answer
        except OutOfMemory as error:
            if len(group) == 1:
                yield group[0].number, error
                done.add(group[0].number)
            most_rows = max(1, len(group) // 2)
            for row in group:
                row.restart()
        waiting = [row for row in waiting if row.number not in done]


class _Group:
    """Rows that are read and answered together."""

    def __init__(
        self,
        network: Network,
        prefix: KeyValues,
        rows: list[Row],
        eos_ids: frozenset[int],
        chunk: int,
        on_read: Callable[[int], None] | None,
    ) -> None:
        self._network = network
        self._rows = rows
        self._eos_ids = eos_ids
        self._chunk = chunk
        self._on_read = on_read
        room = max(len(row.ids) + row.max_new_tokens for row in rows)
        with reported(network.device):
            self._past = BatchKeyValues(prefix, [row.factor for row in rows], room)

    def run(self) -> Iterator[tuple[int, list[int]]]:
        rows = list(self._rows)
        logits = self._prefill(rows)
        self._past.lengths = [len(row.ids) for row in rows]
        self._past.decode()
        while True:
            kept: list[int] = []
            for index, token in enumerate(self._choose(rows, logits)):
                row = rows[index]
                if token not in self._eos_ids:
                    row.take(token)
                    if len(row.answer) < row.max_new_tokens:
                        kept.append(index)
                        continue
                yield row.number, row.answer
            if not kept:
                return
            if len(kept) < len(rows):
                self._past.keep(kept)
                rows = [rows[index] for index in kept]
            logits = self._forward([[row.answer[-1]] for row in rows], [0] * len(rows))

    def _choose(self, rows: list[Row], logits: torch.Tensor) -> list[int]:
        if all(row.sampler.greedy and row.constraint is None for row in rows):
            found: list[int] = logits.argmax(-1).tolist()
            return found
        return [row.choose(logits[index]) for index, row in enumerate(rows)]

    def _prefill(self, rows: list[Row]) -> torch.Tensor:
        """Logits after each row's prompt, (rows, vocabulary)."""
        found: list[torch.Tensor] = []
        first = 0
        while first < len(rows):
            longest = len(rows[first].ids)
            count = max(1, self._chunk // longest)
            part = rows[first : first + count]
            self._past.prefill(range(first, first + len(part)))
            found.append(self._read(part, longest))
            first += len(part)
            if self._on_read is not None:
                self._on_read(sum(len(row.ids) for row in part))
        return torch.cat(found)

    def _read(self, rows: list[Row], longest: int) -> torch.Tensor:
        padded = [row.ids + [0] * (longest - len(row.ids)) for row in rows]
        ends = [len(row.ids) - 1 for row in rows]
        found: list[torch.Tensor | None] = [None] * len(rows)
        for start in range(0, longest, self._chunk):
            part = [ids[start : start + self._chunk] for ids in padded]
            size = len(part[0])
            last = [min(max(end - start, 0), size - 1) for end in ends]
            logits = self._forward(part, last)
            for index, end in enumerate(ends):
                if start <= end < start + size:
                    found[index] = logits[index]
        return torch.stack([row for row in found if row is not None])

    def _forward(self, ids: list[list[int]], last: list[int]) -> torch.Tensor:
        device = self._network.device
        with reported(device):
            at = torch.tensor(last, device=device)
            return self._network.forward(torch.tensor(ids, device=device), self._past, at)[:, 0]

"""The decode loop: a prompt in chunks, then tokens one by one, or several where guessed."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import torch

from docagent.engine.decoding.sampler import Sampler
from docagent.errors import ContextTooLong

if TYPE_CHECKING:
    from docagent.engine.decoding.constraint import Constraint
    from docagent.engine.decoding.ngram import NgramProposer
    from docagent.engine.decoding.prefix_cache import PrefixCache
    from docagent.engine.network.kv_cache import KVCache
    from docagent.engine.network.network import Network
    from docagent.engine.options import OnPrefill

SMALLEST_CHUNK = 32
"""Tokens; where a forward pass over so few finds no memory, halving helps no more."""

ROOM = 512
"""Tokens that an answer finds room for at once; few are longer."""

_log = logging.getLogger("docagent")


class Generation:
    """One answer in the making; iterate once for its token ids, the end token not among them.

    `past` holds the first `past.length` of `ids` already and grows with the answer; afterwards
    `tokens` says what it holds. Fewer than `max_new_tokens` ids means that the model ended by
    itself. `forwards` counts passes after the prompt was read.
    """

    def __init__(
        self,
        network: Network,
        past: KVCache,
        ids: Sequence[int],
        *,
        max_new_tokens: int,
        eos_ids: Collection[int],
        chunk: int,
        sampler: Sampler | None = None,
        proposer: NgramProposer | None = None,
        constraint: Constraint | None = None,
        on_prefill: OnPrefill | None = None,
    ) -> None:
        if past.length >= len(ids):
            # The last token's logits are needed, and keys alone do not give them.
            raise ValueError(f"{past.length} tokens remembered of a prompt of {len(ids)}")
        self._network = network
        self._past = past
        self._tokens = list(ids)
        self._limit = max_new_tokens
        self._eos_ids = frozenset(eos_ids)
        self._chunk = chunk
        self._sampler = sampler or Sampler()
        # A guess is checked against the most likely token: it says nothing of a drawn one.
        self._proposer = proposer if self._sampler.greedy else None
        self._constraint = constraint
        self._on_prefill = on_prefill
        self.forwards = 0

    @property
    def tokens(self) -> list[int]:
        """The tokens that `past` holds."""
        return self._tokens[: self._past.length]

    def __iter__(self) -> Iterator[int]:
        produced = 0
        room = min(self._limit, ROOM)
        rows = prefill(self._network, self._past, self._tokens, self._chunk, self._on_prefill, room)
        guess: list[int] = []
        while True:
            accepted = 0
            for row, guessed in zip(rows, [*guess, None], strict=True):
                token = self._choose(row, self._limit - produced)
                if token in self._eos_ids:
                    self._settle(len(guess), accepted)
                    return
                correct = token == guessed
                accepted += correct
                if not correct:
                    # Before the token is yielded: the caller may close the generator here.
                    self._settle(len(guess), accepted)
                self._take(token)
                produced += 1
                yield token
                if produced == self._limit:
                    self._settle(len(guess), accepted)
                    return
                if not correct:
                    break
            guess = self._propose(self._limit - produced - 1)
            rows = self._step([self._tokens[-1], *guess])

    def _choose(self, logits: torch.Tensor, remaining: int) -> int:
        return next_token(logits, self._sampler, self._constraint, remaining)

    def _take(self, token: int) -> None:
        self._tokens.append(token)
        if self._constraint is not None:
            self._constraint.accept(token)
        if self._proposer is not None:
            self._proposer.push(token)

    def _propose(self, limit: int) -> list[int]:
        if limit <= 0:
            return []
        if self._constraint is not None and (forced := self._constraint.forced()):
            return forced[:limit]
        guess = self._proposer.propose(limit) if self._proposer is not None else []
        if self._constraint is not None:
            guess = guess[: self._constraint.allowed_prefix(guess)]
        return guess

    def _settle(self, guessed: int, accepted: int) -> None:
        """Forget the keys of guesses that did not hold."""
        wrong = guessed - accepted
        if wrong > 0:
            self._past.crop(self._past.length - wrong)
        if self._proposer is not None:
            self._proposer.adapt(guessed, accepted)

    def _step(self, tokens: list[int]) -> torch.Tensor:
        self.forwards += 1
        return forward(self._network, self._past, tokens, last=len(tokens))


class TokenStream(Protocol):
    """An answer's token ids as they come; `cached_tokens` of the prompt were not read again."""

    cached_tokens: int

    def __iter__(self) -> Iterator[int]: ...


class GenerationStream:
    """An answer's token ids; what was read goes into the prefix cache, however the answer ended.

    `cached_tokens` of the prompt were not read again.
    """

    def __init__(self, generation: Generation, past: KVCache, prefix_cache: PrefixCache) -> None:
        self.generation = generation
        self.cached_tokens = past.length
        self._past = past
        self._prefix_cache = prefix_cache

    def __iter__(self) -> Iterator[int]:
        try:
            yield from self.generation
        finally:
            self._prefix_cache.put(self.generation.tokens, self._past)


def next_token(
    logits: torch.Tensor, sampler: Sampler, constraint: Constraint | None, remaining: int
) -> int:
    """The next token, from logits (vocabulary,); `remaining` tokens are left to the limit."""
    # Torch lets logits made in inference mode be masked only there.
    with torch.inference_mode():
        if constraint is not None:
            constraint.mask(logits)
            if remaining <= constraint.ending:
                constraint.hasten(logits)
        return sampler(logits)


def prefill(
    network: Network,
    past: KVCache,
    ids: Sequence[int],
    chunk: int,
    on_prefill: OnPrefill | None = None,
    room: int = 0,
) -> torch.Tensor:
    """Read what `past` does not hold of a prompt; logits after its last token, (1, vocabulary).

    Reads `chunk` tokens at a time. Out of memory, it halves the chunk and goes on.
    `on_prefill(done, total)` is called after each. `room` is made for so many tokens to come.
    Raises `ContextTooLong` when memory does not suffice for `SMALLEST_CHUNK`.
    """
    total = len(ids)
    with memory_errors(network.device):
        past.reserve(total + room)
    logits: torch.Tensor | None = None
    while past.length < total:
        part = list(ids[past.length : past.length + chunk])
        try:
            logits = forward(network, past, part)
        except OutOfMemory as error:
            if chunk <= SMALLEST_CHUNK:
                raise ContextTooLong(
                    f"out of memory on {network.device} after {past.length:,} of {total:,} tokens "
                    "of the prompt; lower --budget or choose a smaller model"
                ) from error
            chunk //= 2
            _log.info("out of memory: reading %d tokens at a time", chunk)
            continue
        if on_prefill is not None:
            on_prefill(past.length, total)
    assert logits is not None
    return logits


class OutOfMemory(ContextTooLong):
    """The device has no memory for this forward pass."""


def forward(network: Network, past: KVCache, tokens: list[int], last: int = 1) -> torch.Tensor:
    """Logits after the last `last` of new tokens, (last, vocabulary); `past` grows by all of them.

    Raises `OutOfMemory`; `past` is then what it was.
    """
    with memory_errors(network.device):
        return network.forward(torch.tensor([tokens], device=network.device), past, last)[0]


@contextmanager
def memory_errors(device: torch.device) -> Iterator[None]:
    """Raise `OutOfMemory` where torch runs out of memory."""
    try:
        yield
    except RuntimeError as error:
        if not out_of_memory(error):
            raise
        if device.type == "cuda":
            torch.cuda.empty_cache()
        raise OutOfMemory(
            f"out of memory on {device}; lower --budget or choose a smaller model"
        ) from error


def out_of_memory(error: RuntimeError) -> bool:
    """Whether torch ran out of memory; on the CPU it says so only in the message."""
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)

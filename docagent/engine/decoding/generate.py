"""The decode loop: a prompt in chunks, then tokens one by one, or several where guessed."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from docagent.engine.decoding.ngram import NgramProposer
from docagent.errors import ContextTooLong, DocAgentError

if TYPE_CHECKING:
    from docagent.engine.decoding.request import Request
    from docagent.engine.network.kv_cache import KVCache
    from docagent.engine.network.network import Network
    from docagent.engine.options import OnPrefill

SMALLEST_CHUNK = 32
"""Tokens; where a forward pass over so few finds no memory, halving helps no more."""

ROOM = 512
"""Tokens that an answer finds room for at once; few are longer."""

LOSS_ROWS = 128
"""Rows of logits at once: 78 MB in float32 for a vocabulary of 152,064."""

_log = logging.getLogger("docagent")


class Generation:
    """One answer in the making; iterate once for its token ids, the end token not among them.

    `past` holds the first `past.length` tokens of the prompt already and grows with the answer;
    afterwards `tokens` says what it holds. An answer shorter than the request's limit ended by
    itself.
    """

    def __init__(
        self,
        network: Network,
        past: KVCache,
        request: Request,
        eos_ids: Collection[int],
        chunk: int,
    ) -> None:
        if past.length >= len(request.ids):
            # The last token's logits are needed, and keys alone do not give them.
            raise ValueError(f"{past.length} tokens remembered of a prompt of {len(request.ids)}")
        self.past = past
        self.request = request
        self._network = network
        self._eos_ids = frozenset(eos_ids)
        self._chunk = chunk
        self.proposer: NgramProposer | None = None
        # A guess is checked against the most likely token: it says nothing of a drawn one.
        if request.sampler.greedy and request.quote_from is not None:
            self.proposer = NgramProposer(request.ids, request.quote_from)

    @property
    def tokens(self) -> list[int]:
        """The tokens that `past` holds."""
        return [*self.request.ids, *self.request.answer][: self.past.length]

    def __iter__(self) -> Iterator[int]:
        request, network, past = self.request, self._network, self.past
        room = min(request.max_new_tokens, ROOM)
        rows = prefill(network, past, request.ids, self._chunk, request.on_prefill, room)
        guess: list[int] = []
        while True:
            accepted = 0
            for row, guessed in zip(rows, [*guess, None], strict=True):
                token = request.next_token(row)
                if token in self._eos_ids:
                    self._settle(len(guess), accepted)
                    return
                correct = token == guessed
                accepted += correct
                if not correct:
                    # Before the token is yielded: the caller may close the generator here.
                    self._settle(len(guess), accepted)
                request.append(token)
                if self.proposer is not None:
                    self.proposer.push(token)
                yield token
                if not request.remaining:
                    self._settle(len(guess), accepted)
                    return
                if not correct:
                    break
            guess = self._propose(request.remaining - 1)
            request.forwards += 1
            tokens = [request.answer[-1], *guess]
            rows = forward(network, past, tokens, last=len(tokens))

    def _propose(self, limit: int) -> list[int]:
        if limit <= 0:
            return []
        constraint = self.request.constraint
        if constraint is not None and (forced := constraint.forced()):
            return forced[:limit]
        guess = self.proposer.propose(limit) if self.proposer is not None else []
        return guess if constraint is None else guess[: constraint.allowed_prefix(guess)]

    def _settle(self, guessed: int, accepted: int) -> None:
        """Forget the keys of guesses that did not hold."""
        wrong = guessed - accepted
        if wrong > 0:
            self.past.crop(self.past.length - wrong)
        if self.proposer is not None:
            self.proposer.adapt(guessed, accepted)


def loss(network: Network, past: KVCache, ids: Sequence[int], last: int, chunk: int) -> float:
    """Mean loss in nats of predicting each of the last `last` tokens from all before it.

    `past` is empty and says how positions are rotated. Raises `DocAgentError` for fewer than two
    tokens.
    """
    last = min(last, len(ids) - 1)
    if last < 1:
        raise DocAgentError("a loss needs at least two tokens")
    first = len(ids) - last
    if first > 1:
        prefill(network, past, ids[: first - 1], chunk)
    total = 0.0
    for start in range(first, len(ids), LOSS_ROWS):
        end = min(start + LOSS_ROWS, len(ids))
        part = list(ids[start - 1 : end - 1])
        logits = forward(network, past, part, last=len(part))
        targets = torch.tensor(ids[start:end], device=logits.device)
        total += float(functional.cross_entropy(logits, targets, reduction="sum"))
    return total / last


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

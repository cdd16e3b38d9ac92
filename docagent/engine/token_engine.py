"""A loaded network at work on token ids: windows, memory, cached prompts, answers and losses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from docagent.engine.decoding.generate import Generation, GenerationStream, TokenStream
from docagent.engine.decoding.loss import loss
from docagent.engine.decoding.ngram import NgramProposer
from docagent.engine.decoding.prefix_cache import PrefixCache
from docagent.engine.decoding.prefix_store import PrefixStore
from docagent.engine.decoding.request import Request
from docagent.engine.decoding.sampler import Choices, Sampler
from docagent.engine.decoding.scheduled_stream import ScheduledStream
from docagent.engine.decoding.scheduler import Scheduler
from docagent.engine.memory import PREFILL_CHUNK, refuse_if_too_large
from docagent.engine.network.dual_chunk import DualChunkKVCache, chunks_for
from docagent.engine.network.kv_cache import KVCache
from docagent.engine.network.rope import factor_for
from docagent.errors import ContextTooLong, DocAgentError
from retrieval import machine

if TYPE_CHECKING:
    from docagent.engine.decoding.constraint import Constraint
    from docagent.engine.loading.load import LoadedModel
    from docagent.engine.options import LongContext, OnPrefill

PREFIX_SHARE = 0.25
"""Part of the free memory that cached prompts may take; the rest is for the prompt at hand,
documents and indexes."""

PREFIX_STORE_BYTES = 20 * 1000**3
GPU_CHUNK = 16_384
CPU_ROWS = 32
GPU_ROWS = 64
"""Answers written at once. A CPU's matrix product takes 32 rows in the time of two."""

BATCH_SHARE = 0.5
"""Part of the free memory for the keys and values of a batch."""

Result = tuple[int, "list[int] | DocAgentError"]


class TokenEngine:
    """Reads and writes token ids with one network; safe to use from several threads."""

    def __init__(
        self,
        loaded: LoadedModel,
        *,
        long_context: LongContext = "yarn",
        prefix_cache: bool = True,
        prefix_folder: Path | None = None,
    ) -> None:
        self.loaded = loaded
        self.network = loaded.network
        # Whether single answers of several threads are read and written together, as a server
        # needs it. One alone is faster by itself, as it guesses words ahead.
        self.shared = False
        self.long_context = long_context
        self._device = str(self.network.device)
        self._kv_bytes = self.network.config.kv_bytes(self.network.dtype.itemsize)
        store = None
        if prefix_folder is not None:
            store = PrefixStore(prefix_folder, loaded.fingerprint, PREFIX_STORE_BYTES)
        budget = int(PREFIX_SHARE * machine.free_memory(self._device)) if prefix_cache else 0
        self.prefix_cache = PrefixCache(budget, store)

    @property
    def chunk(self) -> int:
        """Tokens of a prompt read at once.

        On a GPU as many as a quarter of the free memory holds activations for: about 32 vectors
        of the hidden size a token.
        """
        if self.network.device.type == "cpu":
            return PREFILL_CHUNK
        room = machine.free_memory(self._device) // 4
        fits = room // (32 * self.network.config.hidden * self.network.dtype.itemsize)
        return max(PREFILL_CHUNK, min(GPU_CHUNK, 1 << (max(fits, 1).bit_length() - 1)))

    @cached_property
    def scheduler(self) -> Scheduler:
        """The loop that reads and writes for everyone who asks at the same time."""
        free = machine.free_memory(self._device)
        return Scheduler(
            self.network,
            self.loaded.eos_ids,
            self.prefix_cache,
            max_rows=CPU_ROWS if self.network.device.type == "cpu" else GPU_ROWS,
            max_tokens=int(BATCH_SHARE * free) // self._kv_bytes,
            chunk=self.chunk,
        )

    def new_cache(self, tokens: int, yarn_factor: float | None = None) -> KVCache:
        """An empty KV cache for a session of so many tokens in all.

        With YaRN, `yarn_factor` is by default the least whose window holds them.
        """
        network = self.network
        if self.long_context == "dca" and yarn_factor is None:
            chunks = chunks_for(network.config.native)
            return DualChunkKVCache(
                network.config, network.rope, network.dtype, network.devices, chunks
            )
        if yarn_factor is None:
            yarn_factor = factor_for(tokens, network.config.native, self.loaded.factors)
        return network.new_cache(yarn_factor)

    def write(
        self,
        ids: Sequence[int],
        *,
        max_new_tokens: int,
        session_tokens: int = 0,
        sampler: Sampler | None = None,
        quote_from: int | None = 0,
        constraint: Constraint | None = None,
        on_prefill: OnPrefill | None = None,
    ) -> TokenStream:
        """An answer to a prompt, to be iterated for its token ids.

        `session_tokens` is what the whole session will hold: the YaRN factor is chosen for it, so
        that later turns can go on from these keys. Tokens of the prompt from `quote_from` on are
        searched for n-grams to propose; None proposes nothing.
        Raises `ContextTooLong` when prompt and answer exceed the window or the memory.
        """
        total = len(ids) + max_new_tokens
        self._check(len(ids), max_new_tokens)
        if self.shared and not self._needs_dual_chunks(total):
            return ScheduledStream(
                self.scheduler,
                Request(
                    list(ids),
                    max_new_tokens,
                    self.new_cache(total).factor,
                    sampler or Sampler(),
                    constraint,
                    keep=True,
                ),
                on_prefill,
            )
        expected = max(total, min(session_tokens, self.loaded.context))
        past = self.prefix_cache.take(ids, lambda: self.new_cache(expected), room=total)
        try:
            self._make_room(past, total)
        except DocAgentError:
            self.prefix_cache.put(ids, past)
            raise
        generation = Generation(
            self.network,
            past,
            ids,
            max_new_tokens=max_new_tokens,
            eos_ids=self.loaded.eos_ids,
            chunk=self.chunk,
            sampler=sampler,
            proposer=None if quote_from is None else NgramProposer(ids, quote_from),
            constraint=constraint,
            on_prefill=on_prefill,
        )
        return GenerationStream(generation, past, self.prefix_cache)

    def batch(
        self,
        prompts: Sequence[Sequence[int]],
        *,
        max_new_tokens: int,
        sampler: Callable[[], Sampler] = Sampler,
        constraints: Sequence[Constraint | None] | None = None,
        on_read: Callable[[int], None] | None = None,
    ) -> Iterator[Result]:
        """Answers to many prompts: yields (number of the prompt, its token ids or its error).

        Each comes as soon as it is done, in no certain order. What all prompts have in common at
        their start is read once. Prompts that exceed the window give their error and cost nothing.
        Prompts of several threads are read and answered together.
        """
        requests = self._requests(prompts, max_new_tokens, sampler, constraints, on_read)
        return self._results(requests)

    def _requests(
        self,
        prompts: Sequence[Sequence[int]],
        max_new_tokens: int,
        sampler: Callable[[], Sampler],
        constraints: Sequence[Constraint | None] | None = None,
        on_read: Callable[[int], None] | None = None,
    ) -> list[Request]:
        """One for each prompt; those that cannot be answered have their error."""
        requests: list[Request] = []
        for number, ids in enumerate(prompts):
            constraint = constraints[number] if constraints else None
            request = Request(list(ids), max_new_tokens, 1.0, sampler(), constraint, on_read)
            try:
                self._check(len(ids), max_new_tokens)
                request.factor = self.new_cache(len(ids) + max_new_tokens).factor
            except DocAgentError as error:
                request.fail(error)
            requests.append(request)
        return requests

    def _results(self, requests: Sequence[Request]) -> Iterator[Result]:
        """Number and answer, or error, of each request as soon as it is done."""
        numbers = {id(request): number for number, request in enumerate(requests)}
        for request in requests:
            if request.done:
                continue
            if not self._needs_dual_chunks(len(request.ids) + request.max_new_tokens):
                self.scheduler.submit(request)
                continue
            # Each row would need its own chunks; so long a text fills a pass by itself.
            stream = self.write(
                request.ids,
                max_new_tokens=request.max_new_tokens,
                sampler=request.sampler,
                constraint=request.constraint,
            )
            request.answer, request.done = list(stream), True
        for request in self.scheduler.results(requests):
            yield numbers[id(request)], request.error or request.answer

    def likelihood(
        self, prompts: Sequence[Sequence[int]], choices: Sequence[int]
    ) -> list[list[float]]:
        """For each prompt, how likely each of `choices` (token ids) comes next; rows sum to 1.

        Only the choices' own logits are compared. Prompts are read as by `batch`. Raises
        `ContextTooLong` if one of them exceeds the window or the memory.
        """
        for ids in prompts:
            self._check(len(ids), 1)
        # The batch makes one sampler for each prompt, in the prompts' order.
        samplers: list[Choices] = []

        def sampler() -> Choices:
            samplers.append(Choices(choices))
            return samplers[-1]

        for _, tokens in self.batch(prompts, max_new_tokens=1, sampler=sampler):
            if isinstance(tokens, DocAgentError):
                raise tokens
        return [sampler.shares for sampler in samplers]

    def choice(self, ids: Sequence[int], choices: Sequence[int]) -> tuple[list[float], int]:
        """How likely each of `choices` (token ids) comes next among each other, and how many tokens
        of the prompt were cached. The prompt is cached as by `write`.
        """
        sampler = Choices(choices)
        stream = self.write(ids, max_new_tokens=1, sampler=sampler, quote_from=None)
        list(stream)
        return sampler.shares, stream.cached_tokens

    def loss(self, ids: Sequence[int], last: int = 512, yarn_factor: float | None = None) -> float:
        """Mean loss in nats of predicting each of the last `last` tokens from all before it.

        `yarn_factor` None is the factor that so many tokens need. Lengths beyond the model's
        context are measured as well: that is what the measure is for.
        """
        past = self.new_cache(len(ids), yarn_factor)
        return loss(self.network, past, ids, last, self.chunk)

    def _needs_dual_chunks(self, tokens: int) -> bool:
        return self.long_context == "dca" and tokens > chunks_for(self.network.config.native).length

    def _check(self, prompt: int, answer: int) -> None:
        if prompt < 1:
            raise ValueError("the prompt is empty")
        if answer < 1:
            raise DocAgentError(f"max_tokens must be at least 1, not {answer}")
        if prompt + answer > self.loaded.context:
            raise ContextTooLong(
                f"the prompt of {prompt:,} tokens and an answer of up to {answer:,} exceed the "
                f"model's context of {self.loaded.context:,} tokens; lower --budget or choose a "
                "model with more context"
            )

    def _make_room(self, past: KVCache, tokens: int) -> None:
        """Let cached prompts go where memory is short; refuse before it runs out."""
        needed = max(0, tokens - past.capacity) * self._kv_bytes
        if needed <= machine.free_memory(self._device):
            return
        self.prefix_cache.clear()
        free = machine.free_memory(self._device)
        if needed > free:
            weights = self.loaded.weight_bytes
            refuse_if_too_large(
                self.loaded.name, weights, self._kv_bytes, tokens, free + weights, ContextTooLong
            )

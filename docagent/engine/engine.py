"""A loaded model at work: windows, memory, cached prompts, constraints, answers and losses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from docagent.engine.decoding.generate import Generation, loss
from docagent.engine.decoding.prefix_cache import PrefixCache
from docagent.engine.decoding.prefix_store import PrefixStore
from docagent.engine.decoding.request import Request
from docagent.engine.decoding.sampler import Choices
from docagent.engine.decoding.scheduler import Scheduler
from docagent.engine.memory import PREFILL_CHUNK, refuse_if_too_large
from docagent.engine.network.dual_chunk import DualChunkKVCache, chunk_length
from docagent.engine.network.kv_cache import KVCache
from docagent.engine.network.rope import factor_for
from docagent.errors import ContextTooLong, DocAgentError
from retrieval import machine

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage
    from langchain_core.messages.ai import UsageMetadata

    from docagent.engine.decoding.constraint import Constraint, Grammars
    from docagent.engine.loading.load import LoadedModel
    from docagent.engine.options import GenerationOptions, LongContext
    from docagent.engine.prompt import PromptEncoder

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


class Engine:
    """Answers prompts with one network; safe to use from several threads."""

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

    @cached_property
    def prompts(self) -> PromptEncoder:
        """How conversations become prompts of this model."""
        from docagent.engine.prompt import PromptEncoder

        return PromptEncoder(self.loaded.tokenizer, self.loaded.tool_format)

    @cached_property
    def grammars(self) -> Grammars:
        """What answers can be constrained to follow."""
        from docagent.engine.decoding.constraint import Grammars

        loaded = self.loaded
        return Grammars(loaded.tokenizer, self.network.config.vocabulary, loaded.eos_ids)

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

    def new_cache(self, tokens: int, yarn_factor: float | None = None) -> KVCache:
        """An empty KV cache for a session of so many tokens in all.

        With YaRN, `yarn_factor` is by default the least whose window holds them.
        """
        network = self.network
        if self.long_context == "dca" and yarn_factor is None:
            return DualChunkKVCache(network.config, network.rope, network.dtype, network.devices)
        return network.new_cache(yarn_factor or self._factor(tokens))

    def request(self, messages: Sequence[BaseMessage], options: GenerationOptions) -> Request:
        """A conversation as a prompt to be answered. Raises `DocAgentError` for what is no text."""
        ids, quote_from = self.prompts.encode(messages, options.tools, options.schema)
        return Request(
            ids,
            options.max_tokens,
            options.sampler(),
            self._constraint(options),
            options.session_tokens,
            quote_from,
            options.on_prefill,
        )

    def write(self, request: Request) -> Iterator[int]:
        """The answer to a prompt, to be iterated for its token ids.

        What was read goes into the prefix cache, however the answer ends.
        Raises `ContextTooLong` when prompt and answer exceed the window or the memory.
        """
        self._check(request)
        if self.shared and not self._needs_dual_chunks(request):
            request.factor, request.keep = self._factor(request.tokens), True
            return self.scheduler.tokens(request)
        ids, total = request.ids, request.tokens
        expected = max(total, min(request.session_tokens, self.loaded.context))
        past = self.prefix_cache.take(ids, lambda: self.new_cache(expected), room=total)
        try:
            self._make_room(past, total)
        except DocAgentError:
            self.prefix_cache.put(ids, past)
            raise
        request.cached = past.length
        return self._written(
            Generation(self.network, past, request, self.loaded.eos_ids, self.chunk)
        )

    def _written(self, generation: Generation) -> Iterator[int]:
        try:
            yield from generation
        finally:
            self.prefix_cache.put(generation.tokens, generation.past)

    def answer_all(self, requests: Sequence[Request]) -> Iterator[Request]:
        """Each request as soon as it has its answer or its error, in no certain order.

        What all prompts have in common at their start is read once. Prompts that exceed the window
        give their error and cost nothing. Prompts of several threads are read and answered
        together.
        """
        for request in requests:
            try:
                self._check(request)
                if self._needs_dual_chunks(request):
                    # Each row would need its own chunks; so long a text fills a pass by itself.
                    for _ in self.write(request):
                        pass
                    request.done = True
                else:
                    request.factor = self._factor(request.tokens)
                    self.scheduler.submit(request)
            except DocAgentError as error:
                request.fail(error)
        yield from self.scheduler.results(requests)

    def likelihood(
        self, prompts: Sequence[Sequence[int]], choices: Sequence[int]
    ) -> list[list[float]]:
        """For each prompt, how likely each of `choices` (token ids) comes next; rows sum to 1.

        Only the choices' own logits are compared. Raises `ContextTooLong` if a prompt exceeds the
        window or the memory.
        """
        samplers = [Choices(choices) for _ in prompts]
        requests = [
            Request(list(ids), 1, sampler) for ids, sampler in zip(prompts, samplers, strict=True)
        ]
        for request in self.answer_all(requests):
            if request.error is not None:
                raise request.error
        return [sampler.shares for sampler in samplers]

    def choice(
        self, ids: Sequence[int], choices: Sequence[int]
    ) -> tuple[list[float], UsageMetadata]:
        """As `likelihood` for one prompt, which is cached as by `write`, and what it cost."""
        sampler = Choices(choices)
        request = Request(list(ids), 1, sampler)
        list(self.write(request))
        return sampler.shares, request.usage(1)

    def loss(self, ids: Sequence[int], last: int = 512, yarn_factor: float | None = None) -> float:
        """Mean loss in nats of predicting each of the last `last` tokens from all before it.

        `yarn_factor` None is the factor that so many tokens need. Lengths beyond the model's
        context are measured as well: that is what the measure is for.
        """
        past = self.new_cache(len(ids), yarn_factor)
        return loss(self.network, past, ids, last, self.chunk)

    @property
    def _native(self) -> int:
        return self.network.config.native

    def _needs_dual_chunks(self, request: Request) -> bool:
        return self.long_context == "dca" and request.tokens > chunk_length(self._native)

    def _factor(self, tokens: int) -> float:
        return factor_for(tokens, self._native, self.loaded.factors)

    def _constraint(self, options: GenerationOptions) -> Constraint | None:
        if options.schema is not None:
            return self.grammars.json_schema(options.schema, options.quotable)
        if options.tools:
            return self.grammars.tool_calls(
                options.tools,
                options.tool_choice,
                self.loaded.tool_format,
                parallel=options.parallel,
            )
        return None

    def _check(self, request: Request) -> None:
        prompt, answer = len(request.ids), request.max_new_tokens
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

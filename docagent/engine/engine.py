"""One loaded network at work: windows, memory, remembered prompts, answers and losses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from docagent.engine.decoding.generate import Generation
from docagent.engine.decoding.lookup import Lookup
from docagent.engine.decoding.loss import loss
from docagent.engine.decoding.prefixes import Prefixes, Writing
from docagent.engine.decoding.sampler import Choices, Sampler
from docagent.engine.decoding.saved import SavedPrefixes
from docagent.engine.decoding.scheduler import Request, Scheduler
from docagent.engine.loading.load import LoadedModel
from docagent.engine.memory import PREFILL_CHUNK, refuse_if_too_large
from docagent.engine.network.dual_chunk import DualChunkKeyValues, chunks_for
from docagent.engine.network.keyvalues import KeyValues
from docagent.engine.network.rope import factor_for
from docagent.errors import DocAgentError
from retrieval import machine

if TYPE_CHECKING:
    from docagent.engine.call import Call, LongContext, OnPrefill
    from docagent.engine.decoding.constraint import Constraint, Grammars
    from docagent.engine.prompt import Prompt, Prompts

PREFIX_SHARE = 0.25
"""Part of the free memory that remembered prompts may take; the rest is for the prompt at hand,
documents and indexes."""

SAVED_BYTES = 20 * 1000**3
"""Of remembered prompts on disk."""

GPU_CHUNK = 16_384
CPU_ROWS = 32
GPU_ROWS = 64
"""Answers written at once. A CPU's matrix product takes 32 rows in the time of two."""

BATCH_SHARE = 0.5
"""Part of the free memory for the keys and values of a batch."""


Done = tuple[int, "list[int] | DocAgentError"]


class Engine:
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
        self.long_context = long_context
        self._device = str(self.network.device)
        self._kv_bytes = self.network.shape.kv_bytes(self.network.dtype.itemsize)
        saved = None
        if prefix_folder is not None:
            saved = SavedPrefixes(prefix_folder, loaded.fingerprint, SAVED_BYTES)
        budget = int(PREFIX_SHARE * machine.free_memory(self._device)) if prefix_cache else 0
        self.prefixes = Prefixes(budget, saved)

    @property
    def chunk(self) -> int:
        """Tokens of a prompt read at once.

        On a GPU as many as a quarter of the free memory holds activations for: about 32 vectors
        of the hidden size a token.
        """
        if self.network.device.type == "cpu":
            return PREFILL_CHUNK
        room = machine.free_memory(self._device) // 4
        fits = room // (32 * self.network.shape.hidden * self.network.dtype.itemsize)
        return max(PREFILL_CHUNK, min(GPU_CHUNK, 1 << (max(fits, 1).bit_length() - 1)))

    def remember(self, tokens: int, yarn_factor: float | None = None) -> KeyValues:
        """Empty keys and values for a session of so many tokens in all.

        With YaRN, `yarn_factor` is by default the least whose window holds them.
        """
        network = self.network
        if self.long_context == "dca" and yarn_factor is None:
            chunks = chunks_for(network.shape.native)
            return DualChunkKeyValues(
                network.shape, network.rope, network.dtype, network.devices, chunks
            )
        if yarn_factor is None:
            yarn_factor = factor_for(tokens, network.shape.native, self.loaded.factors)
        return network.remember(yarn_factor)

    def answer(self, prompt: Prompt, call: Call) -> tuple[Writing, int]:
        """Tokens of an answer to a rendered prompt, and how many of it were remembered."""
        writing = self.write(
            prompt.ids,
            max_new_tokens=call.max_tokens,
            session_tokens=call.session_tokens,
            sampler=call.sampler(),
            quote_from=prompt.quote_from,
            constraint=self._constraint(call),
            on_prefill=call.on_prefill,
        )
        return writing, writing.cached_tokens

    def answer_many(
        self, prompts: Sequence[Prompt], calls: Sequence[Call]
    ) -> Iterator[tuple[int, list[int] | DocAgentError, int]]:
        """As `batch` for rendered prompts; also tells how many tokens were not read again.

        The calls may differ in what they constrain; length and sampling are those of the first.
        """
        if not prompts:
            return
        requests = self._requests(
            [prompt.ids for prompt in prompts],
            calls[0].max_tokens,
            calls[0].sampler,
            [self._constraint(call) for call in calls],
        )
        for number, tokens in self._answers(requests):
            yield number, tokens, requests[number].cached

    def _constraint(self, call: Call) -> Constraint | None:
        if call.schema is not None:
            if call.quotable:
                return self.grammars.json_with_quotes(call.schema, call.quotable)
            return self.grammars.json_schema(call.schema)
        if call.tools:
            return self.grammars.tool_calls(
                call.tools, call.tool_choice, self.loaded.tool_format, parallel=call.parallel
            )
        return None

    @cached_property
    def prompts(self) -> Prompts:
        """How conversations become prompts of this model."""
        from docagent.engine.prompt import Prompts

        return Prompts(self.loaded.tokenizer, self.loaded.tool_format)

    @cached_property
    def grammars(self) -> Grammars:
        """What answers can be constrained to follow."""
        from docagent.engine.decoding.constraint import Grammars

        loaded = self.loaded
        return Grammars(loaded.tokenizer, self.network.shape.vocabulary, loaded.eos_ids)

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
    ) -> Writing:
        """An answer to a prompt, to be iterated for its token ids.

        `session_tokens` is what the whole session will hold: the YaRN factor is chosen for it, so
        that later turns can go on from these keys. Tokens of the prompt from `quote_from` on are
        searched for guesses; None guesses nothing.
        Raises `DocAgentError` when prompt and answer exceed the window or the memory.
        """
        total = len(ids) + max_new_tokens
        self._check(len(ids), max_new_tokens)
        expected = max(total, min(session_tokens, self.loaded.context))
        past = self.prefixes.take(ids, lambda: self.remember(expected), room=total)
        try:
            self._make_room(past, total)
        except DocAgentError:
            self.prefixes.put(ids, past)
            raise
        generation = Generation(
            self.network,
            past,
            ids,
            max_new_tokens=max_new_tokens,
            eos_ids=self.loaded.eos_ids,
            chunk=self.chunk,
            sampler=sampler,
            lookup=None if quote_from is None else Lookup(ids, quote_from),
            constraint=constraint,
            on_prefill=on_prefill,
        )
        return Writing(generation, past, self.prefixes)

    def batch(
        self,
        prompts: Sequence[Sequence[int]],
        *,
        max_new_tokens: int,
        sampler: Callable[[], Sampler] = Sampler,
        constraints: Sequence[Constraint | None] | None = None,
        on_read: Callable[[int], None] | None = None,
    ) -> Iterator[Done]:
        """Answers to many prompts: yields (number of the prompt, its token ids or its error).

        Each comes as soon as it is done, in no certain order. What all prompts have in common at
        their start is read once. Prompts that exceed the window give their error and cost nothing.
        Several threads may ask at once: their prompts are then read and answered together.
        """
        requests = self._requests(prompts, max_new_tokens, sampler, constraints, on_read)
        yield from self._answers(requests)

    @cached_property
    def scheduler(self) -> Scheduler:
        """The loop that reads and writes for everyone who asks at the same time."""
        free = machine.free_memory(self._device)
        return Scheduler(
            self.network,
            self.loaded.eos_ids,
            self.prefixes,
            most_rows=CPU_ROWS if self.network.device.type == "cpu" else GPU_ROWS,
            most_tokens=int(BATCH_SHARE * free) // self._kv_bytes,
            chunk=self.chunk,
        )

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
                request.factor = self.remember(len(ids) + max_new_tokens).factor
            except DocAgentError as error:
                request.error, request.done = error, True
            requests.append(request)
        return requests

    def _answers(self, requests: Sequence[Request]) -> Iterator[Done]:
        """Number and answer, or error, of each request as soon as it is done."""
        numbers = {id(request): number for number, request in enumerate(requests)}
        for request in requests:
            if not request.done and self._needs_dual_chunks(
                len(request.ids) + request.max_new_tokens
            ):
                # Each row would need its own chunks; so long a text fills a pass by itself.
                request.answer = list(
                    self.write(
                        request.ids,
                        max_new_tokens=request.max_new_tokens,
                        sampler=request.sampler,
                        constraint=request.constraint,
                    )
                )
                request.done = True
            if not request.done:
                self.scheduler.submit(request)
        for request in self.scheduler.results(requests):
            yield numbers[id(request)], request.error or request.answer

    def likelihood(
        self, prompts: Sequence[Sequence[int]], choices: Sequence[int]
    ) -> list[list[float]]:
        """For each prompt, how likely each of `choices` (token ids) comes next; rows sum to 1.

        Only the choices' own logits are compared. Prompts are read as by `batch`. Raises
        `DocAgentError` if one of them exceeds the window or the memory.
        """
        for ids in prompts:
            self._check(len(ids), 1)
        found: list[Choices] = []

        def reader() -> Choices:
            found.append(Choices(choices))
            return found[-1]

        # The batch asks for one sampler a prompt, in the prompts' order.
        for _, tokens in self.batch(prompts, max_new_tokens=1, sampler=reader):
            if isinstance(tokens, DocAgentError):
                raise tokens
        return [choice.shares for choice in found]

    def choice(self, ids: Sequence[int], choices: Sequence[int]) -> tuple[list[float], int]:
        """How likely each of `choices` (token ids) comes next among each other, and how many tokens
        of the prompt were remembered. What is read is remembered as by `write`.
        """
        sampler = Choices(choices)
        writing = self.write(ids, max_new_tokens=1, sampler=sampler, quote_from=None)
        list(writing)
        return sampler.shares, writing.cached_tokens

    def _needs_dual_chunks(self, tokens: int) -> bool:
        return self.long_context == "dca" and tokens > chunks_for(self.network.shape.native).length

    def loss(self, ids: Sequence[int], last: int = 512, yarn_factor: float | None = None) -> float:
        """Mean loss in nats of predicting each of the last `last` tokens from all before it.

        `yarn_factor` None is the factor that so many tokens need. Lengths beyond the model's
        context are measured as well: that is what the measure is for.
        """
        past = self.remember(len(ids), yarn_factor)
        return loss(self.network, past, ids, last, self.chunk)

    def _check(self, prompt: int, answer: int) -> None:
        if prompt < 1:
            raise ValueError("the prompt is empty")
        if answer < 1:
            raise DocAgentError(f"max_tokens must be at least 1, not {answer}")
        if prompt + answer > self.loaded.context:
            raise DocAgentError(
                f"the prompt of {prompt:,} tokens and an answer of up to {answer:,} exceed the "
                f"model's context of {self.loaded.context:,} tokens; lower --budget or choose a "
                "model with more context"
            )

    def _make_room(self, past: KeyValues, tokens: int) -> None:
        """Let remembered prompts go where memory is short; refuse before it runs out."""
        needed = max(0, tokens - past.capacity) * self._kv_bytes
        free = machine.free_memory(self._device)
        if needed > free:
            self.prefixes.clear()
            weights = self.loaded.weight_bytes
            free = machine.free_memory(self._device)
            if needed > free:
                refuse_if_too_large(
                    self.loaded.name, weights, self._kv_bytes, tokens, free + weights
                )

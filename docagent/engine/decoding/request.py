"""A prompt to be answered, and its answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from langchain_core.messages.ai import InputTokenDetails, UsageMetadata

from docagent.engine.decoding.sampler import Sampler

if TYPE_CHECKING:
    from docagent.engine.decoding.constraint import Constraint
    from docagent.engine.options import OnPrefill
    from docagent.errors import DocAgentError


@dataclass(eq=False)
class Request:
    """`answer` grows, the end token not in it, and `error` says why there is none.

    `session_tokens` is what the whole session will hold: the YaRN factor is chosen for it, so that
    later turns can go on from these keys. Tokens of the prompt from `quote_from` on are searched
    for n-grams to propose; None proposes nothing. In a batch both do nothing.
    `cached` tokens of the prompt were not read for it, and `forwards` passes came after the prompt.
    `keep` puts the keys of the prompt into the prefix cache, for the next turn of a conversation.
    """

    ids: list[int]
    max_new_tokens: int
    sampler: Sampler = field(default_factory=Sampler)
    constraint: Constraint | None = None
    session_tokens: int = 0
    quote_from: int | None = 0
    on_prefill: OnPrefill | None = None
    factor: float = 1.0
    answer: list[int] = field(default_factory=list)
    error: DocAgentError | None = None
    done: bool = False
    cached: int = 0
    keep: bool = False
    forwards: int = 0

    @property
    def tokens(self) -> int:
        """Tokens of the prompt and of the longest answer."""
        return len(self.ids) + self.max_new_tokens

    @property
    def remaining(self) -> int:
        """Tokens that the answer may still take."""
        return self.max_new_tokens - len(self.answer)

    def next_token(self, logits: torch.Tensor) -> int:
        """The next token, from logits (vocabulary,)."""
        # Torch lets logits made in inference mode be masked only there.
        with torch.inference_mode():
            if self.constraint is not None:
                self.constraint.mask(logits)
                if self.remaining <= self.constraint.ending:
                    self.constraint.hasten(logits)
            return self.sampler(logits)

    def append(self, token: int) -> None:
        """Add a token to the answer."""
        self.answer.append(token)
        if self.constraint is not None:
            self.constraint.accept(token)

    def restart(self) -> None:
        """Forget an answer that was cut short."""
        if self.constraint is not None:
            self.constraint.rollback(len(self.answer))
        self.answer = []

    def usage(self, written: int) -> UsageMetadata:
        """Tokens of the prompt, and of the answer as far as it was used."""
        read = len(self.ids)
        return UsageMetadata(
            input_tokens=read,
            output_tokens=written,
            total_tokens=read + written,
            input_token_details=InputTokenDetails(cache_read=self.cached),
        )

    def fail(self, error: DocAgentError) -> None:
        """End it without an answer."""
        self.error, self.done = error, True

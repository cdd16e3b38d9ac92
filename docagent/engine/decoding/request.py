"""A prompt to be answered in a batch, and its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from docagent.engine.decoding.generate import next_token
from docagent.engine.decoding.sampler import Sampler

if TYPE_CHECKING:
    import torch

    from docagent.engine.decoding.constraint import Constraint
    from docagent.errors import DocAgentError


@dataclass(eq=False)
class Request:
    """`answer` grows, and `error` says why there is none.

    `cached` tokens of the prompt were not read for it; `on_read` gets the number of those that are.
    `keep` puts the keys of the prompt into the prefix cache, for the next turn of a conversation.
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
    keep: bool = False

    def next_token(self, logits: torch.Tensor) -> int:
        """The next token, from logits (vocabulary,)."""
        remaining = self.max_new_tokens - len(self.answer)
        return next_token(logits, self.sampler, self.constraint, remaining)

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

    def fail(self, error: DocAgentError) -> None:
        """End it without an answer."""
        self.error, self.done = error, True

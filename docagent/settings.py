"""Everything a user can set for a question, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """What `docagent ask` takes as options; `None` means the measured default."""

    model: str = "auto"
    strategy: str = "auto"  # or "retrieve", "read", "direct", "agent"
    embedding: str | None = None
    cache: Path | None = None
    password: str | None = None
    pages: tuple[int, int] | None = None  # first and last physical page, from 1
    k: int | None = None  # passages read at most
    budget: int | None = None  # tokens of evidence
    max_tokens: int = 400  # of the answer
    brief: bool = False  # the shortest answer, such as a name or a figure alone
    rerank: str = "none"  # or "model", or a cross-encoder's folder or Hugging Face id
    max_steps: int | None = None  # turns of an agent
    max_total_tokens: int | None = None  # that an agent's model computes
    rewrite: bool = False  # also search in other wordings by the model

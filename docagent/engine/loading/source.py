"""What a network is built from, alike for a checkpoint folder and a GGUF file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

    from docagent.engine.catalogue import ModelCard
    from docagent.engine.loading.tokenizer import ModelTokenizer
    from docagent.engine.network.config import ModelConfig
    from docagent.engine.network.network import Network


@dataclass(frozen=True)
class ModelSource:
    """A model on disk. `config` is its raw config.json, or one with the same content.

    `weight_bytes` is what the weights will take as `dtype`, in memory or as a mapped file; `build`
    reads them. `generation` is the generation_config.json, and `fingerprint` names the weights.
    """

    name: str
    config: dict[str, Any]
    card: ModelCard | None
    tokenizer: ModelTokenizer
    dtype: torch.dtype
    weight_bytes: int
    build: Callable[[ModelConfig], Network]
    fingerprint: str
    generation: dict[str, Any] = field(default_factory=dict)

"""What a Qwen2 checkpoint's config.json says of its network, checked once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ModelConfig:
    """Sizes of a Qwen2 network. `native` is the window in tokens it was trained for, before YaRN.

    Names in a config.json: see the Qwen2 model cards.
    """

    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    hidden: int
    vocabulary: int
    epsilon: float
    theta: float
    native: int
    tied: bool

    @classmethod
    def of(cls, config: Mapping[str, Any], rope: Mapping[str, Any]) -> ModelConfig:
        """From a raw config.json and its whole rotary dictionary (`checkpoint.rope_parameters`)."""
        hidden, heads = int(config["hidden_size"]), int(config["num_attention_heads"])
        length = int(config.get("max_position_embeddings") or 32_768)
        return cls(
            layers=int(config["num_hidden_layers"]),
            heads=heads,
            kv_heads=int(config.get("num_key_value_heads") or heads),
            head_dim=int(config.get("head_dim") or hidden // heads),
            hidden=hidden,
            vocabulary=int(config["vocab_size"]),
            epsilon=float(config.get("rms_norm_eps") or 1e-6),
            theta=float(rope["rope_theta"]),
            native=int(rope.get("original_max_position_embeddings") or length),
            tied=bool(config.get("tie_word_embeddings", False)),
        )

    def kv_bytes(self, item_bytes: int) -> int:
        """Bytes of keys and values for each token of context."""
        return 2 * self.layers * self.kv_heads * self.head_dim * item_bytes

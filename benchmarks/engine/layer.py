"""One layer's attention in the shape of Qwen2-7B after a long context, random numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch

from benchmarks.engine.bench import Bench
from benchmarks.engine.table import Table
from benchmarks.engine.timing import least, seconds
from docagent.engine.network.config import ModelConfig
from docagent.engine.network.kv_cache import KVCache
from docagent.engine.network.rope import Rope

SHAPE = ModelConfig(
    layers=1,
    heads=28,
    kv_heads=4,
    head_dim=128,
    hidden=3584,
    vocabulary=152_064,
    epsilon=1e-6,
    theta=1e6,
    native=32_768,
    tied=False,
)
CONTEXT = 32_768
ROWS = {"one token": 1, "9 guessed tokens": 9, "512 tokens of a prompt": 512}


def layer(bench: Bench) -> Table:
    """Rotate, store and attend: transformers' DynamicCache and sdpa against our `KVCache`."""
    shape, context = SHAPE, CONTEXT
    if bench.quick:
        shape, context = replace(SHAPE, heads=4, kv_heads=2, head_dim=16, hidden=64), 256
    table = Table(
        f"A layer after {context:,} tokens",
        ("new", "ours ms", "transformers ms", "ratio", "largest difference"),
        f"{shape.heads} heads, {shape.kv_heads} of keys, {shape.head_dim} wide, bfloat16: turning "
        "by position, storing, attention; masks and angles, made once a pass, do not count. The "
        f"least of {5 * bench.rounds} rounds.",
    )
    with torch.inference_mode():
        stored = torch.randn(2, shape.kv_heads, context, shape.head_dim, dtype=torch.bfloat16)
        for name, rows in ROWS.items():
            ours, theirs = Ours(shape, stored, rows), Theirs(shape, stored, rows)
            found = least({"ours": ours.run, "theirs": theirs.run}, 5 * bench.rounds)
            difference = float((ours.output.float() - theirs.output.float()).abs().max())
            table.add(
                name,
                f"{1000 * found['ours']:.1f}",
                f"{1000 * found['theirs']:.1f}",
                f"{found['theirs'] / found['ours']:.1f}",
                f"{difference:.4f}",
            )
    return table


class Ours:
    """New tokens after `stored`, in docagent's keys and values."""

    def __init__(self, shape: ModelConfig, stored: torch.Tensor, rows: int) -> None:
        rope = Rope(shape.head_dim, shape.theta, shape.native, torch.device("cpu"))
        self._past = KVCache(shape, rope, stored.dtype, [rope.device])
        self._past.reserve(stored.shape[2] + rows)
        self._past.restore(0, stored)
        self._past.length = stored.shape[2]
        self._past.begin(rows)
        self._new = torch.cat(new_tokens(shape, rows), 1)

    def run(self) -> float:
        """Seconds of one pass; the next one stores over it."""
        return seconds(self._attend)

    def _attend(self) -> None:
        self.output = self._past.attend(0, self._new)


class Theirs:
    """The same with transformers' own functions, as its Qwen2Attention calls them."""

    def __init__(self, shape: ModelConfig, stored: torch.Tensor, rows: int) -> None:
        from transformers import DynamicCache, Qwen2Config

        self._cache: Any = DynamicCache()
        self._cache.update(stored[0, None], stored[1, None], 0)
        module: Any = torch.nn.Module()
        module.num_key_value_groups = shape.heads // shape.kv_heads
        module.is_causal = True
        self._module = module
        self._scale = shape.head_dim**-0.5
        self._new = new_tokens(shape, rows)
        config = Qwen2Config(
            hidden_size=shape.hidden,
            num_attention_heads=shape.heads,
            num_key_value_heads=shape.kv_heads,
            rope_parameters={"rope_type": "default", "rope_theta": shape.theta},
        )
        config._attn_implementation = "sdpa"
        self._prepare(config, stored.shape[2], rows)

    def _prepare(self, config: Any, context: int, rows: int) -> None:
        from transformers.masking_utils import create_causal_mask
        from transformers.models.qwen2.modeling_qwen2 import Qwen2RotaryEmbedding

        hidden = torch.zeros(1, rows, config.hidden_size, dtype=torch.bfloat16)
        positions = torch.arange(context, context + rows)[None]
        self._turn = Qwen2RotaryEmbedding(config)(hidden, positions)
        self._mask: Any = create_causal_mask(
            config=config,
            inputs_embeds=hidden,
            attention_mask=None,
            past_key_values=self._cache,
            position_ids=positions,
        )

    def run(self) -> float:
        """Seconds of one pass; what it stored is forgotten afterwards."""
        found = seconds(self._attend)
        self._cache.crop(-self._new[0].shape[2])
        return found

    def _attend(self) -> None:
        from transformers.integrations.sdpa_attention import sdpa_attention_forward
        from transformers.models.qwen2.modeling_qwen2 import apply_rotary_pos_emb

        query, keys, values = self._new
        query, keys = apply_rotary_pos_emb(query, keys, *self._turn)
        keys, values = self._cache.update(keys, values, 0)
        output, _ = sdpa_attention_forward(
            self._module, query, keys, values, self._mask, scaling=self._scale
        )
        self.output = output.transpose(1, 2)


def new_tokens(shape: ModelConfig, rows: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Queries, keys and values as a projection gives them: the same for the same sizes."""
    random = torch.Generator().manual_seed(7)
    size = (1, rows, shape.heads + 2 * shape.kv_heads, shape.head_dim)
    heads = torch.randn(size, generator=random).bfloat16().transpose(1, 2)
    query, keys, values = torch.split(heads, [shape.heads, shape.kv_heads, shape.kv_heads], 1)
    return query, keys, values

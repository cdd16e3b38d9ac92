"""Dual Chunk Attention: long texts with positions no larger than those of training.

An et al. 2024, arXiv 2402.17463; used by Qwen2 (technical report, section 2.2.1). Positions count
within chunks of `size - local` tokens. A query sees its own chunk at its true distance, the chunk
before at its true distance up to `size`, and all older ones at one distance. A text of one chunk
is untouched, and keys never change as it grows beyond, so that a cached conversation stays valid
where YaRN would need another factor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import torch

from docagent.engine.network.attention import PartialAttention, attend_causal, attend_prefix, merge
from docagent.engine.network.config import ModelConfig
from docagent.engine.network.kv_cache import KVCache
from docagent.engine.network.rope import Angles, Rope


@dataclass(frozen=True)
class Chunks:
    """Tokens: the largest position used, and how many of them are kept for neighbours."""

    size: int
    local: int

    @property
    def length(self) -> int:
        """Tokens of a chunk."""
        return self.size - self.local


def chunks_for(native: int) -> Chunks:
    """Chunks for a network trained on `native` tokens."""
    return Chunks(native, max(1, native // 64))


class DualChunkKVCache(KVCache):
    """Keys and values whose positions count within chunks."""

    def __init__(
        self,
        config: ModelConfig,
        rope: Rope,
        dtype: torch.dtype,
        devices: list[torch.device],
        chunks: Chunks,
    ) -> None:
        super().__init__(config, rope, dtype, devices)
        self.chunks = chunks

    @property
    def method(self) -> tuple[str, float]:
        return "dca", float(self.chunks.size)

    def _empty_copy(self) -> Self:
        return type(self)(self.config, self.rope, self.dtype, self.devices, self.chunks)

    def _rotary_angles(self, positions: torch.Tensor) -> list[Angles]:
        """Angles of keys and of queries for their own chunk, the one before, and older ones."""
        length, size = self.chunks.length, self.chunks.size
        within = positions % length
        neighbour = torch.clamp(within + length, max=size)
        older = torch.full_like(within, min(2 * length - 1, size))
        return [self.rope.angles(at, [1.0], self.dtype) for at in (within, neighbour, older)]

    def attend(self, layer: int, projected: torch.Tensor) -> torch.Tensor:
        heads, kv_heads = self.config.heads, self.config.kv_heads
        query, keys, values = torch.split(projected, [heads, kv_heads, kv_heads], 1)
        current, neighbour, older = self._angles[query.device]
        first, n = self.length, query.shape[2]
        keys, values = self._store(layer, current.rotate(keys), values)
        rotated = [angles.rotate(query) for angles in (current, neighbour, older)]
        length = self.chunks.length
        outputs: list[torch.Tensor] = []
        at = first
        while at < first + n:
            chunk = at // length
            end = min(first + n, (chunk + 1) * length)
            rows = slice(at - first, end - first)
            near, far = chunk * length, max(0, chunk - 1) * length
            parts: list[PartialAttention] = []
            for angles, start, stop in ((0, near, at), (1, far, near), (2, 0, far)):
                if start < stop:
                    seen = slice(start, stop)
                    part = attend_prefix(
                        rotated[angles][:, :, rows],
                        keys[:, :, seen],
                        values[:, :, seen],
                        self.scale,
                    )
                    parts.append(part)
            new = slice(at, end)
            parts.append(
                attend_causal(
                    rotated[0][:, :, rows], keys[:, :, new], values[:, :, new], self.scale
                )
            )
            outputs.append(merge(parts))
            at = end
        return torch.cat(outputs, 2)

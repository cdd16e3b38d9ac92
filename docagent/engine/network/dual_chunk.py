"""Dual Chunk Attention: long texts with positions no larger than those of training.

An et al. 2024, arXiv 2402.17463; used by Qwen2 (technical report, section 2.2.1). Positions count
within chunks. A query sees its own chunk at its true distance, the chunk before at its true
distance up to the native window, and all older ones at one distance. A text of one chunk
is untouched, and keys never change as it grows beyond, so that a cached conversation stays valid
where YaRN would need another factor.
"""

from __future__ import annotations

import torch

from docagent.engine.network.attention import PartialAttention, attend_causal, attend_prefix, merge
from docagent.engine.network.kv_cache import KVCache
from docagent.engine.network.rope import Angles


def chunk_length(native: int) -> int:
    """Tokens of a chunk for a network trained on `native`, some of which are left to neighbours."""
    return native - max(1, native // 64)


class DualChunkKVCache(KVCache):
    """Keys and values whose positions count within chunks."""

    @property
    def method(self) -> tuple[str, float]:
        return "dca", float(self.config.native)

    def _rotary_angles(self, positions: torch.Tensor) -> list[Angles]:
        """Angles of keys and of queries for their own chunk, the one before, and older ones."""
        length, size = chunk_length(self.config.native), self.config.native
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
        length = chunk_length(self.config.native)
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
                    own = rotated[angles][:, :, rows]
                    parts.append(
                        attend_prefix(own, keys[:, :, seen], values[:, :, seen], self.scale)
                    )
            own, new = rotated[0][:, :, rows], slice(at, end)
            parts.append(attend_causal(own, keys[:, :, new], values[:, :, new], self.scale))
            outputs.append(merge(parts))
            at = end
        return torch.cat(outputs, 2)

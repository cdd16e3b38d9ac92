from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from docagent.engine.network.dual_chunk import DualChunkKVCache, chunk_length
from docagent.engine.network.network import Network
from docagent.engine.network.rope import Rope
from tests.engine.tiny import text, twins

NATIVE = 32


class Naive(DualChunkKVCache):
    """The paper's definition written out: every pair of positions on its own, nothing merged."""

    def attend(self, layer: int, projected: torch.Tensor) -> torch.Tensor:
        heads, kv_heads = self.config.heads, self.config.kv_heads
        query, keys, values = torch.split(projected, [heads, kv_heads, kv_heads], 1)
        rope: Rope = self.rope
        length, size = chunk_length(NATIVE), NATIVE
        n = query.shape[2]
        at = torch.arange(self.length, self.length + n)

        def turned(x: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
            return rope.angles(positions, [1.0], x.dtype).rotate(x)

        keys, values = self._store(layer, turned(keys, at % length), values)
        group = query.shape[1] // keys.shape[1]
        keys, values = keys.repeat_interleave(group, 1), values.repeat_interleave(group, 1)
        own = turned(query, at % length) @ keys.mT
        neighbour = turned(query, torch.clamp(at % length + length, max=size)) @ keys.mT
        older = turned(query, torch.full_like(at, min(2 * length - 1, size))) @ keys.mT
        seen = torch.arange(keys.shape[2])
        apart = (at // length)[:, None] - (seen // length)[None]
        scores = torch.where(apart == 0, own, torch.where(apart == 1, neighbour, older))
        scores = (scores * self.scale).masked_fill(seen[None] > at[:, None], float("-inf"))
        seen_by: torch.Tensor = scores.softmax(-1) @ values
        return seen_by


def dual(network: Network, kind: type[DualChunkKVCache] = DualChunkKVCache) -> DualChunkKVCache:
    config = replace(network.config, native=NATIVE)
    return kind(config, network.rope, network.dtype, network.devices)


def read(
    network: Network, past: DualChunkKVCache, ids: list[int], sizes: list[int]
) -> torch.Tensor:
    parts = torch.split(torch.tensor([ids]), sizes, 1)
    return torch.cat([network.forward(part, past, part.shape[1])[0] for part in parts])


def test_a_text_of_one_chunk_is_untouched() -> None:
    pair = twins()
    ids = text(chunk_length(NATIVE))
    past = pair.ours.new_cache()
    plain = pair.ours.forward(torch.tensor([ids]), past, len(ids))[0]
    assert torch.equal(read(pair.ours, dual(pair.ours), ids, [len(ids)]), plain)


@pytest.mark.parametrize("sizes", [[150], [20, 50, 79, 1], [1] * 150, [31, 31, 88]])
def test_beyond_it_is_the_papers_definition(sizes: list[int]) -> None:
    pair = twins()
    ids = text(150)
    expected = read(pair.ours, dual(pair.ours, Naive), ids, [150])
    result = read(pair.ours, dual(pair.ours), ids, sizes)
    torch.testing.assert_close(result, expected, atol=2e-4, rtol=1e-4)


def test_chunks_of_a_native_window() -> None:
    assert chunk_length(32768) == 32768 - 512

"""Keys and values of many sequences that begin alike."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from docagent.engine.network.attention import PartialAttention, attend_causal, attend_prefix, merge
from docagent.engine.network.kv_cache import KVCache
from docagent.engine.network.rope import Angles


class BatchKVCache:
    """Rows with `room` tokens each of their own after a `prefix` that they share.

    A prefix is stored and attended to once for all its rows (Juravsky et al. 2024, Hydragen, arXiv
    2402.05099). `factors` are the rows' YaRN factors; without a prefix they may differ. A row's
    tokens stand at the start of its buffer, so that padding comes after them, where causal
    attention never looks. Rows of another prefix can `join` once their prompts are read.
    """

    def __init__(self, prefix: KVCache, factors: Sequence[float], room: int) -> None:
        if prefix.length and set(factors) != {prefix.factor}:
            raise ValueError(f"rows of factors {set(factors)} after a prefix of {prefix.factor}")
        self.lengths = [0] * len(factors)
        self._template = prefix
        self._prefixes = [prefix] * len(factors)
        self._factors = list(factors)
        self._buffers = [_zeros(prefix, layer, len(factors), room) for layer in _layers(prefix)]
        self._start = 0
        self._decoding = False
        self._mask: torch.Tensor | None = None
        self._places: torch.Tensor | None = None
        self._angles: dict[torch.device, Angles] = {}
        self._shared: list[tuple[KVCache, torch.Tensor | None]] = []

    def decode(self) -> None:
        """The next forward passes add one token to every row."""
        self._decoding = True

    def keep(self, rows: Sequence[int]) -> list[int]:
        """Forget all rows but these. Returns their new order: others move into the free places."""
        kept_rows = set(rows)
        order = list(range(len(kept_rows)))
        moved = iter(sorted(row for row in kept_rows if row >= len(kept_rows)))
        for place in order:
            if place not in kept_rows:
                order[place] = next(moved)
                for buffer in self._buffers:
                    length = self.lengths[order[place]]
                    buffer[:, place, :, :length] = buffer[:, order[place], :, :length]
        self.lengths = [self.lengths[row] for row in order]
        self._factors = [self._factors[row] for row in order]
        self._prefixes = [self._prefixes[row] for row in order]
        return order

    def join(self, others: BatchKVCache) -> None:
        """Take over the rows of another batch, behind these."""
        count, more = len(self.lengths), len(others.lengths)
        room = max(self._buffers[0].shape[3], others._buffers[0].shape[3])
        for layer, theirs in enumerate(others._buffers):
            buffer = self._buffers[layer]
            if buffer.shape[1] < count + more or buffer.shape[3] < room:
                larger = _zeros(self._template, layer, count + more, room)
                larger[:, :count, :, : buffer.shape[3]] = buffer[:, :count]
                self._buffers[layer] = buffer = larger
            buffer[:, count : count + more, :, : theirs.shape[3]] = theirs[:, :more]
        self.lengths = self.lengths + others.lengths
        self._factors = self._factors + others._factors
        self._prefixes = self._prefixes + others._prefixes

    def begin(self, tokens: int) -> None:
        """Before a forward pass over so many new tokens a row: positions, angles, masks."""
        device = self._template.rope.device
        starts = torch.tensor([prefix.length for prefix in self._prefixes], device=device)[:, None]
        if self._decoding:
            lengths = torch.tensor(self.lengths, device=device)
            positions = starts + lengths[:, None]
            seen = torch.arange(max(self.lengths) + 1, device=device)[None] <= lengths[:, None]
            mask = torch.zeros(seen.shape, dtype=self._template.dtype, device=device)
            self._mask = mask.masked_fill(~seen, float("-inf"))[:, None, None]
            self._places = lengths
        else:
            positions = torch.arange(self._start, self._start + tokens, device=device) + starts
        angles = self._template.rope.angles(positions, self._factors, self._template.dtype)
        self._angles = {place: angles.to(place) for place in dict.fromkeys(self._template.devices)}
        self._shared = self._grouped()

    def _grouped(self) -> list[tuple[KVCache, torch.Tensor | None]]:
        """Each prefix with the rows that have it; None where all have."""
        groups: dict[int, list[int]] = {}
        for row, prefix in enumerate(self._prefixes):
            if prefix.length:
                groups.setdefault(id(prefix), []).append(row)
        return [
            (
                self._prefixes[rows[0]],
                None if len(rows) == len(self.lengths) else torch.tensor(rows),
            )
            for rows in groups.values()
        ]

    def end(self, tokens: int) -> None:
        """After the forward pass. Prompts end where the caller sets `lengths`."""
        if self._decoding:
            self.lengths = [length + tokens for length in self.lengths]
        else:
            self._start += tokens

    def attend(self, layer: int, projected: torch.Tensor) -> torch.Tensor:
        """As `KVCache.attend`, for all rows at once: (rows, heads, n, head_dim)."""
        angles, scale = self._angles[projected.device], self._template.scale
        heads, kv_heads = self._template.config.heads, self._template.config.kv_heads
        rotated, values = angles.rotate(projected[:, :-kv_heads]), projected[:, -kv_heads:]
        query, keys = rotated[:, :heads], rotated[:, heads:]
        buffer = self._buffers[layer][:, : len(self.lengths)]
        parts = [self._attend_to_prefix(layer, query, *shared) for shared in self._shared]
        if self._decoding:
            assert self._places is not None and self._mask is not None
            row = torch.arange(len(self.lengths), device=buffer.device)
            at = self._places.to(buffer.device)
            buffer[0, row, :, at] = keys[:, :, 0]
            buffer[1, row, :, at] = values[:, :, 0]
            own = buffer[:, :, :, : self._mask.shape[-1]]
            parts.append(attend_prefix(query, own[0], own[1], scale, self._mask.to(query.device)))
            return merge(parts)
        end = self._start + keys.shape[2]
        buffer[0, :, :, self._start : end] = keys
        buffer[1, :, :, self._start : end] = values
        if self._start:
            own = buffer[:, :, :, : self._start]
            parts.append(attend_prefix(query, own[0], own[1], scale))
        parts.append(attend_causal(query, keys, values, scale))
        return merge(parts)

    def _attend_to_prefix(
        self, layer: int, query: torch.Tensor, prefix: KVCache, rows: torch.Tensor | None
    ) -> PartialAttention:
        """Attention to a prefix; rows that have another see nothing of it."""
        stored = prefix.stored(layer)
        if rows is None:
            return attend_prefix(query, stored[0, None], stored[1, None], prefix.scale)
        rows = rows.to(query.device)
        partial = attend_prefix(query[rows], stored[0, None], stored[1, None], prefix.scale)
        output = torch.zeros_like(query)
        lse = partial.lse.new_full(query.shape[:3], float("-inf"))
        output[rows], lse[rows] = partial.output, partial.lse
        return PartialAttention(output, lse)


def _layers(prefix: KVCache) -> range:
    return range(prefix.config.layers)


def _zeros(prefix: KVCache, layer: int, rows: int, room: int) -> torch.Tensor:
    """Zeros, because a masked place still counts 0 times what stands there, which may be NaN."""
    size = (2, rows, prefix.config.kv_heads, room, prefix.config.head_dim)
    return torch.zeros(size, dtype=prefix.dtype, device=prefix.devices[layer])

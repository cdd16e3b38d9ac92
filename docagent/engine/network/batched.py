"""Keys and values of many sequences that begin alike."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from docagent.engine.network.attention import Part, among, before, merge
from docagent.engine.network.keyvalues import KeyValues
from docagent.engine.network.rope import Angles


class BatchKeyValues:
    """Rows that share `prefix`, which is stored and attended to once for all (Juravsky et al. 2024,
    Hydragen, arXiv 2402.05099), and have `room` tokens each of their own after it.

    `factors` are the rows' YaRN factors; without a prefix they may differ. A row's tokens stand at
    the start of its buffer, so that padding comes after them, where causal attention never looks.
    """

    def __init__(self, prefix: KeyValues, factors: Sequence[float], room: int) -> None:
        if prefix.length and set(factors) != {prefix.factor}:
            raise ValueError(f"rows of factors {set(factors)} after a prefix of {prefix.factor}")
        self.prefix = prefix
        self.lengths = [0] * len(factors)
        self._factors = list(factors)
        self._rows = range(len(factors))
        shape = prefix.shape
        size = (2, len(factors), shape.kv_heads, room, shape.head_dim)
        # Zeros, because a masked place still counts 0 times what stands there, which may be NaN.
        self._buffers = [
            torch.zeros(size, dtype=prefix.dtype, device=device) for device in prefix.devices
        ]
        self._start = 0
        self._decoding = False
        self._mask: torch.Tensor | None = None
        self._places: torch.Tensor | None = None
        self._angles: dict[torch.device, Angles] = {}

    def prefill(self, rows: range) -> None:
        """The next forward passes read prompts of these rows, from their first token on."""
        self._rows, self._start, self._decoding = rows, 0, False

    def decode(self) -> None:
        """The next forward passes add one token to every row."""
        self._rows, self._decoding = range(len(self.lengths)), True

    def keep(self, rows: Sequence[int]) -> None:
        """Forget all rows but these."""
        at = torch.tensor(rows)
        self._buffers = [buffer[:, at.to(buffer.device)] for buffer in self._buffers]
        self.lengths = [self.lengths[row] for row in rows]
        self._factors = [self._factors[row] for row in rows]
        self._rows = range(len(rows))

    def begin(self, tokens: int) -> None:
        """Before a forward pass over so many new tokens a row: positions, angles, masks."""
        device = self.prefix.rope.device
        own = self.prefix.length
        if self._decoding:
            lengths = torch.tensor(self.lengths, device=device)
            positions = own + lengths[:, None]
            seen = torch.arange(max(self.lengths) + 1, device=device)[None] <= lengths[:, None]
            mask = torch.zeros(seen.shape, dtype=self.prefix.dtype, device=device)
            self._mask = mask.masked_fill(~seen, float("-inf"))[:, None, None]
            self._places = lengths
        else:
            positions = torch.arange(self._start, self._start + tokens, device=device)[None] + own
        factors = [self._factors[row] for row in self._rows]
        angles = self.prefix.rope.angles(positions, factors, self.prefix.dtype)
        self._angles = {place: angles.to(place) for place in dict.fromkeys(self.prefix.devices)}

    def end(self, tokens: int) -> None:
        """After the forward pass. Prompts end where the caller sets `lengths`."""
        if self._decoding:
            self.lengths = [length + tokens for length in self.lengths]
        else:
            self._start += tokens

    def attend(self, layer: int, projected: torch.Tensor) -> torch.Tensor:
        """As `KeyValues.attend`, for all rows at once: (rows, heads, n, head_dim)."""
        angles, scale = self._angles[projected.device], self.prefix.scale
        heads, kv_heads = self.prefix.shape.heads, self.prefix.shape.kv_heads
        turned, values = angles.rotate(projected[:, :-kv_heads]), projected[:, -kv_heads:]
        query, keys = turned[:, :heads], turned[:, heads:]
        buffer = self._buffers[layer]
        parts: list[Part] = []
        if self.prefix.length:
            shared = self.prefix.stored(layer)
            parts.append(before(query, shared[0, None], shared[1, None], scale))
        if self._decoding:
            assert self._places is not None and self._mask is not None
            row = torch.arange(len(self.lengths), device=buffer.device)
            at = self._places.to(buffer.device)
            buffer[0, row, :, at] = keys[:, :, 0]
            buffer[1, row, :, at] = values[:, :, 0]
            own = buffer[:, :, :, : self._mask.shape[-1]]
            parts.append(before(query, own[0], own[1], scale, self._mask.to(query.device)))
            return merge(parts)
        rows = slice(self._rows.start, self._rows.stop)
        end = self._start + keys.shape[2]
        buffer[0, rows, :, self._start : end] = keys
        buffer[1, rows, :, self._start : end] = values
        if self._start:
            own = buffer[:, rows, :, : self._start]
            parts.append(before(query, own[0], own[1], scale))
        parts.append(among(query, keys, values, scale))
        return merge(parts)

"""Keys and values of one sequence, in buffers that grow in place."""

from __future__ import annotations

from typing import Self

import torch

from docagent.engine.network.attention import PartialAttention, attend_causal, attend_prefix, merge
from docagent.engine.network.config import ModelConfig
from docagent.engine.network.rope import Angles, Rope

SLACK = 64
"""Tokens of room beyond what was asked for, so that the next few need no new buffer."""


class KVCache:
    """What a network remembers of one sequence, for every layer; also how it attends to it.

    Transformers' DynamicCache copies all keys and values for each new token; at 32,768 tokens in
    the shape of Qwen2-7B that took 24 ms a layer, twice the attention itself. Here a token is
    written into a buffer that doubles when it is full (by 8,192 tokens at most), and cropping
    only sets a number.

    Keys are stored rotated. They belong to `factor`: the layers above the first depend on it
    throughout, so that they are of no use under another. `length` counts tokens.
    """

    def __init__(
        self,
        config: ModelConfig,
        rope: Rope,
        dtype: torch.dtype,
        devices: list[torch.device],
        factor: float = 1.0,
    ) -> None:
        self.config = config
        self.rope = rope
        self.dtype = dtype
        self.devices = devices
        self.factor = factor
        self.length = 0
        self.scale = config.head_dim**-0.5
        self._buffers: list[torch.Tensor] = []
        self._angles: dict[torch.device, list[Angles]] = {}

    @property
    def method(self) -> tuple[str, float]:
        """Method and parameter of the positions: keys of another method would be silently wrong."""
        return "yarn", self.factor

    @property
    def capacity(self) -> int:
        """Tokens there is room for without a new buffer."""
        if len(self._buffers) < self.config.layers:
            return 0
        return min(buffer.shape[2] for buffer in self._buffers)

    @property
    def nbytes(self) -> int:
        """Bytes of the buffers, room included."""
        return sum(buffer.nbytes for buffer in self._buffers)

    def reserve(self, tokens: int) -> None:
        """Make room for `tokens` tokens in all."""
        if tokens <= self.capacity:
            return
        # One layer after the other: the peak is one layer above the sum.
        capacity = max(tokens + SLACK, min(2 * self.capacity, self.capacity + 8192))
        for layer in range(self.config.layers):
            if layer < len(self._buffers) and self._buffers[layer].shape[2] >= capacity:
                continue  # larger before memory ran out at a later layer
            size = (2, self.config.kv_heads, capacity, self.config.head_dim)
            larger = torch.empty(size, dtype=self.dtype, device=self.devices[layer])
            if layer < len(self._buffers):
                larger[:, :, : self.length] = self._buffers[layer][:, :, : self.length]
                self._buffers[layer] = larger
            else:
                self._buffers.append(larger)

    def crop(self, length: int) -> None:
        """Forget all tokens after the first `length`."""
        if not 0 <= length <= self.length:
            raise ValueError(f"cannot crop {self.length} tokens to {length}")
        self.length = length

    def copy(self, length: int, room: int = 0) -> Self:
        """The first `length` tokens in buffers of their own, with `room` for more."""
        copied = type(self)(self.config, self.rope, self.dtype, self.devices, self.factor)
        copied.reserve(length + room)
        for target, source in zip(copied._buffers, self._buffers, strict=True):
            target[:, :, :length] = source[:, :, :length]
        copied.length = length
        return copied

    def stored(self, layer: int) -> torch.Tensor:
        """Keys and values of a layer, a view (2, kv_heads, length, head_dim)."""
        return self._buffers[layer][:, :, : self.length]

    def restore(self, layer: int, stored: torch.Tensor) -> None:
        """Put back what `stored` gave, into room reserved; then set `length`."""
        self._buffers[layer][:, :, : stored.shape[2]] = stored

    def begin(self, tokens: int) -> None:
        """Before a forward pass over so many new tokens: room and rotary angles."""
        self.reserve(self.length + tokens)
        positions = torch.arange(self.length, self.length + tokens, device=self.rope.device)
        angles = self._rotary_angles(positions)
        self._angles = {
            place: [angle.to(place) for angle in angles] for place in dict.fromkeys(self.devices)
        }

    def end(self, tokens: int) -> None:
        """After the forward pass: the tokens count as stored."""
        self.length += tokens

    def _rotary_angles(self, positions: torch.Tensor) -> list[Angles]:
        return [self.rope.angles(positions, [self.factor], self.dtype)]

    def attend(self, layer: int, projected: torch.Tensor) -> torch.Tensor:
        """Store keys and values of new tokens and attend to all so far.

        `projected` is (1, heads + 2 kv_heads, n, d): queries, keys and values, not rotated yet.
        Returns (1, heads, n, d).
        """
        (angles,) = self._angles[projected.device]
        heads, kv_heads = self.config.heads, self.config.kv_heads
        rotated = angles.rotate(projected[:, :-kv_heads])
        keys, values = self._store(layer, rotated[:, heads:], projected[:, -kv_heads:])
        return self._attend(rotated[:, :heads], keys, values)

    def _store(
        self, layer: int, keys: torch.Tensor, values: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Write new tokens; all keys and values so far, views (1, kv_heads, m, d)."""
        end = self.length + keys.shape[2]
        buffer = self._buffers[layer]
        buffer[0, :, self.length : end] = keys[0]
        buffer[1, :, self.length : end] = values[0]
        return buffer[0, None, :, :end], buffer[1, None, :, :end]

    def _attend(
        self, query: torch.Tensor, keys: torch.Tensor, values: torch.Tensor
    ) -> torch.Tensor:
        """Attention of the newest tokens to all keys, theirs last."""
        n = query.shape[2]
        if n == 1:
            return attend_prefix(query, keys, values, self.scale).output
        parts: list[PartialAttention] = []
        if past := keys.shape[2] - n:
            parts.append(attend_prefix(query, keys[:, :, :past], values[:, :, :past], self.scale))
        parts.append(attend_causal(query, keys[:, :, past:], values[:, :, past:], self.scale))
        return merge(parts)

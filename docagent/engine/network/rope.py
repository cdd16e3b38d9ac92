"""Rotary angles, with a YaRN factor that each prompt may choose for itself.

YaRN (Peng et al. 2023, arXiv 2309.00071) stretches the slow rotations of a trained network to
cover a longer text. Fixed at 4 it costs short texts: 0.07 to 0.14 nats with a 135M model.
So the factor is 1 up to the native window, and grows only with what is asked.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import copy

import torch

FACTORS = (1.0, 2.0, 4.0)
"""What a prompt may choose from; few, because keys of one factor are of no use under another."""

BETA_FAST = 32
BETA_SLOW = 1
"""Rotations within the native window above which a frequency stays, below which it is divided."""


def factor_for(tokens: int, native: int, factors: Sequence[float] = FACTORS) -> float:
    """The least factor whose window holds so many tokens; the largest one where none does."""
    return next((factor for factor in factors if tokens <= native * factor), factors[-1])


def factors_up_to(limit: float) -> tuple[float, ...]:
    """Factors for a context of `limit` native windows: 1, 2 and 4 as far as they go, and `limit`.

    A limit between two of them is itself the last factor.
    """
    below = [factor for factor in FACTORS if factor < limit]
    return (*below, limit) if limit > 1 else FACTORS[:1]


def frequencies(
    head_dim: int, theta: float, native: int, factor: float
) -> tuple[torch.Tensor, float]:
    """Inverse frequencies, float32 of shape (head_dim / 2,), and the scale of cosine and sine.

    The same operations in the same order as transformers, so that results agree to the bit.
    """
    powers = theta ** (torch.arange(0, head_dim, 2, dtype=torch.float32) / head_dim)
    if factor == 1:
        return 1.0 / powers, 1.0

    def dimension(rotations: int) -> float:
        """Where in the vector a pair turns so many times within the native window."""
        turns = math.log(native / (rotations * 2 * math.pi))
        return head_dim * turns / (2 * math.log(theta))

    low = max(math.floor(dimension(BETA_FAST)), 0)
    high: float = min(math.ceil(dimension(BETA_SLOW)), head_dim - 1)
    if low == high:
        high += 0.001
    ramp = torch.clamp(
        (torch.arange(head_dim // 2, dtype=torch.float32) - low) / (high - low), 0, 1
    )
    unscaled = 1 - ramp
    inverse = (1.0 / (factor * powers)) * (1 - unscaled) + (1.0 / powers) * unscaled
    return inverse, 0.1 * math.log(factor) + 1.0


class Rope:
    """The rotary angles of one network, for any factor; safe to share between threads."""

    def __init__(self, head_dim: int, theta: float, native: int, device: torch.device) -> None:
        self._shape = (head_dim, theta, native)
        self.device = device
        self._tables: dict[float, tuple[torch.Tensor, float]] = {}

    def table(self, factor: float) -> tuple[torch.Tensor, float]:
        """`frequencies` of this network on its device."""
        if factor not in self._tables:
            inverse, scale = frequencies(*self._shape, factor)
            self._tables[factor] = inverse.to(self.device), scale
        return self._tables[factor]

    def angles(
        self, positions: torch.Tensor, factors: Sequence[float], dtype: torch.dtype
    ) -> Angles:
        """Cosines and sines for positions (rows, n) or (n,), one factor a row.

        Every row may have its own factor in one forward pass.
        """
        tables = [self.table(factor) for factor in factors]
        inverse = torch.stack([table for table, _ in tables])[:, None]
        scale = torch.tensor([scale for _, scale in tables], device=self.device)[:, None, None]
        angles = positions.float().reshape(-1, positions.shape[-1])[..., None] * inverse
        cos, sin = angles.cos() * scale, angles.sin() * scale
        return Angles(cos.to(dtype)[:, None], sin.to(dtype)[:, None])


class Angles:
    """Cosines and sines, each (rows, 1, n, head_dim / 2): to be applied to every head alike."""

    def __init__(self, cos: torch.Tensor, sin: torch.Tensor) -> None:
        # Doubled once a forward pass, so that a layer needs two products and no halves.
        self._cos = torch.cat((cos, cos), -1)
        self._sin = torch.cat((-sin, sin), -1)

    def to(self, device: torch.device) -> Angles:
        """The same on another device; itself where it is there already."""
        if self._cos.device == device:
            return self
        moved = copy(self)
        moved._cos, moved._sin = self._cos.to(device), self._sin.to(device)
        return moved

    def rotate(self, x: torch.Tensor) -> torch.Tensor:
        """Rotate x (rows, heads, n, head_dim)."""
        return x * self._cos + x.roll(x.shape[-1] // 2, -1) * self._sin

"""The reader's weights: what training changed of all-MiniLM, in 8 bits, and the heads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

FILE = Path(__file__).with_name("reader.safetensors")
HEADS = "heads."
_SCALE = ".scale"
_STEPS = 127  # a row's largest weight, in steps of its scale


def pack(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Matrices as 8-bit rows with a scale each; vectors in half precision."""
    import torch

    packed: dict[str, Tensor] = {}
    for name, weight in weights.items():
        if weight.ndim != 2:
            packed[name] = weight.half()
            continue
        scale = (weight.abs().amax(1).clamp(min=1e-8) / _STEPS).half()
        rows = weight / scale.float()[:, None]
        packed[name] = rows.round().clamp(-_STEPS, _STEPS).to(torch.int8)
        packed[name + _SCALE] = scale
    return packed


def unpack(packed: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights in float32."""
    weights = {}
    for name, weight in packed.items():
        if name.endswith(_SCALE):
            continue
        scale = packed.get(name + _SCALE)
        weights[name] = weight.float() if scale is None else weight.float() * scale.float()[:, None]
    return weights

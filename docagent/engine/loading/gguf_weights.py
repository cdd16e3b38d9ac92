"""The weights of a GGUF file, as a network takes them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import torch

from docagent.engine.kernels.formats import FORMATS
from docagent.engine.network.quantised import QuantisedWeight
from docagent.errors import ModelUnavailable

if TYPE_CHECKING:
    from docagent.engine.loading.gguf_file import GgufTensor
    from docagent.engine.loading.gguf_model import GgufModel

PLAIN = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


class GgufWeights(Mapping[str, "torch.Tensor | QuantisedWeight"]):
    """Weights by transformers' names: on a CPU blocks of the mapped file, on a GPU dense."""

    def __init__(self, model: GgufModel, device: torch.device, dtype: torch.dtype) -> None:
        self._name = model.path.name
        self._tensors = model.tensors
        self._device = device
        self._dtype = dtype

    @property
    def parameters(self) -> int:
        """Numbers in all tensors."""
        return sum(math.prod(tensor.shape) for tensor in self._tensors.values())

    def __getitem__(self, name: str) -> torch.Tensor | QuantisedWeight:
        tensor = self._tensors[name]
        if tensor.kind in PLAIN:
            return self._plain(tensor)
        if not QuantisedWeight.readable(tensor.kind, len(tensor.data)):
            return self._unusual(tensor)
        weight = QuantisedWeight(FORMATS[tensor.kind], tensor.data)
        if self._device.type == "cpu":
            return weight
        return weight.dense(self._dtype).to(self._device)

    def _plain(self, tensor: GgufTensor) -> torch.Tensor:
        # A copy where it is small: such tensors may lie at odd places of the file.
        values = torch.from_numpy(np.array(tensor.data).reshape(-1)).view(PLAIN[tensor.kind])
        return values.reshape(tensor.shape).to(self._device, self._dtype)

    def _unusual(self, tensor: GgufTensor) -> torch.Tensor:
        """Weights of a kind without kernels here, dequantised by ggml's own package."""
        from gguf import GGMLQuantizationType, dequantize

        try:
            values = dequantize(tensor.data, GGMLQuantizationType[tensor.kind])
        except NotImplementedError as error:
            raise ModelUnavailable(
                f"{self._name} is quantised in a way that cannot be read ({tensor.kind}); take a "
                "Q4_K_M or Q8_0 file"
            ) from error
        return torch.from_numpy(values).reshape(tensor.shape).to(self._device, self._dtype)

    def __iter__(self) -> Iterator[str]:
        return iter(self._tensors)

    def __len__(self) -> int:
        return len(self._tensors)

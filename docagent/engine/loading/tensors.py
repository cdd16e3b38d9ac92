"""The tensors of a checkpoint, read one at a time as the network is built."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import torch
from safetensors import safe_open

from docagent.engine.loading.checkpoint import shards


class CheckpointTensors(Mapping[str, torch.Tensor]):
    """CheckpointTensors by name, on a device and in a type; open it with `with`.

    On the CPU in the file's own type a tensor is the file itself, mapped into memory.
    """

    def __init__(self, folder: Path, device: torch.device, dtype: torch.dtype) -> None:
        self._folder = folder
        self._device = device
        self._dtype = dtype
        self._files: dict[str, Any] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        for shard in shards(self._folder):
            file = self._open.enter_context(
                safe_open(self._folder / shard, "pt", device=str(self._device))
            )
            self._files.update(dict.fromkeys(file.keys(), file))
        return self

    def __exit__(self, *_: object) -> None:
        self._files.clear()
        self._open.close()

    def __getitem__(self, name: str) -> torch.Tensor:
        tensor: torch.Tensor = self._files[name].get_tensor(name)
        return tensor.to(self._dtype)

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    @property
    def parameters(self) -> int:
        """Numbers in all tensors; reads none of them."""
        shapes = (file.get_slice(name).get_shape() for name, file in self._files.items())
        return sum(math.prod(shape) for shape in shapes)

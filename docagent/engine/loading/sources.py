"""What a network is built from, alike for a checkpoint folder and a GGUF file."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open

from docagent.engine.catalogue import ModelCard, find_card
from docagent.engine.loading import checkpoint
from docagent.engine.loading.embedded import embedded_model
from docagent.engine.loading.tokenizer import ModelTokenizer
from docagent.engine.loading.transformers_model import exceeds, load_with_transformers
from docagent.engine.network.config import ModelConfig
from docagent.engine.network.network import Network
from docagent.engine.network.weights import from_tensors, from_transformers
from docagent.errors import DocAgentError, ModelUnavailable, first_line
from retrieval import machine

PRECISIONS = {
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
    "float32": torch.float32,
}


@dataclass(frozen=True)
class ModelSource:
    """A model on disk. `config` is its raw config.json, or one with the same content.

    `weight_bytes` is what the weights will take as `dtype`, in memory or as a mapped file; `build`
    reads them. `generation` is the generation_config.json, and `fingerprint` names the weights in
    what is stored on disk and was made from them.
    """

    name: str
    config: dict[str, Any]
    card: ModelCard | None
    tokenizer: ModelTokenizer
    dtype: torch.dtype
    weight_bytes: int
    build: Callable[[ModelConfig], Network]
    fingerprint: str
    generation: dict[str, Any] = field(default_factory=dict)


class CheckpointTensors(Mapping[str, torch.Tensor]):
    """Tensors by name, on a device and in a type, read one at a time as the network is built.

    On the CPU in the file's own type a tensor is the file itself, mapped into memory.
    """

    def __init__(self, folder: Path, device: torch.device, dtype: torch.dtype) -> None:
        self._dtype = dtype
        self._files: dict[str, Any] = {}
        for shard in checkpoint.shards(folder):
            file: Any = safe_open(folder / shard, "pt", device=str(device))
            self._files.update(dict.fromkeys(file.keys(), file))

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


def folder_source(folder: Path, name: str, device: torch.device, dtype: str | None) -> ModelSource:
    """A folder that passed `checkpoint.check`. Raises `ModelUnavailable` where it is damaged."""
    config = checkpoint.read_config(folder)
    kind = checkpoint.kind(folder)
    weight_bytes = checkpoint.weight_bytes(folder)
    precision = choose_dtype(device, dtype, 2 * weight_bytes < machine.available_memory())
    if kind != "quantised":
        weight_bytes = weight_bytes * precision.itemsize // 2

    def build(config: ModelConfig) -> Network:
        if kind != "dense" or exceeds(folder, device):
            model = load_with_transformers(folder, name, precision, device)
            return from_transformers(config, model)
        tensors = CheckpointTensors(folder, device, precision)
        return from_tensors(config, tensors, tensors.parameters)

    try:
        tokenizer = ModelTokenizer.of_folder(folder)
    except (OSError, ValueError) as error:
        raise ModelUnavailable(
            f"the tokenizer of {name} cannot be read ({first_line(error)}); get the model again"
        ) from error
    settings = folder / "generation_config.json"
    files = sorted(folder.glob("*.safetensors"))
    stats = [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    return ModelSource(
        name=name,
        config=config,
        card=find_card(name) or find_card(folder.name),
        tokenizer=tokenizer,
        dtype=precision,
        weight_bytes=weight_bytes,
        build=build,
        fingerprint=hashlib.sha256(json.dumps([config, stats]).encode()).hexdigest()[:24],
        generation=json.loads(settings.read_text("utf-8")) if settings.is_file() else {},
    )


def gguf_source(path: Path, name: str, device: torch.device, dtype: str | None) -> ModelSource:
    """A GGUF file: on a CPU its weights stay where they lie, on a GPU they are dequantised.

    Raises `ModelUnavailable` when it is no whole file of a dense Qwen2.
    """
    # These need the packages gguf and llvmlite.
    from docagent.engine.loading.gguf_model import GgufModel
    from docagent.engine.loading.gguf_tokenizer import read_tokenizer
    from docagent.engine.loading.gguf_weights import GgufWeights

    model = GgufModel(path)
    precision = choose_dtype(device, dtype, fits_float32=True)
    weights = GgufWeights(model, device, precision)
    on_cpu = device.type == "cpu"
    embedded = embedded_model(name)
    return ModelSource(
        name=name,
        config=model.config(),
        card=embedded.card if embedded else find_card(name),
        tokenizer=read_tokenizer(model),
        dtype=precision,
        weight_bytes=path.stat().st_size if on_cpu else weights.parameters * precision.itemsize,
        build=lambda config: from_tensors(config, weights, weights.parameters),
        fingerprint=model.key(),
    )


def choose_dtype(place: torch.device, name: str | None, fits_float32: bool) -> torch.dtype:
    """bfloat16, but float32 on a CPU without bfloat16 instructions if that fits.

    With AMX, a 135M model on two cores prefilled 2,160 tokens a second in bfloat16 and 590
    in float32, and decoded 26 against 28: one precision serves both phases.
    """
    if name is not None:
        if name not in PRECISIONS:
            raise DocAgentError(f"dtype must be one of {', '.join(PRECISIONS)}, not {name}")
        return PRECISIONS[name]
    if place.type == "cuda" and not torch.cuda.is_bf16_supported(including_emulation=False):
        return torch.float16
    if place.type == "cpu" and not machine.has_bfloat16_cpu() and fits_float32:
        return torch.float32
    return torch.bfloat16

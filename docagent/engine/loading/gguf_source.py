"""A GGUF file as the source of a network."""

from __future__ import annotations

from pathlib import Path

import torch

from docagent.engine.catalogue import find_card
from docagent.engine.loading.device import choose_dtype
from docagent.engine.loading.embedded import embedded_model
from docagent.engine.loading.gguf_model import GgufModel
from docagent.engine.loading.gguf_tokenizer import read_tokenizer
from docagent.engine.loading.gguf_weights import GgufWeights
from docagent.engine.loading.source import ModelSource
from docagent.engine.network.weights import from_tensors


def gguf_source(path: Path, name: str, device: torch.device, dtype: str | None) -> ModelSource:
    """A GGUF file: on a CPU its weights stay where they lie, on a GPU they are dequantised.

    Raises `ModelUnavailable` when it is no whole file of a dense Qwen2.
    """
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

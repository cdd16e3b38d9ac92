"""A checkpoint folder as the source of a network."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import torch

from docagent.engine.catalogue import find_card
from docagent.engine.loading import checkpoint
from docagent.engine.loading.device import choose_dtype
from docagent.engine.loading.source import ModelSource
from docagent.engine.loading.tensors import CheckpointTensors
from docagent.engine.loading.tokenizer import ModelTokenizer
from docagent.engine.loading.transformers_model import exceeds, load_with_transformers
from docagent.engine.network.config import ModelConfig
from docagent.engine.network.network import Network
from docagent.engine.network.weights import from_tensors, from_transformers
from docagent.errors import ModelUnavailable, first_line
from retrieval import machine


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
        with CheckpointTensors(folder, device, precision) as tensors:
            return from_tensors(config, tensors, tensors.parameters)

    return ModelSource(
        name=name,
        config=config,
        card=find_card(name) or find_card(folder.name),
        tokenizer=_tokenizer(folder, name),
        dtype=precision,
        weight_bytes=weight_bytes,
        build=build,
        fingerprint=_fingerprint(folder, config),
        generation=_generation_config(folder),
    )


def _tokenizer(folder: Path, name: str) -> ModelTokenizer:
    try:
        return ModelTokenizer.of_folder(folder)
    except (OSError, ValueError) as error:
        raise ModelUnavailable(
            f"the tokenizer of {name} cannot be read ({first_line(error)}); get the model again"
        ) from error


def _generation_config(folder: Path) -> dict[str, Any]:
    path = folder / "generation_config.json"
    settings: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return settings


def _fingerprint(folder: Path, config: dict[str, Any]) -> str:
    """Names the weights in what is stored on disk and was made from them."""
    files = sorted(folder.glob("*.safetensors"))
    stats = [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    return hashlib.sha256(json.dumps([config, stats]).encode()).hexdigest()[:24]

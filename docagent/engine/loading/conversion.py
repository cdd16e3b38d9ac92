"""A GGUF file rewritten as a Qwen2 checkpoint: weights in bfloat16, configuration, tokenizer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from docagent.engine.loading.checkpoint import SHARD_INDEX
from docagent.engine.loading.gguf_model import GgufModel
from docagent.engine.loading.gguf_tokenizer import write_tokenizer

if TYPE_CHECKING:
    import torch

SHARD_BYTES = 2 * 1024**3
"""A file of weights is closed when it reaches this; it is in memory until then."""

OTHER_BYTES = 32 * 1024**2
"""Room for the tokenizer and the configuration."""


def checkpoint_bytes(source: Path) -> int:
    """Bytes on the disk that the checkpoint of a GGUF file takes; reads only the file's header."""
    return sum(GgufModel(source).sizes().values()) + OTHER_BYTES


def write_checkpoint(source: Path, folder: Path) -> None:
    """Convert the GGUF file `source` into an existing, empty folder.

    Memory holds one file of weights at a time. Raises OSError when the disk is full or not
    writable, `DocAgentError` when the file cannot be read as a Qwen2 model.
    """
    model = GgufModel(source)
    write_tokenizer(model, folder)
    config = json.dumps(model.config(), indent=1)
    (folder / "config.json").write_text(config, encoding="utf-8")
    _write_weights(model, folder)


def _write_weights(model: GgufModel, folder: Path) -> None:
    sizes = model.sizes()
    shard_of = _shards(sizes)
    count = max(shard_of.values()) + 1
    files = (
        ["model.safetensors"]
        if count == 1
        else [f"model-{number + 1:05}-of-{count:05}.safetensors" for number in range(count)]
    )
    waiting: dict[str, torch.Tensor] = {}
    current = 0
    for name, tensor in model.tensors():
        if shard_of[name] != current:
            _save(waiting, folder / files[current])
            waiting, current = {}, shard_of[name]
        waiting[name] = tensor
    _save(waiting, folder / files[current])
    if count > 1:
        index = {
            "metadata": {"total_size": sum(sizes.values())},
            "weight_map": {name: files[number] for name, number in shard_of.items()},
        }
        (folder / SHARD_INDEX).write_text(json.dumps(index, indent=1), encoding="utf-8")


def _shards(sizes: dict[str, int]) -> dict[str, int]:
    """The number of the file that each tensor goes to, in order, none over `SHARD_BYTES`."""
    number, filled = 0, 0
    shard_of: dict[str, int] = {}
    for name, size in sizes.items():
        if filled and filled + size > SHARD_BYTES:
            number, filled = number + 1, 0
        shard_of[name] = number
        filled += size
    return shard_of


def _save(tensors: dict[str, torch.Tensor], path: Path) -> None:
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    try:
        save_file(tensors, path, metadata={"format": "pt"})
    except SafetensorError as error:
        # A full disk is reported this way, not as an OSError.
        raise OSError(str(error)) from error

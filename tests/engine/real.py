"""The embedded models as a checkpoint of transformers."""

from __future__ import annotations

from pathlib import Path

import torch

from benchmarks.engine.plain import in_transformers
from docagent.engine.loading.gguf_model import GgufModel
from docagent.engine.loading.gguf_tokenizer import read_tokenizer


def write_folder(file: Path, folder: Path) -> None:
    """A GGUF file as a checkpoint in bfloat16."""
    in_transformers(file, torch.bfloat16).save_pretrained(folder)
    read_tokenizer(GgufModel(file)).transformers.save_pretrained(folder)

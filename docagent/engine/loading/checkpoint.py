"""A model folder on disk: what it holds, what it lacks, and whether the engine reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docagent.engine.catalogue import find
from docagent.errors import DocAgentError

ARCHITECTURES = frozenset({"qwen2", "qwen2_moe"})
SHARD_INDEX = "model.safetensors.index.json"
DEFAULT_THETA = 10_000.0
"""Base of the rotary frequencies where a config names none: transformers 4's default for Qwen2."""


def problem(folder: Path) -> str | None:
    """What the folder lacks to be a model, as a phrase; None when it is complete."""
    if not (folder / "config.json").is_file():
        return "has no config.json"
    missing = [shard for shard in _shards(folder) if not (folder / shard).is_file()]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        return f"lacks the weights {missing[0]}{more}"
    has_vocabulary = (folder / "vocab.json").is_file() and (folder / "merges.txt").is_file()
    if not has_vocabulary and not (folder / "tokenizer.json").is_file():
        return "has no tokenizer (tokenizer.json)"
    return None


def weight_bytes(folder: Path) -> int:
    """Size of the weight files in bytes."""
    return sum((folder / shard).stat().st_size for shard in _shards(folder))


def read_config(folder: Path) -> dict[str, Any]:
    """The raw config.json. Raises `DocAgentError` when it cannot be read as an object."""
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DocAgentError(f"{path} cannot be read ({error}); get the model again") from error
    if not isinstance(config, dict):
        raise DocAgentError(f"{path} is not a model configuration; get the model again")
    return config


def architecture(folder: Path) -> str:
    """The `model_type` of the folder's config, or an empty string."""
    try:
        return str(read_config(folder).get("model_type") or "")
    except DocAgentError:
        return ""


def is_qwen2(model_type: str) -> bool:
    """Whether the engine reads this architecture."""
    return model_type in ARCHITECTURES


def check(folder: Path, name: str) -> None:
    """Raise `DocAgentError`, one line with what to do, unless the engine can load the folder."""
    if what := problem(folder):
        raise DocAgentError(
            f"{name} {what}; give the folder of a complete Qwen2 checkpoint, or a Hugging Face id"
        )
    config = read_config(folder)
    model_type = str(config.get("model_type") or "")
    if not is_qwen2(model_type):
        kind = f"a {model_type} model" if model_type else "of no named architecture"
        raise DocAgentError(
            f"{name} is {kind}; docagent's engine reads Qwen2 checkpoints (serve it and use "
            "openai:MODEL@URL instead)"
        )
    if quantisation := config.get("quantization_config"):
        method = quantisation.get("quant_method") if isinstance(quantisation, dict) else None
        raise DocAgentError(
            f"{name} is quantised ({method or 'unknown method'}); docagent's engine reads "
            "unquantised weights (serve it and use openai:MODEL@URL instead)"
        )


def refuse_base(name: str) -> None:
    """Raise `DocAgentError` for a base model of the catalogue, by id, name or folder name."""
    folder = Path(name).expanduser()
    card = find(folder.name) if folder.is_dir() else find(name)
    if card is not None and not card.instruct:
        raise DocAgentError(
            f"{name} is a base model and follows no instructions; use {card.repo}-Instruct"
        )


def rope_parameters(config: Mapping[str, Any]) -> dict[str, Any]:
    """The whole rotary dictionary of a raw config, its base always included.

    Transformers 5 replaces `rope_parameters` by `rope_scaling` where a config has both. A config
    that it saved itself and that was then given the `rope_scaling` of the model card loses its
    base of 1,000,000 that way and silently gets 10,000.
    """
    declared = config.get("rope_parameters") or {}
    scaling = config.get("rope_scaling") or {}
    theta = config.get("rope_theta") or scaling.get("rope_theta") or declared.get("rope_theta")
    merged = {**declared, **scaling}
    kind = merged.pop("type", None)
    merged.setdefault("rope_type", kind or "default")
    if scaling and (kind := scaling.get("rope_type") or scaling.get("type")):
        merged["rope_type"] = kind
    merged["rope_theta"] = float(theta or DEFAULT_THETA)
    return merged


def _shards(folder: Path) -> list[str]:
    """Names of the weight files the folder should have."""
    try:
        index = json.loads((folder / SHARD_INDEX).read_text(encoding="utf-8"))
        return sorted(set(index["weight_map"].values()))
    except (OSError, ValueError, KeyError):
        return ["model.safetensors"]

"""A model folder on disk: what it holds, what it lacks, and whether the engine reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from docagent.engine.catalogue import find_card
from docagent.engine.loading import quantisation
from docagent.errors import ModelUnavailable

ARCHITECTURES = frozenset({"qwen2", "qwen2_moe"})
SHARD_INDEX = "model.safetensors.index.json"
DEFAULT_THETA = 10_000.0
"""Base of the rotary frequencies where a config names none: transformers 4's default for Qwen2."""

PICKLES = ("pytorch_model.bin", "pytorch_model.bin.index.json")
CONVERT = (
    "if you trust them, load them with transformers' AutoModelForCausalLM and write safetensors "
    "with save_pretrained"
)
COMPLETE = "give the folder of a complete Qwen2 checkpoint, or a Hugging Face id"
BASE_REASON = (
    "a base model that continues text and does not follow instructions (its model card advises "
    "post-training first)"
)


def problem(folder: Path) -> str | None:
    """What the folder lacks to be a model, as a phrase; None when it is complete."""
    if not (folder / "config.json").is_file():
        return "has no config.json"
    missing = [shard for shard in shards(folder) if not (folder / shard).is_file()]
    if missing and _pickled(folder):
        return "has only pickled weights (pytorch_model.bin), which can run code when loaded"
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        return f"lacks the weights {missing[0]}{more}"
    has_vocabulary = (folder / "vocab.json").is_file() and (folder / "merges.txt").is_file()
    if not has_vocabulary and not (folder / "tokenizer.json").is_file():
        return "has no tokenizer (tokenizer.json)"
    return None


def weight_bytes(folder: Path) -> int:
    """Size of the weight files in bytes."""
    return sum((folder / shard).stat().st_size for shard in shards(folder))


def read_config(folder: Path) -> dict[str, Any]:
    """The raw config.json. Raises `ModelUnavailable` when it cannot be read as an object."""
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelUnavailable(f"{path} cannot be read ({error}); get the model again") from error
    if not isinstance(config, dict):
        raise ModelUnavailable(f"{path} is not a model configuration; get the model again")
    return config


def is_qwen2(folder: Path) -> bool:
    """Whether the engine reads the architecture that the folder's config names."""
    try:
        return read_config(folder).get("model_type") in ARCHITECTURES
    except ModelUnavailable:
        return False


def kind(folder: Path) -> Literal["dense", "moe", "quantised"]:
    """How the folder's weights are to be read. Raises `ModelUnavailable` as `read_config` does."""
    config = read_config(folder)
    if quantisation.method_of(config) is not None:
        return "quantised"
    return "moe" if config.get("model_type") == "qwen2_moe" else "dense"


def check(folder: Path, name: str, force: bool = False) -> None:
    """Raise `ModelUnavailable`, one line with what to do, unless the engine can load the folder.

    `force` lets a base model through.
    """
    if what := problem(folder):
        raise ModelUnavailable(f"{name} {what}; {CONVERT if _pickled(folder) else COMPLETE}")
    config = read_config(folder)
    model_type = str(config.get("model_type") or "")
    if model_type not in ARCHITECTURES:
        described = f"a {model_type} model" if model_type else "of no named architecture"
        raise ModelUnavailable(
            f"{name} is {described}; docagent's engine reads Qwen2 checkpoints (serve it and use "
            "openai:MODEL@URL instead)"
        )
    if (method := quantisation.method_of(config)) is not None:
        quantisation.refuse_unusable(name, method)
    refuse_base(name, force)
    if not force and _ends_as_base(folder):
        raise ModelUnavailable(
            f"{name} has no chat template and ends with <|endoftext|>, so it is {BASE_REASON}"
        )


def refuse_base(name: str, force: bool = False) -> None:
    """Raise `ModelUnavailable` for a base model of the catalogue, by id, name or folder name.

    Nothing is raised when `force`.
    """
    if force:
        return
    folder = Path(name).expanduser()
    card = find_card(folder.name) if folder.is_dir() else find_card(name)
    if card is not None and not card.instruct:
        raise ModelUnavailable(f"{name} is {BASE_REASON}; use {card.repo}-Instruct")


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


def shards(folder: Path) -> list[str]:
    """Names of the weight files the folder should have."""
    try:
        index = json.loads((folder / SHARD_INDEX).read_text(encoding="utf-8"))
        return sorted(set(index["weight_map"].values()))
    except (OSError, ValueError, KeyError):
        return ["model.safetensors"]


def _pickled(folder: Path) -> bool:
    """Whether pickles are the only weights of the folder."""
    pickles = any((folder / name).is_file() for name in PICKLES)
    return pickles and not any(folder.glob("*.safetensors"))


def _ends_as_base(folder: Path) -> bool:
    """Whether the tokenizer's files say of a model that no catalogue knows that it is a base model.

    Fine-tuned models may lack the template or end with <|endoftext|>, so neither alone says it.
    """
    try:
        settings = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if settings.get("chat_template") or any(folder.glob("chat_template*")):
        return False
    end = settings.get("eos_token")
    return (end.get("content") if isinstance(end, dict) else end) == "<|endoftext|>"

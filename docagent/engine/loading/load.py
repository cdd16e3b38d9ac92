"""Weights, tokenizer and limits of a model, loaded onto a device and checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch

from docagent.engine.catalogue import find_card
from docagent.engine.decoding.generate import out_of_memory
from docagent.engine.loading import checkpoint, hub
from docagent.engine.loading.embedded import embedded_file, embedded_model
from docagent.engine.loading.sources import ModelSource, folder_source, gguf_source
from docagent.engine.loading.tokenizer import ModelTokenizer
from docagent.engine.memory import refuse_if_too_large
from docagent.engine.network.config import ModelConfig
from docagent.engine.network.network import Network
from docagent.engine.network.rope import factors_up_to
from docagent.errors import DocAgentError, ModelUnavailable, first_line
from retrieval import machine
from retrieval.extras import require

END_TOKENS = ("<|im_end|>", "<|endoftext|>")
SAMPLING = ("temperature", "top_p", "top_k")

PART = re.compile(r"-\d{5}-of-(\d{5})\.gguf$", re.IGNORECASE)

MIN_CONTEXT = 4_096
"""Tokens that must find room beside the weights: evidence, question and answer."""


@dataclass(frozen=True)
class LoadedModel:
    """A model ready to answer.

    `weight_bytes` is what the weights take, in memory or as a mapped file. `context` is in tokens,
    `factors` are those YaRN may take to reach it, `eos_ids` end an answer, and `sampling` is what
    generation_config.json gives for drawn answers.
    """

    name: str
    network: Network
    tokenizer: ModelTokenizer
    parameters: int
    context: int
    factors: tuple[float, ...]
    eos_ids: frozenset[int]
    tool_format: Literal["qwen", "hermes"]
    sampling: dict[str, float]
    fingerprint: str
    weight_bytes: int


def load(
    name: str,
    cache: Path,
    device: str | None = None,
    context: int | None = None,
    dtype: str | None = None,
    force: bool = False,
) -> LoadedModel:
    """Load `embedded`, `embedded:0.5b`, a Hugging Face id, a local folder or a GGUF file.

    `device` is a torch device; without one, the first GPU if there is one, else the CPU.
    `context` sets another limit in tokens than the model's authors do; `dtype` is `bfloat16`,
    `float16` or `float32`, by default what the device is fast in; `force` lets a base model
    through.
    Raises `ModelUnavailable` when the model is not to be had, is not a Qwen2 Instruct model, or
    does not fit.
    """
    path = locate(name, cache, force)
    if path.is_file():
        for package in ("gguf", "llvmlite"):
            require(package, package, "gguf", path.name, ModelUnavailable)
    else:
        checkpoint.check(path, name, force)
    place = choose_device(device)
    source = gguf_source if path.is_file() else folder_source
    return _loaded(source(path, name, place, dtype), place, context)


def locate(name: str, cache: Path, force: bool = False) -> Path:
    """The folder or GGUF file of a model by any of its names; downloads a folder if need be."""
    if (model := embedded_model(name)) is not None:
        return embedded_file(model, cache)
    checkpoint.refuse_base(name, force)
    path = Path(name).expanduser()
    if is_gguf(path) or path.suffix.casefold() == ".gguf":
        return gguf_path(path)
    if path.is_dir():
        return path
    card = find_card(name)
    if card is not None:
        return hub.download(card.repo)
    if hub.HUB_ID.fullmatch(name):
        return hub.download(name)
    raise ModelUnavailable(
        f"{name} is neither a folder nor a model name; give embedded, a Hugging Face id such as "
        "Qwen/Qwen2-7B-Instruct, a model folder, or openai:MODEL@URL"
    )


def is_gguf(path: Path) -> bool:
    """Whether a path is a GGUF file, or a folder that holds GGUF files and no checkpoint."""
    if path.is_dir():
        return not (path / "config.json").is_file() and bool(_gguf_files(path))
    return path.suffix.casefold() == ".gguf" and path.is_file()


def gguf_path(path: Path) -> Path:
    """The file itself, or the only one of a folder.

    Raises `ModelUnavailable`, in one line, where there is none or several, or one that is split.
    """
    if path.is_dir():
        files = _gguf_files(path)
        parts = [file for file in files if PART.search(file.name)]
        if len(files) > 1 and len(parts) < len(files):
            raise ModelUnavailable(
                f"{path} holds {len(files)} GGUF files; name one, such as {path / files[0].name}"
            )
        if not files:
            raise ModelUnavailable(f"{path} holds no GGUF file")
        path = files[0]
    if part := PART.search(path.name):
        raise ModelUnavailable(
            f"{path.name} is one of {int(part[1])} parts; join them with llama.cpp's "
            "llama-gguf-split --merge and name the result"
        )
    if not path.is_file():
        raise ModelUnavailable(f"there is no file {path}")
    return path


def _gguf_files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.suffix.casefold() == ".gguf")


def choose_device(device: str | None) -> torch.device:
    """The torch device of that name; without one the first GPU if there is one, else the CPU."""
    if device is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        place = torch.device(device)
        torch.empty(0, device=place)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        # A torch built without CUDA says so by AssertionError.
        raise DocAgentError(
            f"the device {device} is not available ({first_line(error)}); use cpu or cuda"
        ) from error
    return place


def _loaded(source: ModelSource, device: torch.device, context: int | None) -> LoadedModel:
    """Checks, then the network."""
    rope = checkpoint.rope_parameters(source.config)
    _check_rope(source.name, rope)
    config = ModelConfig.of(source.config, rope)
    # A factor in the config says how far YaRN may go; each prompt still takes the least it needs.
    declared = int(config.native * float(rope.get("factor") or 1.0))
    context = context or (source.card.context if source.card else declared)
    # Over several GPUs transformers spreads it, which knows what fits.
    if device.type != "cuda" or len(machine.gpus()) < 2:
        kv_bytes, free = config.kv_bytes(source.dtype.itemsize), machine.free_memory(str(device))
        refuse_if_too_large(source.name, source.weight_bytes, kv_bytes, MIN_CONTEXT, free)
    network = _build(source, device, config)
    generation = source.generation
    return LoadedModel(
        name=source.name,
        network=network,
        tokenizer=source.tokenizer,
        parameters=network.parameters,
        context=context,
        factors=factors_up_to(context / config.native),
        eos_ids=_eos_ids(source),
        tool_format=source.card.tool_format if source.card else "hermes",
        sampling={key: float(generation[key]) for key in SAMPLING if generation.get(key)},
        fingerprint=source.fingerprint,
        weight_bytes=source.weight_bytes,
    )


def _check_rope(name: str, rope: dict[str, Any]) -> None:
    """Refuse rotary scalings that the network would silently get wrong."""
    kind = rope["rope_type"]
    unusual = {"attention_factor", "beta_fast", "beta_slow", "mscale", "mscale_all_dim"} & {
        key for key, value in rope.items() if value is not None
    }
    if kind not in ("default", "yarn") or unusual:
        what = f"the rotary scaling {kind}" + (f" with {min(unusual)}" if unusual else "")
        raise ModelUnavailable(
            f"{name} uses {what}, which docagent's engine does not know; serve it and use "
            "openai:MODEL@URL instead"
        )


def _build(source: ModelSource, device: torch.device, config: ModelConfig) -> Network:
    from safetensors import SafetensorError

    name = source.name
    try:
        return source.build(config)
    except KeyError as error:
        raise ModelUnavailable(
            f"{name} lacks the weights {error.args[0]}; get the model again"
        ) from error
    except (OSError, TypeError, ValueError, SafetensorError) as error:
        raise ModelUnavailable(
            f"{name} cannot be loaded ({first_line(error)}); its files are damaged or of another "
            "version: get the model again"
        ) from error
    except RuntimeError as error:
        if out_of_memory(error):
            raise ModelUnavailable(
                f"{name} does not fit in the memory of {device}; choose a smaller model"
            ) from error
        raise


def _eos_ids(source: ModelSource) -> frozenset[int]:
    stated = source.generation.get("eos_token_id", source.config.get("eos_token_id"))
    ids = set(stated if isinstance(stated, list) else [stated])
    ids.add(source.tokenizer.eos_token_id)
    control = source.tokenizer.backend_tokenizer.get_added_tokens_decoder()
    ids |= {number for number, token in control.items() if token.content in END_TOKENS}
    return frozenset(number for number in ids if number is not None)

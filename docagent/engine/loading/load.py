"""Weights, tokenizer and limits of a model, loaded onto a device and checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch

from docagent.engine.catalogue import ModelCard, find
from docagent.engine.decoding.generate import out_of_memory
from docagent.engine.loading import checkpoint, hub
from docagent.engine.loading.embedded import embedded_file, embedded_model
from docagent.engine.loading.gguf_model import GgufModel
from docagent.engine.loading.gguf_path import gguf_path, is_gguf
from docagent.engine.loading.gguf_tokenizer import read_tokenizer
from docagent.engine.loading.gguf_weights import GgufWeights
from docagent.engine.loading.tensors import CheckpointTensors
from docagent.engine.loading.tokenizer import ModelTokenizer
from docagent.engine.loading.transformers_model import exceeds, load_with_transformers
from docagent.engine.memory import refuse_if_too_large
from docagent.engine.network.config import ModelConfig
from docagent.engine.network.network import Network
from docagent.engine.network.rope import factors_up_to
from docagent.engine.network.weights import from_tensors, from_transformers
from docagent.errors import DocAgentError, first_line
from retrieval import machine

END_TOKENS = ("<|im_end|>", "<|endoftext|>")
SAMPLING = ("temperature", "top_p", "top_k")

PRECISIONS = {
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
    "float32": torch.float32,
}

LEAST_CONTEXT = 4_096
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
    Raises `DocAgentError` when the model is not to be had, is not a Qwen2 Instruct model, or
    does not fit.
    """
    path = locate(name, cache, force)
    if path.is_file():
        return load_gguf(path, name, device, context, dtype)
    checkpoint.check(path, name, force)
    return load_folder(path, name, device, context, dtype)


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
    card = find(name)
    if card is not None:
        return hub.download(card.repo)
    if hub.HUB_ID.fullmatch(name):
        return hub.download(name)
    raise DocAgentError(
        f"{name} is neither a folder nor a model name; give embedded, a Hugging Face id such as "
        "Qwen/Qwen2-7B-Instruct, a model folder, or openai:MODEL@URL"
    )


def load_folder(
    folder: Path,
    name: str,
    device: str | None = None,
    context: int | None = None,
    dtype: str | None = None,
) -> LoadedModel:
    """Load a checked folder. Raises `DocAgentError` when it is damaged or does not fit."""
    place = _device(device)
    config = checkpoint.read_config(folder)
    weights = checkpoint.weight_bytes(folder)
    precision = _dtype(place, dtype, 2 * weights < machine.available_memory())
    if checkpoint.kind(folder) != "quantised":
        weights = weights * precision.itemsize // 2

    def network(shape: ModelConfig) -> Network:
        if checkpoint.kind(folder) != "dense" or exceeds(folder, place):
            return from_transformers(shape, load_with_transformers(folder, name, precision, place))
        with CheckpointTensors(folder, place, precision) as tensors:
            return from_tensors(shape, tensors, tensors.parameters)

    return _loaded(
        name,
        config,
        place,
        precision,
        weights,
        network,
        _tokenizer(folder, name),
        card=find(name) or find(folder.name),
        context=context,
        generation=_generation_config(folder),
        fingerprint=_fingerprint(folder, config),
    )


def load_gguf(
    path: Path,
    name: str,
    device: str | None = None,
    context: int | None = None,
    dtype: str | None = None,
) -> LoadedModel:
    """Load a GGUF file: on a CPU its weights stay where they lie, on a GPU they are dequantised.

    Raises `DocAgentError` when it is no whole file of a dense Qwen2, or does not fit.
    """
    place = _device(device)
    model = GgufModel(path)
    precision = _dtype(place, dtype, fits_float32=True)
    weights = GgufWeights(model, place, precision)
    quantised = place.type == "cpu"
    embedded = embedded_model(name)
    return _loaded(
        name,
        model.config(),
        place,
        precision,
        path.stat().st_size if quantised else weights.parameters * precision.itemsize,
        lambda shape: from_tensors(shape, weights, weights.parameters),
        read_tokenizer(model),
        card=embedded.card if embedded else find(name),
        context=context,
        generation={},
        fingerprint=model.key(),
    )


def _loaded(
    name: str,
    config: dict[str, Any],
    place: torch.device,
    precision: torch.dtype,
    weights: int,
    network: Callable[[ModelConfig], Network],
    tokenizer: ModelTokenizer,
    *,
    card: ModelCard | None,
    context: int | None,
    generation: dict[str, Any],
    fingerprint: str,
) -> LoadedModel:
    """Checks, then the network; `weights` are the bytes that it will take."""
    rope = checkpoint.rope_parameters(config)
    _check_rope(name, rope)
    shape = ModelConfig.of(config, rope)
    # A factor in the config says how far YaRN may go; each prompt still takes the least it needs.
    declared = int(shape.native * float(rope.get("factor") or 1.0))
    context = context or (card.context if card else declared)
    _check_memory(name, place, weights, shape.kv_bytes(precision.itemsize))
    made = _network(name, place, lambda: network(shape))
    return LoadedModel(
        name=name,
        network=made,
        tokenizer=tokenizer,
        parameters=made.parameters,
        context=context,
        factors=factors_up_to(context / shape.native),
        eos_ids=_eos_ids(generation, config, tokenizer),
        tool_format=card.tool_format if card else "hermes",
        sampling={key: float(generation[key]) for key in SAMPLING if generation.get(key)},
        fingerprint=fingerprint,
        weight_bytes=weights,
    )


def _device(device: str | None) -> torch.device:
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


def _dtype(place: torch.device, wanted: str | None, fits_float32: bool) -> torch.dtype:
    """bfloat16, but float32 on a CPU without bfloat16 instructions if that fits.

    With AMX, a 135M model on two cores prefilled 2,160 tokens a second in bfloat16 and 590
    in float32, and decoded 26 against 28: one precision serves both phases.
    """
    if wanted is not None:
        if wanted not in PRECISIONS:
            raise DocAgentError(f"dtype must be one of {', '.join(PRECISIONS)}, not {wanted}")
        return PRECISIONS[wanted]
    if place.type == "cuda" and not torch.cuda.is_bf16_supported(including_emulation=False):
        return torch.float16
    if place.type == "cpu" and not machine.has_bfloat16_cpu() and fits_float32:
        return torch.float32
    return torch.bfloat16


def _check_rope(name: str, rope: dict[str, Any]) -> None:
    """Refuse rotary scalings that the network would silently get wrong."""
    kind = rope["rope_type"]
    unusual = {"attention_factor", "beta_fast", "beta_slow", "mscale", "mscale_all_dim"} & {
        key for key, value in rope.items() if value is not None
    }
    if kind not in ("default", "yarn") or unusual:
        what = f"the rotary scaling {kind}" + (f" with {min(unusual)}" if unusual else "")
        raise DocAgentError(
            f"{name} uses {what}, which docagent's engine does not know; serve it and use "
            "openai:MODEL@URL instead"
        )


def _check_memory(name: str, place: torch.device, weights: int, kv_bytes: int) -> None:
    """Refuse before the system kills the process without a word."""
    if place.type == "cuda" and len(machine.gpus()) > 1:
        return  # spread over several, where transformers knows what fits
    refuse_if_too_large(name, weights, kv_bytes, LEAST_CONTEXT, machine.free_memory(str(place)))


def _network(name: str, place: torch.device, build: Callable[[], Network]) -> Network:
    from safetensors import SafetensorError

    try:
        return build()
    except KeyError as error:
        raise DocAgentError(
            f"{name} lacks the weights {error.args[0]}; get the model again"
        ) from error
    except (OSError, TypeError, ValueError, SafetensorError) as error:
        raise DocAgentError(
            f"{name} cannot be loaded ({first_line(error)}); its files are damaged or of another "
            "version: get the model again"
        ) from error
    except RuntimeError as error:
        if out_of_memory(error):
            raise DocAgentError(
                f"{name} does not fit in the memory of {place}; choose a smaller model"
            ) from error
        raise


def _tokenizer(folder: Path, name: str) -> ModelTokenizer:
    try:
        return ModelTokenizer.of_folder(folder)
    except (OSError, ValueError) as error:
        raise DocAgentError(
            f"the tokenizer of {name} cannot be read ({first_line(error)}); get the model again"
        ) from error


def _generation_config(folder: Path) -> dict[str, Any]:
    path = folder / "generation_config.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return found


def _eos_ids(
    generation: dict[str, Any], config: dict[str, Any], tokenizer: ModelTokenizer
) -> frozenset[int]:
    stated = generation.get("eos_token_id", config.get("eos_token_id"))
    ids = set(stated if isinstance(stated, list) else [stated])
    ids.add(tokenizer.eos_token_id)
    control = tokenizer.backend_tokenizer.get_added_tokens_decoder()
    ids |= {number for number, token in control.items() if token.content in END_TOKENS}
    return frozenset(number for number in ids if number is not None)


def _fingerprint(folder: Path, config: dict[str, Any]) -> str:
    """Names the weights where something made from them is kept on disk."""
    files = sorted(folder.glob("*.safetensors"))
    told = [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    return hashlib.sha256(json.dumps([config, told]).encode()).hexdigest()[:24]

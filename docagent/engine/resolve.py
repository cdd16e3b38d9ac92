"""What `--model` means: a name chosen cheaply, then a chat model loaded."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from docagent.engine.catalogue import CATALOGUE, ModelCard, find_card
from docagent.engine.loading import checkpoint, hub
from docagent.engine.loading.embedded import EMBEDDED, MODELS, embedded_file, embedded_model
from docagent.engine.memory import fitting, memory_needed
from docagent.engine.registry import register, registered
from docagent.engine.servers.connect import connect, parse
from docagent.errors import DocAgentError, ModelUnavailable
from retrieval import machine

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel

CONTEXT = 8_192
"""Tokens of prompt and answer that `auto` makes room for."""

NONE = "none"
"""The `--model` value that asks for no language model."""

register("openai", connect, check=parse)


def resolve(name: str, cache: Path) -> tuple[BaseChatModel, str]:
    """The chat model of a `--model` value, and one line that says which it is and why.

    Raises `DocAgentError` when there is no such model, it is malformed, or does not fit; and for
    `none`, which is no chat model.
    """
    chosen, reason = choose(name, cache)
    line = f"model: {chosen} ({reason})" if reason else f"model: {chosen}"
    if chosen == NONE:
        raise DocAgentError("--model none is no language model; choose another for this")
    if (engine := registered(chosen)) is not None:
        return engine.connect(chosen), line
    from docagent.engine.chat import ChatQwen2

    return ChatQwen2.from_pretrained(chosen, cache), line


def choose(name: str, cache: Path, force: bool = False) -> tuple[str, str]:
    """The model that a `--model` value stands for, and why; loads no weights.

    Only `auto` chooses: DOCAGENT_MODEL; else the largest Qwen2-Instruct on this machine that fits
    its GPU, or where there is none its memory. Qwen2.5 and the embedded models count too; at equal
    size Qwen2 comes first, then Qwen2.5.
    Raises `DocAgentError` for a malformed `openai:`, and `ModelUnavailable` for a base model,
    unless `force`, and where no model is on this machine: nothing is downloaded unasked.
    """
    name = name.strip() or "auto"
    if name != "auto":
        return _checked(name, cache, force)
    from_environment = os.environ.get("DOCAGENT_MODEL", "").strip()
    if from_environment and from_environment != "auto":
        chosen, reason = _checked(from_environment, cache, force)
        return chosen, f"DOCAGENT_MODEL; {reason}" if reason else "DOCAGENT_MODEL"
    return _largest(cache)


def _checked(name: str, cache: Path, force: bool) -> tuple[str, str]:
    if name == NONE:
        return NONE, "no language model: the exact words"
    if (engine := registered(name)) is not None:
        if engine.check is not None:
            engine.check(name)
        return name, ""
    if (model := embedded_model(name)) is not None:
        embedded_file(model, cache)
        return model.name, model.card.name
    checkpoint.refuse_base(name, force)
    return name, ""


def _largest(cache: Path) -> tuple[str, str]:
    local = {model.card: model.name for model in MODELS if model.find(cache)}
    cards = [card for repo in hub.local_models() if (card := find_card(repo)) is not None]
    local |= {card: card.repo for card in cards if card.instruct}
    devices = machine.gpus()
    gpu, memory = max(devices, key=lambda device: device[1]) if devices else ("", 0)
    fits_gpu = fitting(memory, CONTEXT)
    for card in fits_gpu:
        if card in local:
            return local[card], _reason(card, local, f"for the {memory / 1e9:.0f} GB of the {gpu}")
    # A small GPU leaves what a machine without one has. There the embedded files stay as they are.
    sizes = {model.card: model.size for model in MODELS}
    needed = {card: memory_needed(card, CONTEXT, weight_bytes=sizes.get(card)) for card in local}
    available = machine.available_memory()
    if fits := [card for card, size in needed.items() if size <= available]:
        # Of equally large ones the catalogue's first.
        card = max(fits, key=lambda card: (card.parameters, -CATALOGUE.index(card)))
        return local[card], _reason(card, local, "that fits in its memory")
    if local:
        smallest = min(local, key=needed.__getitem__)
        raise ModelUnavailable(
            f"none of the {len(local)} models on this machine fits in its free memory; "
            f"{local[smallest]} takes {needed[smallest] / 1e9:.1f} GB: free some, or use --model "
            "none for the exact words alone"
        )
    larger = next((card for card in fits_gpu if card.family == "Qwen2"), None)
    also = f" (or {larger.repo}, which fits the {gpu})" if larger else ""
    raise ModelUnavailable(
        f"no language model is on this machine; {EMBEDDED.get}{also}, or use --model none for the "
        "exact words alone"
    )


def _reason(card: ModelCard, local: dict[ModelCard, str], room: str) -> str:
    model = "" if local[card] == card.repo else f"{card.name}, "
    return f"{model}the largest Qwen2-Instruct on this machine {room}"

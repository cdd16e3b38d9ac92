"""What `--model` means: a name chosen cheaply, then a chat model loaded."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from docagent.engine.catalogue import CATALOGUE, ModelCard, find
from docagent.engine.loading import checkpoint, hub
from docagent.engine.loading.embedded import EMBEDDED, MODELS, embedded_file, embedded_model
from docagent.engine.memory import fitting, memory_needed
from docagent.engine.servers.address import PREFIX, parse
from docagent.engine.servers.connect import connect
from docagent.errors import DocAgentError
from retrieval import machine

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel

CONTEXT = 8_192
"""Tokens of prompt and answer that `auto` makes room for."""

NONE = "none"
"""The `--model` value that asks for no language model."""


def resolve(name: str, cache: Path) -> tuple[BaseChatModel, str]:
    """The chat model of a `--model` value, and one line that says which it is and why.

    Raises `DocAgentError` when there is no such model, it is malformed, or it does not fit; and for
    `none`, which is no chat model.
    """
    chosen, reason = choose(name, cache)
    line = f"model: {chosen} ({reason})" if reason else f"model: {chosen}"
    if chosen == NONE:
        raise DocAgentError("--model none is no language model; choose another for this")
    if chosen.startswith(PREFIX):
        return connect(chosen), line
    from docagent.engine.chat import ChatQwen2

    return ChatQwen2.from_pretrained(chosen, cache), line


def choose(name: str, cache: Path, force: bool = False) -> tuple[str, str]:
    """The model that a `--model` value stands for, and why; loads no weights.

    Only `auto` chooses: DOCAGENT_MODEL; else the largest Qwen2-Instruct on this machine that fits
    its GPU, or where there is none its memory. Qwen2.5 and the embedded models count too; at equal
    size Qwen2 comes first, then Qwen2.5.
    Raises `DocAgentError` for a malformed `openai:`, unless `force` for a base model, and where no
    model is here: nothing is downloaded unasked.
    """
    name = name.strip() or "auto"
    if name != "auto":
        return _checked(name, cache, force)
    from_environment = os.environ.get("DOCAGENT_MODEL", "").strip()
    if from_environment and from_environment != "auto":
        chosen, reason = _checked(from_environment, cache, force)
        return chosen, f"DOCAGENT_MODEL; {reason}" if reason else "DOCAGENT_MODEL"
    return _largest(cache)


def local_models() -> list[str]:
    """Hugging Face ids of the Qwen2-family models that are fully on this machine."""
    return hub.local_models()


def _checked(name: str, cache: Path, force: bool) -> tuple[str, str]:
    if name == NONE:
        return NONE, "no language model: the exact words"
    if name.startswith(PREFIX):
        parse(name)
        return name, ""
    if (model := embedded_model(name)) is not None:
        embedded_file(model, cache)
        return model.name, model.card.name
    checkpoint.refuse_base(name, force)
    return name, ""


def _largest(cache: Path) -> tuple[str, str]:
    here = {model.card: model.name for model in MODELS if model.find(cache)}
    cards = [card for repo in hub.local_models() if (card := find(repo)) is not None]
    here |= {card: card.repo for card in cards if card.instruct}
    devices = machine.gpus()
    gpu, memory = max(devices, key=lambda device: device[1]) if devices else ("", 0)
    room = f"for the {memory / 1e9:.0f} GB of the {gpu}"
    if (card := _first(fitting(memory, CONTEXT), here)) is not None:
        return here[card], _reason(card, here, room)
    # A small GPU leaves what a machine without one has. There the embedded files stay as they are.
    sizes = {model.card: model.size for model in MODELS}
    needed = {card: memory_needed(card, CONTEXT, weight_bytes=sizes.get(card)) for card in here}
    if (card := _largest_within(needed, machine.available_memory())) is not None:
        return here[card], _reason(card, here, "that fits in its memory")
    if here:
        least = min(here, key=needed.__getitem__)
        raise DocAgentError(
            f"none of the {len(here)} models on this machine fits in its free memory; {here[least]}"
            f" takes {needed[least] / 1e9:.1f} GB: free some, or use --model none "
            "for the exact words alone"
        )
    larger = next((card for card in fitting(memory, CONTEXT) if card.family == "Qwen2"), None)
    also = f" (or {larger.repo}, which fits the {gpu})" if larger else ""
    raise DocAgentError(
        f"no language model is on this machine; {EMBEDDED.get}{also}, or use --model none for the "
        "exact words alone"
    )


def _largest_within(needed: dict[ModelCard, int], memory: int) -> ModelCard | None:
    """The largest of some models that fits; of equal ones the catalogue's first."""
    fits = [card for card, size in needed.items() if size <= memory]
    return max(fits, key=lambda card: (card.parameters, -CATALOGUE.index(card)), default=None)


def _reason(card: ModelCard, here: dict[ModelCard, str], room: str) -> str:
    known = "" if here[card] == card.repo else f"{card.name}, "
    return f"{known}the largest Qwen2-Instruct on this machine {room}"


def _first(cards: list[ModelCard], here: dict[ModelCard, str]) -> ModelCard | None:
    return next((card for card in cards if card in here), None)

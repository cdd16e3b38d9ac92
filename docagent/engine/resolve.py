"""What `--model` means: a name chosen cheaply, then a chat model loaded."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from docagent.engine import machine
from docagent.engine.catalogue import ModelCard, find
from docagent.engine.loading import checkpoint, hub
from docagent.engine.memory import fitting
from docagent.engine.servers.address import PREFIX, parse
from docagent.engine.servers.connect import connect

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel

CONTEXT = 8_192
"""Tokens of prompt and answer that `auto` makes room for."""

EMBEDDED_REASON = "SmolLM2-135M, for trying things out"


def resolve(name: str, cache: Path) -> tuple[BaseChatModel, str]:
    """The chat model of a `--model` value, and one line that says which it is and why.

    Raises `DocAgentError` when there is no such model, it is malformed, or it does not fit.
    """
    chosen, reason = choose(name)
    line = f"model: {chosen} ({reason})" if reason else f"model: {chosen}"
    if chosen.startswith(PREFIX):
        return connect(chosen), line
    from docagent.engine.chat import ChatQwen2

    return ChatQwen2.from_pretrained(chosen, cache), line


def choose(name: str, force: bool = False) -> tuple[str, str]:
    """The model that a `--model` value stands for, and why; loads no weights.

    Only `auto` chooses: DOCAGENT_MODEL; else, with a GPU, the largest Qwen2-Instruct here that
    fits it, or the largest to download when none is here; else the largest here that fits in
    memory; else `embedded`. Of the models here Qwen2.5 counts too; Qwen2 comes first at equal size.
    Raises `DocAgentError` for a malformed `openai:` and, unless `force`, for a base model.
    """
    name = name.strip() or "auto"
    if name != "auto":
        return _checked(name, force), EMBEDDED_REASON if name == "embedded" else ""
    from_environment = os.environ.get("DOCAGENT_MODEL", "").strip()
    if from_environment and from_environment != "auto":
        return _checked(from_environment, force), "DOCAGENT_MODEL"
    return _largest()


def local_models() -> list[str]:
    """Hugging Face ids of the Qwen2-family models that are fully on this machine."""
    return hub.local_models()


def _checked(name: str, force: bool) -> str:
    if name.startswith(PREFIX):
        parse(name)
    else:
        checkpoint.refuse_base(name, force)
    return name


def _largest() -> tuple[str, str]:
    here = {card.repo for repo in hub.local_models() if (card := find(repo)) is not None}
    devices = machine.gpus()
    if devices:
        gpu, memory = max(devices, key=lambda device: device[1])
        cards = fitting(memory, CONTEXT)
        room = f"for the {memory / 1e9:.0f} GB of the {gpu}"
        if (card := _first(cards, here)) is not None:
            return card.repo, f"the largest Qwen2-Instruct on this machine {room}"
        # Only where nothing that fits is here: nobody expects 15 or 145 GB of download in place of
        # the model they have.
        to_download = [card for card in cards if card.family == "Qwen2"]
        if to_download and hub.reachable():
            card = to_download[0]
            size = f"{card.weight_bytes / 1e9:.0f} GB to download unless you choose with --model"
            return card.repo, f"the largest Qwen2-Instruct {room}; {size}"
        # The small GPU or the empty cache leaves what a machine without one has.
    card = _first(fitting(machine.available_memory(), CONTEXT), here)
    if card is not None:
        return card.repo, "the largest Qwen2-Instruct on this machine that fits in its memory"
    lacking = "that fits " if here else ""
    return "embedded", f"{EMBEDDED_REASON}; no Qwen2-Instruct {lacking}found on this machine"


def _first(cards: list[ModelCard], repos: set[str]) -> ModelCard | None:
    return next((card for card in cards if card.repo in repos), None)

"""What a compared system offers."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

Hit = tuple[int, str]
"""Physical page from 1, text."""

Search = Callable[[str], list[Hit]]
"""A question's passages, best first."""

Index = Callable[[Path], Search]
"""Reads one PDF and makes it searchable."""

DEPTH = 100
"""Passages asked for."""

MODULES = {
    "ours": "ours",
    "langchain": "langchain",
    "llamaindex": "llamaindex",
    "qwen-agent": "qwen_agent",
}
"""A system's name and its file here."""


def load(name: str, model: Path, scratch: Path) -> Index:
    """A system with its libraries and the embedding model in memory; none of it is timed.

    `model` is the folder of all-MiniLM-L6-v2, `scratch` an empty folder for caches.
    """
    module = importlib.import_module(f"benchmarks.rivals.{MODULES[name]}")
    index: Index = module.load(model, scratch)
    return index

"""What the sections measure with: one model twice, and one text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from benchmarks.engine.plain import Plain, in_transformers
from benchmarks.harness import seconds
from docagent.engine.engine import Engine
from docagent.engine.loading.load import LoadedModel, load, locate
from docagent.engine.loading.transformers_model import quiet_transformers
from docagent.engine.tokens import ChatTokens
from retrieval.folders import cache_folder


class Bench:
    """A model and a text; each is loaded when a section first needs it. `quick` measures little."""

    def __init__(
        self,
        model: str = "embedded",
        text: Sequence[str] = (),
        device: str = "cpu",
        quick: bool = False,
    ) -> None:
        self.quick = quick
        self.rounds = 1 if quick else 3
        self._model, self._text, self._device = model, text, device

    @cached_property
    def loaded(self) -> LoadedModel:
        return load(self._model, cache_folder(), self._device)

    @cached_property
    def endless(self) -> LoadedModel:
        """The same, but writing on to the limit, as answers of one length are compared."""
        return replace(self.loaded, eos_ids=frozenset())

    @cached_property
    def exact(self) -> LoadedModel:
        """The same in float32, in which every order of computing gives the same tokens."""
        return load(self._model, cache_folder(), self._device, dtype="float32")

    @cached_property
    def plain(self) -> Plain:
        """The model in transformers, its weights dequantised, in the same precision."""
        path, network = locate(self._model, cache_folder()), self.loaded.network
        with quiet_transformers():
            return Plain(in_transformers(path, network.dtype, network.device))

    @cached_property
    def tokens(self) -> ChatTokens:
        return ChatTokens(self.loaded.tokenizer)

    @cached_property
    def ids(self) -> list[int]:
        """The whole text in tokens."""
        return self.tokens.plain(read_text(self._text))

    def part(self, start: int, length: int) -> list[int]:
        """So many tokens of the text; an exit when it is too short."""
        end = start + length
        if start < 0 or end > len(self.ids):
            raise SystemExit(
                f"the text has {len(self.ids):,} tokens, not {end:,}; give more --text"
            )
        return self.ids[start:end]

    def engine(self, loaded: LoadedModel | None = None, **options: Any) -> Engine:
        """An engine that remembers nothing yet, by default of the model that does not end."""
        return Engine(loaded or self.endless, **options)

    @property
    def precision(self) -> str:
        """Of the weights."""
        return str(self.loaded.network.dtype).removeprefix("torch.")


def read_text(paths: Sequence[str]) -> str:
    """.txt files and folders of them in one; by default Python's language reference, as `help()`
    has it in every installation, 465,000 characters."""
    from pydoc_data.topics import topics

    if not paths:
        return "\n\n".join(topics.values())
    files = [
        file
        for path in map(Path, paths)
        for file in (sorted(path.rglob("*.txt")) if path.is_dir() else [path])
    ]
    if not files or not all(file.is_file() for file in files):
        raise SystemExit(f"no .txt files: {', '.join(paths)}")
    return "\n\n".join(file.read_text("utf-8") for file in files)


def token_bytes(loaded: LoadedModel, context: int) -> int:
    """Bytes that must be read for one token: all weights, keys and values.

    Of an embedding that is not the head as well, a token reads one row; it is taken to have as many
    bytes a number as the rest.
    """
    config = loaded.network.config
    lookup = 0 if config.tied else config.vocabulary * config.hidden
    weights = round(loaded.weight_bytes * (1 - lookup / loaded.parameters))
    return weights + context * config.kv_bytes(loaded.network.dtype.itemsize)


def read_bandwidth(nbytes: int) -> float:
    """Bytes a second that a sum over so many reads from main memory; the best of five."""
    data = torch.ones(nbytes // 4, dtype=torch.float32)
    return data.nbytes / min(seconds(data.sum) for _ in range(5))


def copy_bandwidth(nbytes: int, device: torch.device) -> float:
    """Bytes a second, read and written, of a copy within a device; the best of five."""
    source = torch.zeros(nbytes, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)

    def copy() -> None:
        target.copy_(source)
        if device.type == "cuda":
            torch.cuda.synchronize(device)

    return 2 * nbytes / min(seconds(copy) for _ in range(5))

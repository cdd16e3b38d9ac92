"""What the sections measure with: one model twice, and one text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmarks.engine.plain import Plain, in_transformers
from benchmarks.engine.text import read_text
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
        *,
        text: Sequence[Path] = (),
        device: str = "cpu",
        quick: bool = False,
    ) -> None:
        self.quick = quick
        self.rounds = 1 if quick else 3
        self._model = model
        self._text = text
        self._device = device

    @cached_property
    def loaded(self) -> LoadedModel:
        """The model in docagent's network."""
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
        """Encodes texts and conversations."""
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
        """An engine that remembers nothing yet; of the model that does not end, if not told."""
        return Engine(self.endless if loaded is None else loaded, **options)

    @property
    def precision(self) -> str:
        """Of the weights."""
        return str(self.loaded.network.dtype).removeprefix("torch.")

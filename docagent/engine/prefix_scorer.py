"""Continue and score many endings of one long prompt, which is read once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch.nn import functional

from docagent.engine.decoding.generate import Generation, forward, prefill
from docagent.engine.decoding.request import Request
from docagent.engine.engine import Engine
from docagent.engine.loading.load import LoadedModel
from docagent.engine.network.dual_chunk import chunk_length

Mode = Literal["none", "yarn", "dca"]


class PrefixScorer:
    """Prompts of up to `tokens` tokens that begin alike.

    `mode` is how they are read beyond the native window: `none` keeps YaRN's factor at 1, `yarn`
    takes the least factor that holds them, `dca` reads with dual chunk attention.
    """

    def __init__(self, loaded: LoadedModel, tokens: int, mode: Mode) -> None:
        long_context: Literal["yarn", "dca"] = "dca" if mode == "dca" else "yarn"
        self._engine = Engine(loaded, long_context=long_context, prefix_cache=False)
        self._past = self._engine.new_cache(tokens, 1.0 if mode == "none" else None)
        self._tokens = tokens
        self._shared = 0

    @property
    def method(self) -> tuple[str, float]:
        """Two modes of the same method read alike: within the native window, all of them do."""
        name, value = self._past.method
        within_a_chunk = self._tokens <= chunk_length(self._past.config.native)
        return ("yarn", 1.0) if name == "dca" and within_a_chunk else (name, value)

    def read(self, prompts: Sequence[Sequence[int]]) -> None:
        """Read what all these prompts begin with."""
        columns = zip(*prompts, strict=False)
        self._shared = next(n for n, column in enumerate(columns) if len(set(column)) > 1)
        self._prefill(prompts[0][: self._shared])

    def generate(self, prompt: Sequence[int], max_new_tokens: int) -> list[int]:
        """The greedy reply to one of the prompts."""
        self._past.crop(self._shared)
        engine, request = self._engine, Request(list(prompt), max_new_tokens, quote_from=None)
        eos_ids = engine.loaded.eos_ids
        return list(Generation(engine.network, self._past, request, eos_ids, engine.chunk))

    def score(
        self, prompt: Sequence[int], continuations: Sequence[Sequence[int]]
    ) -> list[tuple[float, bool]]:
        """For each continuation its mean loss a token, in nats, and whether greedy decoding would
        write it."""
        self._past.crop(self._shared)
        first = self._prefill(prompt)
        scores = []
        for tokens in continuations:
            self._past.crop(len(prompt))
            rows = [first]
            if len(tokens) > 1:
                network, given = self._engine.network, list(tokens[:-1])
                rows.append(forward(network, self._past, given, last=len(given)))
            logits = torch.cat(rows).float()
            target = torch.tensor(list(tokens), device=logits.device)
            is_greedy = bool((logits.argmax(-1) == target).all())
            scores.append((float(functional.cross_entropy(logits, target)), is_greedy))
        return scores

    def _prefill(self, ids: Sequence[int]) -> torch.Tensor:
        """Logits after the last of `ids`, (1, vocabulary)."""
        return prefill(self._engine.network, self._past, ids, self._engine.chunk)

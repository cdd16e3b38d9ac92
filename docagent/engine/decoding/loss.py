"""How well a network predicts a text."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch.nn import functional

from docagent.engine.decoding.generate import forward, prefill
from docagent.engine.network.kv_cache import KVCache
from docagent.engine.network.network import Network
from docagent.errors import DocAgentError

ROWS = 128
"""Rows of logits at once: 78 MB in float32 for a vocabulary of 152,064."""


def loss(network: Network, past: KVCache, ids: Sequence[int], last: int, chunk: int) -> float:
    """Mean loss in nats of predicting each of the last `last` tokens from all before it.

    `past` is empty and says how positions are rotated. Raises `DocAgentError` for fewer than two
    tokens.
    """
    last = min(last, len(ids) - 1)
    if last < 1:
        raise DocAgentError("a loss needs at least two tokens")
    first = len(ids) - last
    if first > 1:
        prefill(network, past, ids[: first - 1], chunk)
    total = 0.0
    for start in range(first, len(ids), ROWS):
        end = min(start + ROWS, len(ids))
        part = list(ids[start - 1 : end - 1])
        logits = forward(network, past, part, last=len(part))
        targets = torch.tensor(ids[start:end], device=logits.device)
        total += float(functional.cross_entropy(logits, targets, reduction="sum"))
    return total / last

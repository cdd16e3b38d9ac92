"""The file that the product reads, from a training run."""

from __future__ import annotations

from pathlib import Path

from safetensors.torch import save_file

from retrieval.reader.weights import HEADS, pack
from training.reader.network import Network


def export(network: Network, out: Path) -> None:
    """Write what was learnt, in 8 bits; what stayed as it was is in all-MiniLM's own package."""
    learnt = {}
    for name, weight in network.named_parameters():
        if weight.requires_grad:
            plain = name if name.startswith(HEADS) else name.removeprefix("base.").replace("/", ".")
            learnt[plain] = weight.detach()
    save_file(pack(learnt), out)

"""How fast the memory of the machine is that is measured on."""

from __future__ import annotations

import torch

from benchmarks.engine.timing import seconds

ROUNDS = 5


def read_bandwidth(nbytes: int) -> float:
    """Bytes a second that a sum over so many reads from main memory; the best of several."""
    data = torch.ones(nbytes // 4, dtype=torch.float32)
    return data.nbytes / min(seconds(data.sum) for _ in range(ROUNDS))


def copy_bandwidth(nbytes: int, device: torch.device) -> float:
    """Bytes a second, read and written, of a copy within a device; the best of several."""
    source = torch.zeros(nbytes, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)

    def copy() -> None:
        target.copy_(source)
        if device.type == "cuda":
            torch.cuda.synchronize(device)

    return 2 * nbytes / min(seconds(copy) for _ in range(ROUNDS))

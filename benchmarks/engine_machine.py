"""The machine that is measured on: what it is, and how fast its memory is."""

from __future__ import annotations

import os
import platform
from datetime import date
from importlib.metadata import version
from pathlib import Path

import torch

from benchmarks.engine_timing import seconds
from docagent.engine import machine

ROUNDS = 5


def described() -> str:
    """Machine, threads, versions and date, as they stand above the tables."""
    gpus = ", ".join(name for name, _ in machine.gpus()) or "no GPU"
    memory = machine.available_memory() / 1000**3
    versions = ", ".join(f"{name} {version(name)}" for name in ("torch", "transformers"))
    return (
        f"Machine: {_processor()}, {os.cpu_count()} cores, {torch.get_num_threads()} threads, "
        f"{memory:.0f} GB free, {gpus}; Python {platform.python_version()}, {versions}; "
        f"{date.today().isoformat()}. Each ratio is of one run, its sides measured in turns."
    )


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


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text("utf-8", "replace").splitlines() if path.is_file() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())

"""What this machine has: memory, GPUs, and whether its CPU multiplies bfloat16 in hardware."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

_CGROUP_LIMITS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
    ),
)
"""Limit and use of a container's memory, version 2 first."""

_GPU_DEVICE_FILES = ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd")
"""Present when a driver is: NVIDIA, Windows Subsystem for Linux, AMD."""


def available_memory() -> int:
    """Bytes a process may still take without swapping, a container's limit included."""
    import psutil

    free = int(psutil.virtual_memory().available)
    for limit_file, use_file in _CGROUP_LIMITS:
        limit, use = _number(Path(limit_file)), _number(Path(use_file))
        if limit is not None and use is not None:
            return max(0, min(free, limit - use))
    return free


def free_memory(device: str = "cpu") -> int:
    """Bytes free now on a torch device: main memory for `cpu`, else the memory of `cuda:N`.

    Asking a GPU starts CUDA there, which takes seconds and some hundred megabytes of it.
    """
    if not device.startswith("cuda"):
        return available_memory()
    import torch

    free, _ = torch.cuda.mem_get_info(torch.device(device))
    return int(free)


def gpus() -> list[tuple[str, int]]:
    """Name and total memory in bytes of each CUDA (or ROCm) device; empty without one.

    Torch takes seconds to import, so it is asked only where a driver is present.
    """
    if "torch" not in sys.modules and not _driver_present():
        return []
    import torch

    if not torch.cuda.is_available():
        return []
    properties = [torch.cuda.get_device_properties(i) for i in range(torch.cuda.device_count())]
    return [(str(device.name), int(device.total_memory)) for device in properties]


@cache
def has_bfloat16_cpu() -> bool:
    """Whether the CPU has bfloat16 instructions (AVX512-BF16 or AMX; BF16 on ARM).

    Read from Linux's /proc/cpuinfo; elsewhere the answer is no, and float32 is used. So it is where
    ONEDNN_MAX_CPU_ISA keeps oneDNN from these instructions: it then refuses to pack such weights.
    """
    limit = os.environ.get("ONEDNN_MAX_CPU_ISA", "ALL").upper()
    if not any(name in limit for name in ("BF16", "FP16", "AMX", "AVX10", "ALL", "DEFAULT")):
        return False
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    for line in text.splitlines():
        key, _, value = line.partition(":")
        if key.strip() in ("flags", "Features"):
            return not {"avx512_bf16", "amx_bf16", "bf16"}.isdisjoint(value.split())
    return False


def _driver_present() -> bool:
    return sys.platform == "win32" or any(Path(name).exists() for name in _GPU_DEVICE_FILES)


def _number(path: Path) -> int | None:
    """The integer in a file; None if there is no file, or if it says `max`."""
    try:
        text = path.read_text(encoding="ascii").strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None

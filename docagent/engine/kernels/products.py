"""Products with quantised weights, on torch's own threads."""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import torch

from docagent.engine.kernels import matmul, unpack
from docagent.engine.kernels.formats import FORMATS
from docagent.engine.kernels.machine_code import compiled, lanes
from docagent.engine.kernels.task import Task
from retrieval.folders import cache_folder


@cache
def kernel(kind: str, format_: str = "") -> int:
    """The address of a kernel, compiled at its first use."""
    if kind.startswith("quantise"):
        name, group = kind, int(kind.partition("_")[2])
        return _compiled(name, lambda module: matmul.quantise(module, group))
    spec, name = FORMATS[format_], f"{kind}_{format_}"
    if kind in ("product", "single"):
        write = matmul.product if kind == "product" else matmul.single
        return _compiled(name, lambda module: write(module, spec, lanes()))
    return _compiled(name, lambda module: unpack.dequantise(module, spec, kind == "bfloat16"))


def _compiled(name: str, write: Callable[[Any], None]) -> int:
    return compiled(name, write, cache_folder() / "kernels")


def run(address: int, task: Task) -> None:
    """Run a kernel on torch's threads."""
    fields = array("q", task)
    threads = min(torch.get_num_threads(), task.units)
    place, _ = fields.buffer_info()
    if threads > 1:
        _parallel()(address, place, threads)
    else:
        _function(address)(place)


@cache
def _function(address: int) -> Any:
    return ctypes.CFUNCTYPE(None, ctypes.c_void_p)(address)


@cache
def _parallel() -> Callable[[int, int, int], None]:
    """Runs a kernel on several threads: on those that torch's OpenMP keeps waiting anyway.

    A second pool of threads would fight with them for the cores.
    """
    for path in sorted((Path(torch.__file__).parent / "lib").glob("libgomp*.so*")):
        start = ctypes.CDLL(str(path)).GOMP_parallel
        start.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint]
        start.restype = None
        return lambda address, task, threads: start(address, task, threads, 0)
    pool = ThreadPoolExecutor(torch.get_num_threads())

    def fallback(address: int, task: int, threads: int) -> None:
        for done in [pool.submit(_function(address), task) for _ in range(threads)]:
            done.result()

    return fallback

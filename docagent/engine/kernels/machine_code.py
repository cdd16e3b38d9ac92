"""LLVM IR compiled for the processor at hand, and cached on disk for the next start."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import llvmlite
from llvmlite import binding, ir

from retrieval.store.atomic import replace_file

DIGEST = 32
"""Bytes before the code that say whether it is whole."""

_log = logging.getLogger("docagent")
_lock = threading.Lock()
_engines: list[Any] = []
"""Machine code lives as long as its engine."""


def lanes() -> int:
    """Numbers of 16 bits that this processor multiplies at once."""
    return 32 if binding.get_host_cpu_features().get("avx512bw") else 16


def compiled(name: str, write: Callable[[Any], None], folder: Path) -> int:
    """The address of the function `name` that `write` puts into a module.

    Compiling takes a tenth of a second to half of one; `folder` holds what was compiled before, in
    files named by what they were made from. It is the user's own: who can write there can also
    change the program.
    """
    with _lock:
        binding.initialize_native_target()
        binding.initialize_native_asmprinter()
        module = ir.Module(name)
        module.triple = binding.get_process_triple()
        write(module)
        cpu, features = binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten()
        made_from = f"{llvmlite.__version__} {cpu} {features}\n{module}"
        path = folder / f"{name}-{hashlib.sha256(made_from.encode()).hexdigest()[:24]}.o"
        code = _read(path)
        target = binding.Target.from_default_triple().create_target_machine(
            cpu=cpu, features=features, opt=3
        )
        parsed = binding.parse_assembly(str(module))
        parsed.verify()
        if code is None:
            tuning = binding.create_pipeline_tuning_options(speed_level=2)
            tuning.loop_unrolling = False
            passes = binding.create_pass_builder(target, tuning)
            passes.getModulePassManager().run(parsed, passes)
        engine = binding.create_mcjit_compiler(parsed, target)
        # LLVM hands over what it has compiled, and asks for what it need not compile.
        engine.set_object_cache(lambda _, new: _keep(path, new), lambda _: code)
        engine.finalize_object()
        _engines.append(engine)
        return int(engine.get_function_address(name))


def _read(path: Path) -> bytes | None:
    """Machine code that was kept; None where there is none, or it is damaged."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        _log.warning("%s cannot be read (%s); compiling again", path, error)
        return None
    code = data[DIGEST:]
    # LLVM would run whatever a damaged file holds.
    return code if hashlib.sha256(code).digest() == data[:DIGEST] else None


def _keep(path: Path, code: bytes) -> None:
    """Written whole, or not at all."""
    data = hashlib.sha256(code).digest() + code
    try:
        replace_file(path, lambda partial: partial.write_bytes(data))
    except OSError as error:
        _log.warning("%s cannot be written (%s)", path, error)

"""LLVM IR compiled for the processor at hand."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from llvmlite import binding, ir

_lock = threading.Lock()
_engines: list[Any] = []
"""Machine code lives as long as its engine."""


def lanes() -> int:
    """Numbers of 16 bits that this processor multiplies at once."""
    return 32 if binding.get_host_cpu_features().get("avx512bw") else 16


def compiled(name: str, write: Callable[[Any], None]) -> int:
    """The address of the function `name` that `write` puts into a module."""
    with _lock:
        binding.initialize_native_target()
        binding.initialize_native_asmprinter()
        module = ir.Module(name)
        module.triple = binding.get_process_triple()
        write(module)
        target = binding.Target.from_default_triple().create_target_machine(
            cpu=binding.get_host_cpu_name(),
            features=binding.get_host_cpu_features().flatten(),
            opt=3,
        )
        parsed = binding.parse_assembly(str(module))
        parsed.verify()
        tuning = binding.create_pipeline_tuning_options(speed_level=2)
        tuning.loop_unrolling = False
        passes = binding.create_pass_builder(target, tuning)
        passes.getModulePassManager().run(parsed, passes)
        engine = binding.create_mcjit_compiler(parsed, target)
        engine.finalize_object()
        _engines.append(engine)
        return int(engine.get_function_address(name))

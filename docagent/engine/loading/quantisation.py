"""Quantised checkpoints: which methods can be read on this machine, and what is missing."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from docagent.errors import ModelUnavailable
from retrieval import machine


@dataclass(frozen=True)
class Method:
    """What transformers needs to read a quantisation method.

    `packages` are pairs of a module and its name for pip.
    """

    packages: tuple[tuple[str, str], ...]
    gpu: bool = False


# Every method is loaded with a device map, which is what accelerate is for.
_ACCELERATE = ("accelerate", "accelerate")

# After validate_environment of transformers 5.23's quantizers/quantizer_*.py.
METHODS: dict[str, Method] = {
    "gptq": Method((_ACCELERATE, ("optimum", "optimum"), ("gptqmodel", "gptqmodel"))),
    "awq": Method((_ACCELERATE, ("gptqmodel", "gptqmodel"))),
    "bitsandbytes": Method((_ACCELERATE, ("bitsandbytes", "bitsandbytes")), gpu=True),
    "compressed-tensors": Method((_ACCELERATE, ("compressed_tensors", "compressed-tensors"))),
    "torchao": Method((_ACCELERATE, ("torchao", "torchao"))),
    "hqq": Method((_ACCELERATE, ("hqq", "hqq"))),
    "quanto": Method((_ACCELERATE, ("optimum.quanto", "optimum-quanto"))),
    # Without a GPU that multiplies FP8, transformers turns the weights into bfloat16.
    "fp8": Method((_ACCELERATE,)),
    "fbgemm_fp8": Method((_ACCELERATE, ("fbgemm_gpu", "fbgemm-gpu")), gpu=True),
}


def method_of(config: Mapping[str, Any]) -> str | None:
    """The quantisation method of a raw config.json, such as `gptq`; None for plain weights."""
    stated = config.get("quantization_config")
    if not stated:
        return None
    if not isinstance(stated, Mapping):
        return "unknown"
    if stated.get("load_in_4bit") or stated.get("load_in_8bit"):
        # Files of older versions of bitsandbytes name no method.
        return "bitsandbytes"
    return str(stated.get("quant_method") or "unknown")


def refuse_unusable(name: str, method: str) -> None:
    """Raise `ModelUnavailable`, one line with what is missing, unless the method works here."""
    needed = METHODS.get(method)
    if needed is None:
        raise ModelUnavailable(
            f"{name} is quantised in a way docagent does not read ({method}); take one that is "
            f"{', '.join(sorted(METHODS))}, a GGUF file, or the unquantised model"
        )
    missing = [pip for module, pip in needed.packages if not _importable(module)]
    if missing:
        packages = "the package" if len(missing) == 1 else "the packages"
        raise ModelUnavailable(
            f"{name} is quantised ({method}) and needs {packages} {' and '.join(missing)}: "
            f"pip install {' '.join(missing)}"
        )
    if needed.gpu and not machine.gpus():
        raise ModelUnavailable(
            f"{name} is quantised ({method}) and needs a GPU, which this machine has not; take a "
            "GGUF file or the unquantised model"
        )


def _importable(module: str) -> bool:
    """Whether a module is installed; only looked up, never imported."""
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        # The package that a dotted name stands in is not installed itself.
        return False

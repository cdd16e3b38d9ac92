"""Quantised checkpoints: which methods can be read on this machine, and what is missing."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Mapping
from typing import Any

from docagent.errors import ModelUnavailable
from retrieval import machine

# After validate_environment of transformers 5.23's quantizers/quantizer_*.py. Every method is
# loaded with a device map, which is what accelerate is for.
METHODS = {
    "gptq": ("accelerate", "optimum", "gptqmodel"),
    "awq": ("accelerate", "gptqmodel"),
    "bitsandbytes": ("accelerate", "bitsandbytes"),
    "compressed-tensors": ("accelerate", "compressed_tensors"),
    "torchao": ("accelerate", "torchao"),
    "hqq": ("accelerate", "hqq"),
    "quanto": ("accelerate", "optimum.quanto"),
    # Without a GPU that multiplies FP8, transformers turns the weights into bfloat16.
    "fp8": ("accelerate",),
    "fbgemm_fp8": ("accelerate", "fbgemm_gpu"),
}
"""The modules that transformers needs to read each method."""

NEED_GPU = ("bitsandbytes", "fbgemm_fp8")


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
    if method not in METHODS:
        raise ModelUnavailable(
            f"{name} is quantised in a way docagent does not read ({method}); take one that is "
            f"{', '.join(sorted(METHODS))}, a GGUF file, or the unquantised model"
        )
    missing = [re.sub("[._]", "-", part) for part in METHODS[method] if not _importable(part)]
    if missing:
        packages = "the package" if len(missing) == 1 else "the packages"
        raise ModelUnavailable(
            f"{name} is quantised ({method}) and needs {packages} {' and '.join(missing)}: "
            f"pip install {' '.join(missing)}"
        )
    if method in NEED_GPU and not machine.gpus():
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

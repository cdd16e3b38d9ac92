"""Weights that docagent's own network does not read: experts, quantised, over several GPUs."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docagent.engine.loading import checkpoint
from docagent.errors import ModelUnavailable, first_line
from retrieval import machine

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

HEADROOM = 0.9
"""Part of a GPU's free memory that weights may take before they are spread over several."""


def load_with_transformers(
    folder: Path, name: str, dtype: torch.dtype, device: torch.device
) -> PreTrainedModel:
    """The network of a checked folder, ready to answer, on `device` or over all GPUs.

    Over all of them only when `device` is a GPU whose memory its weights exceed. Weights become
    `dtype`; those of a quantised model stay as its files have them. Raises `ModelUnavailable`, in
    one line, when weights or a package are missing, and what transformers raises for damaged files.
    """
    from transformers import AutoModelForCausalLM

    quantised = checkpoint.kind(folder) == "quantised"
    spread = exceeds(folder, device)
    if spread and importlib.util.find_spec("accelerate") is None:
        raise ModelUnavailable(
            f"{name} is larger than one GPU, and spreading it over several needs the package "
            "accelerate: pip install accelerate"
        )
    # Quantised layers cannot all be moved once made; others need no accelerate for one device.
    placement: str | dict[str, torch.device] | None = None
    if spread:
        placement = "auto"
    elif quantised:
        placement = {"": device}
    reader: Any = AutoModelForCausalLM
    try:
        with quiet_transformers():
            # Only its modules are used: attention, and so the rotary angles, are docagent's own.
            network, report = reader.from_pretrained(
                folder,
                # Transformers casts only part of a quantised model to a dtype that is not its own,
                # which then cannot multiply one part by the other.
                dtype="auto" if quantised else dtype,
                device_map=placement,
                local_files_only=True,
                use_safetensors=True,
                output_loading_info=True,
            )
    except ImportError as error:
        raise ModelUnavailable(
            f"{name} needs a package that is missing: {first_line(error)}"
        ) from error
    if lacking := report["missing_keys"]:
        # Transformers would answer with random weights in their place.
        raise ModelUnavailable(
            f"{name} lacks {len(lacking)} of its weights, such as {min(lacking)}; get it again"
        )
    loaded: PreTrainedModel = network if placement else network.to(device)
    return loaded


def exceeds(folder: Path, device: torch.device) -> bool:
    """Whether the weights exceed one GPU where there are several."""
    if device.type != "cuda" or len(machine.gpus()) < 2:
        return False
    return checkpoint.weight_bytes(folder) > HEADROOM * machine.free_memory(str(device))


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Errors only, no progress bars; what was set before is restored afterwards."""
    from transformers.utils import logging as transformers_logging

    # Its functions carry no annotations.
    logging: Any = transformers_logging
    verbosity = logging.get_verbosity()
    bars = logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()

"""Weights that docagent's own network does not read: experts, quantised, over several GPUs."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

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
    one line, when the files are damaged, the weights do not fit, or a package is missing.
    """
    import torch
    from safetensors import SafetensorError

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
    try:
        with quiet_transformers():
            # Transformers casts only part of a quantised model to a dtype that is not its own,
            # which then cannot multiply one part by the other.
            network = _read(folder, name, "auto" if quantised else dtype, placement)
        if placement is None:
            torch.nn.Module.to(network, device)
    except ImportError as error:
        raise ModelUnavailable(
            f"{name} needs a package that is missing: {first_line(error)}"
        ) from error
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise ModelUnavailable(
            f"{name} cannot be loaded ({first_line(error)}); its files are damaged or of another "
            "version: get the model again"
        ) from error
    except torch.OutOfMemoryError as error:
        raise ModelUnavailable(
            f"{name} does not fit in the memory of {device}; choose a smaller model"
        ) from error
    network.train(False)
    return network


def check_rope(network: PreTrainedModel, rope: dict[str, Any]) -> None:
    """Raise `ModelUnavailable` unless the loaded rotary frequencies have the base of `rope`.

    `rope` is the whole dictionary of `checkpoint.rope_parameters`.
    """
    loaded = network.config.rope_parameters or {}
    rotary: Any = network.base_model.rotary_emb
    frequencies: torch.Tensor = rotary.inv_freq
    wrong = loaded.get("rope_theta") != rope["rope_theta"]
    if rope["rope_type"] == "default":
        expected = rope["rope_theta"] ** (-1 / len(frequencies))
        wrong = wrong or abs(float(frequencies[1]) / expected - 1) > 1e-2
    if wrong:
        raise ModelUnavailable(
            f"transformers set the rotary base to {loaded.get('rope_theta')} instead of "
            f"{rope['rope_theta']}; install another version of transformers"
        )


def _read(
    folder: Path,
    name: str,
    dtype: torch.dtype | Literal["auto"],
    placement: str | dict[str, torch.device] | None,
) -> PreTrainedModel:
    from transformers import AutoConfig, AutoModelForCausalLM

    rope = checkpoint.rope_parameters(checkpoint.read_config(folder))
    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    config.rope_parameters = rope
    reader: Any = AutoModelForCausalLM
    loaded: tuple[PreTrainedModel, dict[str, Any]] = reader.from_pretrained(
        folder,
        config=config,
        dtype=dtype,
        device_map=placement,
        attn_implementation="sdpa",
        local_files_only=True,
        use_safetensors=True,
        output_loading_info=True,
    )
    network, report = loaded
    if lacking := report["missing_keys"]:
        # Transformers would answer with random weights in their place.
        raise ModelUnavailable(
            f"{name} lacks {len(lacking)} of its weights, such as {min(lacking)}; get it again"
        )
    check_rope(network, rope)
    return network


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

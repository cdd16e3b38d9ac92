"""Weights, tokenizer and limits of a model, loaded onto a device and checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docagent.engine import machine
from docagent.engine.catalogue import EMBEDDED, find
from docagent.engine.loading import checkpoint, hub
from docagent.engine.loading.embedded import embedded_folder
from docagent.engine.loading.quiet import quiet_transformers
from docagent.errors import DocAgentError

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

CHATML = (
    "{% if messages[0]['role'] != 'system' %}"
    "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
    "{% endif %}"
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
"""Qwen2-Instruct's conversation format, for a tokenizer that came without its template."""

END_TOKENS = ("<|im_end|>", "<|endoftext|>")


@dataclass(frozen=True)
class LoadedModel:
    """A model ready to answer. `context` is in tokens, `eos_ids` end an answer."""

    name: str
    network: PreTrainedModel
    tokenizer: PreTrainedTokenizerFast
    context: int
    eos_ids: frozenset[int]


def load(name: str, cache: Path, device: str | None = None) -> LoadedModel:
    """Load `embedded`, a Hugging Face id or a local folder.

    `device` is a torch device; without one, the first GPU if there is one, else the CPU.
    Raises `DocAgentError` when the model is not to be had, is not a Qwen2 Instruct model, or
    does not fit.
    """
    folder = locate(name, cache)
    checkpoint.check(folder, name)
    return load_folder(folder, name, device)


def locate(name: str, cache: Path) -> Path:
    """The folder of a model by any of its names; downloads it if need be."""
    if name == "embedded":
        return embedded_folder(cache)
    checkpoint.refuse_base(name)
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    card = find(name)
    if card is EMBEDDED:
        return embedded_folder(cache)
    if card is not None:
        return hub.download(card.repo)
    if hub.HUB_ID.fullmatch(name):
        return hub.download(name)
    raise DocAgentError(
        f"{name} is neither a folder nor a model name; give embedded, a Hugging Face id such as "
        "Qwen/Qwen2-7B-Instruct, a model folder, or openai:MODEL@URL"
    )


def load_folder(folder: Path, name: str, device: str | None = None) -> LoadedModel:
    """Load a checked folder. Raises `DocAgentError` when it is damaged or does not fit."""
    import torch
    from safetensors import SafetensorError

    from docagent.engine.decoding.generate import context_of, out_of_memory

    place = _device(device)
    dtype = _dtype(place, checkpoint.weight_bytes(folder))
    _check_memory(folder, name, place, dtype)
    try:
        with quiet_transformers():
            tokenizer = _tokenizer(folder)
            network = _network(folder, name, dtype)
        torch.nn.Module.to(network, place)
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise DocAgentError(
            f"{name} cannot be loaded ({_first_line(error)}); its files are damaged or of another "
            "version: get the model again"
        ) from error
    except RuntimeError as error:
        if out_of_memory(error):
            raise DocAgentError(
                f"{name} does not fit in the memory of {place}; choose a smaller model"
            ) from error
        raise
    network.train(False)
    if not tokenizer.chat_template:
        tokenizer.chat_template = CHATML
    card = find(name)
    context = context_of(network.config)
    return LoadedModel(
        name=name,
        network=network,
        tokenizer=tokenizer,
        context=min(context, card.context) if card else context,
        eos_ids=_eos_ids(network, tokenizer),
    )


def _device(device: str | None) -> torch.device:
    import torch

    if device is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        place = torch.device(device)
        torch.empty(0, device=place)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        # A torch built without CUDA says so by AssertionError.
        raise DocAgentError(
            f"the device {device} is not available ({_first_line(error)}); use cpu or cuda"
        ) from error
    return place


def _dtype(place: torch.device, weight_bytes: int) -> torch.dtype:
    """bfloat16, but float32 on a CPU without bfloat16 instructions if that fits.

    With AMX, the embedded model on two cores prefilled 2,160 tokens a second in bfloat16 and 590
    in float32, and decoded 26 against 28: one precision serves both phases.
    """
    import torch

    if place.type == "cuda" and not torch.cuda.is_bf16_supported(including_emulation=False):
        return torch.float16
    if (
        place.type == "cpu"
        and not machine.has_bfloat16_cpu()
        and 2 * weight_bytes < machine.available_memory()
    ):
        return torch.float32
    return torch.bfloat16


def _check_memory(folder: Path, name: str, place: torch.device, dtype: torch.dtype) -> None:
    """Refuse before the system kills the process without a word."""
    if place.type != "cpu":
        return
    needed = checkpoint.weight_bytes(folder) * dtype.itemsize // 2
    free = machine.available_memory()
    if needed > free:
        raise DocAgentError(
            f"{name} needs {needed / 1e9:.1f} GB of memory for its weights and {free / 1e9:.1f} GB "
            "are free; choose a smaller model"
        )


def _tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    from transformers import AutoTokenizer, PreTrainedTokenizerFast

    # Not AutoTokenizer where the file is there: for the model type qwen2 it replaces the file's
    # pre-tokenizer and normaliser by Qwen2's, which split the embedded model's text differently.
    whole = (folder / "tokenizer.json").is_file()
    reader: Any = PreTrainedTokenizerFast if whole else AutoTokenizer
    tokenizer: PreTrainedTokenizerFast = reader.from_pretrained(folder, local_files_only=True)
    return tokenizer


def _network(folder: Path, name: str, dtype: torch.dtype) -> PreTrainedModel:
    from transformers import AutoConfig, AutoModelForCausalLM

    rope = checkpoint.rope_parameters(checkpoint.read_config(folder))
    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    config.rope_parameters = rope
    reader: Any = AutoModelForCausalLM
    loaded: tuple[PreTrainedModel, dict[str, Any]] = reader.from_pretrained(
        folder,
        config=config,
        dtype=dtype,
        attn_implementation="sdpa",
        local_files_only=True,
        use_safetensors=True,
        output_loading_info=True,
    )
    network, report = loaded
    if lacking := report["missing_keys"]:
        # Transformers would answer with random weights in their place.
        raise DocAgentError(
            f"{name} lacks {len(lacking)} of its weights, such as {min(lacking)}; get it again"
        )
    _check_rope(network, rope)
    return network


def _check_rope(network: PreTrainedModel, rope: dict[str, Any]) -> None:
    """Raise `DocAgentError` unless the loaded rotary frequencies have the config's base."""
    loaded = network.config.rope_parameters or {}
    rotary: Any = network.base_model.rotary_emb
    frequencies: torch.Tensor = rotary.inv_freq
    wrong = loaded.get("rope_theta") != rope["rope_theta"]
    if rope["rope_type"] == "default":
        expected = rope["rope_theta"] ** (-1 / len(frequencies))
        wrong = wrong or abs(float(frequencies[1]) / expected - 1) > 1e-2
    if wrong:
        raise DocAgentError(
            f"transformers set the rotary base to {loaded.get('rope_theta')} instead of "
            f"{rope['rope_theta']}; install another version of transformers"
        )


def _eos_ids(network: PreTrainedModel, tokenizer: PreTrainedTokenizerFast) -> frozenset[int]:
    stated = getattr(network.generation_config, "eos_token_id", None)
    ids = set(stated if isinstance(stated, list) else [stated])
    ids.add(tokenizer.eos_token_id)
    control = tokenizer.backend_tokenizer.get_added_tokens_decoder()
    ids |= {number for number, token in control.items() if token.content in END_TOKENS}
    return frozenset(number for number in ids if number is not None)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__

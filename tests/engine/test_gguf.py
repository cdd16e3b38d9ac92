"""A GGUF file as a model: its weights, its tokenizer, what is refused and how soon it is there."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from docagent.engine.kernels.formats import FORMATS
from docagent.engine.loading.checkpoint import rope_parameters
from docagent.engine.loading.gguf_model import GgufModel
from docagent.engine.loading.gguf_tokenizer import read_tokenizer
from docagent.engine.loading.load import load
from tests.engine.gguf_files import TEMPLATE, random_model, write_gguf

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerFast


@pytest.fixture(scope="module")
def model() -> PreTrainedModel:
    return random_model()


@pytest.fixture
def file(tmp_path: Path, model: Any, tiny_tokenizer: PreTrainedTokenizerFast) -> Path:
    path = tmp_path / "tiny model.Q8_0.gguf"
    write_gguf(path, model, tiny_tokenizer, "Q8_0")
    return path


def logits(network: Any) -> torch.Tensor:
    import torch

    with torch.inference_mode():
        result: torch.Tensor = network(torch.arange(60)[None] * 5 % 320).logits
    return result


def read(path: Path, dtype: str = "float32") -> torch.Tensor:
    """Logits of the same tokens in docagent's network."""
    import torch

    network = load(str(path), path.parent, "cpu", dtype=dtype).network
    return network.forward(torch.arange(60)[None] * 5 % 320, network.new_cache(), last=60)


def as_stored(model: PreTrainedModel, kind: str) -> PreTrainedModel:
    """The model with its matrices as `kind` keeps them."""
    import torch
    from gguf import GGMLQuantizationType, dequantize, quantize

    stored = copy.deepcopy(model)
    with torch.no_grad():
        for values in stored.parameters():
            if values.ndim > 1:
                number = GGMLQuantizationType[kind]
                rounded = dequantize(quantize(values.numpy(), number), number)
                values.copy_(torch.from_numpy(rounded.copy()))
    return stored


@pytest.mark.parametrize("kind", ["F32", "F16", "BF16", "Q8_0", "Q4_0", "Q5_0", "Q5_1"])
def test_logits_are_those_of_the_source(
    tmp_path: Path, model: PreTrainedModel, tiny_tokenizer: PreTrainedTokenizerFast, kind: str
) -> None:
    """Also of Q5_1, for which there are no kernels; where there are, activations have 14 bits."""
    path = tmp_path / f"tiny-{kind}.gguf"
    write_gguf(path, model, tiny_tokenizer, kind)
    expected, result = logits(as_stored(model, kind)), read(path)
    assert float(expected.abs().max()) > 1
    assert float((expected - result).abs().max()) < (0.02 if kind in FORMATS else 1e-4)


def test_activations_in_bfloat16(file: Path, model: PreTrainedModel) -> None:
    expected, result = logits(as_stored(model, "Q8_0")), read(file, "bfloat16")
    assert float((expected - result).abs().mean()) < 0.05 * float(expected.abs().mean())


def test_weights_are_not_copied(file: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    loaded = load(str(file), tmp_path, "cpu")
    assert loaded.parameters == sum(values.numel() for values in random_model().parameters())
    assert sorted(tmp_path.rglob("*")) == before


def test_yarn_of_the_file(
    tmp_path: Path, model: PreTrainedModel, tiny_tokenizer: PreTrainedTokenizerFast
) -> None:
    path = tmp_path / "yarn.gguf"
    yarn: dict[str, Any] = {
        "qwen2__rope__scaling__type": "yarn",
        "qwen2__rope__scaling__factor": 4.0,
        "qwen2__rope__scaling__original_context_length": 64,
    }
    write_gguf(path, model, tiny_tokenizer, **yarn)
    assert rope_parameters(GgufModel(path).config()) == {
        "rope_type": "yarn",
        "rope_theta": 1_000_000.0,
        "factor": 4.0,
        "original_max_position_embeddings": 64,
    }
    loaded = load(str(path), tmp_path, "cpu")
    assert (loaded.context, loaded.factors) == (256, (1.0, 2.0, 4.0))


def test_saved_keys_belong_to_the_content(tmp_path: Path, file: Path) -> None:
    fingerprint = load(str(file), tmp_path, "cpu").fingerprint
    moved = file.rename(tmp_path / "other name.gguf")
    assert load(str(moved), tmp_path, "cpu").fingerprint == fingerprint
    with moved.open("rb+") as changed:
        changed.seek(-200, 2)
        changed.write(b"\x01")
    assert load(str(moved), tmp_path, "cpu").fingerprint != fingerprint


def test_loading_does_not_import_transformers(tmp_path: Path, file: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from docagent.engine.loading.load import load\n"
        "load(sys.argv[1], Path(sys.argv[2]), 'cpu')\n"
        "assert 'transformers' not in sys.modules\n"
    )
    command = [sys.executable, "-c", program, str(file), str(tmp_path)]
    subprocess.run(command, check=True, timeout=60)


def test_tokenizer_is_the_source_s(file: Path, tiny_tokenizer: PreTrainedTokenizerFast) -> None:
    from transformers import Qwen2Tokenizer

    described = json.loads(tiny_tokenizer.backend_tokenizer.to_str())
    build: Any = Qwen2Tokenizer
    qwen2 = build(
        vocab=described["model"]["vocab"],
        merges=[tuple(pair) for pair in described["model"]["merges"]],
    )
    result: Any = read_tokenizer(GgufModel(file)).transformers
    texts = (
        "In 2023, you'LL see the user's 12345 things\n\n  there\tand 你好 😀",
        "'the user said 'THE\n",  # cut after the 't of a contraction
        "cafe\u0301 \r\n\r\n x = [1, 2];   ",
    )
    for text in texts:
        assert result(text)["input_ids"] == qwen2(text)["input_ids"]
        assert result.decode(result(text)["input_ids"]) == qwen2.decode(qwen2(text)["input_ids"])
    control = "<|im_start|>the<tool_call><|im_end|>"
    assert result(control)["input_ids"] == tiny_tokenizer(control)["input_ids"]
    assert len(result) == len(tiny_tokenizer)
    assert (result.eos_token, result.pad_token) == ("<|im_end|>", "<|endoftext|>")
    assert result.chat_template == TEMPLATE
    assert result.decode([result.eos_token_id], skip_special_tokens=True) == ""


def test_qwens_own_tokenizer(qwen_tokenizer: PreTrainedTokenizerFast) -> None:
    """As Qwen's tokenizer.json cuts: digits one by one, control tokens whole, no byte lost."""
    tokenizer: Any = qwen_tokenizer
    mixed = "In 2023, 你好 😀 café\n\n  12345\tdon't\r\n x = [1, 2]; \x04 "
    assert tokenizer.decode(tokenizer(mixed)["input_ids"]) == mixed
    assert len(tokenizer("12345")["input_ids"]) == 5
    assert tokenizer("<|im_end|>")["input_ids"] == [151_645]
    assert tokenizer("<tool_call>")["input_ids"] == [151_657]
    assert tokenizer("Hello world")["input_ids"] == [9_707, 1_879]

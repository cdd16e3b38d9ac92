from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from docagent.engine.loading import checkpoint, conversion
from docagent.engine.loading.embedded import EMBEDDED_SMALL, embedded_file
from docagent.engine.loading.gguf_folder import gguf_folder
from tests.conftest import MODELS
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
        found: torch.Tensor = network(torch.arange(60)[None] * 5 % 320).logits
    return found


def read(folder: Path) -> Any:
    import torch
    from transformers import Qwen2ForCausalLM

    reader: Any = Qwen2ForCausalLM
    network, report = reader.from_pretrained(
        folder, dtype=torch.float32, local_files_only=True, output_loading_info=True
    )
    assert not report["missing_keys"]
    assert not report["unexpected_keys"]
    return network


def as_stored(model: PreTrainedModel, kind: str) -> PreTrainedModel:
    """The model with its matrices as `kind` keeps them, and all of it in bfloat16's precision."""
    import torch
    from gguf import GGMLQuantizationType, dequantize, quantize

    stored = copy.deepcopy(model)
    with torch.no_grad():
        for values in stored.parameters():
            if values.ndim > 1:
                number = GGMLQuantizationType[kind]
                kept = dequantize(quantize(values.numpy(), number), number)
                values.copy_(torch.from_numpy(kept.copy()))
            values.copy_(values.bfloat16())
    return stored


@pytest.mark.parametrize("kind", ["F32", "F16", "BF16", "Q8_0", "Q4_0"])
def test_logits_are_those_of_the_source(
    tmp_path: Path,
    model: PreTrainedModel,
    tiny_tokenizer: PreTrainedTokenizerFast,
    kind: str,
) -> None:
    path = tmp_path / f"tiny-{kind}.gguf"
    write_gguf(path, model, tiny_tokenizer, kind)
    folder = gguf_folder(path, tmp_path / "cache")
    checkpoint.check(folder, str(path))
    assert checkpoint.kind(folder) == "dense"
    expected, found = logits(as_stored(model, kind)), logits(read(folder))
    assert float(expected.abs().max()) > 1
    assert float((expected - found).abs().max()) < 1e-4


def test_weights_in_several_files(
    tmp_path: Path, file: Path, model: PreTrainedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversion, "SHARD_BYTES", 60_000)
    folder = gguf_folder(file, tmp_path)
    assert len(list(folder.glob("model-*.safetensors"))) > 2
    assert checkpoint.problem(folder) is None
    found = logits(read(folder))
    assert float((logits(as_stored(model, "Q8_0")) - found).abs().max()) < 1e-4


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
    config = checkpoint.read_config(gguf_folder(path, tmp_path))
    assert checkpoint.rope_parameters(config) == {
        "rope_type": "yarn",
        "rope_theta": 1_000_000.0,
        "factor": 4.0,
        "original_max_position_embeddings": 64,
    }


def test_converted_once_and_found_again_by_content(tmp_path: Path, file: Path) -> None:
    folder = gguf_folder(file, tmp_path)
    inode = (folder / "model.safetensors").stat().st_ino
    moved = file.rename(tmp_path / "tiny model.Q8_0.copy.gguf").rename(file)
    assert gguf_folder(moved, tmp_path) == gguf_folder(tmp_path / file.name, tmp_path) == folder
    assert (folder / "model.safetensors").stat().st_ino == inode
    with file.open("rb+") as changed:
        changed.seek(-200, 2)
        changed.write(b"\x01")
    assert gguf_folder(file, tmp_path) != folder


def test_damaged_conversion_is_rebuilt(tmp_path: Path, file: Path) -> None:
    folder = gguf_folder(file, tmp_path)
    whole = (folder / "config.json").read_bytes()
    (folder / "config.json").write_bytes(whole[:50])
    assert gguf_folder(file, tmp_path) == folder
    assert (folder / "config.json").read_bytes() == whole
    assert not list(folder.parent.glob("*.tmp"))


def test_converted_file_needs_no_heavy_package(tmp_path: Path, file: Path) -> None:
    gguf_folder(file, tmp_path)
    program = (
        "import sys; from pathlib import Path\n"
        "from docagent.engine.loading.gguf_folder import gguf_folder\n"
        "gguf_folder(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "heavy = {'torch', 'transformers', 'gguf', 'tokenizers', 'numpy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    command = [sys.executable, "-c", program, str(file), str(tmp_path)]
    subprocess.run(command, check=True, timeout=60)


def test_converting_does_not_import_transformers(tmp_path: Path, file: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from docagent.engine.loading.gguf_folder import gguf_folder\n"
        "gguf_folder(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "assert 'transformers' not in sys.modules\n"
    )
    command = [sys.executable, "-c", program, str(file), str(tmp_path)]
    subprocess.run(command, check=True, timeout=60)


def test_tokenizer_is_the_source_s(
    tmp_path: Path, file: Path, tiny_tokenizer: PreTrainedTokenizerFast
) -> None:
    from transformers import PreTrainedTokenizerFast, Qwen2Tokenizer

    described = json.loads(tiny_tokenizer.backend_tokenizer.to_str())
    build: Any = Qwen2Tokenizer
    qwen2 = build(
        vocab=described["model"]["vocab"],
        merges=[tuple(pair) for pair in described["model"]["merges"]],
    )
    # Not AutoTokenizer, which would put Qwen2's own rules in place of the file's.
    reader: Any = PreTrainedTokenizerFast
    found = reader.from_pretrained(gguf_folder(file, tmp_path), local_files_only=True)
    texts = (
        "In 2023, you'LL see the user's 12345 things\n\n  there\tand 你好 😀",
        "'the user said 'THE\n",  # cut after the 't of a contraction
        "cafe\u0301 \r\n\r\n x = [1, 2];   ",
    )
    for text in texts:
        assert found(text)["input_ids"] == qwen2(text)["input_ids"]
        assert found.decode(found(text)["input_ids"]) == qwen2.decode(qwen2(text)["input_ids"])
    control = "<|im_start|>the<tool_call><|im_end|>"
    assert found(control)["input_ids"] == tiny_tokenizer(control)["input_ids"]
    assert len(found) == len(tiny_tokenizer)
    assert (found.eos_token, found.pad_token) == ("<|im_end|>", "<|endoftext|>")
    assert found.chat_template == TEMPLATE
    assert found.decode([found.eos_token_id], skip_special_tokens=True) == ""


def test_truncated_weights_are_rebuilt(tmp_path: Path, file: Path) -> None:
    weights = gguf_folder(file, tmp_path) / "model.safetensors"
    size = weights.stat().st_size
    with weights.open("rb+") as written:
        written.truncate(size // 2)
    gguf_folder(file, tmp_path)
    assert weights.stat().st_size == size


def test_remains_of_a_killed_conversion_are_removed(tmp_path: Path, file: Path) -> None:
    folder = gguf_folder(file, tmp_path)
    (folder / "config.json").unlink()
    remains = folder.with_name(f"{folder.name}.x.tmp")
    remains.mkdir()
    gguf_folder(file, tmp_path)
    assert not remains.exists()


def test_two_processes_at_once(tmp_path: Path, file: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from docagent.engine.loading.gguf_folder import gguf_folder\n"
        "folder = gguf_folder(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "print(folder, (folder / 'model.safetensors').stat().st_ino)\n"
    )
    command = [sys.executable, "-c", program, str(file), str(tmp_path)]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    ended = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0, 0], ended
    assert ended[0] == ended[1]


def test_qwens_own_tokenizer(qwen_tokenizer: PreTrainedTokenizerFast) -> None:
    """As Qwen's tokenizer.json cuts: digits one by one, control tokens whole, no byte lost."""
    tokenizer: Any = qwen_tokenizer
    mixed = "In 2023, 你好 😀 café\n\n  12345\tdon't\r\n x = [1, 2]; \x04 "
    assert tokenizer.decode(tokenizer(mixed)["input_ids"]) == mixed
    assert len(tokenizer("12345")["input_ids"]) == 5
    assert tokenizer("<|im_end|>")["input_ids"] == [151_645]
    assert tokenizer("<tool_call>")["input_ids"] == [151_657]
    assert tokenizer("Hello world")["input_ids"] == [9_707, 1_879]


@pytest.mark.slow
def test_logits_of_real_weights_are_those_transformers_reads_from_the_file(
    qwen_folder: Path,
) -> None:
    from transformers import Qwen2Config, Qwen2ForCausalLM, modeling_gguf_pytorch_utils

    # What from_pretrained(gguf_file=...) reads with, which itself wants accelerate installed.
    load: Any = modeling_gguf_pytorch_utils.load_gguf_checkpoint
    source = str(embedded_file(EMBEDDED_SMALL, MODELS))
    theirs: Any = Qwen2ForCausalLM(Qwen2Config(**load(source)["config"]))
    tensors = load(source, return_tensors=True, model_to_load=theirs)["tensors"]
    rounded = {name: tensor.bfloat16().float() for name, tensor in tensors.items()}
    lacking, unknown = theirs.load_state_dict(rounded, strict=False)
    assert set(lacking) <= {"lm_head.weight"} and not unknown
    theirs.tie_weights()
    theirs.train(False)
    expected, found = logits(theirs), logits(read(qwen_folder))
    # The same bfloat16 weights, in float32 arithmetic.
    assert float(expected.abs().max()) > 10
    assert float((expected - found).abs().max()) < 2e-3

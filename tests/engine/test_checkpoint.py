from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from docagent.engine.loading import checkpoint, hub, quantisation
from docagent.errors import DocAgentError
from retrieval import machine


def edit(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **changes}), "utf-8")


def refusal(folder: Path, name: str = "some/model", force: bool = False) -> str:
    with pytest.raises(DocAgentError) as caught:
        checkpoint.check(folder, name, force)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "dense"),
        ({"model_type": "qwen2_moe"}, "moe"),
        ({"quantization_config": {"quant_method": "awq"}}, "quantised"),
        ({"quantization_config": {"load_in_4bit": True}}, "quantised"),
    ],
)
def test_kind(tiny_folder: Path, changes: dict[str, Any], expected: str) -> None:
    edit(tiny_folder / "config.json", **changes)
    assert checkpoint.kind(tiny_folder) == expected


def test_any_qwen2_folder_is_accepted(tiny_folder: Path) -> None:
    checkpoint.check(tiny_folder, "someone/a-fine-tune")
    edit(tiny_folder / "config.json", model_type="llama")
    assert "is a llama model" in refusal(tiny_folder)


@pytest.mark.parametrize(
    ("method", "present", "message"),
    [
        ("gptq", {"accelerate", "optimum"}, "(gptq) and needs the package gptqmodel: pip install"),
        ("awq", set(), "needs the packages accelerate and gptqmodel: pip install accelerate gptq"),
        ("bitsandbytes", {"accelerate"}, "needs the package bitsandbytes"),
        ("bitsandbytes", {"accelerate", "bitsandbytes"}, "needs a GPU, which this machine has not"),
        ("compressed-tensors", {"accelerate"}, "pip install compressed-tensors"),
        ("fp8", set(), "needs the package accelerate"),
        ("exl2", {"accelerate"}, "docagent does not read (exl2)"),
    ],
)
def test_what_a_quantised_model_lacks(
    tiny_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    present: set[str],
    message: str,
) -> None:
    monkeypatch.setattr(quantisation, "_importable", lambda module: module in present)
    monkeypatch.setattr(machine, "gpus", list)
    edit(tiny_folder / "config.json", quantization_config={"quant_method": method})
    assert message in refusal(tiny_folder)


def test_quantised_model_with_its_packages_is_accepted(
    tiny_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quantisation, "_importable", lambda module: True)
    monkeypatch.setattr(machine, "gpus", lambda: [("Test GPU", 10**10)])
    for method in quantisation.METHODS:
        edit(tiny_folder / "config.json", quantization_config={"quant_method": method})
        checkpoint.check(tiny_folder, "some/model")


def test_methods_are_those_of_transformers() -> None:
    from transformers.quantizers.auto import AUTO_QUANTIZER_MAPPING

    known = {name.removesuffix("_4bit").removesuffix("_8bit") for name in AUTO_QUANTIZER_MAPPING}
    assert set(quantisation.METHODS) <= known


def test_looking_for_a_package_in_a_missing_one() -> None:
    quantised = {"quantization_config": {"quant_method": "quanto"}}
    assert quantisation.method_of(quantised) == "quanto"
    with pytest.raises(DocAgentError, match="optimum-quanto"):
        quantisation.refuse_unusable("some/model", "quanto")


@pytest.mark.parametrize("name", checkpoint.PICKLES)
def test_pickled_weights_are_refused(tiny_folder: Path, name: str) -> None:
    (tiny_folder / "model.safetensors").unlink()
    (tiny_folder / name).write_bytes(b"")
    message = refusal(tiny_folder)
    assert "only pickled weights (pytorch_model.bin), which can run code when loaded" in message
    assert "save_pretrained" in message


def test_pickles_beside_safetensors_are_ignored(tiny_folder: Path) -> None:
    (tiny_folder / "pytorch_model.bin").write_bytes(b"")
    checkpoint.check(tiny_folder, "some/model")
    assert not any(pattern.endswith(".bin") for pattern in hub.FILES)


def test_base_model_of_the_catalogue(tiny_folder: Path, tmp_path: Path) -> None:
    folder = tiny_folder.rename(tmp_path / "Qwen2-7B")
    for name, where in (("Qwen/Qwen2.5-3B", "Qwen/Qwen2.5-3B"), (str(folder), "Qwen/Qwen2-7B")):
        message = refusal(folder, name)
        assert "continues text and does not follow instructions" in message
        assert message.endswith(f"advises post-training first); use {where}-Instruct")
        checkpoint.check(folder, name, force=True)
        checkpoint.refuse_base(name, force=True)


def test_base_model_in_a_gguf_file() -> None:
    with pytest.raises(DocAgentError, match=r"is a base model .*use Qwen/Qwen2-7B-Instruct"):
        checkpoint.refuse_base("files/qwen2-7b-q8_0.gguf")


def test_base_model_that_no_catalogue_knows(tiny_folder: Path) -> None:
    settings = tiny_folder / "tokenizer_config.json"
    for end in ("<|endoftext|>", {"content": "<|endoftext|>"}):
        edit(settings, eos_token=end)
        assert "has no chat template and ends with <|endoftext|>" in refusal(tiny_folder)
    checkpoint.check(tiny_folder, "some/model", force=True)
    (tiny_folder / "chat_template.jinja").write_text("{{ messages }}", "utf-8")
    checkpoint.check(tiny_folder, "some/model")


def test_gguf_repository_is_not_downloaded() -> None:
    with pytest.raises(DocAgentError, match=r"hf download Qwen/Qwen2-7B-Instruct-GGUF FILE\.gguf"):
        hub.download("Qwen/Qwen2-7B-Instruct-GGUF")

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from docagent.engine.loading import hub
from docagent.engine.loading.checkpoint import rope_parameters
from docagent.engine.loading.load import load
from docagent.errors import DocAgentError


def edit(folder: Path, **changes: Any) -> None:
    path = folder / "config.json"
    config = {**json.loads(path.read_text(encoding="utf-8")), **changes}
    path.write_text(json.dumps(config), encoding="utf-8")


def put_into_hub_cache(folder: Path, repo: str) -> None:
    root = hub.hub_cache() / f"models--{repo.replace('/', '--')}"
    revision = "0" * 40
    (root / "refs").mkdir(parents=True)
    (root / "refs" / "main").write_text(revision, encoding="utf-8")
    (root / "snapshots").mkdir()
    folder.rename(root / "snapshots" / revision)


def test_folder_gets_template_ends_and_context(tiny_folder: Path, tmp_path: Path) -> None:
    loaded = load(str(tiny_folder), tmp_path, "cpu")
    assert loaded.context == 256
    assert loaded.eos_ids >= {256, 258}
    assert "You are a helpful assistant." in str(loaded.tokenizer.chat_template)


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("config.json", "has no config.json"),
        ("model.safetensors", r"lacks the weights model\.safetensors"),
        ("tokenizer.json", "has no tokenizer"),
    ],
)
def test_incomplete_folder(tiny_folder: Path, tmp_path: Path, missing: str, message: str) -> None:
    (tiny_folder / missing).unlink()
    with pytest.raises(DocAgentError, match=message):
        load(str(tiny_folder), tmp_path, "cpu")


def test_other_architecture_and_quantised_weights(tiny_folder: Path, tmp_path: Path) -> None:
    edit(tiny_folder, model_type="llama")
    with pytest.raises(DocAgentError, match=r"is a llama model; docagent's engine reads Qwen2"):
        load(str(tiny_folder), tmp_path, "cpu")
    edit(tiny_folder, model_type="qwen2", quantization_config={"quant_method": "gptq"})
    with pytest.raises(DocAgentError, match=r"quantised \(gptq\)"):
        load(str(tiny_folder), tmp_path, "cpu")


def test_damaged_files_are_one_line(tiny_folder: Path, tmp_path: Path) -> None:
    weights = tiny_folder / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DocAgentError, match="cannot be loaded") as caught:
        load(str(tiny_folder), tmp_path, "cpu")
    assert "\n" not in str(caught.value)
    (tiny_folder / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(DocAgentError, match=r"config\.json cannot be read"):
        load(str(tiny_folder), tmp_path, "cpu")


def test_missing_tensors_are_not_made_up(tiny_folder: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(tiny_folder / "model.safetensors")
    del weights["model.norm.weight"]
    save_file(weights, tiny_folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(DocAgentError, match=r"lacks the weights model\.norm\.weight; get"):
        load(str(tiny_folder), tmp_path, "cpu")


def test_rotary_base_survives_rope_scaling(tiny_folder: Path, tmp_path: Path) -> None:
    # The model card's recipe for long texts, put into a config that transformers 5 saved.
    yarn = {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 256}
    edit(tiny_folder, rope_scaling=yarn)
    loaded = load(str(tiny_folder), tmp_path, "cpu")
    assert loaded.network.config.theta == 1_000_000
    assert loaded.network.config.native == 256
    assert loaded.context == 1024
    assert loaded.factors == (1.0, 2.0, 4.0)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"rope_theta": 1e6}, {"rope_type": "default", "rope_theta": 1e6}),
        ({}, {"rope_type": "default", "rope_theta": 1e4}),
        (
            {"rope_theta": 1e6, "rope_scaling": {"type": "yarn", "factor": 2.0}},
            {"rope_type": "yarn", "rope_theta": 1e6, "factor": 2.0},
        ),
        (
            {
                "rope_parameters": {"rope_type": "default", "rope_theta": 1e6},
                "rope_scaling": {"rope_type": "yarn", "factor": 2.0},
            },
            {"rope_type": "yarn", "rope_theta": 1e6, "factor": 2.0},
        ),
    ],
)
def test_rope_parameters(config: dict[str, Any], expected: dict[str, Any]) -> None:
    assert rope_parameters(config) == expected


@pytest.mark.parametrize("name", ["Qwen/Qwen2-7B", "Qwen2-0.5B"])
def test_base_models_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(DocAgentError, match=r"base model .* use Qwen/Qwen2-[0-9.]+B-Instruct"):
        load(name, tmp_path)


def test_missing_model_offline_is_one_line_at_once(tmp_path: Path) -> None:
    start = time.perf_counter()
    with pytest.raises(
        DocAgentError,
        match=r"^Qwen/Qwen2-7B-Instruct is not on this machine and the model hub cannot be "
        r"reached; get it where it can with: docagent models pull Qwen/Qwen2-7B-Instruct$",
    ):
        load("Qwen/Qwen2-7B-Instruct", tmp_path)
    assert time.perf_counter() - start < 5


def test_unreachable_hub_does_not_hang(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE")
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    # TEST-NET-1: routers answer nothing for it.
    monkeypatch.setenv("HF_ENDPOINT", "https://192.0.2.1")
    start = time.perf_counter()
    with pytest.raises(DocAgentError, match="cannot be reached"):
        load("someone/some-model", tmp_path)
    assert time.perf_counter() - start < 6


def test_unknown_names(tmp_path: Path) -> None:
    for name in ("no-such-model", "./no/such/folder", "a/b/c"):
        with pytest.raises(DocAgentError, match="neither a folder nor a model name"):
            load(name, tmp_path)


def test_unknown_device(tiny_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DocAgentError, match="device nonsense is not available"):
        load(str(tiny_folder), tmp_path, "nonsense")


def test_model_larger_than_memory(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.machine.available_memory", lambda: 1000)
    with pytest.raises(
        DocAgentError, match=r"needs 0.0 GB of weights .* free: try --model embedded:0.5b"
    ):
        load(str(tiny_folder), tmp_path, "cpu")


def test_model_of_the_hub_cache_is_used_offline(tiny_folder: Path, tmp_path: Path) -> None:
    put_into_hub_cache(tiny_folder, "someone/tiny-qwen2")
    assert hub.local_models() == ["someone/tiny-qwen2"]
    assert load("someone/tiny-qwen2", tmp_path, "cpu").name == "someone/tiny-qwen2"


def test_incomplete_model_of_the_hub_cache_is_not_local(tiny_folder: Path, tmp_path: Path) -> None:
    (tiny_folder / "model.safetensors").unlink()
    put_into_hub_cache(tiny_folder, "someone/tiny-qwen2")
    assert hub.local_models() == []
    with pytest.raises(DocAgentError, match="docagent models pull someone/tiny-qwen2"):
        load("someone/tiny-qwen2", tmp_path)


def test_nothing_is_written_to_standard_error(
    tiny_folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    load(str(tiny_folder), tmp_path, "cpu")
    captured = capfd.readouterr()
    assert captured.err == captured.out == ""


def test_a_dense_model_does_without_llvmlite_and_gguf(tiny_folder: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from docagent.engine.loading.load import load\n"
        f"load({str(tiny_folder)!r}, Path({str(tmp_path)!r}), 'cpu')\n"
        "heavy = {'llvmlite', 'gguf', 'transformers'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)

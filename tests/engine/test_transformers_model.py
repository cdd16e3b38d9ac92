from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from docagent.engine.loading import checkpoint
from docagent.engine.loading.load import load as load_engine
from docagent.engine.loading.transformers_model import load_with_transformers
from docagent.errors import DocAgentError
from retrieval import machine

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@pytest.fixture(scope="module")
def moe() -> PreTrainedModel:
    import torch
    from transformers import Qwen2MoeConfig, Qwen2MoeForCausalLM

    torch.manual_seed(5)
    config = Qwen2MoeConfig(
        vocab_size=320,
        hidden_size=64,
        intermediate_size=96,
        moe_intermediate_size=32,
        shared_expert_intermediate_size=64,
        num_experts=4,
        num_experts_per_tok=2,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        rope_parameters={"rope_type": "default", "rope_theta": 1_000_000.0},
        initializer_range=0.2,
    )
    made = Qwen2MoeForCausalLM(config)
    made.train(False)
    return made


@pytest.fixture
def moe_folder(tmp_path: Path, tiny_folder: Path, moe: PreTrainedModel) -> Path:
    """A complete checkpoint with the tokenizer of the tiny dense model."""
    folder = tmp_path / "tiny-moe"
    moe.save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(tiny_folder / name, folder / name)
    return folder


def load(folder: Path) -> PreTrainedModel:
    import torch

    return load_with_transformers(folder, "some/model", torch.float32, torch.device("cpu"))


def edit(folder: Path, **changes: Any) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **changes}), "utf-8")


def test_experts_answer_as_their_source(moe_folder: Path, moe: Any) -> None:
    import torch

    checkpoint.check(moe_folder, "some/model")
    assert checkpoint.kind(moe_folder) == "moe"
    result: Any = load(moe_folder)
    assert not result.training
    ids = torch.arange(40)[None]
    with torch.inference_mode():
        assert float((result(ids).logits - moe(ids).logits).abs().max()) < 1e-5


def test_rotary_base_survives_rope_scaling(moe_folder: Path, tmp_path: Path) -> None:
    yarn = {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 256}
    edit(moe_folder, rope_scaling=yarn)
    loaded = load_engine(str(moe_folder), tmp_path, "cpu")
    assert (loaded.network.config.theta, loaded.factors) == (1_000_000, (1.0, 2.0, 4.0))


def test_missing_tensors_are_not_made_up(moe_folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(moe_folder / "model.safetensors")
    del weights["model.norm.weight"]
    save_file(weights, moe_folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(DocAgentError, match=r"lacks 1 of its weights, such as model\.norm\.weight"):
        load(moe_folder)


def test_damaged_weights_are_one_line(moe_folder: Path, tmp_path: Path) -> None:
    weights = moe_folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(DocAgentError, match="cannot be loaded") as caught:
        load_engine(str(moe_folder), tmp_path, "cpu")
    assert "\n" not in str(caught.value)


def test_spreading_over_gpus_needs_accelerate(
    moe_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(machine, "gpus", lambda: [("Test GPU", 1000)] * 2)
    monkeypatch.setattr(machine, "free_memory", lambda device: 1000)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(DocAgentError, match="the package accelerate: pip install accelerate"):
        load_with_transformers(moe_folder, "some/model", torch.bfloat16, torch.device("cuda", 0))


def test_fp8_model_answers_as_its_source(tmp_path: Path, tiny_folder: Path) -> None:
    pytest.importorskip("accelerate")
    import torch
    from safetensors.torch import load_file, save_file
    from transformers import Qwen2ForCausalLM

    reader: Any = Qwen2ForCausalLM
    source = reader.from_pretrained(tiny_folder, dtype=torch.float32)
    weights = load_file(tiny_folder / "model.safetensors")
    for name in [name for name in weights if name.endswith("proj.weight")]:
        rows, columns = weights[name].shape
        blocks = weights[name].reshape(rows // 32, 32, columns // 32, 32)
        scales = blocks.abs().amax((1, 3), keepdim=True) / 448
        blocks = (blocks / scales).to(torch.float8_e4m3fn)
        weights[name] = blocks.reshape(rows, columns)
        weights[f"{name}_scale_inv"] = scales[:, 0, :, 0]
        with torch.no_grad():
            restored = (blocks.float() * scales).reshape(rows, columns)
            source.get_parameter(name).copy_(restored)
    save_file(weights, tiny_folder / "model.safetensors", metadata={"format": "pt"})
    method = {"quant_method": "fp8", "weight_block_size": [32, 32]}
    edit(tiny_folder, quantization_config=method)
    checkpoint.check(tiny_folder, "some/model")
    result: Any = load_with_transformers(
        tiny_folder, "some/model", torch.bfloat16, torch.device("cpu")
    )
    ids = torch.arange(40)[None]
    with torch.inference_mode():
        assert float((result(ids).logits - source(ids).logits).abs().max()) < 1e-3


def test_nothing_is_written_to_standard_error(
    moe_folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    load(moe_folder)
    captured = capfd.readouterr()
    assert captured.err == captured.out == ""

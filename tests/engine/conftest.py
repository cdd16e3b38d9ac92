"""A tiny Qwen2 with random weights, as a model of transformers, a folder and a chat model."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch

from docagent.engine import ChatQwen2
from docagent.engine.loading.gguf_model import GgufModel
from docagent.engine.loading.gguf_tokenizer import read_tokenizer
from docagent.engine.loading.tokenizer import CHATML

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

CONTROL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No hub, no cache and no settings of the person who runs the tests."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    for name in ("DOCAGENT_MODEL", "OPENAI_API_KEY", "HF_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def tiny_tokenizer() -> PreTrainedTokenizerFast:
    """Built as Qwen2's: byte-level BPE, NFC, control tokens outside the BPE vocabulary."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = [("Ċ", "Ċ"), ("t", "h"), ("th", "e"), ("Ġ", "the"), ("u", "s"), ("e", "r")]
    tokens = alphabet + [left + right for left, right in merges]
    backend = Tokenizer(models.BPE(vocab={t: i for i, t in enumerate(tokens)}, merges=merges))
    backend.normalizer = normalizers.NFC()
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    backend.decoder = decoders.ByteLevel()
    backend.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in CONTROL])
    # As Qwen2.5 has it: a token with a meaning to the model that is not marked special.
    backend.add_tokens([AddedToken("<tool_call>", special=False, normalized=False)])
    build: Any = PreTrainedTokenizerFast
    tokenizer: PreTrainedTokenizerFast = build(
        tokenizer_object=backend, eos_token="<|im_end|>", pad_token="<|endoftext|>"
    )
    return tokenizer


@pytest.fixture(scope="session")
def qwen_tokenizer(qwen_file: Path) -> PreTrainedTokenizerFast:
    """Qwen's own, out of the smaller embedded model; no weights are loaded."""
    return read_tokenizer(GgufModel(qwen_file)).transformers


@pytest.fixture(scope="session")
def tiny_model() -> PreTrainedModel:
    from transformers import Qwen2Config, Qwen2ForCausalLM

    torch.manual_seed(7)
    config = Qwen2Config(
        vocab_size=320,
        hidden_size=64,
        intermediate_size=96,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        rope_parameters={"rope_type": "default", "rope_theta": 1_000_000.0},
        initializer_range=0.3,
    )
    model = Qwen2ForCausalLM(config)
    model.train(False)
    return model


@pytest.fixture
def tiny_folder(
    tmp_path: Path, tiny_model: PreTrainedModel, tiny_tokenizer: PreTrainedTokenizerFast
) -> Path:
    """A complete checkpoint without a chat template and with Qwen2's penalty in its settings."""
    folder = tmp_path / "tiny-qwen2"
    tiny_model.save_pretrained(folder)
    tiny_tokenizer.save_pretrained(folder)
    settings = {"do_sample": True, "repetition_penalty": 1.5, "eos_token_id": [258, 256]}
    (folder / "generation_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def small(
    tmp_path_factory: pytest.TempPathFactory, tiny_tokenizer: PreTrainedTokenizerFast
) -> ChatQwen2:
    """The tiny model as a chat model with Qwen2's window, template and call marks.

    In float32: what is rounded in bfloat16 differs between processors, and so would the words.
    """
    from tokenizers import AddedToken
    from transformers import Qwen2ForCausalLM

    from tests.engine.tiny import config

    folder = tmp_path_factory.mktemp("small") / "small-qwen2"
    torch.manual_seed(7)
    build: Any = Qwen2ForCausalLM
    build(config(max_position_embeddings=32_768)).save_pretrained(folder)
    tokenizer = copy.deepcopy(tiny_tokenizer)
    tokenizer.chat_template = CHATML
    tokenizer.backend_tokenizer.add_tokens([AddedToken("</tool_call>", normalized=False)])
    tokenizer.save_pretrained(folder)
    return ChatQwen2.from_pretrained(str(folder), device="cpu", dtype="float32")

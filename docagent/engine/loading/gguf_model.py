"""A GGUF file of llama.cpp read as a Qwen2 model: its configuration and its tensors."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from docagent.engine.loading.gguf_file import GgufFile, GgufTensor
from docagent.errors import ModelUnavailable

ARCHITECTURE = "qwen2"
TENSORS = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
"""Names of a layer's tensors: llama.cpp's, and transformers' for Qwen2."""

OUTER_TENSORS = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight",
}
BIASED = ("attn_q", "attn_k", "attn_v")
SAMPLES, SAMPLE_BYTES = 32, 64 * 1024
"""Pieces of a file that tell it from others; the first is the header, the last the end."""


class GgufModel:
    """A dense Qwen2 GGUF file. Raises `ModelUnavailable` for any other, in one line.

    `tensors` are under transformers' names for Qwen2.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = GgufFile(path)
        except ValueError as error:
            raise ModelUnavailable(
                f"{path} is not a whole GGUF file ({error}); get it again"
            ) from error
        self.architecture = str(self.field("general.architecture", ""))
        self.tensors: dict[str, GgufTensor] = {}
        if (reason := self._unreadable()) is not None:
            raise ModelUnavailable(
                f"{path.name} {reason}; serve it and use openai:MODEL@URL instead"
            )

    def key(self) -> str:
        """A name for the content: of its size and of pieces from all over it.

        Two models of one family differ in all their weights, so pieces tell them apart; reading
        gigabytes at every start would take longer than loading them.
        """
        size = self.path.stat().st_size
        digest = hashlib.sha256(str(size).encode())
        step = max(SAMPLE_BYTES, (size - SAMPLE_BYTES) // (SAMPLES - 1))
        with self.path.open("rb") as file:
            for number in range(SAMPLES):
                file.seek(min(number * step, max(0, size - SAMPLE_BYTES)))
                digest.update(file.read(SAMPLE_BYTES))
        return digest.hexdigest()[:24]

    def field(self, key: str, default: Any = None) -> Any:
        """The value of a metadata key, or `default` where the file lacks it."""
        return self._file.fields.get(key, default)

    def size(self, key: str, default: int | None = None) -> int:
        """A number of the architecture's own, such as `block_count`."""
        value = self.field(f"{self.architecture}.{key}", default)
        if value is None:
            raise ModelUnavailable(f"{self.path.name} does not say its {key}; get the file again")
        return int(value)

    def config(self) -> dict[str, Any]:
        """The raw config.json of a Qwen2 checkpoint of the same shapes."""
        heads, context = self.size("attention.head_count"), self.size("context_length")
        return {
            "architectures": ["Qwen2ForCausalLM"],
            "model_type": "qwen2",
            "hidden_act": "silu",
            "vocab_size": self.tensors["model.embed_tokens.weight"].shape[0],
            "hidden_size": self.size("embedding_length"),
            "intermediate_size": self.size("feed_forward_length"),
            "num_hidden_layers": self.size("block_count"),
            "num_attention_heads": heads,
            "num_key_value_heads": self.size("attention.head_count_kv", heads),
            "max_position_embeddings": context,
            # Stored as a float32 of 1e-5 or 1e-6.
            "rms_norm_eps": round(
                float(self.field(f"{self.architecture}.attention.layer_norm_rms_epsilon", 1e-6)), 9
            ),
            "rope_parameters": self._rope(context),
            "tie_word_embeddings": "lm_head.weight" not in self.tensors,
            "use_sliding_window": False,
            "bos_token_id": self.field("tokenizer.ggml.bos_token_id"),
            "eos_token_id": self.field("tokenizer.ggml.eos_token_id"),
            "pad_token_id": self.field("tokenizer.ggml.padding_token_id"),
            "dtype": "bfloat16",
        }

    def _rope(self, context: int) -> dict[str, Any]:
        prefix = f"{self.architecture}.rope"
        rope = {
            "rope_type": "default",
            "rope_theta": float(self.field(f"{prefix}.freq_base", 10_000.0)),
        }
        if self.field(f"{prefix}.scaling.type") == "yarn":
            original = self.field(f"{prefix}.scaling.original_context_length", context)
            rope["rope_type"] = "yarn"
            rope["factor"] = float(self.field(f"{prefix}.scaling.factor", 1.0))
            rope["original_max_position_embeddings"] = int(original)
        return rope

    def _unreadable(self) -> str | None:
        """Why the file is no dense Qwen2, as a phrase; None when it is one."""
        if self.architecture != ARCHITECTURE:
            return f"is a {self.architecture or 'nameless'} model, and docagent reads Qwen2"
        scaling = self.field(f"{self.architecture}.rope.scaling.type", "none")
        if scaling not in ("none", "yarn"):
            return f"stretches its window by a way docagent does not know ({scaling})"
        for name, tensor in sorted(self._file.tensors.items()):
            if (target := _target(name)) is None:
                return f"has tensors that no dense Qwen2 has, such as {name}"
            self.tensors[target] = tensor
        if "model.embed_tokens.weight" not in self.tensors:
            return "has no token embeddings"
        head = self.size("embedding_length") // self.size("attention.head_count")
        if self.size("attention.key_length", head) != head:
            return "has heads of another width than Qwen2's"
        return None


def _target(name: str) -> str | None:
    """Transformers' name of a tensor; None for one that no dense Qwen2 has."""
    if name in OUTER_TENSORS:
        return OUTER_TENSORS[name]
    part = re.fullmatch(r"blk\.(\d+)\.(\w+)\.(weight|bias)", name)
    if part is None or part[2] not in TENSORS or (part[3] == "bias" and part[2] not in BIASED):
        return None
    return f"model.layers.{part[1]}.{TENSORS[part[2]]}.{part[3]}"

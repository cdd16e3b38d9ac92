"""SmolLM2's GGUF file rewritten as a Qwen2 checkpoint that transformers loads.

A Llama checkpoint is a Qwen2 checkpoint whose query, key and value biases are zero, so the small
embedded model goes through the same code as Qwen2 itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from docagent.errors import DocAgentError

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedTokenizerFast, Qwen2Config

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
}
BIASED = frozenset({"attn_q", "attn_k", "attn_v"})
CONTROL_TOKEN = 3
"""GGUF's token type for tokens that are not text."""


class GgufModel:
    """A Llama-architecture GGUF file with a byte-level BPE vocabulary and tied embeddings."""

    def __init__(self, path: Path) -> None:
        try:
            from gguf import GGUFReader
        except ImportError as error:
            raise DocAgentError(
                'the embedded model needs the package gguf: pip install "docagent[embedded]"'
            ) from error
        self._reader = GGUFReader(str(path))

    def field(self, key: str) -> Any:
        """The value of a metadata key; KeyError when the file lacks it."""
        return self._reader.fields[key].contents()

    def config(self) -> Qwen2Config:
        """The Qwen2 configuration of the same shapes."""
        from transformers import Qwen2Config

        heads = self.field("llama.attention.head_count")
        return Qwen2Config(
            vocab_size=self.field("llama.vocab_size"),
            hidden_size=self.field("llama.embedding_length"),
            intermediate_size=self.field("llama.feed_forward_length"),
            num_hidden_layers=self.field("llama.block_count"),
            num_attention_heads=heads,
            num_key_value_heads=self.field("llama.attention.head_count_kv"),
            max_position_embeddings=self.field("llama.context_length"),
            # Stored as a float32 of 1e-5.
            rms_norm_eps=round(self.field("llama.attention.layer_norm_rms_epsilon"), 9),
            rope_parameters={
                "rope_type": "default",
                "rope_theta": float(self.field("llama.rope.freq_base")),
            },
            tie_word_embeddings=True,
            bos_token_id=self.field("tokenizer.ggml.bos_token_id"),
            eos_token_id=self.field("tokenizer.ggml.eos_token_id"),
            pad_token_id=self.field("tokenizer.ggml.padding_token_id"),
            architectures=["Qwen2ForCausalLM"],
            dtype="bfloat16",
        )

    def weights(self) -> dict[str, torch.Tensor]:
        """Every tensor in float32, under Qwen2's names."""
        import numpy as np
        import torch
        from gguf import dequantize

        heads = {
            "attn_q": self.field("llama.attention.head_count"),
            "attn_k": self.field("llama.attention.head_count_kv"),
        }
        weights: dict[str, torch.Tensor] = {}
        for tensor in self._reader.tensors:
            # A copy: unquantised tensors come as a read-only view of the file.
            values = np.array(dequantize(tensor.data, tensor.tensor_type), dtype=np.float32)
            if tensor.name in OUTER_TENSORS:
                weights[OUTER_TENSORS[tensor.name]] = torch.from_numpy(values)
                continue
            _, layer, kind, _ = tensor.name.split(".")
            name = f"model.layers.{layer}.{TENSORS[kind]}"
            matrix = torch.from_numpy(values)
            if kind in heads:
                matrix = _halves_together(matrix, heads[kind])
            weights[f"{name}.weight"] = matrix
            if kind in BIASED:
                weights[f"{name}.bias"] = torch.zeros(matrix.shape[0])
        return weights

    def tokenizer(self) -> PreTrainedTokenizerFast:
        """The file's own tokenizer and chat template."""
        from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
        from transformers import PreTrainedTokenizerFast

        tokens: list[str] = self.field("tokenizer.ggml.tokens")
        merges = [tuple(pair.split(" ")) for pair in self.field("tokenizer.ggml.merges")]
        # No unknown token: the vocabulary lacks 21 of the 256 bytes (rare controls, and bytes that
        # begin no assigned character), and the file's unknown token is the control token
        # <|endoftext|>, which text must never become. Such bytes are dropped instead.
        model = models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges)
        backend = Tokenizer(model)
        backend.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Digits(individual_digits=True),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
            ]
        )
        backend.decoder = decoders.ByteLevel()
        types = self.field("tokenizer.ggml.token_type")
        control = [t for t, kind in zip(tokens, types, strict=True) if kind == CONTROL_TOKEN]
        backend.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in control])
        # transformers leaves this constructor without annotations.
        build: Any = PreTrainedTokenizerFast
        tokenizer: PreTrainedTokenizerFast = build(
            tokenizer_object=backend,
            bos_token=tokens[self.field("tokenizer.ggml.bos_token_id")],
            eos_token=tokens[self.field("tokenizer.ggml.eos_token_id")],
            pad_token=tokens[self.field("tokenizer.ggml.padding_token_id")],
            chat_template=self.field("tokenizer.chat_template"),
            model_max_length=self.field("llama.context_length"),
            clean_up_tokenization_spaces=False,
        )
        return tokenizer


def _halves_together(matrix: torch.Tensor, heads: int) -> torch.Tensor:
    """Undo llama.cpp's order of rows, (heads * head_dim, hidden) to the same shape.

    llama.cpp rotates neighbouring rows of a head, transformers a row of the first half with its
    partner in the second.
    """
    rows, hidden = matrix.shape
    pairs = rows // heads // 2
    return matrix.reshape(heads, pairs, 2, hidden).transpose(1, 2).reshape(rows, hidden)


def write_checkpoint(source: Path, folder: Path) -> None:
    """Convert the GGUF file `source` into an existing, empty folder: about 270 MB of bfloat16.

    Raises OSError when the disk is full or not writable.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import save_file
    from transformers import GenerationConfig

    model = GgufModel(source)
    config = model.config()
    weights = {name: tensor.to(torch.bfloat16) for name, tensor in model.weights().items()}
    config.save_pretrained(folder)
    model.tokenizer().save_pretrained(folder)
    GenerationConfig.from_dict(
        {
            "bos_token_id": config.bos_token_id,
            "eos_token_id": config.eos_token_id,
            "pad_token_id": config.pad_token_id,
            "do_sample": False,
        }
    ).save_pretrained(folder)
    try:
        save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    except SafetensorError as error:
        # A full disk is reported this way, not as an OSError.
        raise OSError(str(error)) from error

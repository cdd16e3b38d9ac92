"""GGUF files as llama.cpp's converter writes them, from a model and a tokenizer in memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

TEMPLATE = "{% for m in messages %}{{ m['role'] + ': ' + m['content'] }}{% endfor %}"


def random_model() -> PreTrainedModel:
    """A tiny Qwen2 of random weights and biases, of widths that quantised blocks of 32 divide."""
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    torch.manual_seed(11)
    config = Qwen2Config(
        vocab_size=320,
        hidden_size=64,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        rope_parameters={"rope_type": "default", "rope_theta": 1_000_000.0},
        initializer_range=0.2,
        tie_word_embeddings=False,
    )
    made = Qwen2ForCausalLM(config)
    for name, values in made.named_parameters():
        if name.endswith(".bias"):
            torch.nn.init.normal_(values)
    made.train(False)
    return made


def write_gguf(
    path: Path,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    kind: str = "F32",
    architecture: str = "qwen2",
    **fields: str | int | float,
) -> None:
    """Matrices in the type `kind` of GGML, the rest in float32; `fields` are further metadata."""
    from gguf import GGMLQuantizationType, GGUFWriter, TokenType, quantize

    config: Any = model.config
    writer = GGUFWriter(path, architecture)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    for key, value in fields.items():
        name = key.replace("__", ".")
        if isinstance(value, str):
            writer.add_string(name, value)
        elif isinstance(value, int):
            writer.add_uint32(name, value)
        else:
            writer.add_float32(name, value)
    described = json.loads(tokenizer.backend_tokenizer.to_str())
    numbers = tokenizer.get_vocab()
    by_id = {number: token for token, number in numbers.items()}
    special = {token["id"]: token["special"] for token in described["added_tokens"]}
    tokens, types = [], []
    for number in range(config.vocab_size):
        tokens.append(by_id.get(number, f"[PAD{number}]"))
        if number not in by_id:
            types.append(TokenType.UNUSED)
        elif number in special:
            types.append(TokenType.CONTROL if special[number] else TokenType.USER_DEFINED)
        else:
            types.append(TokenType.NORMAL)
    writer.add_tokenizer_model("gpt2")
    if "tokenizer__ggml__pre" not in fields:
        writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges([" ".join(pair) for pair in described["model"]["merges"]])
    writer.add_eos_token_id(numbers["<|im_end|>"])
    writer.add_pad_token_id(numbers["<|endoftext|>"])
    writer.add_chat_template(TEMPLATE)

    quantised = GGMLQuantizationType[kind]
    for name, tensor in model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        values = tensor.float().numpy()
        if values.ndim > 1 and kind != "F32":
            writer.add_tensor(_name(name), quantize(values, quantised), raw_dtype=quantised)
        else:
            writer.add_tensor(_name(name), values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


NAMES = {
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "lm_head": "output",
    "model.layers.": "blk.",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.o_proj": "attn_output",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def _name(name: str) -> str:
    for ours, theirs in NAMES.items():
        name = name.replace(ours, theirs)
    return name

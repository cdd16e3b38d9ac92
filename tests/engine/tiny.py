"""A tiny Qwen2 with random weights: transformers' own, and the same weights in docagent's network.

Everything in float32, where both choose the same tokens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from docagent.engine.network.config import ModelConfig
from docagent.engine.network.network import Network
from docagent.engine.network.weights import from_tensors, from_transformers

if TYPE_CHECKING:
    from transformers import PreTrainedModel

NATIVE = 256
THETA = 1_000_000.0
VOCABULARY = 320


def rope(factor: float = 1.0) -> dict[str, Any]:
    if factor == 1:
        return {"rope_type": "default", "rope_theta": THETA}
    return {
        "rope_type": "yarn",
        "rope_theta": THETA,
        "factor": factor,
        "original_max_position_embeddings": NATIVE,
    }


def config(factor: float = 1.0, **changes: Any) -> Any:
    from transformers import Qwen2Config

    settings: dict[str, Any] = {
        "vocab_size": VOCABULARY,
        "hidden_size": 64,
        "intermediate_size": 96,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": NATIVE,
        "rope_parameters": rope(factor),
        "initializer_range": 0.3,
    }
    return Qwen2Config(**(settings | changes))


@dataclass(frozen=True)
class Twins:
    """The same weights twice."""

    theirs: PreTrainedModel
    ours: Network

    def stretched(self, factor: float) -> PreTrainedModel:
        """Transformers' model with its config's YaRN factor, loaded that way."""
        from transformers import Qwen2ForCausalLM

        model: Any = Qwen2ForCausalLM(config(factor))
        model.load_state_dict(self.theirs.state_dict())
        model.train(False)
        loaded: PreTrainedModel = model
        return loaded

    def logits(self, model: Any, ids: list[int]) -> torch.Tensor:
        with torch.inference_mode():
            result: torch.Tensor = model(torch.tensor([ids])).logits[0]
        return result


def twins(**changes: Any) -> Twins:
    from transformers import Qwen2ForCausalLM

    torch.manual_seed(7)
    theirs: Any = Qwen2ForCausalLM(config(**changes))
    # Random biases and norms, which a fresh model has at 0 and 1.
    with torch.no_grad():
        for name, weight in theirs.named_parameters():
            if name.endswith("bias") or "norm" in name:
                weight.add_(torch.randn_like(weight) * 0.3)
    theirs.train(False)
    shape = ModelConfig.of(theirs.config.to_dict(), theirs.config.rope_parameters)
    return Twins(theirs, from_tensors(shape, dict(theirs.state_dict()), theirs.num_parameters()))


def moe_twins() -> Twins:
    from transformers import Qwen2MoeConfig, Qwen2MoeForCausalLM

    torch.manual_seed(7)
    settings: Any = Qwen2MoeConfig(
        vocab_size=VOCABULARY,
        hidden_size=64,
        intermediate_size=96,
        moe_intermediate_size=32,
        shared_expert_intermediate_size=48,
        num_experts=6,
        num_experts_per_tok=2,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=NATIVE,
        rope_parameters=rope(),
        initializer_range=0.3,
    )
    theirs: Any = Qwen2MoeForCausalLM(settings)
    theirs.train(False)
    shape = ModelConfig.of(settings.to_dict(), settings.rope_parameters)
    return Twins(theirs, from_transformers(shape, theirs))


def text(length: int, seed: int = 0) -> list[int]:
    """Token ids that do not repeat in a regular way."""
    random = torch.Generator().manual_seed(seed)
    result: list[int] = torch.randint(1, VOCABULARY, (length,), generator=random).tolist()
    return result


def greedy(model: Any, ids: list[int], new: int, eos: int | None = None) -> list[int]:
    """Greedy ids of transformers' own generate, without the end token."""
    output = model.generate(
        torch.tensor([ids]),
        attention_mask=torch.ones(1, len(ids), dtype=torch.long),
        max_new_tokens=new,
        do_sample=False,
        repetition_penalty=1.0,
        eos_token_id=eos,
        pad_token_id=0,
    )
    tokens: list[int] = output[0, len(ids) :].tolist()
    return tokens[:-1] if eos is not None and tokens[-1] == eos else tokens

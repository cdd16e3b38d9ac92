"""The network built from a checkpoint's tensors, or around a model that transformers loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

from docagent.engine.network.config import ModelConfig
from docagent.engine.network.network import Embedding, Layer, Network, Projection
from retrieval.linear import linear as dense_linear

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    # Imported where such a weight comes: a dense model does without llvmlite.
    from docagent.engine.network.quantised import QuantisedWeight

    Weight = torch.Tensor | QuantisedWeight


class DenseEmbedding:
    """The vectors of token ids."""

    def __init__(self, weight: torch.Tensor) -> None:
        self._weight = weight
        self.device, self.dtype = weight.device, weight.dtype

    def __call__(self, ids: torch.Tensor) -> torch.Tensor:
        return functional.embedding(ids, self._weight)


class Head:
    """The product with the vocabulary, whose rows are wanted one by one as well."""

    def __init__(self, weight: torch.Tensor) -> None:
        self.weight = weight
        self._product = linear([weight])

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return self._product(x)


def linear(weights: Sequence[Weight], bias: torch.Tensor | None = None) -> Projection:
    """The fastest product for these weights, on top of each other, where they are."""
    dense = [weight for weight in weights if isinstance(weight, torch.Tensor)]
    quantised = [weight for weight in weights if not isinstance(weight, torch.Tensor)]
    if not dense:
        from docagent.engine.network.quantised import QuantisedLinear

        return QuantisedLinear(quantised, bias)
    if quantised:
        ends = [weight.shape[0] for weight in weights]
        biases = [None] * len(ends) if bias is None else torch.split(bias, ends)
        parts = [linear([w], b) for w, b in zip(weights, biases, strict=True)]
        return lambda x: torch.cat([part(x) for part in parts], -1)
    weight = dense[0] if len(dense) == 1 else torch.cat(dense)
    return dense_linear(weight, bias)


def gated_mlp(gate: Weight, up: Weight, down: Weight) -> Projection:
    """Qwen2's SwiGLU: gate and up projection in one product."""
    into, out = linear((gate, up)), linear((down,))

    def mlp(x: torch.Tensor) -> torch.Tensor:
        gated, passed = into(x).chunk(2, -1)
        return out(functional.silu(gated) * passed)

    return mlp


def from_tensors(config: ModelConfig, tensors: Mapping[str, Weight], parameters: int) -> Network:
    """A dense network from tensors under transformers' names for Qwen2.

    Matrices may be quantised. Raises KeyError, naming the tensor, when one is missing.
    """

    def plain(name: str) -> torch.Tensor:
        tensor = tensors[name]
        if not isinstance(tensor, torch.Tensor):
            raise TypeError(f"{name} is quantised, which no Qwen2 has")
        return tensor

    def layer(number: int) -> Layer:
        at = f"model.layers.{number}"
        projections = [f"{at}.self_attn.{kind}_proj" for kind in "qkv"]
        biases = [plain(f"{p}.bias") for p in projections if f"{p}.bias" in tensors]
        bias = torch.cat(biases) if any(bool(bias.any()) for bias in biases) else None
        norm = plain(f"{at}.input_layernorm.weight")
        mlp = [tensors[f"{at}.mlp.{kind}_proj.weight"] for kind in ("gate", "up", "down")]
        return Layer(
            attention_norm=norm,
            qkv_proj=linear([tensors[f"{name}.weight"] for name in projections], bias),
            o_proj=linear([tensors[f"{at}.self_attn.o_proj.weight"]]),
            mlp_norm=plain(f"{at}.post_attention_layernorm.weight"),
            mlp=gated_mlp(*mlp),
            device=norm.device,
        )

    norm = plain("model.norm.weight")
    embedding = tensors["model.embed_tokens.weight"]
    out = embedding if config.tied else tensors["lm_head.weight"]
    return Network(
        config,
        _embedding(embedding, norm.dtype),
        [layer(number) for number in range(config.layers)],
        norm,
        _head(out),
        parameters,
    )


def _embedding(weight: Weight, dtype: torch.dtype) -> Embedding:
    if isinstance(weight, torch.Tensor):
        return DenseEmbedding(weight)
    from docagent.engine.network.quantised import QuantisedEmbedding

    return QuantisedEmbedding(weight, dtype)


def _head(weight: Weight) -> Projection:
    if isinstance(weight, torch.Tensor):
        return Head(weight)
    from docagent.engine.network.quantised import QuantisedHead

    return QuantisedHead(weight)


def from_transformers(config: ModelConfig, model: PreTrainedModel) -> Network:
    """The network around the modules of a loaded model: experts, quantised, on several GPUs."""
    inner: Any = model.base_model
    layers = [_wrapped(layer) for layer in inner.layers]
    outer: Any = model
    count = int(model.num_parameters())
    return Network(
        config,
        DenseEmbedding(inner.embed_tokens.weight),
        layers,
        inner.norm.weight,
        outer.lm_head,
        count,
    )


def _wrapped(layer: Any) -> Layer:
    attention = layer.self_attn

    def qkv_proj(x: torch.Tensor) -> torch.Tensor:
        return torch.cat((attention.q_proj(x), attention.k_proj(x), attention.v_proj(x)), -1)

    def mlp(x: torch.Tensor) -> torch.Tensor:
        result: Any = layer.mlp(x)
        # Experts give their router's logits as well in some versions.
        output: torch.Tensor = result[0] if isinstance(result, tuple) else result
        return output

    norm = layer.input_layernorm.weight
    return Layer(
        norm, qkv_proj, attention.o_proj, layer.post_attention_layernorm.weight, mlp, norm.device
    )

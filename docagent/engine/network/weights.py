"""The network built from a checkpoint's tensors, or around a model that transformers loaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

from docagent.engine.network.network import Layer, Map, Network
from docagent.engine.network.shape import Shape

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class Linear:
    """x W^T + b for x (..., inputs), with weight (outputs, inputs)."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None = None) -> None:
        self.weight = weight
        self.bias = bias
        # One token in bfloat16 on a CPU: oneDNN's matrix product reorders the weights at every
        # call, 248 us for (3072, 576) where reading them takes 155.
        self._vector = weight.device.type == "cpu" and weight.dtype == torch.bfloat16

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        if self._vector and x.numel() == x.shape[-1]:
            y = torch.mv(self.weight, x.view(-1))
            if self.bias is not None:
                y += self.bias
            return y.view(*x.shape[:-1], -1)
        return functional.linear(x, self.weight, self.bias)


class GatedMlp:
    """Qwen2's SwiGLU: gate and up projection in one product."""

    def __init__(self, gate: torch.Tensor, up: torch.Tensor, down: torch.Tensor) -> None:
        self._in = Linear(torch.cat((gate, up)))
        self._out = Linear(down)

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        gate, up = self._in(x).chunk(2, -1)
        return self._out(functional.silu(gate) * up)


def from_tensors(shape: Shape, tensors: Mapping[str, torch.Tensor], parameters: int) -> Network:
    """A dense network from tensors under transformers' names for Qwen2.

    Raises KeyError, naming the tensor, when one is missing.
    """

    def layer(number: int) -> Layer:
        at = f"model.layers.{number}"
        projections = [f"{at}.self_attn.{kind}_proj" for kind in "qkv"]
        biases = [tensors.get(f"{name}.bias") for name in projections]
        known = [bias for bias in biases if bias is not None and bool(bias.any())]
        weight = torch.cat([tensors[f"{name}.weight"] for name in projections])
        bias = torch.cat([b for b in biases if b is not None]) if known else None
        gather = Linear(tensors[f"{at}.self_attn.o_proj.weight"])
        mlp = [tensors[f"{at}.mlp.{kind}_proj.weight"] for kind in ("gate", "up", "down")]
        return Layer(
            attention_norm=tensors[f"{at}.input_layernorm.weight"],
            project=Linear(weight, bias),
            gather=gather,
            mlp_norm=tensors[f"{at}.post_attention_layernorm.weight"],
            mlp=GatedMlp(*mlp),
            device=weight.device,
        )

    embedding = tensors["model.embed_tokens.weight"]
    head = Linear(embedding if shape.tied else tensors["lm_head.weight"])
    layers = [layer(number) for number in range(shape.layers)]
    norm = tensors["model.norm.weight"]
    return Network(shape, embedding, layers, norm, head, parameters)


def from_transformers(shape: Shape, model: PreTrainedModel) -> Network:
    """The network around the modules of a loaded model: experts, quantised, on several GPUs."""
    inner: Any = model.base_model
    layers = [_wrapped(layer) for layer in inner.layers]
    outer: Any = model
    count = int(model.num_parameters())
    return Network(
        shape, inner.embed_tokens.weight, layers, inner.norm.weight, outer.lm_head, count
    )


def _wrapped(layer: Any) -> Layer:
    attention = layer.self_attn

    def project(x: torch.Tensor) -> torch.Tensor:
        return torch.cat((attention.q_proj(x), attention.k_proj(x), attention.v_proj(x)), -1)

    def mlp(x: torch.Tensor) -> torch.Tensor:
        found: Any = layer.mlp(x)
        # Experts give their router's logits as well in some versions.
        output: torch.Tensor = found[0] if isinstance(found, tuple) else found
        return output

    gather: Map = attention.o_proj
    norm = layer.input_layernorm.weight
    return Layer(norm, project, gather, layer.post_attention_layernorm.weight, mlp, norm.device)

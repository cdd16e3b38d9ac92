"""The network built from a checkpoint's tensors, or around a model that transformers loaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

from docagent.engine import machine
from docagent.engine.network.network import Layer, Map, Network
from docagent.engine.network.shape import Shape

ROWS = 1
"""For which oneDNN may choose the order of packed weights: what serves one row serves many."""

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class Linear:
    """x W^T + b for x (..., inputs), with weight (outputs, inputs)."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None = None) -> None:
        self.weight = weight
        self._bias = bias

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return functional.linear(x, self.weight, self._bias)


class PackedLinear:
    """The same for bfloat16 on a CPU, with the weights in the order oneDNN multiplies them in.

    `functional.linear` puts them into that order at every call. For (3072, 576) on two AMX cores
    a product with 1, 9 and 1024 rows took 243, 295 and 3,093 us that way, and 148, 172 and 1,752
    us packed; packing takes 920 us, once.
    """

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None = None) -> None:
        self._packed = torch.ops.mkldnn._reorder_linear_weight(weight, ROWS)
        self._bias = bias

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        product: torch.Tensor = torch.ops.mkldnn._linear_pointwise(
            x, self._packed, self._bias, "none", [], ""
        )
        return product


class Head:
    """The product with the vocabulary, whose rows are wanted one by one as well."""

    def __init__(self, weight: torch.Tensor) -> None:
        self.weight = weight
        self._product = linear(weight)

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return self._product(x)


def linear(weight: torch.Tensor, bias: torch.Tensor | None = None) -> Map:
    """The fastest product for these weights where they are."""
    cpu = weight.device.type == "cpu" and weight.dtype == torch.bfloat16
    onednn = bool(torch.backends.mkldnn.is_available())  # type: ignore[no-untyped-call]
    if cpu and onednn and machine.has_bfloat16_cpu():
        return PackedLinear(weight, bias)
    return Linear(weight, bias)


class GatedMlp:
    """Qwen2's SwiGLU: gate and up projection in one product."""

    def __init__(self, gate: torch.Tensor, up: torch.Tensor, down: torch.Tensor) -> None:
        self._in = linear(torch.cat((gate, up)))
        self._out = linear(down)

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
        gather = linear(tensors[f"{at}.self_attn.o_proj.weight"])
        mlp = [tensors[f"{at}.mlp.{kind}_proj.weight"] for kind in ("gate", "up", "down")]
        return Layer(
            attention_norm=tensors[f"{at}.input_layernorm.weight"],
            project=linear(weight, bias),
            gather=gather,
            mlp_norm=tensors[f"{at}.post_attention_layernorm.weight"],
            mlp=GatedMlp(*mlp),
            device=weight.device,
        )

    embedding = tensors["model.embed_tokens.weight"]
    head = Head(embedding if shape.tied else tensors["lm_head.weight"])
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

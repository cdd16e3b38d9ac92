"""Products with the blocks of a GGUF file, against ggml's own dequantised weights."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, dequantize

from docagent.engine.kernels import machine_code, matmul
from docagent.engine.kernels.formats import FORMATS
from docagent.engine.kernels.products import kernel as kernel_
from docagent.engine.network import quantised
from docagent.engine.network.quantised import (
    QuantisedEmbedding,
    QuantisedHead,
    QuantisedLinear,
    QuantisedWeight,
)
from retrieval import machine

CLOSE = 1e-3
"""Relative error of a product; half a step of 14 bits is 6e-5 of the largest activation."""

HALVES = {"Q4_K": (0, 2), "Q5_K": (0, 2), "Q6_K": (208,)}
"""Where a block's scales in float16 stand; elsewhere at its start."""


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(3)


def blocks(kind: str, outputs: int, inputs: int, seed: int = 0) -> Any:
    """Random blocks whose scales are numbers of a weight's usual size."""
    weights, nbytes = GGML_QUANT_SIZES[GGMLQuantizationType[kind]]
    random = np.random.default_rng(seed)
    data = random.integers(0, 256, (outputs * inputs // weights, nbytes), np.uint8)
    for place in HALVES.get(kind, (0,)):
        scale = random.uniform(-0.01, 0.01, len(data)).astype(np.float16)
        data[:, place : place + 2] = scale[:, None].view(np.uint8)
    return data.reshape(outputs, -1)


def dense(kind: str, data: Any) -> torch.Tensor:
    return torch.from_numpy(np.array(dequantize(data, GGMLQuantizationType[kind])))


def weight(kind: str, data: Any) -> QuantisedWeight:
    return QuantisedWeight(FORMATS[kind], data)


def error(result: torch.Tensor, expected: torch.Tensor) -> float:
    return float((result - expected).norm() / expected.norm())


@pytest.mark.parametrize("kind", FORMATS)
def test_dequantised_weights_are_ggmls(kind: str) -> None:
    data = blocks(kind, 12, 1536)
    expected = dense(kind, data)
    assert torch.equal(weight(kind, data).dense(torch.float32), expected)
    assert torch.equal(weight(kind, data).dense(torch.bfloat16), expected.bfloat16())
    assert torch.equal(weight(kind, data).dense(torch.float16), expected.half())


@pytest.mark.parametrize("kind", FORMATS)
def test_embedding_gives_the_rows_asked_for(kind: str) -> None:
    data = blocks(kind, 20, 256)
    ids = torch.tensor([[3, 19, 3], [0, 7, 11]])
    embedding = QuantisedEmbedding(weight(kind, data), torch.float32)
    assert torch.equal(embedding(ids), dense(kind, data)[ids])


# Widths below, above and beyond a panel; rows that no blocking divides.
@pytest.mark.parametrize("inputs", [256, 1280, 2560])
@pytest.mark.parametrize("rows", [1, 2, 3, 7, 8, 13, 70])
@pytest.mark.parametrize("kind", FORMATS)
def test_product_is_float32s(kind: str, rows: int, inputs: int) -> None:
    data = blocks(kind, 36, inputs)
    # Channels a thousand times larger than others are usual in Qwen2.
    x = torch.randn(rows, inputs) * torch.logspace(-3, 0, inputs)
    bias = torch.randn(36)
    result = QuantisedLinear([weight(kind, data)], bias)(x)
    expected = x.double() @ dense(kind, data).double().T + bias
    assert error(result, expected.float()) < CLOSE


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("rows", [1, 6])
def test_wider_vectors_give_the_same(
    kind: str, rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code for AVX512 on any machine: LLVM splits what is too wide for it."""
    write = matmul.product if rows > 1 else matmul.single
    name = f"{'product' if rows > 1 else 'single'}_{kind}"
    wide = machine_code.compiled(name, lambda module: write(module, FORMATS[kind], 32), tmp_path)
    data, x = blocks(kind, 8, 1280), torch.randn(rows, 1280)
    narrow = QuantisedLinear([weight(kind, data)])(x)

    def kernel(what: str, format_: str = "") -> int:
        return kernel_(what, format_) if what.startswith("quantise") else wide

    monkeypatch.setattr(quantised, "kernel", kernel)
    assert error(QuantisedLinear([weight(kind, data)])(x), narrow) < 1e-6


def test_matrices_of_different_kinds_side_by_side() -> None:
    kinds = ("Q4_K", "Q6_K", "Q8_0")
    parts = [blocks(kind, 4 * size, 512, size) for size, kind in enumerate(kinds, 1)]
    x = torch.randn(2, 5, 512)
    result = QuantisedLinear([weight(k, p) for k, p in zip(kinds, parts, strict=True)])(x)
    expected = x @ torch.cat([dense(k, p) for k, p in zip(kinds, parts, strict=True)]).T
    assert result.shape == (2, 5, 24)
    assert error(result, expected) < CLOSE


def test_rows_of_zeros_and_of_huge_numbers() -> None:
    data = blocks("Q4_K", 8, 512)
    x = torch.zeros(4, 512)
    x[3, 7] = 1e-37
    x[1] = 1e30
    x[2, 100] = 1e-30
    result = QuantisedLinear([weight("Q4_K", data)])(x)
    assert torch.equal(result[0], torch.zeros(8))
    assert float(result[3].abs().max()) < 1e-30
    expected = x @ dense("Q4_K", data).T
    assert error(result[1] / 1e30, expected[1] / 1e30) < CLOSE
    assert error(result[2] * 1e30, expected[2] * 1e30) < CLOSE


def test_many_rows_in_bfloat16_multiply_dequantised_weights(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(machine, "has_bfloat16_cpu", lambda: True)
    data = [blocks("Q4_K", 8, 256), blocks("Q6_K", 4, 256)]
    parts = [weight("Q4_K", data[0]), weight("Q6_K", data[1])]
    x, bias = torch.randn(quantised.DENSE_ROWS, 256).bfloat16(), torch.randn(12)
    result = QuantisedLinear(parts, bias)(x)
    weights = torch.cat([dense("Q4_K", data[0]), dense("Q6_K", data[1])])
    assert result.dtype == torch.bfloat16
    assert error(result.float(), x.float() @ weights.T + bias) < 1e-2


def test_logits_of_a_head_are_float32() -> None:
    data = blocks("Q6_K", 16, 256)
    x = torch.randn(1, 3, 256).bfloat16()
    result = QuantisedHead(weight("Q6_K", data))(x)
    assert result.dtype == torch.float32
    assert error(result, x.float() @ dense("Q6_K", data).T) < CLOSE


def test_several_threads_at_once() -> None:
    linear = QuantisedLinear([weight("Q4_K", blocks("Q4_K", 64, 1024))])
    inputs = [torch.randn(rows, 1024) for rows in (1, 2, 5, 40) for _ in range(6)]
    expected = [linear(x) for x in inputs]
    with ThreadPoolExecutor(4) as pool:
        result = list(pool.map(linear, inputs))
    assert all(torch.equal(one, other) for one, other in zip(result, expected, strict=True))


def test_which_weights_have_kernels() -> None:
    assert QuantisedWeight.readable("Q4_K", 8)
    assert not QuantisedWeight.readable("Q3_K", 8)
    assert not QuantisedWeight.readable("Q4_K", 6)

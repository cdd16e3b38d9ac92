from __future__ import annotations

from typing import Any

import pytest
import torch

from docagent.engine.network.rope import Rope, factor_for, factors_up_to, frequencies


def theirs(factor: float, head_dim: int, theta: float, native: int) -> Any:
    from transformers import Qwen2Config
    from transformers.models.qwen2.modeling_qwen2 import Qwen2RotaryEmbedding

    kind = (
        {"rope_type": "default"}
        if factor == 1
        else {"rope_type": "yarn", "factor": factor, "original_max_position_embeddings": native}
    )
    config = Qwen2Config(
        hidden_size=2 * head_dim,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=native,
        rope_parameters={**kind, "rope_theta": theta},
    )
    return Qwen2RotaryEmbedding(config)


@pytest.mark.parametrize("factor", [1.0, 2.0, 4.0])
@pytest.mark.parametrize(
    ("head_dim", "theta", "native"), [(128, 1e6, 32768), (64, 1e6, 32768), (64, 1e5, 8192)]
)
def test_angles_are_those_of_transformers_to_the_bit(
    factor: float, head_dim: int, theta: float, native: int
) -> None:
    rotary = theirs(factor, head_dim, theta, native)
    inverse, scale = frequencies(head_dim, theta, native, factor)
    assert torch.equal(inverse, rotary.inv_freq)
    assert scale == rotary.attention_scaling

    from transformers.models.qwen2.modeling_qwen2 import apply_rotary_pos_emb

    positions = torch.tensor([[0, 1, 77, native - 1, int(native * factor) - 1]])
    for dtype in (torch.float32, torch.bfloat16):
        x = torch.randn(1, 2, 5, head_dim, dtype=dtype)
        expected, _ = apply_rotary_pos_emb(x, x, *rotary(x, positions))
        rope = Rope(head_dim, theta, native, torch.device("cpu"))
        assert torch.equal(rope.angles(positions, [factor], dtype).rotate(x), expected)


def test_rows_of_one_batch_have_their_own_factors() -> None:
    rope = Rope(64, 1e6, 256, torch.device("cpu"))
    positions = torch.arange(40)[None]
    x = torch.randn(3, 2, 40, 64)
    together = rope.angles(positions, [1.0, 2.0, 4.0], x.dtype).rotate(x)
    for row, factor in enumerate([1.0, 2.0, 4.0]):
        alone = rope.angles(positions, [factor], x.dtype).rotate(x[row : row + 1])
        assert torch.equal(together[row], alone[0])


def test_the_least_factor_that_holds_the_text() -> None:
    native = 32768
    qwen7b, qwen57b = factors_up_to(4), factors_up_to(2)
    assert [
        factor_for(n, native, qwen7b) for n in (1, native, native + 1, 65536, 65537, 131072)
    ] == [1, 1, 2, 2, 4, 4]
    assert (
        qwen57b == (1.0, 2.0) and factors_up_to(1) == (1.0,) and factors_up_to(3) == (1.0, 2.0, 3)
    )

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from docagent.engine import ChatQwen2
from docagent.engine.decoding.generate import Sampler, context_of, generate
from docagent.errors import DocAgentError

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def reference(model: Any, ids: list[int], new: int, eos: int | None) -> list[int]:
    """Greedy ids of transformers' own generate, without the end token."""
    import torch

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


@pytest.mark.parametrize("chunk", [1, 7, 64, 1024])
def test_greedy_is_that_of_transformers(tiny_model: PreTrainedModel, chunk: int) -> None:
    ids = [(7 * i * i + 3) % 300 for i in range(64)]
    found = list(generate(tiny_model, ids, max_new_tokens=40, eos_ids=(), chunk=chunk))
    assert found == reference(tiny_model, ids, 40, None)


def test_ends_before_the_end_token(tiny_model: PreTrainedModel) -> None:
    ids = list(range(5, 35))
    free = list(generate(tiny_model, ids, max_new_tokens=30, eos_ids=()))
    eos = free[9]
    found = list(generate(tiny_model, ids, max_new_tokens=30, eos_ids={eos}))
    assert found == reference(tiny_model, ids, 30, eos) == free[: free.index(eos)]


def test_greedy_of_the_embedded_model(embedded: ChatQwen2) -> None:
    ids = embedded._prompt(embedded._convert_input("Name three fruits.").to_messages())
    found = list(generate(embedded.network, ids, max_new_tokens=24, eos_ids=embedded.eos_ids))
    assert found == reference(embedded.network, ids, 24, 2)


def test_progress_counts_the_prompt(tiny_model: PreTrainedModel) -> None:
    seen: list[tuple[int, int]] = []
    tokens = generate(
        tiny_model,
        [1] * 10,
        max_new_tokens=1,
        eos_ids=(),
        chunk=4,
        on_prefill=lambda done, total: seen.append((done, total)),
    )
    assert len(list(tokens)) == 1
    assert seen == [(4, 10), (8, 10), (10, 10)]


def test_too_long_names_both_numbers_at_once(tiny_model: PreTrainedModel) -> None:
    # Raised by the call itself, before any token is asked for.
    with pytest.raises(DocAgentError, match=r"250 tokens .* up to 7 .* 256 .*--budget"):
        generate(tiny_model, [1] * 250, max_new_tokens=7, eos_ids=())
    assert len(list(generate(tiny_model, [1] * 250, max_new_tokens=6, eos_ids=()))) == 6


def test_the_caller_is_not_left_in_inference_mode(tiny_model: PreTrainedModel) -> None:
    import torch

    for _ in generate(tiny_model, [1, 2], max_new_tokens=2, eos_ids=()):
        assert not torch.is_inference_mode_enabled()


def test_interrupt_passes_through(tiny_model: PreTrainedModel) -> None:
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(generate(tiny_model, [1], max_new_tokens=2, eos_ids=(), on_prefill=interrupt))


def test_sampling_is_reproducible_and_keeps_to_the_nucleus(tiny_model: PreTrainedModel) -> None:
    import torch

    def sampled(seed: int) -> list[int]:
        return list(
            generate(tiny_model, [3, 4], max_new_tokens=20, eos_ids=(), temperature=2.0, seed=seed)
        )

    assert sampled(1) == sampled(1) != sampled(2)
    logits = torch.tensor([0.0, 3.0, 2.9, -1.0])
    nucleus = Sampler(1.0, 0.6, 5, torch.device("cpu"))
    assert {nucleus(logits) for _ in range(50)} == {1, 2}
    only = Sampler(1.0, 0.01, 5, torch.device("cpu"))
    assert {only(logits) for _ in range(20)} == {1}
    with pytest.raises(DocAgentError, match="top_p"):
        Sampler(1.0, 0.0, None, torch.device("cpu"))


def test_context_counts_yarn() -> None:
    from transformers import Qwen2Config

    yarn = {
        "rope_type": "yarn",
        "rope_theta": 1e6,
        "factor": 4.0,
        "original_max_position_embeddings": 32768,
    }
    assert context_of(Qwen2Config(max_position_embeddings=32768)) == 32768
    assert context_of(Qwen2Config(max_position_embeddings=32768, rope_parameters=yarn)) == 131072
    assert context_of(Qwen2Config(max_position_embeddings=131072, rope_parameters=yarn)) == 131072

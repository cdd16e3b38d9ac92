from __future__ import annotations

import pytest

from docagent.engine.catalogue import CATALOGUE, ModelCard, find_card
from docagent.engine.memory import fitting, largest_context, memory_needed, refuse_if_too_large
from docagent.errors import DocAgentError

GIGABYTE = 10**9


def card(name: str) -> ModelCard:
    result = find_card(name)
    assert result is not None
    return result


def test_memory_grows_with_context() -> None:
    model = card("Qwen/Qwen2-7B-Instruct")
    more = memory_needed(model, 9_192) - memory_needed(model, 8_192)
    assert more == 1000 * model.kv_bytes
    assert memory_needed(model, 8_192) > model.weight_bytes


@pytest.mark.parametrize("model", CATALOGUE, ids=lambda model: str(model.name))
def test_the_largest_context_just_fits(model: ModelCard) -> None:
    assert largest_context(model, memory_needed(model, 5_000)) == 5_000
    assert largest_context(model, memory_needed(model, 5_000) - 1) == 4_999
    assert largest_context(model, model.weight_bytes) == 0
    assert largest_context(model, 10**12) == model.context


def test_what_fits_is_largest_first() -> None:
    names = [model.name for model in fitting(20 * GIGABYTE, 8_192)]
    assert names[0] == "Qwen2-7B-Instruct"
    assert names[1] == "Qwen2.5-7B-Instruct"
    assert names[-3:] == [f"{name}-0.5B-Instruct" for name in ("Qwen2", "Qwen2.5", "Qwen2.5-Coder")]
    assert fitting(GIGABYTE, 8_192) == []


@pytest.mark.parametrize(
    ("name", "free", "message"),
    [
        (
            "Qwen/Qwen2-7B-Instruct",
            11 * GIGABYTE,
            "Qwen/Qwen2-7B-Instruct needs 15.2 GB of weights + 7.5 GB of KV at 131,072 tokens; "
            "11.0 GB free: try --model Qwen/Qwen2-1.5B-Instruct",
        ),
        (
            "Qwen/Qwen2-7B-Instruct",
            GIGABYTE,
            "Qwen/Qwen2-7B-Instruct needs 15.2 GB of weights + 7.5 GB of KV at 131,072 tokens; "
            "1.0 GB free: try --model embedded:0.5b",
        ),
    ],
)
def test_refusal_has_the_numbers_and_what_fits(name: str, free: int, message: str) -> None:
    model = card(name)
    with pytest.raises(DocAgentError) as caught:
        refuse_if_too_large(name, model.weight_bytes, model.kv_bytes, 131_072, free)
    assert str(caught.value) == message


def test_what_fits_is_not_refused() -> None:
    refuse_if_too_large("some/model", 100, 2, 50, 200)
    with pytest.raises(DocAgentError):
        refuse_if_too_large("some/model", 100, 2, 50, 199)

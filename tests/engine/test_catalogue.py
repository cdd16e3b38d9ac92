from __future__ import annotations

from typing import Any

import pytest

from docagent.engine.catalogue import CATALOGUE, EMBEDDED, ModelCard, find, memory_needed

INTERMEDIATE = {"0.5B": 4864, "1.5B": 8960, "7B": 18944, "57B-A14B": 18944, "72B": 29568}


def size(card: ModelCard) -> str:
    return card.name.removeprefix("Qwen2-").removesuffix("-Instruct")


@pytest.mark.parametrize(
    "card", [card for card in CATALOGUE if card.instruct], ids=lambda card: str(card.name)
)
def test_parameters_and_kv_bytes_are_those_of_the_shapes(card: ModelCard) -> None:
    import torch
    from transformers import (
        LlamaConfig,
        LlamaForCausalLM,
        Qwen2Config,
        Qwen2ForCausalLM,
        Qwen2MoeConfig,
        Qwen2MoeForCausalLM,
    )

    shape: dict[str, Any] = {
        "vocab_size": card.vocabulary,
        "hidden_size": card.hidden,
        "num_hidden_layers": card.layers,
        "num_attention_heads": card.heads,
        "num_key_value_heads": card.kv_heads,
        "tie_word_embeddings": card.tied,
    }
    with torch.device("meta"):
        network: Any
        if card is EMBEDDED:
            network = LlamaForCausalLM(LlamaConfig(intermediate_size=1536, **shape))
        elif "A14B" in card.name:
            experts: dict[str, Any] = {
                "num_experts": 64,
                "moe_intermediate_size": 2560,
                "shared_expert_intermediate_size": 20480,
            }
            network = Qwen2MoeForCausalLM(Qwen2MoeConfig(**shape, **experts))
        else:
            config = Qwen2Config(intermediate_size=INTERMEDIATE[size(card)], **shape)
            network = Qwen2ForCausalLM(config)
    assert network.num_parameters() == card.parameters
    assert card.hidden == card.heads * card.head_dim


def test_instruct_contexts_licences_and_kv_bytes() -> None:
    rows = {size(c): c for c in CATALOGUE if c.instruct and c is not EMBEDDED}
    assert [c.context // 1024 for c in rows.values()] == [32, 32, 128, 64, 128]
    assert [c.kv_bytes for c in rows.values()] == [12_288, 28_672, 57_344, 57_344, 327_680]
    assert {name for name, card in rows.items() if card.licence != "Apache-2.0"} == {"72B"}


def test_find_by_name_id_and_embedded() -> None:
    card = find("qwen/qwen2-7b-instruct")
    assert card is not None
    assert card.repo == "Qwen/Qwen2-7B-Instruct"
    assert find("Qwen2-7B-Instruct") is card
    assert find("embedded") is EMBEDDED
    assert find("Qwen/Qwen9-1B") is None
    base = find("Qwen/Qwen2-7B")
    assert base is not None
    assert not base.instruct


def test_memory_grows_with_context() -> None:
    card = find("Qwen/Qwen2-7B-Instruct")
    assert card is not None
    more = memory_needed(card, 9_192) - memory_needed(card, 8_192)
    assert more == 1000 * card.kv_bytes
    assert memory_needed(card, 8_192) > card.weight_bytes

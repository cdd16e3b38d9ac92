from __future__ import annotations

from typing import Any

import pytest

from docagent.engine.catalogue import CATALOGUE, CODER_05B, CODER_15B, ModelCard, find_card

INTERMEDIATE = {
    "0.5B": 4864,
    "1.5B": 8960,
    "3B": 11008,
    "7B": 18944,
    "14B": 13824,
    "32B": 27648,
    "72B": 29568,
}


def size(card: ModelCard) -> str:
    return card.name.removeprefix(f"{card.family}-").removesuffix("-Instruct")


def instruct(family: str) -> dict[str, ModelCard]:
    return {size(c): c for c in CATALOGUE if c.instruct and c.family == family}


@pytest.mark.parametrize(
    "card", [card for card in CATALOGUE if card.instruct], ids=lambda card: str(card.name)
)
def test_parameters_and_kv_bytes_are_those_of_the_shapes(card: ModelCard) -> None:
    import torch
    from transformers import (
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
        if card.moe:
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


def test_qwen2_instruct_models() -> None:
    rows = instruct("Qwen2")
    assert [c.context // 1024 for c in rows.values()] == [32, 32, 128, 64, 128]
    assert [c.kv_bytes for c in rows.values()] == [12_288, 28_672, 57_344, 57_344, 327_680]
    assert {name for name, card in rows.items() if card.licence != "Apache-2.0"} == {"72B"}
    assert {name for name, card in rows.items() if card.moe} == {"57B-A14B"}
    assert {card.tool_format for card in rows.values()} == {"qwen"}


def test_qwen2_5_instruct_models() -> None:
    rows = instruct("Qwen2.5")
    assert [c.context // 1024 for c in rows.values()] == [32, 32, 32, 128, 128, 128, 128]
    licences = {name: c.licence for name, c in rows.items() if c.licence != "Apache-2.0"}
    assert licences == {"3B": "Qwen Research", "72B": "Qwen"}
    assert {card.tool_format for card in rows.values()} == {"hermes"}


def test_the_coder_models() -> None:
    rows = instruct("Qwen2.5-Coder")
    assert rows == {"0.5B": CODER_05B, "1.5B": CODER_15B}
    assert {(card.context, card.licence) for card in rows.values()} == {(32_768, "Apache-2.0")}
    assert {card.tool_format for card in rows.values()} == {"hermes"}
    assert CODER_15B.repo == "Qwen/Qwen2.5-Coder-1.5B-Instruct"


def test_windows() -> None:
    for card in CATALOGUE:
        assert card.native == 32_768
        assert card.native * card.yarn_factors[-1] == card.context
    factors = {name: card.yarn_factors for name, card in instruct("Qwen2").items()}
    assert factors["0.5B"] == factors["1.5B"] == (1.0,)
    assert factors["7B"] == factors["72B"] == (1.0, 2.0, 4.0)
    assert factors["57B-A14B"] == (1.0, 2.0)


def test_find_by_name_id_and_embedded() -> None:
    card = find_card("qwen/qwen2-7b-instruct")
    assert card is not None
    assert card.repo == "Qwen/Qwen2-7B-Instruct"
    assert find_card("Qwen2-7B-Instruct") is card
    assert find_card("embedded") is find_card("EMBEDDED:1.5b") is CODER_15B
    assert find_card("embedded:0.5b") is CODER_05B
    assert find_card("qwen2.5-coder-0.5b-instruct-q4_k_m.gguf") is CODER_05B
    assert find_card("Qwen/Qwen9-1B") is None
    for ending in ("-q4_k_m", ".IQ4_XS", "-fp16", "-F16", "-bf16", ".f32", ""):
        assert find_card(f"/models/qwen2-7b-instruct{ending}.gguf") is card
    assert find_card("qwen2-7b-of-mine-q4_0.gguf") is None
    base = find_card("Qwen/Qwen2-7B")
    assert base is not None
    assert not base.instruct

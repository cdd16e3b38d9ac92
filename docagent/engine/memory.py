"""What a model takes in memory: how much, how long a text fits, and a refusal with the numbers."""

from __future__ import annotations

from docagent.engine.catalogue import BFLOAT16_BYTES, CATALOGUE, ModelCard
from docagent.errors import DocAgentError, ModelUnavailable

PREFILL_CHUNK = 2048
"""Tokens of a prompt read at once; what a forward pass holds in memory follows from it. More gain
nothing on a CPU."""

FRAMEWORK_BYTES = 512 * 1024**2
"""Torch, transformers and the tokenizer themselves, resident beside the weights."""


def memory_needed(card: ModelCard, context_tokens: int, weight_bytes: int | None = None) -> int:
    """Bytes to answer with `context_tokens` tokens of prompt and answer, in bfloat16.

    Weights, keys and values, the activations of a prefill chunk, and the
    framework itself. `weight_bytes` is the size of a file whose weights stay as they are.
    """
    return _fixed(card, weight_bytes) + card.kv_bytes * context_tokens


def largest_context(card: ModelCard, memory_bytes: int, weight_bytes: int | None = None) -> int:
    """Tokens of prompt and answer that fit into so many bytes; 0 when the weights do not.

    Never more than the model reads, `card.context`.
    """
    room = memory_bytes - _fixed(card, weight_bytes)
    return max(0, min(card.context, room // card.kv_bytes))


def fitting(memory_bytes: int, context_tokens: int) -> list[ModelCard]:
    """Instruct models of the catalogue that fit into so many bytes, largest first.

    With `context_tokens` tokens each, or with all a model reads where that is less. At equal size
    Qwen2 comes before Qwen2.5.
    """
    cards = [
        card
        for card in CATALOGUE
        if card.instruct and memory_needed(card, min(context_tokens, card.context)) <= memory_bytes
    ]
    return sorted(cards, key=lambda card: card.parameters, reverse=True)


def refuse_if_too_large(
    name: str,
    weight_bytes: int,
    kv_bytes_per_token: int,
    context_tokens: int,
    free_bytes: int,
    error: type[DocAgentError] = ModelUnavailable,
) -> None:
    """Raise `error`, in one line with a model that fits, unless the model does.

    Weights and the KV cache of `context_tokens` tokens are compared with `free_bytes`, on a GPU
    or in main memory: before the system kills the process without a word.
    """
    kv_bytes = kv_bytes_per_token * context_tokens
    if weight_bytes + kv_bytes <= free_bytes:
        return
    # Of Qwen2 only: the licence of a Qwen2.5 model may forbid what the user is about to do.
    smaller = (card.repo for card in fitting(free_bytes, context_tokens) if card.family == "Qwen2")
    smallest = "none" if name == "embedded:0.5b" else "embedded:0.5b"
    instead = next((repo for repo in smaller if repo.casefold() != name.casefold()), smallest)
    raise error(
        f"{name} needs {_gigabytes(weight_bytes)} of weights + {_gigabytes(kv_bytes)} of KV at "
        f"{context_tokens:,} tokens; {_gigabytes(free_bytes)} free: try --model {instead}"
    )


def _fixed(card: ModelCard, weight_bytes: int | None) -> int:
    """Bytes taken whatever the context."""
    # A gated MLP holds its gate, its up projection and their product at once: about 16 vectors of
    # the hidden size per token of the chunk, in bfloat16.
    activations = PREFILL_CHUNK * 16 * card.hidden * BFLOAT16_BYTES
    return (weight_bytes or card.weight_bytes) + activations + FRAMEWORK_BYTES


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"

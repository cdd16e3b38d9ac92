"""The decode loop: chunked prefill, then one token at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING

import torch

from docagent.engine.catalogue import PREFILL_CHUNK
from docagent.errors import DocAgentError

if TYPE_CHECKING:
    from transformers import Cache, PreTrainedModel


def generate(
    model: PreTrainedModel,
    ids: list[int],
    *,
    max_new_tokens: int,
    eos_ids: Collection[int],
    chunk: int = PREFILL_CHUNK,
    on_prefill: Callable[[int, int], None] | None = None,
    context: int | None = None,
    temperature: float = 0.0,
    top_p: float = 1.0,
    seed: int | None = None,
) -> Iterator[int]:
    """Yield new token ids; the end token is not among them.

    Fewer than `max_new_tokens` ids means that the model ended by itself. Greedy at temperature 0,
    else sampled from the `top_p` nucleus. There is no repetition penalty: transformers applies
    the one of Qwen2's generation_config to the prompt as well, and so against quoting it.
    `on_prefill(done, total)` is called after each chunk of the prompt. `context`, in tokens,
    is what the config says where it is not given.

    Raises `DocAgentError` when prompt and answer exceed the context, or memory runs out.
    """
    if not ids:
        raise ValueError("the prompt is empty")
    if max_new_tokens < 1:
        raise DocAgentError(f"max_tokens must be at least 1, not {max_new_tokens}")
    limit = context if context is not None else context_of(model.config)
    if len(ids) + max_new_tokens > limit:
        raise DocAgentError(
            f"the prompt of {len(ids)} tokens and an answer of up to {max_new_tokens} exceed the "
            f"model's context of {limit} tokens; lower --budget or choose a model with more context"
        )
    # Checked before the first token is asked for, hence a function around the generator.
    return _tokens(
        model,
        ids,
        max_new_tokens,
        frozenset(eos_ids),
        chunk,
        on_prefill,
        Sampler(temperature, top_p, seed, model.device),
    )


def context_of(config: object) -> int:
    """Tokens the loaded model can hold: its trained length, times the YaRN factor if it has one."""
    length = int(getattr(config, "max_position_embeddings", 0))
    rope = getattr(config, "rope_parameters", None) or {}
    if rope.get("rope_type") == "yarn":
        original = rope.get("original_max_position_embeddings") or length
        return int(original * (rope.get("factor") or length / original))
    return length


class Sampler:
    """Picks the next token from logits of shape (vocabulary,)."""

    def __init__(
        self, temperature: float, top_p: float, seed: int | None, device: torch.device
    ) -> None:
        if temperature < 0 or not 0 < top_p <= 1:
            raise DocAgentError(
                f"temperature must be at least 0 and top_p in (0, 1], not {temperature} and {top_p}"
            )
        self.temperature = temperature
        self.top_p = top_p
        self.random = torch.Generator(device=device)
        if seed is None:
            self.random.seed()
        else:
            self.random.manual_seed(seed)

    def __call__(self, logits: torch.Tensor) -> int:
        if self.temperature == 0:
            return int(logits.argmax())
        weights, order = torch.softmax(logits.float() / self.temperature, -1).sort(descending=True)
        # The most likely token always stays: what stands before it sums to 0.
        weights[weights.cumsum(-1) - weights >= self.top_p] = 0
        return int(order[torch.multinomial(weights, 1, generator=self.random)])


def _tokens(
    model: PreTrainedModel,
    ids: list[int],
    max_new_tokens: int,
    eos_ids: frozenset[int],
    chunk: int,
    on_prefill: Callable[[int, int], None] | None,
    sampler: Sampler,
) -> Iterator[int]:
    from transformers import DynamicCache

    cache = DynamicCache(config=model.config)
    total = len(ids)
    logits: torch.Tensor | None = None
    for start in range(0, total, chunk):
        part = ids[start : start + chunk]
        logits = _forward(model, part, cache)
        if on_prefill is not None:
            on_prefill(start + len(part), total)
    assert logits is not None
    for produced in range(1, max_new_tokens + 1):
        token = sampler(logits)
        if token in eos_ids:
            return
        yield token
        if produced < max_new_tokens:
            logits = _forward(model, [token], cache)


def _forward(model: PreTrainedModel, ids: list[int], cache: Cache) -> torch.Tensor:
    """Logits after the last of `ids`, shape (vocabulary,); the cache grows by `len(ids)`."""
    # Entered per call, not around the loop: a generator would leave the mode on in its caller
    # between two tokens.
    with torch.inference_mode():
        try:
            # All rows of logits would be 39.9 GB for 131,072 tokens of a 152,064 vocabulary.
            output = model(
                input_ids=torch.tensor([ids], device=model.device),
                past_key_values=cache,
                use_cache=True,
                logits_to_keep=1,
            )
        except RuntimeError as error:
            if out_of_memory(error):
                raise DocAgentError(
                    f"out of memory on {model.device} after {cache.get_seq_length()} tokens; "
                    "lower --budget or choose a smaller model"
                ) from error
            raise
        logits: torch.Tensor = output.logits[0, -1]
        return logits


def out_of_memory(error: RuntimeError) -> bool:
    """Whether torch ran out of memory; on the CPU it says so only in the message."""
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)

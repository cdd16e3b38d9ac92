"""Plain transformers: the same weights under `generate`, with DynamicCache and sdpa."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from docagent.engine.decoding.request import Request
from docagent.engine.engine import Engine
from docagent.engine.loading.gguf_model import GgufModel
from docagent.engine.loading.gguf_weights import GgufWeights
from docagent.engine.network.quantised import QuantisedWeight

if TYPE_CHECKING:
    from transformers import DynamicCache, PreTrainedModel

CPU = torch.device("cpu")


@dataclass(frozen=True)
class TimedAnswer:
    """The tokens of an answer, seconds to the first of them, and seconds in all."""

    tokens: list[int]
    first: float
    total: float

    @property
    def rest(self) -> float:
        """Seconds from the first token to the last: the prompt does not count."""
        return self.total - self.first


def write(engine: Engine, ids: Sequence[int], new: int, **options: Any) -> TimedAnswer:
    """An answer of docagent's engine; `options` are those of a `Request`."""
    tokens: list[int] = []
    start, first = time.perf_counter(), 0.0
    for token in engine.write(Request(list(ids), new, **options)):
        first = first or time.perf_counter() - start
        tokens.append(token)
    return TimedAnswer(tokens, first, time.perf_counter() - start)


def in_transformers(path: Path, dtype: torch.dtype, device: torch.device = CPU) -> PreTrainedModel:
    """A checkpoint, or a GGUF file dequantised, in transformers' own network."""
    from transformers import AutoModelForCausalLM, Qwen2Config, Qwen2ForCausalLM

    if path.is_dir():
        reader: Any = AutoModelForCausalLM
        checkpoint: PreTrainedModel = reader.from_pretrained(path, dtype=dtype).to(device)
        return checkpoint
    file, build = GgufModel(path), Qwen2ForCausalLM
    with torch.device("meta"):
        network: Any = build(Qwen2Config(**file.config()))
    weights: dict[str, torch.Tensor] = {}
    for name, weight in GgufWeights(file, device, dtype).items():
        weights[name] = weight.dense(dtype) if isinstance(weight, QuantisedWeight) else weight
    missing, unknown = network.load_state_dict(weights, strict=False, assign=True)
    assert set(missing) <= {"lm_head.weight"} and not unknown
    network.tie_weights()
    # Made on no device, so that its angles are not there yet.
    network.model.rotary_emb = type(network.model.rotary_emb)(network.config).to(device)
    model: PreTrainedModel = network.train(False)
    return model


class Plain:
    """A transformers model that answers greedily and never ends by itself."""

    def __init__(self, model: PreTrainedModel) -> None:
        from transformers import GenerationConfig

        self.model = model
        self._generate: Any = model.train(False)
        settings: Any = GenerationConfig
        self._settings = settings(do_sample=False, eos_token_id=None, pad_token_id=0)

    def write(self, ids: Sequence[int], new: int, past: DynamicCache | None = None) -> TimedAnswer:
        """An answer; `past` holds all but the prompt's last token, and does so again afterwards."""
        from transformers import DynamicCache

        # Without a cache of ours `generate` would make the same one.
        cache = past if past is not None else DynamicCache(config=self.model.config)
        prompt = torch.tensor([ids], device=self.model.device)
        moments = _Moments()
        start = time.perf_counter()
        output = self._generate.generate(
            prompt,
            attention_mask=torch.ones_like(prompt),
            past_key_values=cache,
            generation_config=self._settings,
            max_new_tokens=new,
            streamer=moments,
        )
        total = time.perf_counter() - start
        if past is not None:
            past.crop(-(past.get_seq_length() - len(ids) + 1))
        return TimedAnswer(output[0, len(ids) :].tolist(), moments.at[1] - start, total)

    def read(self, ids: Sequence[int]) -> DynamicCache:
        """Keys and values of all but the last token of a prompt."""
        from transformers import DynamicCache

        cache = DynamicCache(config=self.model.config)
        known = torch.tensor([ids[:-1]], device=self.model.device)
        with torch.inference_mode():
            self._generate(known, past_key_values=cache, logits_to_keep=1)
        return cache


class _Moments:
    """A streamer of transformers: notes when the prompt and each token came."""

    def __init__(self) -> None:
        self.at: list[float] = []

    def put(self, _tokens: torch.Tensor) -> None:
        self.at.append(time.perf_counter())

    def end(self) -> None:
        """Called by transformers after the last token."""

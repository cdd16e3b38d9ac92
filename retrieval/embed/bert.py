"""A BERT encoder in plain torch: all-MiniLM's vectors without the 3 s import of its library."""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from tokenizers import Tokenizer

from docagent.engine.machine import has_bfloat16_cpu
from retrieval.embed.declared import Declared
from retrieval.embed.model import Vectors

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    Affine = tuple[Tensor, Tensor]  # weight and bias

_BUDGET = 4096
"""Tokens of one forward pass. With 300 passages on two AMX cores 2048 gave 34,000 tokens a second,
4096 and 8192 both 39,000; the smaller takes half the memory (25 MB in float32)."""

Run = tuple[int, int]  # texts of the same length, and their length in tokens


class Layer(NamedTuple):
    """One layer's weights; query, key and value in one matrix."""

    qkv: Affine
    out: Affine
    attention_norm: Affine
    up: Affine
    down: Affine
    norm: Affine


class Bert:
    """The model of a folder for which `declared` knows the numbers.

    Texts of one pass stand one behind the other without padding; only attention is computed for
    each length by itself. So sentences of 5 and of 60 tokens cost what they hold, and nothing has
    to be masked. It computes in bfloat16 where the processor has it and else in float32; vectors
    differ from sentence-transformers' by less than 1e-5 in float32, and in cosine by less than
    0.001 in bfloat16.
    """

    def __init__(
        self,
        folder: Path,
        declared: Declared,
        tokenizer: Tokenizer,
        dtype: torch.dtype | None = None,
    ) -> None:
        """`tokenizer` neither truncates nor pads; `dtype` is chosen by the machine if None.

        Raises SafetensorError if model.safetensors was damaged since `declared` looked at it.
        """
        import torch
        from safetensors.torch import load_file

        self.declared = declared
        self._tokenizer = tokenizer
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        if dtype is None:
            half = self._device == "cuda" or has_bfloat16_cpu()
            dtype = torch.bfloat16 if half else torch.float32
        self._dtype = dtype
        weights = load_file(folder / "model.safetensors", device=self._device)

        def affine(name: str, dtype: torch.dtype = dtype) -> Affine:
            return weights[f"{name}.weight"].to(dtype), weights[f"{name}.bias"].to(dtype)

        # The tables stay as the file maps them: a question reads a dozen of the 30,522 rows.
        self._words = weights["embeddings.word_embeddings.weight"]
        self._places = (
            weights["embeddings.position_embeddings.weight"]
            + weights["embeddings.token_type_embeddings.weight"][0]
        ).float()
        self._norm = affine("embeddings.LayerNorm", torch.float32)
        self._layers = []
        for number in range(declared.layers):
            at = f"encoder.layer.{number}"
            three = [affine(f"{at}.attention.self.{name}") for name in ("query", "key", "value")]
            self._layers.append(
                Layer(
                    qkv=(torch.cat([w for w, _ in three]), torch.cat([b for _, b in three])),
                    out=affine(f"{at}.attention.output.dense"),
                    attention_norm=affine(f"{at}.attention.output.LayerNorm"),
                    up=affine(f"{at}.intermediate.dense"),
                    down=affine(f"{at}.output.dense"),
                    norm=affine(f"{at}.output.LayerNorm"),
                )
            )

    @property
    def limit(self) -> int:
        """Tokens it reads of one text, start and end marks included."""
        return self.declared.limit

    def embed(self, texts: list[str], document: bool = True) -> Vectors:
        """Unit vectors of texts, [n, d]; questions and documents are treated alike."""
        del document
        import torch

        marked = [item.ids for item in self._tokenizer.encode_batch_fast(texts)]
        # Beyond the limit the text is cut and its end mark kept, as transformers does.
        limit = self.limit
        marked = [ids if len(ids) <= limit else [*ids[: limit - 1], ids[-1]] for ids in marked]
        order = sorted(range(len(texts)), key=lambda number: len(marked[number]))
        vectors = np.empty((len(texts), self._words.shape[1]), np.float32)
        with torch.inference_mode():
            for batch in _batches(order, [len(ids) for ids in marked]):
                vectors[batch] = self._forward([marked[number] for number in batch]).cpu().numpy()
        return vectors

    def _forward(self, marked: list[list[int]]) -> Tensor:
        """Unit vectors [n, d] of texts given as token numbers, in order of their length."""
        import torch
        import torch.nn.functional as F

        runs = _runs([len(ids) for ids in marked])
        ids = torch.tensor([one for text in marked for one in text], device=self._device)
        places = torch.cat([self._places[:length].repeat(count, 1) for count, length in runs])
        epsilon = self.declared.epsilon
        width = (places.shape[1],)
        x = F.layer_norm(self._words[ids].float() + places, width, *self._norm, epsilon)
        x = x.to(self._dtype)
        for layer in self._layers:
            mixed = self._attend(F.linear(x, *layer.qkv), runs)
            x = F.layer_norm(x + F.linear(mixed, *layer.out), width, *layer.attention_norm, epsilon)
            inner = F.gelu(F.linear(x, *layer.up))
            x = F.layer_norm(x + F.linear(inner, *layer.down), width, *layer.norm, epsilon)
        means = [
            part.view(count, length, -1).mean(1, dtype=torch.float32)
            for part, (count, length) in zip(_split(x, runs), runs, strict=True)
        ]
        return F.normalize(torch.cat(means))

    def _attend(self, qkv: Tensor, runs: list[Run]) -> Tensor:
        """Attention within each text: [tokens, 3 d] to [tokens, d]."""
        import torch
        import torch.nn.functional as F

        mixed = []
        for part, (count, length) in zip(_split(qkv, runs), runs, strict=True):
            heads = part.view(count, length, 3, self.declared.heads, -1)
            query, key, value = heads.permute(2, 0, 3, 1, 4)  # each [count, heads, length, d]
            one = F.scaled_dot_product_attention(query, key, value)
            mixed.append(one.transpose(1, 2).reshape(count * length, -1))
        return torch.cat(mixed)


def _batches(order: list[int], lengths: list[int]) -> list[list[int]]:
    """`order` cut where a batch would pass the budget of tokens."""
    batches: list[list[int]] = []
    room = 0
    for number in order:
        room -= lengths[number]
        if room < 0:
            batches.append([])
            room = _BUDGET - lengths[number]
        batches[-1].append(number)
    return batches


def _runs(lengths: list[int]) -> list[Run]:
    """Sorted lengths as (how many, length)."""
    runs: list[Run] = []
    for length in lengths:
        count = runs.pop()[0] if runs and runs[-1][1] == length else 0
        runs.append((count + 1, length))
    return runs


def _split(rows: Tensor, runs: list[Run]) -> list[Tensor]:
    ends = list(accumulate(count * length for count, length in runs))
    return [rows[start:end] for start, end in zip([0, *ends], ends, strict=False)]

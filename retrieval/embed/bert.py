"""A BERT encoder in plain torch: all-MiniLM's vectors without the 3 s import of its library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import Barrier
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from tokenizers import Tokenizer

from retrieval.embed.bert_config import BertSettings
from retrieval.embed.model import Vectors
from retrieval.linear import linear
from retrieval.machine import has_bfloat16_cpu

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from retrieval.linear import Map

    Affine = tuple[Tensor, Tensor]  # weight and bias
    Rows = Callable[[Tensor], Tensor]  # token numbers [n, length] to word vectors [n, length, d]

_BUDGETS = {"cpu": 2048, "cuda": 32_768}
"""Tokens of one forward pass, padding included: few enough that cores end at the same time. A GPU
waits for its kernels to be started, a hundred a pass, unless each has much to do."""

_STEP = 16
"""Texts are padded to a multiple of this. Attention over 4,000 tokens, one thread, in texts of
160, 176 and 192 tokens took 12, 13 and 12 ms, and of 150, 168, 184 and 191 tokens 16, 16, 17 and
23 ms: AMX works on tiles of 16."""


class Layer(NamedTuple):
    """One layer's weights; query, key and value in one product."""

    qkv: Map
    out: Map
    attention_norm: Affine
    up: Map
    down: Map
    norm: Affine


class Bert:
    """An encoder of these weights, by the names that BertModel gives them.

    Texts of one pass are padded to the same multiple of 16 tokens, so sentences of 5 and of 60
    tokens cost about what they hold. It computes in bfloat16 where the processor has it and else
    in float32; vectors differ from sentence-transformers' by less than 1e-5 in float32, and in
    cosine by less than 0.001 in bfloat16.
    """

    def __init__(
        self,
        weights: Mapping[str, Tensor],
        settings: BertSettings,
        tokenizer: Tokenizer,
        dtype: torch.dtype | None = None,
        rows: Rows | None = None,
    ) -> None:
        """`tokenizer` neither truncates nor pads; `dtype` is chosen by the machine if None.

        `rows` looks word vectors up where they are not among the weights as they are.
        """
        import torch

        self.settings = settings
        self._tokenizer = tokenizer
        self._device = device()
        if dtype is None:
            half = self._device == "cuda" or has_bfloat16_cpu()
            dtype = torch.bfloat16 if half else torch.float32
        self._dtype = dtype

        def affine(name: str, dtype: torch.dtype = dtype) -> Affine:
            return weights[f"{name}.weight"].to(dtype), weights[f"{name}.bias"].to(dtype)

        # The tables stay as the file maps them: a question reads a dozen of the 30,522 rows.
        self._rows = rows or weights["embeddings.word_embeddings.weight"].__getitem__
        kinds = weights["embeddings.token_type_embeddings.weight"].float()
        self._places = weights["embeddings.position_embeddings.weight"].float() + kinds[0]
        self._second = kinds[-1] - kinds[0]  # what the second of two texts has instead
        self._norm = affine("embeddings.LayerNorm", torch.float32)
        self._layers = []
        for number in range(settings.layers):
            at = f"encoder.layer.{number}"
            three = [affine(f"{at}.attention.self.{name}") for name in ("query", "key", "value")]
            self._layers.append(
                Layer(
                    qkv=linear(torch.cat([w for w, _ in three]), torch.cat([b for _, b in three])),
                    out=linear(*affine(f"{at}.attention.output.dense")),
                    attention_norm=affine(f"{at}.attention.output.LayerNorm"),
                    up=linear(*affine(f"{at}.intermediate.dense"), gelu=True),
                    down=linear(*affine(f"{at}.output.dense")),
                    norm=affine(f"{at}.output.LayerNorm"),
                )
            )

    @property
    def limit(self) -> int:
        """Tokens it reads of one text, start and end marks included."""
        return self.settings.limit

    def embed(self, texts: list[str], document: bool = True) -> Vectors:
        """Unit vectors of texts, [n, d]; questions and documents are treated alike."""
        del document
        # Chunking has counted these tokens before; a pass over a text takes 2.4 us of CPU time a
        # token, the forward pass 96 us, so nothing is kept between the two.
        marked = [item.ids for item in self._tokenizer.encode_batch_fast(texts)]
        # Beyond the limit the text is cut and its end mark kept, as transformers does.
        limit = self.limit
        marked = [ids if len(ids) <= limit else [*ids[: limit - 1], ids[-1]] for ids in marked]
        vectors = np.empty((len(texts), self._places.shape[1]), np.float32)

        def fill(batch: list[int], length: int) -> None:
            result = self._forward([marked[number] for number in batch], length)
            vectors[batch] = result.cpu().numpy()

        in_batches([len(ids) for ids in marked], fill)
        return vectors

    def _forward(self, marked: list[list[int]], length: int) -> Tensor:
        """Unit vectors [n, d] of texts given as token numbers, padded to `length`."""
        import torch
        import torch.nn.functional as F

        x, real = self.states(marked, length)
        sums = torch.where(real[:, :, None], x, 0).sum(1, dtype=torch.float32)
        return F.normalize(sums)  # of the mean as well

    def states(
        self, marked: list[list[int]], length: int, second: list[int] | None = None
    ) -> tuple[Tensor, Tensor]:
        """Last states [n, length, d] of texts given as token numbers, and which tokens are theirs.

        They are padded to `length`. From its token `second` on, a text is the second of a pair.
        """
        import torch
        import torch.nn.functional as F

        padded = [[*ids, *[0] * (length - len(ids))] for ids in marked]
        ids = torch.tensor(padded, device=self._device)
        sizes = torch.tensor([len(ids) for ids in marked], device=self._device)
        order = torch.arange(length, device=self._device)
        real = order < sizes[:, None]  # [n, length]
        epsilon = self.settings.epsilon
        width = (self._places.shape[1],)
        x = self._rows(ids).float() + self._places[:length]
        if second is not None:
            behind = order >= torch.tensor(second, device=self._device)[:, None]
            x = x + behind[:, :, None] * self._second
        x = F.layer_norm(x, width, *self._norm, epsilon).to(self._dtype)
        mask = torch.zeros(real.shape, dtype=self._dtype, device=self._device)
        mask = mask.masked_fill_(~real, float("-inf"))[:, None, None]
        for layer in self._layers:
            mixed = self._attend(layer.qkv(x), mask)
            x = F.layer_norm(x + layer.out(mixed), width, *layer.attention_norm, epsilon)
            x = F.layer_norm(x + layer.down(layer.up(x)), width, *layer.norm, epsilon)
        return x, real

    def _attend(self, qkv: Tensor, mask: Tensor) -> Tensor:
        """Attention within each text: [n, length, 3 d] to [n, length, d]."""
        import torch.nn.functional as F

        heads = qkv.view(*qkv.shape[:2], 3, self.settings.heads, -1)
        query, key, value = heads.permute(2, 0, 3, 1, 4)  # each [n, heads, length, d]
        # Two products and a softmax took 20 to 24 ms of one thread over 4,000 tokens, this 12 ms.
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        return mixed.transpose(1, 2).flatten(2)


def in_batches(lengths: list[int], work: Callable[[list[int], int], None]) -> None:
    """Have texts of these lengths in tokens worked on, a batch of like length in each call.

    `work` is given the numbers of the texts and the length to pad them to.
    """
    import torch

    batches = _batches(lengths, _BUDGETS[device()])

    def run(batch: tuple[int, list[int]]) -> None:
        with torch.inference_mode():  # of this thread
            work(batch[1], batch[0])

    pool = _workers() if len(batches) > 1 and device() == "cpu" else None
    list((pool.map if pool else map)(run, batches))


def device() -> str:
    """Where weights are to lie, as torch calls it."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


@cache
def _workers() -> ThreadPoolExecutor | None:
    """Threads that share the passes of many texts, each on a core of its own; None on one core.

    Two such threads made 43,000 tokens a second where two threads within each operation, which
    wait for each other a hundred times a pass, made 33,000.
    """
    import torch

    threads = torch.get_num_threads()
    if threads == 1:
        return None
    pool = ThreadPoolExecutor(threads, "embedding")
    begun = Barrier(threads)

    def begin(_: int) -> None:
        begun.wait()
        torch.set_num_threads(1)

    list(pool.map(begin, range(threads)))
    torch.set_num_threads(threads)  # what threads begin with that are made later
    return pool


def _batches(lengths: list[int], budget: int) -> list[tuple[int, list[int]]]:
    """(padded length, numbers of the texts) of each pass, short ones first."""
    batches: list[tuple[int, list[int]]] = []
    for number in sorted(range(len(lengths)), key=lengths.__getitem__):
        padded = -(-lengths[number] // _STEP) * _STEP
        last = batches[-1] if batches else (0, [])
        if last[0] != padded or (len(last[1]) + 1) * padded > budget:
            batches.append((padded, []))
        batches[-1][1].append(number)
    return batches

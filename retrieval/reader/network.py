"""Question and passage read together: where an answer begins and ends, and whether it is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from retrieval.embed.bert import Bert, in_batches
from retrieval.embed.bert_config import BertSettings

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor

_LONGEST = 25  # tokens of an answer
_NEVER = -1e4


class Pair(NamedTuple):
    """Token numbers with their marks; the words to answer with begin at `second` and end before
    the last one, but for `head` tokens at their beginning, which only say what they are."""

    ids: list[int]
    second: int
    head: int = 0


class Found(NamedTuple):
    """What a pair was read as, in logits: its best span of tokens, its first and last one of them,
    whether it answers, and whether it is about what is asked."""

    first: int
    last: int
    span: float
    answers: float
    relevant: float


class Network:
    """BERT and the heads; their weights are named as `training/reader/network.py` has them."""

    def __init__(
        self,
        weights: Mapping[str, Tensor],
        heads: Mapping[str, Tensor],
        settings: BertSettings,
        tokenizer: Tokenizer,
    ) -> None:
        self._bert = Bert(weights, settings, tokenizer)
        self._heads = heads

    def read(self, pairs: list[Pair]) -> list[Found]:
        """Each pair by itself, in batches of like length."""
        found: dict[int, Found] = {}

        def read(batch: list[int], length: int) -> None:
            found.update(zip(batch, self._read([pairs[n] for n in batch], length), strict=True))

        in_batches([len(pair.ids) for pair in pairs], read)
        return [found[number] for number in range(len(pairs))]

    def _read(self, pairs: list[Pair], length: int) -> list[Found]:
        import torch
        import torch.nn.functional as F

        second = [pair.second for pair in pairs]
        x = self._bert.states([pair.ids for pair in pairs], length, second)[0].float()
        begin = torch.tensor(second)[:, None]
        end = torch.tensor([len(pair.ids) for pair in pairs])[:, None]
        places = torch.arange(length)
        # As in training the last mark may be looked at, though it never is the answer.
        passage = ((places >= begin) & (places < end)).to(x.device)
        span = self._head("span", x).masked_fill(~passage[:, :, None], _NEVER)
        seen = span.softmax(1).transpose(1, 2) @ x
        joined = torch.cat([x[:, 0], seen.flatten(1)], 1)
        verdicts = self._head("verdict", F.gelu(self._head("hidden", joined))).tolist()
        allowed = begin + torch.tensor([pair.head for pair in pairs])[:, None]
        inside = ((places >= allowed) & (places < end - 1)).to(x.device)
        likely = span.log_softmax(1).masked_fill(~inside[:, :, None], _NEVER)
        ahead = F.pad(likely[:, :, 1], (0, _LONGEST - 1), value=_NEVER).unfold(1, _LONGEST, 1)
        both = (likely[:, :, 0][:, :, None] + ahead).flatten(1)
        best, at = both.max(1)
        return [
            Found(place // _LONGEST, place // _LONGEST + place % _LONGEST, score, *verdict)
            for place, score, verdict in zip(at.tolist(), best.tolist(), verdicts, strict=True)
        ]

    def _head(self, name: str, x: Tensor) -> Tensor:
        import torch.nn.functional as F

        return F.linear(x, self._heads[f"{name}.weight"], self._heads[f"{name}.bias"])

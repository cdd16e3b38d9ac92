"""The reader in training: MiniLM over question and passage, with heads for span and answerability.

Dropout is left out: no row is seen often enough to be learnt by heart.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LAYERS, HEADS, WIDTH = 6, 12, 384
_EPSILON = 1e-12


class Heads(nn.Module):
    """Logits of start, end, answerable and relevant from the last states."""

    def __init__(self) -> None:
        super().__init__()
        self.span = nn.Linear(WIDTH, 2)
        self.hidden = nn.Linear(3 * WIDTH, WIDTH)
        self.verdict = nn.Linear(WIDTH, 2)

    def forward(self, x: Tensor, passage: Tensor) -> tuple[Tensor, Tensor]:
        """Span logits [n, length, 2] and verdict logits [n, 2] (answerable, relevant).

        The verdict sees the first state and what start and end look at.
        """
        span = self.span(x).float().masked_fill(~passage[:, :, None], -1e4)
        weights = span.softmax(1).to(x.dtype)  # [n, length, 2]
        seen = weights.transpose(1, 2) @ x  # [n, 2, d]
        joined = torch.cat([x[:, 0], seen.flatten(1)], 1)
        return span, self.verdict(F.gelu(self.hidden(joined)))


class Network(nn.Module):
    """MiniLM's weights by their own names, and the heads."""

    def __init__(self, weights: dict[str, Tensor], frozen: int) -> None:
        """The embeddings and the first `frozen` layers stay as they are."""
        super().__init__()
        self.heads = Heads()
        self.base = nn.ParameterDict()
        self.frozen = frozen
        for name, value in weights.items():
            if name.startswith(("embeddings.", "encoder.")) and value.is_floating_point():
                layer = int(name.split(".")[2]) if name.startswith("encoder.") else -1
                learns = layer >= frozen
                self.base[_key(name)] = nn.Parameter(value.clone(), requires_grad=learns)

    def forward(self, ids: Tensor, types: Tensor, real: Tensor) -> tuple[Tensor, Tensor]:
        with torch.no_grad():
            x = self._embed(ids, types)
        mask = None if bool(real.all()) else real[:, None, None]
        for number in range(LAYERS):
            with torch.set_grad_enabled(torch.is_grad_enabled() and number >= self.frozen):
                x = self._layer(x, number, mask)
        return self.heads(x, (types == 1) & real)  # type: ignore[no-any-return]

    def _embed(self, ids: Tensor, types: Tensor) -> Tensor:
        at = "embeddings"
        x = self._at(f"{at}.word_embeddings.weight")[ids]
        x = x + self._at(f"{at}.position_embeddings.weight")[: ids.shape[1]]
        x = x + self._at(f"{at}.token_type_embeddings.weight")[types]
        return self._norm(x, f"{at}.LayerNorm")

    def _layer(self, x: Tensor, number: int, mask: Tensor | None) -> Tensor:
        at = f"encoder.layer.{number}"
        shape = (*x.shape[:2], HEADS, WIDTH // HEADS)
        query, key, value = (
            self._linear(x, f"{at}.attention.self.{name}").view(shape).transpose(1, 2)
            for name in ("query", "key", "value")
        )
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        mixed = mixed.transpose(1, 2).flatten(2)
        x = self._norm(
            x + self._linear(mixed, f"{at}.attention.output.dense"),
            f"{at}.attention.output.LayerNorm",
        )
        up = F.gelu(self._linear(x, f"{at}.intermediate.dense"))
        return self._norm(x + self._linear(up, f"{at}.output.dense"), f"{at}.output.LayerNorm")

    def _linear(self, x: Tensor, at: str) -> Tensor:
        return F.linear(x, self._at(f"{at}.weight"), self._at(f"{at}.bias"))

    def _norm(self, x: Tensor, at: str) -> Tensor:
        weight, bias = self._at(f"{at}.weight"), self._at(f"{at}.bias")
        return F.layer_norm(x, (WIDTH,), weight, bias, _EPSILON)

    def _at(self, name: str) -> Tensor:
        weight: Tensor = self.base[_key(name)]
        return weight


def _key(name: str) -> str:
    """A ParameterDict takes no dots."""
    return name.replace(".", "/")

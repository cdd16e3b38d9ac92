"""The choice of the next token."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from docagent.errors import DocAgentError


class Sampler:
    """Picks the next token from logits of shape (vocabulary,).

    The most likely one at temperature 0; else drawn from the `top_k` most likely (0: all), of
    them from the smallest set that holds `top_p` of the probability. There is no repetition
    penalty: transformers applies the one of Qwen2's generation_config to the prompt as well, and
    so against quoting it.
    """

    def __init__(
        self, temperature: float = 0.0, top_p: float = 1.0, top_k: int = 0, seed: int | None = None
    ) -> None:
        if temperature < 0 or not 0 < top_p <= 1 or top_k < 0:
            raise DocAgentError(
                "temperature and top_k must be at least 0 and top_p in (0, 1], not "
                f"{temperature}, {top_k} and {top_p}"
            )
        self.temperature = temperature
        self.top_p = top_p
        self.top_k = top_k
        self._random = torch.Generator()
        if seed is None:
            self._random.seed()
        else:
            self._random.manual_seed(seed)

    @property
    def greedy(self) -> bool:
        """Whether the same logits always give the same token."""
        return self.temperature == 0

    def __call__(self, logits: torch.Tensor) -> int:
        if self.greedy:
            return int(logits.argmax())
        weights, order = torch.softmax(logits.float() / self.temperature, -1).sort(descending=True)
        if self.top_k:
            weights[self.top_k :] = 0
            weights /= weights.sum()
        # The most likely token always stays: what stands before it sums to 0.
        weights[weights.cumsum(-1) - weights >= self.top_p] = 0
        index = torch.multinomial(weights.cpu(), 1, generator=self._random)
        return int(order[int(index)])


class Choices(Sampler):
    """Picks one of some token ids; `shares` are their probabilities among each other."""

    def __init__(self, tokens: Sequence[int]) -> None:
        super().__init__()
        self._tokens = list(tokens)
        self.shares: list[float] = []

    @property
    def greedy(self) -> bool:
        """False: it does not pick the most likely token of all."""
        return False

    def __call__(self, logits: torch.Tensor) -> int:
        self.shares = torch.softmax(logits[self._tokens].float(), -1).tolist()
        return self._tokens[max(range(len(self.shares)), key=self.shares.__getitem__)]

"""Answers that random logits write under a constraint."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from docagent.engine.decoding.constraint import Constraint, Grammars

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

PADDING = 64
"""Logits beyond the tokenizer's vocabulary, as Qwen2 has them."""

PASSAGES = [
    'The dummy weighs 82 kilograms and is called "Osvald".\r\n\tIt cost (12,345.60) in C:\\data, '
    "e\u0301te\u0301, naïve 😀 — and −5 %.",
    "船舶登记处在八月开放。\n欢迎。",
    "damaged \ud800 here; \x04 \x1b there. The end",
]
QUOTED = {
    "type": "object",
    "properties": {
        "answer": {"type": "string", "maxLength": 12},
        "claims": {"type": "array", "items": {"$ref": "#/$defs/Claim"}, "minItems": 1},
        "title": {"anyOf": [{"type": "string", "x-quote": True}, {"type": "null"}]},
        "sure": {"type": "boolean"},
    },
    "required": ["claims", "sure"],
    "$defs": {
        "Claim": {
            "type": "object",
            "properties": {
                "page": {"type": "integer", "minimum": 1, "maximum": 99},
                "quote": {"type": "string", "x-quote": True},
            },
            "required": ["quote"],
        }
    },
}


class Walker:
    """Grammars of one tokenizer and answers that random logits write under them."""

    def __init__(
        self, tokenizer: PreTrainedTokenizerFast, vocabulary: int, eos: set[int], walks: int = 200
    ) -> None:
        self.tokenizer = tokenizer
        self.eos = eos
        self.walks = walks
        self.size = vocabulary + PADDING
        self.grammars = Grammars(tokenizer, vocabulary, eos)
        self.random = torch.Generator().manual_seed(3)

    def logits(self) -> torch.Tensor:
        return torch.randn(self.size, generator=self.random)

    def write(self, constraint: Constraint, limit: int = 2_000) -> str:
        """An answer, which ends by itself if the grammar lets it."""
        tokens: list[int] = []
        for _ in range(limit):
            logits = self.logits()
            constraint.mask(logits)
            token = int(logits.argmax())
            constraint.accept(token)
            if token in self.eos:
                break
            tokens.append(token)
        return self.text(tokens)

    def text(self, tokens: list[int]) -> str:
        return str(
            self.tokenizer.decode(
                tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False
            )
        )

    def feed(self, constraint: Constraint, text: str) -> None:
        for token in self.tokenizer.backend_tokenizer.encode(text).ids:
            constraint.accept(token)

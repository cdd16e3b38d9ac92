"""The Qwen2 family as data: sizes, shapes, windows and licence of every released model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

BFLOAT16_BYTES = 2


@dataclass(frozen=True)
class ModelCard:
    """One released model.

    Windows are in tokens: `native` is what the model was trained for, `context` what it is known to
    read with YaRN. Shapes are those of the released config.json.
    """

    name: str
    parameters: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    vocabulary: int
    tied: bool
    native: int
    context: int
    licence: str
    instruct: bool
    moe: bool = False

    @property
    def repo(self) -> str:
        """The Hugging Face id, such as `Qwen/Qwen2-7B-Instruct`."""
        return f"Qwen/{self.name}"

    @property
    def family(self) -> str:
        """`Qwen2`, `Qwen2.5` or `Qwen2.5-Coder`."""
        return re.sub(r"-[\d.]+B.*", "", self.name)

    @property
    def hidden(self) -> int:
        """Width of the hidden state."""
        return self.heads * self.head_dim

    @property
    def weight_bytes(self) -> int:
        """Bytes of the weights in bfloat16."""
        return BFLOAT16_BYTES * self.parameters

    @property
    def kv_bytes(self) -> int:
        """Bytes of keys and values per token of context in bfloat16."""
        return 2 * BFLOAT16_BYTES * self.layers * self.kv_heads * self.head_dim

    @property
    def yarn_factors(self) -> tuple[float, ...]:
        """Factors that YaRN may stretch the native window by, doubling up to `context`."""
        factors = [1.0]
        while 2 * factors[-1] * self.native <= self.context:
            factors.append(2 * factors[-1])
        return tuple(factors)

    @property
    def tool_format(self) -> Literal["qwen", "hermes"]:
        """How it was trained to call tools: Qwen2's own marks, or `<tool_call>` with JSON."""
        return "qwen" if self.family == "Qwen2" else "hermes"


APACHE = "Apache-2.0"
TONGYI = "Tongyi Qianwen"
QWEN = "Qwen"
RESEARCH = "Qwen Research"
"""Not for commercial use."""

NATIVE = 32_768
"""Tokens every Qwen2 and Qwen2.5 model was trained for, whatever its config.json says."""

# Size, parameters, layers, heads, key-value heads, width of a head, vocabulary, tied embeddings,
# context of the Instruct model, licence. Shapes: the released config.json files; context and
# licence: the release notes (qwenlm.github.io/blog/qwen2, /blog/qwen2.5-llm).
_QWEN2 = (
    ("0.5B", 494_032_768, 24, 14, 2, 64, 151_936, True, 32_768, APACHE),
    ("1.5B", 1_543_714_304, 28, 12, 2, 128, 151_936, True, 32_768, APACHE),
    ("7B", 7_615_616_512, 28, 28, 4, 128, 152_064, False, 131_072, APACHE),
    ("57B-A14B", 57_408_658_944, 28, 28, 4, 128, 151_936, False, 65_536, APACHE),
    ("72B", 72_706_203_648, 80, 64, 8, 128, 152_064, False, 131_072, TONGYI),
)
_QWEN2_5 = (
    ("0.5B", 494_032_768, 24, 14, 2, 64, 151_936, True, 32_768, APACHE),
    ("1.5B", 1_543_714_304, 28, 12, 2, 128, 151_936, True, 32_768, APACHE),
    ("3B", 3_085_938_688, 36, 16, 2, 128, 151_936, True, 32_768, RESEARCH),
    ("7B", 7_615_616_512, 28, 28, 4, 128, 152_064, False, 131_072, APACHE),
    ("14B", 14_770_033_664, 48, 40, 8, 128, 152_064, False, 131_072, APACHE),
    ("32B", 32_763_876_352, 64, 40, 8, 128, 152_064, False, 131_072, APACHE),
    ("72B", 72_706_203_648, 80, 64, 8, 128, 152_064, False, 131_072, QWEN),
)

_CODER = (_QWEN2_5[0], _QWEN2_5[1])  # of the same shapes


def _cards(
    family: str, rows: tuple[tuple[str, int, int, int, int, int, int, bool, int, str], ...]
) -> tuple[ModelCard, ...]:
    """Of each size the Instruct model and its base model, which share every shape.

    Many base models' config.json says 131,072 without YaRN; they were trained to 32,768.
    """
    cards: list[ModelCard] = []
    for size, parameters, layers, heads, kv_heads, head_dim, vocabulary, tied, context, lic in rows:
        name, moe = f"{family}-{size}", "-A" in size
        shape = (parameters, layers, heads, kv_heads, head_dim, vocabulary, tied, NATIVE)
        cards += (
            ModelCard(f"{name}-Instruct", *shape, context, lic, True, moe),
            ModelCard(name, *shape, NATIVE, lic, False, moe),
        )
    return tuple(cards)


CATALOGUE: tuple[ModelCard, ...] = (
    *_cards("Qwen2", _QWEN2),
    *_cards("Qwen2.5", _QWEN2_5),
    *_cards("Qwen2.5-Coder", _CODER),
)
"""Family by family, smallest first."""

CODER_05B, CODER_15B = (
    card for card in CATALOGUE if card.instruct and card.family == "Qwen2.5-Coder"
)
EMBEDDED = {"embedded": CODER_15B, "embedded:1.5b": CODER_15B, "embedded:0.5b": CODER_05B}
"""The models that docagent fetches as GGUF files, by the names it gives them."""


_FILE_ENDING = re.compile(r"(?:[-._](?:i?q\d\w*|tq\d\w*|bf16|fp?16|fp?32))?\.gguf$")
"""Ends the name of a GGUF file: how it is quantised, such as `-q4_k_m.gguf`."""


def find_card(name: str) -> ModelCard | None:
    """The card of a model name, a Hugging Face id, `embedded` or `embedded:0.5b`, in any case.

    Of a GGUF file too, where it is named after the model, such as `qwen2-7b-instruct-q4_k_m.gguf`.
    """
    key = name.strip().casefold()
    if key.endswith(".gguf"):
        key = _FILE_ENDING.sub("", re.split(r"[/\\]", key)[-1])
    if key in EMBEDDED:
        return EMBEDDED[key]
    for card in CATALOGUE:
        if key in (card.name.casefold(), card.repo.casefold()):
            return card
    return None

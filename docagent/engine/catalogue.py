"""The Qwen2 family as data: sizes, shapes, context and licence of every released model."""

from __future__ import annotations

from dataclasses import dataclass

BFLOAT16_BYTES = 2
PREFILL_CHUNK = 1024
"""Tokens the decode loop feeds at once; what a forward pass holds in memory follows from it."""

FRAMEWORK_BYTES = 512 * 1024**2
"""Torch, transformers and the tokenizer themselves, resident beside the weights."""


@dataclass(frozen=True)
class ModelCard:
    """One released model.

    `context` is in tokens: what the model's authors support, which for the larger Instruct models
    needs YaRN beyond 32,768. Shapes are those of the released config.json.
    """

    name: str
    parameters: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    hidden: int
    vocabulary: int
    tied: bool
    context: int
    licence: str
    instruct: bool

    @property
    def repo(self) -> str:
        """The Hugging Face id, such as `Qwen/Qwen2-7B-Instruct`."""
        owner = "Qwen" if self.name.startswith("Qwen") else "HuggingFaceTB"
        return f"{owner}/{self.name}"

    @property
    def weight_bytes(self) -> int:
        """Bytes of the weights in bfloat16."""
        return BFLOAT16_BYTES * self.parameters

    @property
    def kv_bytes(self) -> int:
        """Bytes of keys and values per token of context in bfloat16."""
        return 2 * BFLOAT16_BYTES * self.layers * self.kv_heads * self.head_dim


APACHE = "Apache-2.0"
TONGYI = "Tongyi Qianwen"


def _family(
    size: str,
    parameters: int,
    layers: int,
    heads: int,
    kv_heads: int,
    head_dim: int,
    hidden: int,
    vocabulary: int,
    *,
    tied: bool,
    context: int,
    licence: str = APACHE,
) -> tuple[ModelCard, ModelCard]:
    """The Instruct model and its base model, which share every shape.

    A base model was trained to 32,768 tokens; its config.json says 131,072, without YaRN.
    """
    shape = (parameters, layers, heads, kv_heads, head_dim, hidden, vocabulary, tied)
    return (
        ModelCard(f"Qwen2-{size}-Instruct", *shape, context, licence, True),
        ModelCard(f"Qwen2-{size}", *shape, 32_768, licence, False),
    )


EMBEDDED = ModelCard(
    name="SmolLM2-135M-Instruct",
    parameters=134_515_008,
    layers=30,
    heads=9,
    kv_heads=3,
    head_dim=64,
    hidden=576,
    vocabulary=49_152,
    tied=True,
    context=8_192,
    licence=APACHE,
    instruct=True,
)
"""The model that comes as a Python package, for trying things out without a download."""

CATALOGUE: tuple[ModelCard, ...] = (
    EMBEDDED,
    *_family("0.5B", 494_032_768, 24, 14, 2, 64, 896, 151_936, tied=True, context=32_768),
    *_family("1.5B", 1_543_714_304, 28, 12, 2, 128, 1536, 151_936, tied=True, context=32_768),
    *_family("7B", 7_615_616_512, 28, 28, 4, 128, 3584, 152_064, tied=False, context=131_072),
    *_family("57B-A14B", 57_408_658_944, 28, 28, 4, 128, 3584, 151_936, tied=False, context=65_536),
    *_family(
        "72B",
        72_706_203_648,
        80,
        64,
        8,
        128,
        8192,
        152_064,
        tied=False,
        context=131_072,
        licence=TONGYI,
    ),
)
"""Smallest first. Shapes: the released config.json files; context: the Qwen2 release notes."""


def memory_needed(card: ModelCard, context_tokens: int) -> int:
    """Bytes to answer with `context_tokens` tokens of prompt and answer, in bfloat16.

    Weights, keys and values, the activations of one prefill chunk, and the framework itself.
    """
    # A gated MLP holds its gate, its up projection and their product at once: about 16 vectors of
    # the hidden size per token of the chunk, in bfloat16.
    activations = PREFILL_CHUNK * 16 * card.hidden * BFLOAT16_BYTES
    return card.weight_bytes + card.kv_bytes * context_tokens + activations + FRAMEWORK_BYTES


def find(name: str) -> ModelCard | None:
    """The card of a model name, a Hugging Face id or `embedded`, in any case of letters."""
    wanted = name.strip().casefold()
    if wanted == "embedded":
        return EMBEDDED
    for card in CATALOGUE:
        if wanted in (card.name.casefold(), card.repo.casefold()):
            return card
    return None

"""The tokenizer and chat template of a GGUF file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docagent.engine.loading.tokenizer import ModelTokenizer
from docagent.errors import ModelUnavailable

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from docagent.engine.loading.gguf_model import GgufModel

QWEN2_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""How Qwen2 cuts a text before byte pairs are merged; from the tokenizer.json of its models."""

QWEN2 = frozenset({"qwen2", "deepseek-r1-qwen"})
CONTROL, USER_DEFINED, UNUSED = 3, 4, 5
"""GGUF's types of the tokens that are not plain text."""


def read_tokenizer(model: GgufModel) -> ModelTokenizer:
    """The tokenizer of a GGUF file.

    Raises `ModelUnavailable`, in one line, for a vocabulary that is not Qwen2's kind.
    """
    if (kind := model.field("tokenizer.ggml.model")) != "gpt2":
        raise ModelUnavailable(
            f"{model.path.name} has a vocabulary of the kind {kind}; docagent reads byte-level "
            "BPE, as Qwen2 has it"
        )
    tokens: list[str] = model.field("tokenizer.ggml.tokens")
    settings: dict[str, Any] = {}
    for role, known_as in (("bos", "bos"), ("eos", "eos"), ("padding", "pad")):
        number = model.field(f"tokenizer.ggml.{role}_token_id")
        if number is not None:
            settings[f"{known_as}_token"] = tokens[number]
    template = str(model.field("tokenizer.chat_template", ""))
    return ModelTokenizer(_backend(model, tokens), settings, template)


def _backend(model: GgufModel, tokens: list[str]) -> Tokenizer:
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers
    from tokenizers import pre_tokenizers as pre

    types: list[int] = model.field("tokenizer.ggml.token_type", [])
    kinds = types or [1] * len(tokens)
    # Unused tokens pad the vocabulary to a round size; the model's own tokenizer has none of them.
    vocabulary = {t: i for i, (t, k) in enumerate(zip(tokens, kinds, strict=True)) if k != UNUSED}
    merges = [tuple(pair.split(" ")) for pair in model.field("tokenizer.ggml.merges")]
    # No unknown token: the files' own is <|endoftext|>, which text must never become. Where a
    # vocabulary lacks a byte, that is dropped instead.
    backend = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    name = model.field("tokenizer.ggml.pre", model.architecture)
    if name not in QWEN2:
        raise ModelUnavailable(
            f"{model.path.name} cuts words in a way docagent does not know ({name}); it knows "
            f"{', '.join(sorted(QWEN2))}"
        )
    backend.normalizer = normalizers.NFC()
    words = pre.Split(Regex(QWEN2_WORDS), behavior="isolated")
    backend.pre_tokenizer = pre.Sequence(
        [words, pre.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    backend.decoder = decoders.ByteLevel()
    for token, kind in zip(tokens, kinds, strict=True):
        if kind == CONTROL:
            backend.add_special_tokens([AddedToken(token, special=True, normalized=False)])
        elif kind == USER_DEFINED:
            backend.add_tokens([AddedToken(token, special=False, normalized=False)])
    return backend

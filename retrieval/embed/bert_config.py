"""Whether a sentence-transformers folder is a plain BERT with mean pooling, and of what sizes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

_MODULES = (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
_CONFIG = {
    "model_type": "bert",
    "hidden_act": "gelu",
    "position_embedding_type": "absolute",
    "is_decoder": False,
    "add_cross_attention": False,
}
"""The only values bert.py computes. Each is also what transformers takes where none is given,
except for model_type, which is always written."""

_POOLING = {
    "pooling_mode": "mean",
    "pooling_mode_cls_token": False,
    "pooling_mode_mean_tokens": True,
    "pooling_mode_max_tokens": False,
    "pooling_mode_mean_sqrt_len_tokens": False,
    "pooling_mode_weightedmean_tokens": False,
    "pooling_mode_lasttoken": False,
    "include_prompt": True,
    "word_embedding_dimension": None,
    "embedding_dimension": None,
}
"""Keys that may stand in a pooling's config.json, old names and new; None: any value."""


@dataclass(frozen=True)
class BertSettings:
    """The sizes of a BERT encoder, from its config.json and sentence_bert_config.json."""

    layers: int
    heads: int
    epsilon: float  # of the layer norms
    limit: int  # tokens it reads of one text, start and end marks included


def bert_settings(folder: Path, tokenizer: Tokenizer) -> BertSettings | None:
    """What bert.py needs to know; None if the folder asks for anything that it does not compute.

    The format is that of sentence-transformers 2 to 6 (`SentenceTransformer.save`). A missing or
    broken file also gives None: sentence-transformers then says what is wrong.
    """
    try:
        if not (_modules(folder) and _no_prompts(folder) and _tokenizer(folder, tokenizer)):
            return None
        config = _read(folder / "config.json")
        if any(config.get(key, value) != value for key, value in _CONFIG.items()):
            return None
        sentence = _read(folder / "sentence_bert_config.json")
        # Newer files name what to call and what to take from it as well; they are left alone.
        if sentence.keys() - {"max_seq_length", "do_lower_case"} or sentence.get("do_lower_case"):
            return None
        settings = BertSettings(
            layers=int(config["num_hidden_layers"]),
            heads=int(config["num_attention_heads"]),
            epsilon=float(config["layer_norm_eps"]),
            limit=int(sentence["max_seq_length"]),
        )
        if not 2 < settings.limit <= int(config["max_position_embeddings"]):
            return None
        return settings if _weights(folder, settings.layers) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, SafetensorError):
        return None


def _modules(folder: Path) -> bool:
    """Transformer and mean pooling, the library's own, with nothing else in the folder."""
    modules = json.loads((folder / "modules.json").read_text("utf-8"))
    kinds = [module["type"] for module in modules]
    if not all(kind.startswith("sentence_transformers.") for kind in kinds):
        return False
    if [kind.rpartition(".")[2] for kind in kinds] not in _MODULES or modules[0]["path"]:
        return False
    if (folder / "adapter_config.json").exists():
        return False
    pooling = _read(folder / modules[1]["path"] / "config.json")
    return all(
        key in _POOLING and _POOLING[key] in (None, value) for key, value in pooling.items()
    ) and ("pooling_mode" in pooling or "pooling_mode_mean_tokens" in pooling)


def _weights(folder: Path, layers: int) -> bool:
    """Whether the tensors have BertModel's names; other heads put "bert." before them."""
    with safe_open(folder / "model.safetensors", framework="np") as file:
        names = set(file.keys())
    return {
        "embeddings.word_embeddings.weight",
        f"encoder.layer.{layers - 1}.output.LayerNorm.weight",
    } <= names


def _no_prompts(folder: Path) -> bool:
    """Nothing is put before texts, and vectors keep all their dimensions."""
    file = folder / "config_sentence_transformers.json"
    config = _read(file) if file.exists() else {}
    return not (
        any((config.get("prompts") or {}).values())
        or config.get("default_prompt_name")
        or config.get("truncate_dim")
    )


def _tokenizer(folder: Path, tokenizer: Tokenizer) -> bool:
    """Whether transformers' BertTokenizer, built from tokenizer_config.json, is tokenizer.json."""
    file = folder / "tokenizer_config.json"
    config = _read(file) if file.exists() else {}
    normalizer = tokenizer.normalizer
    if not isinstance(normalizer, BertNormalizer):
        return False
    marks = tokenizer.encode("a").special_tokens_mask  # one at the start and one at the end
    return (
        config.get("tokenizer_class", "BertTokenizer") in ("BertTokenizer", "BertTokenizerFast")
        and config.get("truncation_side", "right") == "right"
        and config.get("do_lower_case", True) == normalizer.lowercase
        and config.get("strip_accents") == normalizer.strip_accents
        and config.get("tokenize_chinese_chars", True) == normalizer.handle_chinese_chars
        and normalizer.clean_text
        and isinstance(tokenizer.pre_tokenizer, BertPreTokenizer)
        and isinstance(tokenizer.model, WordPiece)
        and marks[0] == marks[-1] == 1
        and sum(marks) == 2
    )


def _read(file: Path) -> dict[str, Any]:
    config = json.loads(file.read_text("utf-8"))
    if not isinstance(config, dict):
        raise TypeError(f"{file} holds no object")
    return config

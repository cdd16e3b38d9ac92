"""The BERT in plain torch against sentence-transformers, with the packaged weights."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from sentence_transformers import SentenceTransformer

from retrieval.embed.bert import Bert
from retrieval.embed.bert_config import BertSettings, bert_settings
from retrieval.embed.encoder import Encoder
from retrieval.embed.model import Vectors
from retrieval.embed.sentence_model import SentenceModel

TEXTS = [
    "",
    " \t\n",
    "fog",
    "FOG",
    "The ferry was late because of fog.",
    "Änderungen über Straßen; naïve café, İstanbul, ﬁne ²",
    "渡轮十点开船。الهجرة 🚢 \u200b\u0301x\0y",
    "[CLS] a text [SEP] with marks [MASK] in it [PAD]",
    "supercalifragilistic" * 10,
    "word " * 253,
    "word " * 254,
    "word " * 255,
    "The mercury weighs 318 kilograms, and is to be replaced by 2026. " * 40,
    *(f"Boats over {n} metres report by radio. " * (n % 13) for n in range(60)),
]


@pytest.fixture(scope="module")
def library(encoder: Encoder) -> SentenceTransformer:
    return SentenceTransformer(str(encoder.folder), device="cpu", local_files_only=True)


@pytest.fixture(scope="module")
def numbers(encoder: Encoder) -> BertSettings:
    found = bert_settings(encoder.folder, encoder._tokenizer)
    assert found == BertSettings(layers=6, heads=12, epsilon=1e-12, limit=256)
    return found


def weights_of(encoder: Encoder) -> dict[str, torch.Tensor]:
    return load_file(encoder.folder / "model.safetensors")


def by_library(library: SentenceTransformer, texts: list[str]) -> Vectors:
    vectors = library.encode(texts, normalize_embeddings=True, convert_to_numpy=True)
    return np.asarray(vectors, np.float32)


def test_float32_is_the_library_s(
    encoder: Encoder, numbers: BertSettings, library: SentenceTransformer
) -> None:
    bert = Bert(weights_of(encoder), numbers, encoder._tokenizer, torch.float32)
    wanted = by_library(library, TEXTS)
    together = bert.embed(TEXTS)
    assert together.dtype == np.float32
    assert together.shape == (len(TEXTS), 384)
    assert np.abs(together - wanted).max() < 1e-5
    alone = np.concatenate([bert.embed([text]) for text in TEXTS])
    assert np.abs(alone - wanted).max() < 1e-5


def test_bfloat16_is_near(
    encoder: Encoder, numbers: BertSettings, library: SentenceTransformer
) -> None:
    vectors = Bert(weights_of(encoder), numbers, encoder._tokenizer, torch.bfloat16).embed(TEXTS)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.sum(vectors * by_library(library, TEXTS), axis=1).min() > 0.999


def test_padding_changes_nothing(encoder: Encoder, numbers: BertSettings) -> None:
    """Texts of 3 to 40 tokens: some fill their multiple of 16, most do not."""
    bert = Bert(weights_of(encoder), numbers, encoder._tokenizer, torch.float32)
    texts = [
        " ".join(["rope", "tar", "fog"][n % 3] for n in range(words)) for words in range(1, 39)
    ]
    together = bert.embed(texts[::-1])[::-1]
    alone = np.concatenate([bert.embed([text]) for text in texts])
    assert np.abs(together - alone).max() < 1e-6
    assert np.sum(together[1:] * together[:-1], axis=1).max() < 1 - 1e-4  # each is another


def test_no_texts(encoder: Encoder) -> None:
    assert encoder.encode_sentences([]).shape == (0, 384)


def test_more_tokens_than_one_pass_takes(encoder: Encoder) -> None:
    texts = [f"Rope number {n} of the harbour is tarred in spring. " * 15 for n in range(50)]
    together = encoder.encode_sentences(texts)
    alone = np.concatenate([encoder.encode_sentences([text]) for text in texts])
    assert np.sum(together * alone, axis=1).min() > 0.999


def test_the_packaged_model_takes_the_short_way(encoder: Encoder) -> None:
    assert isinstance(encoder.model, Bert)
    assert encoder.model.limit == encoder.limit


MODULES = [
    {"path": "", "type": "sentence_transformers.models.Transformer"},
    {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
]


def folder_with(encoder: Encoder, folder: Path, file: str, content: Any) -> Path:
    """The packaged folder, linked, with one file merged with or replaced by `content`."""
    for source in encoder.folder.rglob("*"):
        target = folder / source.relative_to(encoder.folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_file():
            target.symlink_to(source)
    changed = folder / file
    changed.parent.mkdir(exist_ok=True)
    if isinstance(content, dict) and changed.exists():
        content = json.loads(changed.read_text("utf-8")) | content
    changed.unlink(missing_ok=True)
    changed.write_text(json.dumps(content), "utf-8")
    return folder


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("config.json", {"model_type": "roberta"}),
        ("config.json", {"hidden_act": "relu"}),
        ("config.json", {"position_embedding_type": "relative_key"}),
        ("config.json", {"num_hidden_layers": 12}),
        ("config.json", {"max_position_embeddings": 128}),
        ("1_Pooling/config.json", {"pooling_mode_cls_token": True}),
        ("1_Pooling/config.json", {"pooling_mode": ["mean", "max"]}),
        ("1_Pooling/config.json", {"include_prompt": False}),
        ("1_Pooling/config.json", {"pooling_mode_new": True}),
        ("modules.json", [*MODULES, {"path": "2", "type": "sentence_transformers.models.Dense"}]),
        ("modules.json", [*MODULES, {"path": "2", "type": "own.Normalize"}]),
        ("modules.json", "Transformer"),
        ("config_sentence_transformers.json", {"prompts": {"query": "query: "}}),
        ("config_sentence_transformers.json", {"truncate_dim": 128}),
        ("sentence_bert_config.json", {"do_lower_case": True}),
        ("sentence_bert_config.json", {"max_seq_length": None}),
        ("sentence_bert_config.json", {"query_length": 32}),
        ("tokenizer_config.json", {"do_lower_case": False}),
        ("tokenizer_config.json", {"truncation_side": "left"}),
        ("tokenizer_config.json", {"tokenizer_class": "BertJapaneseTokenizer"}),
        ("adapter_config.json", {}),
    ],
)
def test_what_it_does_not_compute_it_leaves(
    tmp_path: Path, encoder: Encoder, file: str, content: Any
) -> None:
    folder = folder_with(encoder, tmp_path, file, content)
    assert bert_settings(folder, encoder._tokenizer) is None


def test_a_folder_is_read_as_newer_versions_write_it(tmp_path: Path, encoder: Encoder) -> None:
    new = {"embedding_dimension": 384, "pooling_mode": "mean", "include_prompt": True}
    folder = folder_with(encoder, tmp_path, "1_Pooling/config.json", new)
    assert bert_settings(folder, encoder._tokenizer) is not None
    modules = [
        {"path": "", "type": "sentence_transformers.base.modules.transformer.Transformer"},
        {
            "path": "1_Pooling",
            "type": "sentence_transformers.sentence_transformer.modules.pooling.Pooling",
        },
    ]
    (folder / "modules.json").unlink()
    (folder / "modules.json").write_text(json.dumps(modules), "utf-8")
    assert bert_settings(folder, encoder._tokenizer) is not None


def test_prompts_are_the_library_s_to_add(tmp_path: Path, encoder: Encoder) -> None:
    folder = folder_with(
        encoder, tmp_path, "config_sentence_transformers.json", {"prompts": {"query": "query: "}}
    )
    prompted = Encoder(str(folder))
    assert isinstance(prompted.model, SentenceModel)
    assert prompted.model.limit == 256
    asked = prompted.encode_query("fog")[0]
    assert asked @ encoder.encode_query("query: fog")[0] > 0.99
    assert asked @ prompted.encode_sentences(["fog"])[0] < 0.99


def test_a_question_is_embedded_without_the_libraries() -> None:
    code = (
        "import sys; from retrieval.embed.encoder import Encoder; encoder = Encoder();"
        "encoder.load(); assert encoder.encode_query('Who pays?').shape == (1, 384);"
        "print([name for name in ('transformers', 'sentence_transformers') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

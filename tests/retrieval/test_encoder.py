"""The embedding model that is packaged, real."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from retrieval.embed.encoder import Encoder, Vectors
from retrieval.errors import DocAgentError


def test_vectors_are_unit_and_know_meaning(encoder: Encoder) -> None:
    texts = ["The ferry was late because of fog.", "Fog delayed the boat.", "Bread needs yeast."]
    vectors = encoder.encode_sentences(texts)
    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-2)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3


def test_groups_carry_their_numbers(encoder: Encoder) -> None:
    texts = ["a long text about ropes and tar " * 8, "short", "a text of middling length here"]
    rows: dict[int, np.ndarray[tuple[int, ...], np.dtype[np.float32]]] = {}
    for numbers, vectors in encoder.encode(texts):
        rows.update(zip(numbers, vectors, strict=True))
    alone = encoder.encode_sentences(texts)
    assert sorted(rows) == [0, 1, 2]
    for number, row in rows.items():
        assert row @ alone[number] > 0.99


def test_what_stands_there_twice_is_embedded_once(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [
        "Rope.",
        "All rights reserved.",
        "Fog at sea, and tar.",
        "All rights reserved.",
        "Rope.",
    ]
    asked: list[str] = []
    embed = encoder.model.embed

    def counting(some: list[str], document: bool) -> Vectors:
        asked.extend(some)
        return embed(some, document)

    monkeypatch.setattr(encoder.model, "embed", counting)
    rows = np.zeros((5, 384), np.float32)
    for numbers, vectors in encoder.encode(texts):
        rows[numbers] = vectors
    assert sorted(asked) == sorted(set(texts))
    assert np.sum(rows * encoder.encode_sentences(texts), axis=1).min() > 0.999


def test_counts_agree_with_what_the_model_reads(encoder: Encoder) -> None:
    texts = ["Short.", "渡轮十点开船。", "word " * 400, ""]
    library = SentenceTransformer(str(encoder.folder), device="cpu", local_files_only=True)
    model = [len(one) for one in library.tokenizer(texts)["input_ids"]]
    assert [count + 2 for count in encoder.count(texts)][:2] == model[:2]
    assert encoder.count(texts)[2:] == [400, 0]
    assert encoder.limit == 256


def test_what_is_beyond_the_limit_is_cut_silently_by_the_model(encoder: Encoder) -> None:
    """The reason for counting at all."""
    one, other = encoder.encode_sentences(["word " * 300, "word " * 300 + "whale " * 300])
    assert float(one @ other) > 0.99
    assert np.array_equal(one, other)


def test_damaged_weights_are_refused(tmp_path: Path, encoder: Encoder) -> None:
    folder = tmp_path / "model"
    shutil.copytree(encoder.folder, folder)
    weights = folder / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1000] ^= 1
    weights.write_bytes(data)
    damaged = Encoder()
    damaged.folder = folder
    with pytest.raises(DocAgentError, match="pip install"):
        damaged.load()


@pytest.mark.parametrize("weights", [None, b"", b"short"])
def test_weights_cut_short_or_gone_are_refused(
    tmp_path: Path, encoder: Encoder, weights: bytes | None
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(encoder.folder, folder, ignore=shutil.ignore_patterns("*.safetensors"))
    if weights is not None:
        (folder / "model.safetensors").write_bytes(weights)
    known, own = Encoder(), Encoder(str(folder))
    known.folder = folder
    with pytest.raises(DocAgentError, match="pip install"):
        known.load()
    with pytest.raises(DocAgentError, match="is no embedding model"):
        own.load()


def test_an_embedding_model_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DocAgentError, match="hf download nobody/nothing"):
        Encoder("nobody/nothing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DocAgentError) as caught:
        Encoder(str(tmp_path / "empty")).load()
    assert "\n" not in str(caught.value)


def test_a_local_folder_is_an_embedding_model(encoder: Encoder) -> None:
    own = Encoder(str(encoder.folder))
    assert own.limit == 256
    assert own.fingerprint != encoder.fingerprint
    assert np.array_equal(own.encode_query("fog"), encoder.encode_query("fog"))


def test_chunks_are_measured_in_tokens_only_where_the_model_knows_the_language(
    encoder: Encoder,
) -> None:
    english = "The ferry leaves from the old pier every morning at six. " * 5
    thai = "ท่าเรือออสต์บีก่อตั้งขึ้นในปีหนึ่งพันหกร้อยสิบสองโดยชาวประมงที่มาจากหมู่เกาะทางเหนือ" * 3
    arabic = "تغادر العبّارات كل صباح في الساعة السادسة، وثمن التذكرة تسع كرونات. " * 3
    assert encoder.trust(english) == 1.0
    assert encoder.counter(english)([english]) == encoder.count([english])
    for text in (thai, arabic):
        assert encoder.trust(text) == 0.0
        (size,) = encoder.counter(text)([text])
        assert len(text) / 5 < size < len(text) / 3
    assert encoder.count([thai])[0] < 5  # one unknown word

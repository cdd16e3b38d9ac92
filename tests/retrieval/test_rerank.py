from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langchain_core.messages import BaseMessage

from docagent.answering.rerank import ModelReranker
from retrieval.corpus import Corpus
from retrieval.errors import DocAgentError
from retrieval.passage import Passage
from retrieval.ranking.rerank import DEPTH, CrossEncoder, passage_with_headings, reranked

QUESTION = "wind limits of the ferries"


class Backwards:
    """Finds the last passage best."""

    def scores(self, question: str, passages: Sequence[Passage]) -> list[float]:
        return [float(number) for number in range(len(passages))]


class Holding:
    """Finds only passages with certain words good; remembers what it was asked."""

    def __init__(self, words: str) -> None:
        self.words = words
        self.seen: list[Passage] = []

    def scores(self, question: str, passages: Sequence[Passage]) -> list[float]:
        assert question == QUESTION
        self.seen += passages
        return [float(self.words in passage.text) for passage in passages]


class Judge(FakeListChatModel):
    """Says Yes to passages with "Petrel"; remembers its prompts."""

    responses: list[str] = []  # noqa: RUF012 - a pydantic field
    asked: list[str] = []  # noqa: RUF012

    def likelihood(
        self, prompts: Sequence[Sequence[BaseMessage]], answers: Sequence[str]
    ) -> list[list[float]]:
        assert answers == ("Yes", "No")
        self.asked = [str(prompt[-1].content) for prompt in prompts]
        return [[0.75, 0.25] if "Petrel" in text else [0.25, 0.75] for text in self.asked]


def passage(text: str, score: float, heading: str = "", context: str = "") -> Passage:
    return Passage("a.txt", None, None, heading, text, score, 0, len(text), context=context)


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of random weights with one score, as transformers saves it."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    folder = tmp_path_factory.mktemp("cross-encoder")
    letters = [*"abcdefghijklmnopqrstuvwxyz0123456789.,>"]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *("##" + c for c in letters)]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    tokenizer: Any = BertTokenizer
    tokenizer(str(folder / "vocab.txt"), model_max_length=128).save_pretrained(folder)
    torch.manual_seed(3)
    config: Any = BertConfig
    settings = config(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=48,
        max_position_embeddings=128,
        num_labels=1,
        initializer_range=0.5,
    )
    model: Any = BertForSequenceClassification(settings)
    model.save_pretrained(folder)
    return folder


def test_both_orders_count_and_scores_keep_falling() -> None:
    found = [passage(f"passage {n}", 1 - n / 100) for n in range(DEPTH + 5)]
    order = reranked("any", found, Backwards())
    assert [one.score for one in order] == [one.score for one in found]
    assert order[DEPTH:] == found[DEPTH:]
    assert sorted(one.text for one in order) == sorted(one.text for one in found)
    # Even the best judgement of the last passage only makes up for its place.
    close = [passage("far ahead", 0.9), passage("close", 0.3), passage("closer", 0.2)]
    assert [one.text for one in reranked("any", close, Backwards())] == [
        "far ahead",
        "closer",
        "close",
    ]
    assert reranked("any", [], Backwards()) == []


def test_passages_beyond_k_are_looked_at_and_k_are_returned(handbook_corpus: Corpus) -> None:
    plain = handbook_corpus.search(QUESTION, DEPTH)
    wanted = plain[3]
    judge = Holding(wanted.text)
    (first,) = handbook_corpus.search(QUESTION, 1, rerank=judge)
    assert judge.seen == plain
    assert (first.text, first.page) == (wanted.text, wanted.page)
    assert handbook_corpus.search(QUESTION, 1) == plain[:1]


def test_cross_encoder_scores_as_sentence_transformers_does(
    handbook_corpus: Corpus, cross_encoder: Path
) -> None:
    from sentence_transformers import CrossEncoder as Theirs

    found = handbook_corpus.search(QUESTION, 10)
    pairs = [(QUESTION, passage_with_headings(one)) for one in found]
    theirs: list[float] = Theirs(str(cross_encoder)).predict(pairs).tolist()
    ours = CrossEncoder(str(cross_encoder)).scores(QUESTION, found)
    assert ours == pytest.approx(theirs, abs=1e-6)
    assert len({round(score, 3) for score in ours}) > 5


def test_what_is_no_cross_encoder_is_refused(cross_encoder: Path, tmp_path: Path) -> None:
    with pytest.raises(DocAgentError, match="hf download no/such"):
        CrossEncoder("no/such")
    told = json.loads((cross_encoder / "config.json").read_text("utf-8"))
    classes = {str(n): f"LABEL_{n}" for n in range(3)}
    others: tuple[dict[str, Any], ...] = (
        {},
        told | {"architectures": ["BertModel"]},
        told | {"id2label": classes},
    )
    for other in others:
        (tmp_path / "config.json").write_text(json.dumps(other), encoding="utf-8")
        with pytest.raises(DocAgentError, match="no cross-encoder"):
            CrossEncoder(str(tmp_path))


def test_a_model_judges_each_passage_with_heading_and_table_header() -> None:
    found = [
        passage("The ferry Petrel sails at 8.", 0.9, "Sailings"),
        passage("12 | 14 | {question}", 0.8, context="Fares in florins"),
    ]
    judge = Judge()
    assert ModelReranker(judge).scores("When does it sail?", found) == [0.75, 0.25]
    assert "Sailings\nThe ferry Petrel sails at 8." in judge.asked[0]
    assert "Fares in florins\n12 | 14 | {question}" in judge.asked[1]
    begins = {text.split("\n")[0] for text in judge.asked}
    assert begins == {"Question: When does it sail?"}  # read once for all passages


def test_a_model_without_logits_is_refused() -> None:
    with pytest.raises(DocAgentError, match="--rerank model"):
        ModelReranker(FakeListChatModel(responses=[]))

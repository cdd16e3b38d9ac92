"""The first question does not wait for vectors, and what it does not wait for joins."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.corpus import Corpus
from retrieval.embed.encoder import Encoder, Vectors
from retrieval.errors import DocAgentError
from tests.conftest import TOWN

pytestmark = pytest.mark.usefixtures("loaded")


class Gate:
    """An encoder whose background work stands still until it is let through."""

    def __init__(self, encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
        self.open = threading.Event()
        self.error: Exception | None = None
        self.asked: list[int] = []
        real = encoder.encode

        def encode(texts: list[str]) -> Iterator[tuple[list[int], Vectors]]:
            if threading.current_thread().name == "embedding":
                while not self.open.wait(0.01):
                    yield [], real(["x"]).__next__()[1][:0]
                if self.error:
                    raise self.error
            else:
                self.asked.append(len(texts))
            yield from real(texts)

        monkeypatch.setattr(encoder, "encode", encode)
        monkeypatch.setattr("retrieval.corpus._SOON", 0)


@pytest.fixture
def gate(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    found = Gate(encoder, monkeypatch)
    yield found
    found.open.set()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    folder.mkdir()
    for number in range(40):
        text = f"Boat {number} carried {number * 7} barrels of oil to the harbour."
        (folder / f"{number:02}.txt").write_text(text, "utf-8")
    (folder / "town.txt").write_text(TOWN, "utf-8")
    return folder


def early(folder: Path, cache: Path) -> Corpus:
    return Corpus.open([folder], cache=cache, wait=False)


def test_words_answer_before_vectors_are_there(
    folder: Path, cache: Path, gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "docagent")
    corpus = early(folder, cache)
    assert (corpus.pending, len(corpus)) == (41, 41)
    assert corpus.state() == "words and 0 of 41 vectors"
    best = corpus.search("Who rebuilt the ice house?", k=1)[0]
    assert "Ulla Brandt" in best.text
    assert best.cosine > 0.4, "the candidate's own vector was made for the question"
    assert 0 < corpus.pending < 41
    assert "the rest follows" in caplog.text
    gate.open.set()
    corpus.complete()
    assert corpus.state() == "words and all 41 vectors"


def test_in_the_end_it_is_as_if_no_one_had_asked(folder: Path, cache: Path, gate: Gate) -> None:
    corpus = early(folder, cache)
    corpus.search("barrels of oil", k=3)
    gate.open.set()
    corpus.complete()
    calm = Corpus.open([folder], cache=cache.with_name("calm"))
    for query in ("barrels of oil", "Who rebuilt the ice house?", "a mason"):
        assert corpus.search(query, k=20) == calm.search(query, k=20)
    assert Corpus.open([folder], cache=cache).search("a mason") == calm.search("a mason")


def test_a_few_missing_vectors_are_waited_for(folder: Path, cache: Path) -> None:
    assert early(folder, cache).pending == 0


def test_an_error_in_the_thread_is_raised(folder: Path, cache: Path, gate: Gate) -> None:
    corpus = early(folder, cache)
    gate.error = DocAgentError("the model is gone")
    gate.open.set()
    with pytest.raises(DocAgentError, match="the model is gone"):
        corpus.complete()
    gate.error = None
    corpus.complete()
    assert corpus.pending == 0


def test_documents_limit_a_search(folder: Path, cache: Path) -> None:
    corpus = Corpus.open([folder], cache=cache)
    found = corpus.search("Who rebuilt the ice house?", documents=["07.txt", "08.txt"])
    assert {passage.document for passage in found} <= {"07.txt", "08.txt"}
    assert corpus.search("barrels of boat 7", k=1, documents=["08.txt"])[0].document == "08.txt"
    with pytest.raises(DocAgentError, match="not in this corpus"):
        corpus.search("oil", documents=["none.txt"])


def test_best_passages_of_each_document(folder: Path, cache: Path) -> None:
    found = Corpus.open([folder], cache=cache).by_document("Who rebuilt the ice house?", k=2)
    assert next(iter(found)) == "town.txt"
    assert all(len(best) <= 2 for best in found.values())


def test_a_large_text_is_not_waited_for(tmp_path: Path, cache: Path) -> None:
    """Some 400 passages, more than a question waits for, with nothing held back."""
    boats = (
        f"## Boat {n}\n\n" + f"Boat {n} carried {n * 7} barrels of oil to the harbour. " * 12
        for n in range(400)
    )
    file = tmp_path / "register.md"
    file.write_text("\n\n".join([*boats, f"## {TOWN}"]), "utf-8")
    corpus = Corpus.open([file], cache=cache, wait=False)
    total = len(corpus)
    assert total > 300
    assert corpus.pending > 0
    assert corpus.state().endswith(f" of {total} vectors")
    assert "Ulla Brandt" in corpus.search("Who rebuilt the ice house?", k=1)[0].text
    assert corpus.pending > 0, "the question was answered before all vectors were there"
    corpus.complete()
    assert corpus.state() == f"words and all {total} vectors"
    for query in ("Who rebuilt the ice house?", "What did boat 17 carry?"):
        assert corpus.search(query) == Corpus.open([file], cache=cache).search(query)

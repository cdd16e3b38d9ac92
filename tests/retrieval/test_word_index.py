"""The word index of a set of documents: one document at a time, and after every kind of kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from retrieval.lexical.index import LexicalIndex
from retrieval.lexical.profile import TextProfile
from retrieval.lexical.tokens import terms
from retrieval.parse.document import Document
from retrieval.store import word_index as words
from retrieval.store.cache import Cache
from retrieval.store.documents import IndexedDocument
from retrieval.store.word_index import word_index

TEXTS = {
    "a": ["the ice house of Ostby", "nets on the meadow"],
    "b": ["the harbour office of Ostby"],
    "c": ["a lamp on the rock", "a bell in the fog", "the ice of the harbour"],
}


def document(key: str, texts: list[str]) -> IndexedDocument:
    parsed = Document(key, "", (), ())
    rows = [(" ".join(terms(text)), "") for text in texts]
    table = np.zeros((len(texts), 6), np.int64)
    return IndexedDocument(
        key=key,
        source=key,
        own_title=key,
        unit="page",
        page_count=0,
        silent=(),
        warnings=(),
        language="",
        text_profile=TextProfile((), {}, {}),
        headings=[()],
        contexts=[""],
        table=table,
        folder=None,
        _document=parsed,
        _terms=rows,
    )


def documents(names: str, **changed: list[str]) -> list[IndexedDocument]:
    return [document(name + str(len(changed)), {**TEXTS, **changed}[name]) for name in names]


def found(index: LexicalIndex) -> list[object]:
    queries = ("ice", "Ostby harbour", "lamp on the rock", "fog", "gull")
    return [*(index.search(q, 5) for q in queries), index.rarity(terms("ice Ostby gull"))]


def fresh(wanted: list[IndexedDocument], cache: Path) -> list[object]:
    return found(word_index(wanted, "fresh", Cache(cache.with_name("elsewhere"))))


@pytest.mark.parametrize("few", [0, words._FEW])
def test_documents_come_and_go(cache: Path, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    """In every order the rows have their documents' numbers; with few of them, equal scores."""
    monkeypatch.setattr(words, "_FEW", few)
    monkeypatch.setattr(words, "_STALE", 0)
    store = Cache(cache)
    for names in ("a", "ab", "cab", "ca", "bca", "b", "bb"):
        wanted = documents(names)
        index = word_index(wanted, "set", store)
        rows = [row for one in wanted for row in one.terms()]
        best = index.search("ice house Ostby", 9)
        assert best, names
        for number, _ in best:
            assert {"ice", "ostbi"} & set(rows[number][0].split()), names
        assert index.searcher.num_docs == len(rows)
        if few:
            assert found(index) == fresh(wanted, cache.with_name(names)), names


def test_only_what_is_new_is_read(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Cache(cache)
    word_index(documents("ab"), "set", store)
    read: list[str] = []
    real = IndexedDocument.terms

    def noted(one: IndexedDocument) -> list[tuple[str, str]]:
        read.append(one.key)
        return real(one)

    monkeypatch.setattr(IndexedDocument, "terms", noted)
    word_index(documents("ab"), "set", store)
    assert read == []
    word_index(documents("abc"), "set", store)
    assert read == ["c0"]


def test_documents_limit_a_search(cache: Path) -> None:
    index = word_index(documents("abc"), "set", Cache(cache))
    assert {n for n, _ in index.search("ice harbour", 9)} == {0, 2, 5}
    assert {n for n, _ in index.search("ice harbour", 9, {3})} == {5}
    assert index.search("ice harbour", 9, {1}) == []


DYING = """
import os, signal, sys
from pathlib import Path
from retrieval.store import word_index as words
from retrieval.store.cache import Cache
from tests.retrieval.test_word_index import documents
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
store = Cache(Path(sys.argv[1]))
words.word_index(documents("ab"), "set", store)
words._FEW = 0
words._STALE = 0
save = words.State.save
{}
words.word_index(documents("{}"), "set", store)
"""


@pytest.mark.parametrize("names", ["abc", "bc", "b", "cab"])
@pytest.mark.parametrize(
    "place",
    [
        "words.State.save = die",
        "words.write = die",
        "write = words.write; words.write = lambda *a, **k: (write(*a, **k), die())",
        "words.checksums = die",
        "words.replace_text = die",
        "words._commit = lambda *a: die()",
    ],
)
def test_killed_between_any_two_steps(cache: Path, place: str, names: str) -> None:
    """Whether tantivy's commit went through or not, the next run has each passage once."""
    root = Path(__file__).resolve().parents[2]
    process = subprocess.run(
        [sys.executable, "-c", DYING.format(place, names), str(cache)],
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        check=False,
    )
    assert process.returncode == -signal.SIGKILL, process.stderr
    for wanted in (documents(names), documents("ab"), documents("ca")):
        index = word_index(wanted, "set", Cache(cache))
        assert found(index) == fresh(wanted, cache.with_name(wanted[0].key + names))
        assert index.searcher.num_docs == sum(map(len, wanted))


def test_a_reader_keeps_its_snapshot(cache: Path) -> None:
    store = Cache(cache)
    early = word_index(documents("ab"), "set", store)
    before = found(early)
    word_index(documents("c"), "set", store)
    word_index(documents("cab"), "set", store)
    assert found(early) == before

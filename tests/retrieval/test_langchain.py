"""LangChain's documents in, and its retriever and embeddings out."""

from __future__ import annotations

from pathlib import Path

import pytest
from langchain_core.documents import Document

from retrieval.corpus import Corpus
from retrieval.errors import DocAgentError
from retrieval.store.inventory import Inventory

pytestmark = pytest.mark.usefixtures("loaded")
GULLS = "Gulls nest on the roof of the old customs house."
TICKET = "The price of a bicycle ticket is four florins."


def page(source: str, number: int, text: str, **more: str) -> Document:
    return Document(page_content=text, metadata={"source": source, "page": number, **more})


def test_pages_are_numbered_as_a_loader_does(cache: Path) -> None:
    corpus = Corpus.from_documents(
        [
            page("a/ferry.pdf", 0, "The ferry Petrel was re-engined in the spring."),
            page("a/ferry.pdf", 4, TICKET, page_label="iv"),
            page("https://ostby.example/ferry.pdf", 0, GULLS),
        ],
        cache=cache,
    )
    assert corpus.documents == ["a/ferry.pdf", "https://ostby.example/ferry.pdf"]
    best = corpus.search("price of a ticket", k=1)[0]
    assert (best.document, best.page, best.page_label) == ("a/ferry.pdf", 5, "iv")
    assert best.text == TICKET == corpus.text("a/ferry.pdf")[best.start : best.end]
    assert [corpus.text(best.document)[s.start : s.end] for s in corpus.sentences(best)] == [TICKET]
    (found,) = corpus.as_retriever(k=1).invoke("Where do gulls nest?")
    assert found.page_content == GULLS
    assert found.metadata["source"] == found.metadata["document"] == corpus.documents[1]
    assert found.metadata["page"] == 1


def test_without_page_numbers_there_are_no_pages(cache: Path) -> None:
    parts = [Document(GULLS, metadata={"source": "a.txt"}), Document(TICKET)]
    corpus = Corpus.from_documents([*parts, parts[0]], cache=cache)
    assert corpus.documents == ["a.txt", "document 2"]
    assert corpus.text("a.txt").count(GULLS) == 2
    assert corpus.search("bicycle", k=1)[0].page is None


def test_split_pages_are_one_page_again(cache: Path) -> None:
    parts = [page("a.pdf", 0, GULLS), page("a.pdf", 0, TICKET), page("a.pdf", 1, "More words.")]
    corpus = Corpus.from_documents(parts, cache=cache)
    assert {p.page for p in corpus.search("gulls and bicycle tickets")} <= {1, 2}
    assert corpus.search("bicycle ticket", k=1)[0].page == 1


def test_kept_by_content(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [page("a.pdf", 0, GULLS), page("b.pdf", 0, TICKET)]
    before = Corpus.from_documents(parts, cache=cache).search("gulls")
    with monkeypatch.context() as patch:
        patch.setattr("retrieval.store.documents.chunks", None)  # nothing is cut again
        assert Corpus.from_documents(parts, cache=cache).search("gulls") == before
    parts[0].page_content = GULLS.replace("Gulls", "Terns")
    assert "Terns" in Corpus.from_documents(parts, cache=cache).search("terns", k=1)[0].text
    assert [entry.source for entry in Inventory(cache).entries()] == ["a.pdf", "a.pdf", "b.pdf"]


def test_odd_texts(cache: Path) -> None:
    text = "A lone \ud83d and a \x00 in the harbour.\f"
    corpus = Corpus.from_documents([page("a.pdf", 0, ""), page("a.pdf", 1, text)], cache=cache)
    assert corpus.search("harbour", k=1)[0].page == 2
    with pytest.raises(DocAgentError, match=r"a\.pdf holds no text"):
        Corpus.from_documents([page("a.pdf", 0, " \n")], cache=cache)
    with pytest.raises(DocAgentError, match="No document was given"):
        Corpus.from_documents([], cache=cache)


def test_the_retriever_and_embeddings(handbook_corpus: Corpus) -> None:
    documents = handbook_corpus.as_retriever(k=3).invoke("wind limits")
    wanted = handbook_corpus.search("wind limits", k=3)
    assert [d.page_content for d in documents] == [p.text for p in wanted]
    assert [d.metadata["page"] for d in documents] == [p.page for p in wanted]
    assert Path(documents[0].metadata["source"]).name == "handbook.pdf"
    vectors = handbook_corpus.as_embeddings()
    assert len(vectors.embed_query("fog")) == len(vectors.embed_documents(["fog"])[0]) == 384

"""Whether the document answers at all."""

from __future__ import annotations

import pytest

from docagent.checking.found import Verdict, judge
from docagent.checking.quotes import quotes
from retrieval.corpus import Corpus


def verdict(corpus: Corpus, question: str, weak: bool = True) -> Verdict:
    ranked = corpus.search(question, k=60)
    return judge(corpus, question, ranked, quotes(corpus, question, ranked), weak)


@pytest.mark.parametrize(
    "question",
    [
        "Who chaired the inquiry into the loss of the Perpetua?",
        "How much does the mercury of Saint Odo weigh?",
        "What are the light dues per net ton?",
    ],
)
@pytest.mark.parametrize("weak", [True, False])
def test_what_the_handbook_says(handbook_corpus: Corpus, question: str, weak: bool) -> None:
    assert verdict(handbook_corpus, question, weak).found


@pytest.mark.parametrize(
    "question",
    [
        "Who won the football world cup in Argentina?",
        "What is the boiling point of ethanol?",
        "Which enzyme unwinds DNA during replication?",
        "qwertz uiop asdf",
    ],
)
def test_what_it_does_not(handbook_corpus: Corpus, question: str) -> None:
    told = verdict(handbook_corpus, question)
    assert not told.found
    assert "less than" in told.reason or "no passage" in told.reason


def test_a_stronger_model_is_asked_where_a_weak_one_is_not(handbook_corpus: Corpus) -> None:
    question = "What did the ferries of the Authority earn in 1788?"
    told = verdict(handbook_corpus, question, weak=True)
    assert (told.found, told.reason) == (False, "1788 stands nowhere in the text")
    assert verdict(handbook_corpus, question, weak=False).found


def test_nothing_near() -> None:
    told = judge(None, "What?", [], [], weak=True)  # type: ignore[arg-type]
    assert (told.found, told.score) == (False, 0.0)

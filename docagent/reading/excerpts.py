"""One window as a model reads it: the prompt, and the exact words that bear out what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docagent.grounding.attribution import attribute
from docagent.grounding.markers import sentences_with_markers, statement
from docagent.grounding.quotes import Quote
from docagent.reading.windows import Window
from prompts import render
from retrieval.corpus import Corpus

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

TOKENS = 250  # of a reply
_NONE = "none"
_MARKS = " \"'“”„«»"
_SCORE = 1.0  # of what a model picks


def read_prompt(corpus: Corpus, window: Window, question: str, notes: str) -> list[BaseMessage]:
    """Text first, then the question, so that the next question on it shares the longer part."""
    from langchain_core.messages import HumanMessage

    notes = "\n\n" + render("read_notes", notes=notes) if notes else ""
    text = window_text(corpus, window)
    return [HumanMessage(render("read", text=text, question=question, notes=notes))]


def window_text(corpus: Corpus, window: Window) -> str:
    """The words of a window as they stand in its document."""
    return corpus.text(window.document)[window.start : window.end]


def quotes_of(corpus: Corpus, window: Window, question: str, reply: str) -> list[Quote]:
    """The words of a window that bear out what a reply says of it, in the reply's order.

    A small model copies carelessly or answers in words of its own: what it says only tells where
    to look. What nothing in the window bears out is dropped.
    """
    if reply.strip(" .\n*\"'").casefold() == _NONE:
        return []
    passages = corpus.passages(window.document)[window.numbers.start : window.numbers.stop]
    quotes: dict[tuple[int, int], Quote] = {}
    for start, end in sentences_with_markers(reply):
        claim = statement(reply[start:end]).strip(_MARKS)
        for passage, begin, stop in attribute(corpus, claim, passages, question) if claim else ():
            words = corpus.span(passage.document, begin, stop)
            quotes[begin, stop] = Quote(words, words.start, words.end, words.text, _SCORE)
    return list(quotes.values())

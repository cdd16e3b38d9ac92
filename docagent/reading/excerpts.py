"""One window as a model reads it: the prompt, and the words it picks, found again in the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docagent.checking.quotes import Quote
from docagent.checking.support import find_words
from docagent.engine.tools.jsontext import end_of_value, read_value
from docagent.reading.windows import Window
from prompts import render, template
from retrieval.corpus import Corpus

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

    from docagent.model import Model

TOKENS = 700  # of a reply
_MOST = 8  # quotes of one window
_SMALL_TOKENS = 120  # a small model picks one quote, since it does not stop by itself
_HIGHEST = 10  # relevance
_STOPS = ".!?。！？"
_PROMPTS = ("read", "read_system", "read_notes")


def read_prompt(corpus: Corpus, window: Window, question: str, notes: str) -> list[BaseMessage]:
    """Text first, then the question, so that the next question on it shares the longer part."""
    from langchain_core.messages import HumanMessage, SystemMessage

    told = "\n\n" + render("read_notes", notes=notes) if notes else ""
    text = render("read", text=window_text(corpus, window), question=question, notes=told)
    return [SystemMessage(render("read_system")), HumanMessage(text)]


def window_text(corpus: Corpus, window: Window) -> str:
    """The words of a window as they stand in its document."""
    return corpus.text(window.document)[window.start : window.end]


def made_from(model: Model, question: str, notes: str, text: str) -> tuple[str, ...]:
    """All that a reading depends on: with the same it is not made again."""
    return ("read", model.identity, *map(template, _PROMPTS), question, notes, text)


def reply_options(model: Model, texts: list[str]) -> dict[str, Any]:
    """How replies are asked for; our own engine writes nothing but quotes of each text."""
    if not model.own:
        return {"max_tokens": TOKENS}
    return {
        "max_tokens": _SMALL_TOKENS if model.weak else TOKENS,
        "response_format": _schema(1 if model.weak else _MOST),
        "quotable": [[text] for text in texts],
    }


def picked(reply: str) -> list[tuple[str, int]]:
    """The quotes of a reply and their relevance, however carelessly written as JSON.

    A bare list and a single object count as well. Raises ValueError for what is no JSON.
    """
    start = min((at for at in (reply.find("{"), reply.find("[")) if at >= 0), default=-1)
    if start < 0:
        raise ValueError("no JSON")
    end = end_of_value(reply, start)
    value = read_value(reply[start:end] if end > 0 else reply[start:])
    if isinstance(value, dict):
        value = value.get("quotes", [value])
    found = []
    for item in value if isinstance(value, list) else [value]:
        item = {"quote": item} if isinstance(item, str) else item
        if isinstance(item, dict) and isinstance(item.get("quote"), str):
            found.append((item["quote"], _relevance(item.get("relevance"))))
    return found[:_MOST]


def found_again(corpus: Corpus, window: Window, quotes: list[tuple[str, int]]) -> list[Quote]:
    """The quotes that stand in the window, relevance as a score from 0 to 1; others are dropped."""
    text = window_text(corpus, window)
    kept = []
    for words, relevance in quotes:
        place = find_words(text, words)
        if place is None or relevance <= 0:
            continue
        start, end = place
        while end < len(text) and text[end] in _STOPS:  # a quote comes with its full stop
            end += 1
        passage = corpus.span(window.document, window.start + start, window.start + end)
        score = relevance / _HIGHEST
        kept.append(Quote(passage, passage.start, passage.end, passage.text, score))
    return kept


def _relevance(value: Any) -> int:
    """0 to 10; a quote without a number counts as middling."""
    try:
        return min(max(round(float(value)), 0), _HIGHEST)
    except (TypeError, ValueError, OverflowError):
        return _HIGHEST // 2


def _schema(most: int) -> dict[str, Any]:
    quote = {
        "type": "object",
        "properties": {
            "quote": {"type": "string", "x-quote": True},
            "relevance": {"type": "integer", "minimum": 0, "maximum": _HIGHEST},
        },
        "required": ["quote", "relevance"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"quotes": {"type": "array", "items": quote, "maxItems": most}},
        "required": ["quotes"],
        "additionalProperties": False,
    }

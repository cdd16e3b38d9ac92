"""A follow-up question put so that it stands alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from prompts import render, template
from retrieval.lexical.function_words import by_language

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

    from docagent.model import Model

Turn = tuple[str, str]  # a question that stands alone, and its answer

_TURNS = 2  # turns a model is shown: what a follow-up refers to stands in the last, or before it
_SHOWN = 300  # characters of each answer
_TOKENS = 80
_LONGEST = 300  # characters; more is no question any more
_SHORT = 4  # words; so short a question leans on the last one
_LEANS = re.compile(
    r"\b(?:it|its|they|them|their|theirs|he|him|his|she|hers?|this|that|these|those|there|then"
    r"|former|latter|same|such|one|ones|other|others|else)\b"
    r"|^(?:and|but|or|so|what about|how about|why|how so|when|who else|which one)\b",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(r"\n(?:Follow-up|Full question): ")
_WORD = re.compile(r"[^\W_][\w'’.-]*")


def leans(question: str) -> bool:
    """Whether a question may need those before it to be understood.

    Outside English that cannot be told by its words, and every follow-up counts.
    """
    words = question.split()
    return not question.isascii() or len(words) <= _SHORT or bool(_LEANS.search(question))


def stand_alone(model: Model | None, turns: Sequence[Turn], question: str) -> str:
    """The follow-up with what it refers to; as it is if it refers to nothing.

    Without a language model, or where it says no question or the last one over again (5 of 34 by
    the 1.5B), the words of the last question are added to one that leans on it.
    """
    if not turns:
        return question
    before = turns[-1][0]
    if model:
        reply = model.reply(_messages(turns, question), max_tokens=_TOKENS).text.strip()
        told = reply.partition("\n")[0].strip(' "')
        if told and len(told) <= _LONGEST and told.casefold() != before.strip().casefold():
            return told
    return _with_words(before, question) if leans(question) else question


def _messages(turns: Sequence[Turn], question: str) -> list[BaseMessage]:
    """Examples as turns of the conversation, then the follow-up.

    Of 9 follow-ups the 1.5B put 8 right with examples as turns, and 3 to 6 with the same ones told
    in one message, from which it copied. An answer stands on one line, whatever it holds.
    """
    from langchain_core.messages import AIMessage, HumanMessage

    found: list[BaseMessage] = []
    for example in template("follow_up_examples").split("\n\n"):
        before, asked, full = _EXAMPLE.split(example)
        found.append(HumanMessage(render("follow_up", turns=before, question=asked)))
        found.append(AIMessage(full))
    told = "\n".join(
        f"Question: {asked}\nAnswer: {' '.join(said.split())[:_SHOWN]}"
        for asked, said in turns[-_TURNS:]
    )
    return [*found, HumanMessage(render("follow_up", turns=told, question=question))]


def _with_words(before: str, question: str) -> str:
    """The question, with the content words of the one before that it lacks."""
    functional = frozenset().union(*by_language().values())
    held = {word.casefold() for word in _WORD.findall(question)}
    words = [
        word
        for word in dict.fromkeys(_WORD.findall(before))
        if word.casefold() not in held and word.casefold() not in functional
    ]
    return f"{question} ({' '.join(words)})" if words else question

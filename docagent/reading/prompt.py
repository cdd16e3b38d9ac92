"""The messages that put evidence and question before a model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docagent.reading.evidence import Source
from prompts import render

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

REFUSAL = "The document does not say."
_MARKER = re.compile(r"\[(?=\d{1,2}\])")


def messages(sources: list[Source], question: str, small: bool = False) -> list[BaseMessage]:
    """Instructions, then the passages, then the question.

    The passages come before the question, so that many questions on the same evidence share
    the longest part of the prompt.
    """
    from langchain_core.messages import HumanMessage, SystemMessage

    passages = "\n\n".join(map(_shown, sources))
    if small:
        # A model this small copies instructions into its answer; it gets text and question alone.
        plain = "\n\n".join(source.text for source in sources)
        return [HumanMessage(render("answer_small", passages=plain, question=question))]
    return [
        SystemMessage(render("answer_system", refusal=REFUSAL)),
        HumanMessage(render("answer", passages=passages, question=question, refusal=REFUSAL)),
    ]


def _shown(source: Source) -> str:
    """A source as the model sees it; a document's own "[3]" is kept from looking like a marker."""
    context = source.passages[0].context
    body = (f"(table: {context})\n" if context else "") + source.text
    return f"[{source.number}] " + _MARKER.sub("[ ", f"{source.title}\n{body}")


def is_refusal(text: str) -> bool:
    """Whether a model's reply is the refusal it was told to give, and nothing else."""
    wanted = REFUSAL.rstrip(".").lower()
    return wanted in text.lower() and len(text) < 3 * len(REFUSAL)

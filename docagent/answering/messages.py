"""The messages that put evidence and question before a model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docagent.grounding.markers import MARKER
from docagent.grounding.source import Source
from docagent.model import prompt_messages

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

REFUSAL = "The document does not say."

# Of a model that finds nothing, in the words it chooses: "The text does not mention ...".
_REFUSES = re.compile(
    r"\b(?:documents?|passages?|text|sources?|excerpts?|context|question)\b[^.]*"
    r"\b(?:not|no|nothing|cannot|unable|n't)\b|\bno (?:information|mention)\b|\bunanswerable\b",
    re.IGNORECASE,
)

_LONGEST = 200  # characters of a refusal


def answer_messages(sources: list[Source], question: str, brief: bool = False) -> list[BaseMessage]:
    """The passages, then what is asked; `brief` asks for the shortest answer.

    Small instruction models refuse where a refusal is offered and recite a format that is
    described (Qwen2.5-Coder-1.5B, 0.5B), so nothing but the question is said.
    """
    return _messages("answer_brief" if brief else "answer", sources, question)


def answerable_messages(sources: list[Source], question: str) -> list[BaseMessage]:
    """The same passages, and whether they answer the question: Yes or No.

    Both prompts begin alike, so that the passages are read once.
    """
    return _messages("answerable", sources, question)


def _messages(name: str, sources: list[Source], question: str) -> list[BaseMessage]:
    several = len({source.passages[0].document for source in sources}) > 1
    passages = "\n\n".join(_shown(source, several) for source in sources)
    return prompt_messages(name, passages=passages, question=question)


def _shown(source: Source, several: bool) -> str:
    """A source as the model sees it: document, where there are several, heading and text."""
    first = source.passages[0]
    over = ", ".join(filter(None, [first.document if several else "", first.heading]))
    table = f"(table: {first.context})" if first.context else ""
    return "\n".join(filter(None, [over, table, source.text]))


def is_refusal(text: str) -> bool:
    """Whether a model's reply says that the text does not answer, and no more; it cites nothing."""
    return bool(_REFUSES.search(text)) and len(text) < _LONGEST and not MARKER.search(text)

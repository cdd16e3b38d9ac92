"""The sentences of a summary in another language, each with the citations it had."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

from docagent.events import Step
from docagent.summary.context import SummaryContext
from docagent.summary.replies import PER_SENTENCE, replies
from docagent.summary.statements import SummarySentence
from prompts import render

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

_DIGITS = re.compile(r"\d+")
_GROUPED = re.compile(r"(?<=\d)[.,\s\u202f](?=\d)")  # 1,234.5 and 1.234,5


def translated(
    work: SummaryContext, told: Sequence[SummarySentence]
) -> Generator[Step, None, list[SummarySentence]]:
    """Each sentence in the wanted language; in its own where a figure was lost on the way."""
    found = []
    prompts = (_prompt(one.text, work.wanted.language) for one in told)
    for one, reply in zip(told, replies(work, prompts, 2 * PER_SENTENCE), strict=True):
        text = " ".join(reply.text.split())
        kept = not text or not _same_figures(one.text, text)
        found.append(one if kept else SummarySentence(text, one.spans))
    same = sum(one is old for one, old in zip(found, told, strict=True))
    yield Step(
        "translate", f"{len(told) - same} sentences" + f", {same} left as they were" * (same > 0)
    )
    return found


def _prompt(sentence: str, language: str) -> list[BaseMessage]:
    from langchain_core.messages import HumanMessage

    return [HumanMessage(render("summary_translate", sentence=sentence, language=language))]


def _same_figures(one: str, other: str) -> bool:
    """Whether two sentences hold the same digits, whatever marks stand between them."""
    held, wanted = (sorted(_DIGITS.findall(_GROUPED.sub("", text))) for text in (one, other))
    return held == wanted

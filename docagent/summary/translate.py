"""The sentences of a summary in another language, each with the citations it had."""

from __future__ import annotations

import re
from collections.abc import Sequence

from docagent.events import Step
from docagent.model import prompt_messages
from docagent.reading.map_reduce import replies
from docagent.summary.context import SummaryContext
from docagent.summary.statements import PER_SENTENCE, SummarySentence

_DIGITS = re.compile(r"\d+")
_GROUPED = re.compile(r"(?<=\d)[.,\s\u202f](?=\d)")  # 1,234.5 and 1.234,5


def translated(
    context: SummaryContext, sentences: Sequence[SummarySentence]
) -> list[SummarySentence]:
    """Each sentence in the wanted language; in its own where a figure was lost on the way."""
    result = list(sentences)
    language = context.options.language
    prompts = [
        prompt_messages("summary_translate", sentence=sentence.text, language=language)
        for sentence in sentences
    ]
    context.steps += len(prompts)
    for reply in replies(context.model, context.cache, prompts, 2 * PER_SENTENCE):
        sentence, text = sentences[reply.number], " ".join(reply.text.split())
        if text and _same_figures(sentence.text, text):
            result[reply.number] = SummarySentence(text, sentence.spans)
    same = sum(new is old for new, old in zip(result, sentences, strict=True))
    count = f"{len(sentences) - same} sentences"
    context.emit(Step("translate", count + f", {same} left as they were" * (same > 0)))
    return result


def _same_figures(sentence: str, other: str) -> bool:
    """Whether two sentences hold the same digits, whatever marks stand between them."""
    first, second = (sorted(_DIGITS.findall(_GROUPED.sub("", text))) for text in (sentence, other))
    return first == second

"""A summary that the model writes: part by part, then the sentences that stand for the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING

from docagent.errors import first_line
from docagent.events import Step
from docagent.grounding.attribution import attribute
from docagent.grounding.figures import spelled_as
from docagent.model import prompt_messages
from docagent.reading.cost import Cost
from docagent.reading.map_reduce import Reply, replies
from docagent.summary.context import SectionDone, SummaryContext
from docagent.summary.extract import statements_extract
from docagent.summary.mmr import near
from docagent.summary.parts import Part
from docagent.summary.sections import Section
from docagent.summary.spread import spread
from docagent.summary.statements import PER_SENTENCE, Span, SummarySentence, statements
from retrieval.lexical.language import NAMES, language
from retrieval.passage import Passage

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

_FIRST_BATCH = 2  # parts that tell how fast the model reads
_FEWEST = 2  # sentences asked of a part
_SPARE = 1  # and one more than are wanted, since what the text does not bear out is dropped


def generative(
    context: SummaryContext,
    sections: Sequence[Section],
    parts: Sequence[Part],
    section_done: SectionDone,
) -> list[SummarySentence]:
    """The sentences of the whole; those of each section are handed over as it is finished.

    With a focus all is read first: what comes near shows only when all is compared.
    """
    options = context.options
    most = options.sentences if len(sections) == 1 else options.section
    counts = _counts(parts, most)
    prompts = [_prompt(context, part, count) for part, count in zip(parts, counts, strict=True)]
    tokens = [part.tokens for part in parts]
    cost = Cost(context.cache, context.model, prompts, tokens, PER_SENTENCE * max(counts))
    context.emit(Step("cost", cost.announce()))
    by_part: dict[int, list[SummarySentence]] = {}
    by_section: list[list[SummarySentence]] = [[] for _ in sections]
    finished = 0

    def finish_sections(upto: int) -> None:
        nonlocal finished
        while finished < upto:
            by_section[finished] = _section(context, parts, by_part, finished, most)
            section_done(finished, by_section[finished])
            finished += 1

    max_tokens = PER_SENTENCE * (max(counts) + _SPARE)
    with context.timed("read"):
        for reply in replies(
            context.model, context.cache, prompts, max_tokens, first_batch=_FIRST_BATCH
        ):
            context.steps += 1
            by_part[reply.number] = _borne_out(context, parts[reply.number], reply)
            context.emit(cost.done(reply.number))
            if not options.focus:
                unread = (part.section for at, part in enumerate(parts) if at not in by_part)
                finish_sections(next(unread, len(sections)))
    with context.timed("join"):
        if options.focus:
            by_part = _near(context, by_part)
            finish_sections(len(sections))
        if len(sections) == 1:
            return by_section[0]
        sizes = [section.size for section in sections]
        return spread(context, by_section, sizes, options.sentences)


def _section(
    context: SummaryContext,
    parts: Sequence[Part],
    by_part: Mapping[int, list[SummarySentence]],
    number: int,
    most: int,
) -> list[SummarySentence]:
    """The sentences that stand for a section, from each of its parts by its length."""
    own = [at for at, part in enumerate(parts) if part.section == number]
    return spread(context, [by_part[at] for at in own], [parts[at].tokens for at in own], most)


def _counts(parts: Sequence[Part], most: int) -> list[int]:
    """How many sentences each part is asked for: its share of its section's `most`."""
    size = Counter[int]()
    for part in parts:
        size[part.section] += part.tokens
    shares = [ceil(most * part.tokens / size[part.section]) for part in parts]
    return [max(_FEWEST, share) + _SPARE for share in shares]


def _prompt(context: SummaryContext, part: Part, count: int) -> list[BaseMessage]:
    """The text of a part, then what is asked of it, in the text's own language."""
    passages = part.passages(context.corpus)
    text = "\n\n".join(f"{passage.context}\n{passage.text}".strip() for passage in passages)
    focus = context.options.focus
    return prompt_messages(
        "summary_focus" if focus else "summary_part",
        text=text,
        count=str(count),
        language=_in_language(context, text),
        focus=focus,
    )


def _in_language(context: SummaryContext, text: str) -> str:
    """ " in German" for a text in German: a small model falls back to the prompt's English."""
    known = context.corpus.lexical.languages
    code = language(text)
    return f" in {NAMES[code]}" if code in known and "en" not in known else ""


def _borne_out(context: SummaryContext, part: Part, reply: Reply) -> list[SummarySentence]:
    """The statements of a reply that the part's own words bear out."""
    where = f"{part.document}, part {reply.number + 1}"
    if reply.error:
        context.lost.append(f"{where}: {first_line(reply.error)}")
        context.emit(Step("lost", context.lost[-1]))
        return []
    passages = part.passages(context.corpus)
    texts = [passage.headed for passage in passages]
    claims = list(dict.fromkeys(statements(spelled_as(texts, reply.text))))
    sentences = [
        SummarySentence(claim, spans)
        for claim in claims
        if (spans := _spans(context, claim, passages))
    ]
    context.unsupported += bool(claims) and not sentences
    dropped = len(claims) - len(sentences)
    text = f"{where}: {len(sentences)} statements"
    context.emit(Step("part", text + f"; {dropped} without support left out" * bool(dropped)))
    return sentences


def _near(
    context: SummaryContext, by_part: Mapping[int, list[SummarySentence]]
) -> dict[int, list[SummarySentence]]:
    """What of each part comes near to the focus."""
    numbers = sorted(by_part)
    extracts = [statements_extract(context, by_part[number]) for number in numbers]
    return {
        number: [by_part[number][at] for at in chosen]
        for number, chosen in zip(numbers, near(context, extracts), strict=True)
    }


def _spans(context: SummaryContext, claim: str, passages: Sequence[Passage]) -> tuple[Span, ...]:
    """Where the words stand that bear a statement out; none if nothing does.

    These words alone must do so, a row with the head of its table: "In July 2007" was found to
    stand on "In 2007", as there was a July elsewhere in the part.
    """
    places = attribute(context.corpus, claim, passages)
    alone = [_alone(context, passage, start, end) for passage, start, end in places]
    if not attribute(context.corpus, claim, alone):
        return ()
    return tuple(Span(passage.document, start, end) for passage, start, end in places)


def _alone(context: SummaryContext, passage: Passage, start: int, end: int) -> Passage:
    """The words of a passage from `start` to `end` as one of their own."""
    sentences = context.corpus.sentences(passage)
    heads = dict.fromkeys(
        sentence.head for sentence in sentences if sentence.start < end and start < sentence.end
    )
    words = context.corpus.span(passage.document, start, end)
    return replace(words, context=" ".join([passage.context, *heads]).strip())

"""A summary that the model writes: part by part, then the sentences that stand for the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING

from docagent.events import Step
from docagent.grounding.attribution import attribute
from docagent.grounding.figures import spelled_as
from docagent.reading.cost import Cost
from docagent.summary.context import Making, SectionDone, SummaryContext
from docagent.summary.extract import statements_extract
from docagent.summary.mmr import near
from docagent.summary.parts import Part
from docagent.summary.replies import PER_SENTENCE, Reply, known, replies
from docagent.summary.sections import Section
from docagent.summary.spread import spread
from docagent.summary.statements import Span, SummarySentence, statements
from prompts import render
from retrieval.lexical.language import NAMES, language
from retrieval.passage import Passage

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

_FEWEST = 2  # sentences asked of a part
_SPARE = 1  # and one more than are wanted, since what the text does not bear out is dropped


def written(work: SummaryContext, sections: Sequence[Section], parts: Sequence[Part]) -> Making:
    """The sentences of each section as it is finished, in order, and last those of the whole.

    With a focus all is read first: what comes near is told by comparing everything.
    """
    counts = _counts(work, sections, parts)
    prompts = [_prompt(work, part, count) for part, count in zip(parts, counts, strict=True)]
    tokens = [part.tokens for part in parts]
    reply = PER_SENTENCE * max(counts)
    cost = Cost(work.kept, work.model, tokens, [known(work, one) for one in prompts], reply)
    yield Step("cost", cost.announce())
    heard: list[list[SummarySentence]] = [[] for _ in parts]
    told: list[list[SummarySentence]] = [[] for _ in sections]
    left = iter(replies(work, prompts, PER_SENTENCE * (max(counts) + _SPARE)))
    for number, part in enumerate(parts):
        with work.timed("read"):
            given = next(left)
        heard[number] = yield from _borne_out(work, part, given)
        yield cost.done(number)
        last = number + 1 == len(parts) or parts[number + 1].section != part.section
        if last and not work.wanted.focus:
            told[part.section] = _section(work, sections, parts, heard, part.section)
            yield SectionDone(part.section, told[part.section])
    with work.timed("join"):
        if work.wanted.focus:
            heard = _near(work, heard)
            told = [_section(work, sections, parts, heard, one) for one in range(len(sections))]
            for number, sentences in enumerate(told):
                yield SectionDone(number, sentences)
        sizes = [section.size for section in sections]
        whole = told[0] if len(told) == 1 else spread(work, told, sizes, work.wanted.sentences)
    yield SectionDone(None, whole)


def _section(
    work: SummaryContext,
    sections: Sequence[Section],
    parts: Sequence[Part],
    heard: Sequence[list[SummarySentence]],
    number: int,
) -> list[SummarySentence]:
    """The sentences that stand for a section, from each of its parts by its length."""
    own = [at for at, part in enumerate(parts) if part.section == number]
    most = _most(work, sections)
    return spread(work, [heard[at] for at in own], [parts[at].tokens for at in own], most)


def _most(work: SummaryContext, sections: Sequence[Section]) -> int:
    return work.wanted.sentences if len(sections) == 1 else work.wanted.section


def _counts(work: SummaryContext, sections: Sequence[Section], parts: Sequence[Part]) -> list[int]:
    """How many sentences each part is asked for: its share of its section's."""
    most = _most(work, sections)
    size = Counter[int]()
    for part in parts:
        size[part.section] += part.tokens
    shares = [ceil(most * part.tokens / size[part.section]) for part in parts]
    return [max(_FEWEST, share) + _SPARE for share in shares]


def _prompt(work: SummaryContext, part: Part, count: int) -> list[BaseMessage]:
    """The text of a part, then what is asked of it, in the text's own language."""
    from langchain_core.messages import HumanMessage

    passages = part.passages(work.corpus)
    text = "\n\n".join(f"{one.context}\n{one.text}".strip() for one in passages)
    told = {
        "text": text,
        "count": str(count),
        "language": _spoken(work, text),
        "focus": work.wanted.focus,
    }
    return [HumanMessage(render("summary_focus" if work.wanted.focus else "summary_part", **told))]


def _spoken(work: SummaryContext, text: str) -> str:
    """ " in German" for a text in German: a small model falls back to the prompt's English."""
    known = work.corpus.lexical.languages
    spoken = language(text)
    return f" in {NAMES[spoken]}" if spoken in known and "en" not in known else ""


def _borne_out(
    work: SummaryContext, part: Part, reply: Reply
) -> Generator[Step, None, list[SummarySentence]]:
    """The statements of a reply that the part's own words bear out."""
    where = f"{part.document}, part {reply.number + 1}"
    if reply.error:
        work.lost.append(f"{where}: {reply.error}")
        yield Step("lost", work.lost[-1])
        return []
    passages = part.passages(work.corpus)
    texts = [passage.headed for passage in passages]
    said = list(dict.fromkeys(statements(spelled_as(texts, reply.text))))
    told = [SummarySentence(one, spans) for one in said if (spans := _spans(work, one, passages))]
    work.unsupported += bool(said) and not told
    dropped = len(said) - len(told)
    text = f"{where}: {len(told)} statements"
    yield Step("part", text + f"; {dropped} without support left out" * bool(dropped))
    return told


def _near(
    work: SummaryContext, heard: Sequence[list[SummarySentence]]
) -> list[list[SummarySentence]]:
    """What of each part comes near to the focus."""
    found = near(work, [statements_extract(work, told) for told in heard])
    return [[told[at] for at in taken] for told, taken in zip(heard, found, strict=True)]


def _spans(work: SummaryContext, claim: str, passages: Sequence[Passage]) -> tuple[Span, ...]:
    """Where the words stand that bear a statement out; none if nothing does.

    These words alone must do so, a row with the head of its table: "In July 2007" was found to
    stand on "In 2007", as there was a July elsewhere in the part.
    """
    found = attribute(work.corpus, claim, passages)
    alone = [_alone(work, passage, start, end) for passage, start, end in found]
    if not attribute(work.corpus, claim, alone):
        return ()
    return tuple(Span(passage.document, start, end) for passage, start, end in found)


def _alone(work: SummaryContext, passage: Passage, start: int, end: int) -> Passage:
    """The words of a passage from `start` to `end` as one of their own."""
    heads = dict.fromkeys(
        one.head for one in work.corpus.sentences(passage) if one.start < end and start < one.end
    )
    words = work.corpus.span(passage.document, start, end)
    return replace(words, context=" ".join([passage.context, *heads]).strip())

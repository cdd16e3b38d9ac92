"""A summary that the model writes: part by part, section by section, then the whole."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import TYPE_CHECKING

from docagent.checking.support import support
from docagent.events import Step
from docagent.summary.cost import Cost
from docagent.summary.join import join
from docagent.summary.parts import Part
from docagent.summary.prompt import part_prompt
from docagent.summary.replies import PER_SENTENCE, Reply, known, replies
from docagent.summary.sections import Section
from docagent.summary.told import Span, Told, is_nothing, marked
from docagent.summary.work import Finished, Making, Work

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

_LEAST = 3  # statements asked of a part


def written(work: Work, sections: Sequence[Section], parts: Sequence[Part]) -> Making:
    """The sentences of each section as it is finished, in order, and last those of the whole."""
    cost = Cost(
        [part.tokens for part in parts],
        [known(work, one) for one in _prompts(work, sections, parts)],
    )
    yield Step("cost", cost.announce())
    most = work.wanted.sentences if len(sections) == 1 else work.wanted.section
    heads = [section.heading for section in sections]
    under: list[tuple[str, Told]] = []
    held: list[Told] = []
    left = iter(replies(work, _prompts(work, sections, parts), PER_SENTENCE * _count(work)))
    for number, part in enumerate(parts):
        with work.timed("read"):
            reply = next(left)
        held += yield from _checked(work, part, reply)
        yield cost.done(number)
        if number + 1 < len(parts) and parts[number + 1].section == part.section:
            continue
        with work.timed("join"):
            heading = heads[part.section]
            told = yield from join(work, [(heading, one) for one in _once(held)], most, heading)
        yield Finished(part.section, told)
        under += [(heading, one) for one in told]
        held = []
    with work.timed("join"):
        whole = yield from join(work, under, work.wanted.sentences, "the whole")
    yield Finished(None, whole)


def _once(told: Sequence[Told]) -> list[Told]:
    """Without those that say the same in the same words."""
    return list({one.text: one for one in reversed(told)}.values())[::-1]


def _prompts(
    work: Work, sections: Sequence[Section], parts: Sequence[Part]
) -> Iterator[list[BaseMessage]]:
    for part in parts:
        heading = sections[part.section].heading
        yield part_prompt(part.passages(work.corpus), heading, _count(work), work.wanted)


def _count(work: Work) -> int:
    return max(_LEAST, work.wanted.section)


def _checked(work: Work, part: Part, reply: Reply) -> Generator[Step, None, list[Told]]:
    """The statements of a reply that the part's own words carry."""
    passages = part.passages(work.corpus)
    where = f"{part.document}, part {reply.number + 1}"
    if reply.error:
        work.lost.append(f"{where}: {reply.error}")
        yield Step("lost", work.lost[-1])
        return []
    found: list[Told] = []
    dropped = 0
    for claim, numbers in [] if is_nothing(reply.text) else marked(reply.text):
        named = [passages[number - 1] for number in numbers if 1 <= number <= len(passages)]
        spans = [span for one in named if (span := support(work.corpus, "", claim, [one]))]
        if not spans and (other := support(work.corpus, "", claim, passages)):
            spans = [other]  # right words, wrong number
        if spans:
            places = (Span(part.document, start, end) for _, start, end in spans)
            found.append(Told(claim, tuple(dict.fromkeys(places))))
        else:
            dropped += 1
    work.unsupported += not found and dropped > 0
    told = f"{where}: {len(found)} statements"
    yield Step("part", told + f"; {dropped} without support left out" * bool(dropped))
    return found

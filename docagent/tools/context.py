"""What the tools of one question share: documents, registry, and how results are laid out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from docagent.answering.evidence import in_turns
from docagent.grounding.markers import without_markers
from docagent.grounding.source import Source
from docagent.model import estimated_tokens
from retrieval.corpus import Corpus
from retrieval.pages import PageRange
from retrieval.parse.document import ranges
from retrieval.passage import Passage

RESULT = 700  # tokens of a result: four passages or so; a CPU reads them in ten to twenty seconds
SECTION = 2500  # characters, about what a page holds: a "page" of documents that have none
MOST = 99  # passages; a marker has at most two digits
_LABEL = 200  # characters
_NUMBER = 5  # tokens of "[12] " and the lines between passages


@dataclass(frozen=True, slots=True)
class ToolArtifact:
    """The `artifact` of a tool's message: what its result was, for the trace.

    `summary` says it in a few words, `numbers` are the passages it names, `more` is how many
    were left out for want of room, and `again` whether the same call shows them.
    """

    summary: str
    numbers: tuple[int, ...] = ()
    more: int = 0
    again: bool = False


@dataclass
class CitationRegistry:
    """Passages shown, numbered from 1 as they were met; none is ever taken out.

    `shown` are the numbers whose whole text stands before the model, `results` the numbers that
    each call brought, best first.
    """

    most: int = MOST
    passages: dict[int, Passage] = field(default_factory=dict)
    shown: set[int] = field(default_factory=set)
    results: list[tuple[int, ...]] = field(default_factory=list)
    _numbers: dict[tuple[str, int, int], int] = field(default_factory=dict)

    def known(self, passage: Passage) -> int | None:
        """The number that a passage has, if it has one."""
        return self._numbers.get((passage.document, passage.start, passage.end))

    def number(self, passage: Passage) -> int | None:
        """The number of a passage, a new one if it has none; None if the registry is full."""
        number = self.known(passage)
        if number is None and len(self.passages) < self.most:
            number = len(self.passages) + 1
            self.passages[number] = passage
            self._numbers[passage.document, passage.start, passage.end] = number
        return number

    @property
    def ranked(self) -> list[Passage]:
        """All passages: the best of each result, then the second of each, and so on."""
        return [self.passages[number] for number in dict.fromkeys(in_turns(self.results))]

    @property
    def sources(self) -> list[Source]:
        """All passages under their numbers, for checking an answer's markers."""
        return [Source(number, (passage,)) for number, passage in self.passages.items()]


@dataclass
class ToolContext:
    """The documents of one question and the registry of what was seen of them.

    `budget` is the most tokens of a result, by `count`; `pages` limits what may be read
    (physical, from 1).
    """

    corpus: Corpus
    registry: CitationRegistry = field(default_factory=CitationRegistry)
    count: Callable[[str], int] = estimated_tokens
    budget: int = RESULT
    pages: tuple[int, int] | None = None

    def within(self, passage: Passage) -> bool:
        """Whether a passage lies on the pages that may be read."""
        pages = PageRange.of(self.pages)
        return pages is None or passage.page in pages

    def whole(self, passages: Sequence[Passage], head: str = "") -> tuple[str, ToolArtifact]:
        """A result with the text of each passage; of those shown before, the number alone."""
        known = {passage: self.registry.known(passage) for passage in passages}
        above = [str(number) for number in known.values() if number in self.registry.shown]
        if above:
            told = f"shown above: {', '.join(above)}"
            head = f"{head} ({told})" if head else told.capitalize()
            passages = [p for p in passages if known[p] not in self.registry.shown]
            if not passages:
                return head, ToolArtifact("all shown above")
        pieces, numbers, left = [head] if head else [], list[int](), self.budget
        for passage in passages:
            table = f"(table: {passage.context})\n" if passage.context else ""
            body = without_markers(f"\n{table}{passage.text.strip()}")
            title = self.title(passage)
            cost = self.count(title + body) + _NUMBER
            number = None if cost > left and numbers else self.registry.number(passage)
            if number is None:
                break
            piece = f"[{number}] {title}{body}"
            pieces.append(piece if cost <= left else self.cut(piece))
            self.registry.shown.add(number)
            numbers.append(number)
            left -= cost
        more = len(passages) - len(numbers)
        if more:
            pieces.append(f"... {more} more{self._full()}")
        return "\n\n".join(pieces), ToolArtifact(self.summary(numbers, more), tuple(numbers), more)

    def lines(self, head: str, lines: Iterable[str], total: int) -> tuple[str, int]:
        """A result of up to `total` lines, taken while they fit: its text, and how many do."""
        kept: list[str] = []
        left = self.budget - self.count(head)
        for line in lines:
            left -= self.count(line) + 1
            if left < 0 and kept:
                break
            kept.append(line)
        more = total - len(kept)
        tail = [f"... {more} more{self._full()}"] if more else []
        return "\n".join([head, *kept, *tail]), len(kept)

    def title(self, passage: Passage) -> str:
        """Where a passage stands: document (if there are several), page and heading."""
        several = len(self.corpus.documents) > 1
        unit, number = place(passage)
        parts = [passage.document if several else "", f"{unit} {number}", passage.heading]
        return label(", ".join(filter(None, parts)))

    def summary(self, numbers: Sequence[int], more: int = 0) -> str:
        """ "6 passages, p. 3, 17": what a result brought, for a person."""
        places = sorted({place(self.registry.passages[number]) for number in numbers})
        where = ""
        for unit in dict.fromkeys(unit for unit, _ in places):
            numbered = ranges(tuple(number for kind, number in places if kind == unit))
            where += f", {'p.' if unit == 'page' else unit} {numbered}"
        count = "1 passage" if len(numbers) == 1 else f"{len(numbers)} passages"
        return count + where + (f", {more} more left out" if more else "")

    def cut(self, text: str) -> str:
        """A text without its end, if it is too long for a result."""
        if self.count(text) <= self.budget:
            return text
        while (tokens := self.count(text)) > self.budget:
            text = text[: int(len(text) * min(0.9, self.budget / tokens))]
        return text + " ..."

    def _full(self) -> str:
        if len(self.registry.passages) < self.registry.most:
            return ""
        return f"; {self.registry.most} passages are held, which is the most: answer from these"


def place(passage: Passage) -> tuple[str, int]:
    """What read_pages calls the place of a passage: ("page", 8), ("section", 3)."""
    if passage.page:
        return passage.unit, passage.page
    return "section", passage.start // SECTION + 1


def label(text: str) -> str:
    """A heading or a document's name without markers, on one line."""
    return without_markers(" ".join(text.split()))[:_LABEL]

"""Needles in a haystack: facts at evenly spaced depths, distractors like them, and questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from docagent.errors import DocAgentError
from docagent.evaluation.facts import FORMS, Fact, Facts
from docagent.evaluation.haystack import Count, Span, boundary, cut, inserted, repeated
from docagent.evaluation.prose import report

_LEAST_FILLER = 0.1  # of a haystack; with less, it is all needles


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on a haystack.

    `kind`: own, paraphrased, together; absent, where neither name stands in the text; or like,
    where the text has the second name with another first one. The last two are to be refused.
    """

    kind: str
    depth: float | None
    question: str
    facts: tuple[Fact, ...]
    number: int = 0

    @property
    def id(self) -> str:
        """Unique among the questions of one haystack."""
        return f"{self.kind} {self.number if self.depth is None else f'{self.depth:.3f}'}"


class Needles:
    """The facts and questions of one haystack, before there is any text.

    `depths` cells hold `needles` facts of one form each: the first at the cell's depth, the
    others evenly spaced behind it. Each cell's first fact has a distractor with the same second
    name. As many questions as cells ask for a fact whose names are nowhere, and as many for one
    whose second name stands in a distractor.
    """

    def __init__(self, depths: int, needles: int, seed: str) -> None:
        self.facts = Facts(Random(seed))
        self.random = self.facts.random
        self.depths = [n / (depths - 1) for n in range(depths)] if depths > 1 else [0.5]
        self.cells: list[list[Fact]] = []
        self.distractors: list[Fact] = []
        self.absent: list[Fact] = []
        self.alike: list[Fact] = []
        for number in range(depths):
            first, like = self.facts.draw_two(number)
            rest = [self.facts.draw(number) for _ in range(needles - 1)]
            self.cells.append([first, *rest])
            missing, near = self.facts.draw_two(number)
            self.alike.append(missing)
            self.absent.append(self.facts.draw(number))
            self.distractors += [like, near]

    def questions(self) -> Iterator[Asked]:
        """All questions; those on one needle are asked in two ways."""
        for number, (depth, cell) in enumerate(zip(self.depths, self.cells, strict=True)):
            if len(cell) > 1:
                form = FORMS[number % len(FORMS)]
                yield Asked("together", depth, form.ask_all(cell), tuple(cell))
                continue
            yield Asked("own", depth, cell[0].own, tuple(cell))
            yield Asked("paraphrased", depth, cell[0].paraphrased, tuple(cell))
        for kind, facts in (("absent", self.absent), ("like", self.alike)):
            for number, fact in enumerate(facts):
                yield Asked(kind, None, fact.own, (), number)

    def text(self, tokens: int, counted: Count, document: str | None) -> Haystack:
        """The haystack: the document's own text, or a report with many more distractors.

        Raises DocAgentError if so many tokens hold hardly more than the needles.
        """
        placed = [
            (depth + (1 - depth) * number / len(cell), fact)
            for depth, cell in zip(self.depths, self.cells, strict=True)
            for number, fact in enumerate(cell)
        ]
        placed += [(self.random.random(), fact) for fact in self.distractors]
        room = tokens - sum(counted(fact.sentence) + 1 for _, fact in placed)
        if room < _LEAST_FILLER * tokens:
            raise DocAgentError(
                f"{tokens:,} tokens are too few for {len(placed)} facts; give larger --lengths, or "
                "fewer --depths or --needles."
            )
        pieces = report(self.random, self.facts) if document is None else repeated(document)
        hay = cut(pieces, room, counted)
        at = [(boundary(hay, depth), fact.sentence) for depth, fact in placed]
        text, spans = inserted(hay, at)
        facts = [fact for _, fact in placed]
        return Haystack(text, dict(zip(facts, spans, strict=True)))


@dataclass(frozen=True, slots=True)
class Haystack:
    """A text, and where each fact stands in it."""

    text: str
    spans: dict[Fact, Span]

    def value(self, fact: Fact) -> Span:
        """Where the fact's value stands."""
        start = self.spans[fact][0] + fact.sentence.rindex(fact.value)
        return start, start + len(fact.value)


def length_of(text: str) -> int:
    """`4K`, `1M` or `5000` as tokens; K is 1,024 and M its square. Raises ValueError."""
    unit = {"K": 1024, "M": 1024**2}.get(text[-1:].upper(), 1)
    number = int(text[:-1] if unit > 1 else text)
    if number < 1:
        raise ValueError(f"{text} is no length")
    return number * unit


def length_name(tokens: int) -> str:
    """The reverse of `length_of`."""
    for unit, letter in ((1024**2, "M"), (1024, "K")):
        if tokens >= unit and tokens % unit == 0:
            return f"{tokens // unit}{letter}"
    return str(tokens)


def share(cases: Sequence[dict[str, object]], score: str) -> float | None:
    """Mean of a score over cases; None without any."""
    held = [
        float(scores[score])
        for case in cases
        if isinstance(scores := case["scores"], dict) and scores.get(score) is not None
    ]
    return sum(held) / len(held) if held else None

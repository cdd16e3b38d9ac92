"""Needles in a haystack: facts at evenly spaced depths, distractors like them, and questions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from docagent.evaluation.facts import FORMS, Fact, FactGenerator, report
from docagent.evaluation.haystack import CountTokens, Haystack, hide, repeat

LONG_CONTEXT = {"none": "trained window only", "yarn": "YaRN", "dca": "dual chunk attention"}
"""Ways to read beyond the trained window, and what a reader would call them."""

_UNITS = {"K": 1024, "M": 1024**2}


@dataclass(frozen=True, slots=True)
class NeedleQuestion:
    """A question on a haystack.

    `kind`: own (in the needle's words), paraphrased, together (several needles at once); absent,
    where neither name stands in the text; or like, where the text has the second name with
    another first one. The last two are to be refused.
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
        self.facts = FactGenerator(Random(seed))
        self.random = self.facts.random
        self.depths = even_depths(depths)
        self.cells: list[list[Fact]] = []
        self.distractors: list[Fact] = []
        self.absent: list[Fact] = []
        self.alike: list[Fact] = []
        for number in range(depths):
            first, like = self.facts.draw_pair(number)
            self.cells.append([first, *(self.facts.draw(number) for _ in range(needles - 1))])
            missing, near = self.facts.draw_pair(number)
            self.alike.append(missing)
            self.absent.append(self.facts.draw(number))
            self.distractors += [like, near]

    def questions(self) -> Iterator[NeedleQuestion]:
        """All questions; those on one needle are asked in two ways."""
        for number, (depth, cell) in enumerate(zip(self.depths, self.cells, strict=True)):
            facts = tuple(cell)
            if len(cell) > 1:
                text = FORMS[number % len(FORMS)].ask_all(cell)
                yield NeedleQuestion("together", depth, text, facts)
            else:
                yield NeedleQuestion("own", depth, cell[0].question, facts)
                yield NeedleQuestion("paraphrased", depth, cell[0].paraphrase, facts)
        for kind, missing in (("absent", self.absent), ("like", self.alike)):
            for number, fact in enumerate(missing):
                yield NeedleQuestion(kind, None, fact.question, (), number)

    def text(self, tokens: int, count_tokens: CountTokens, document: str | None) -> Haystack:
        """The haystack: the document's own text, or a report with many more distractors."""
        facts = [
            (depth + (1 - depth) * number / len(cell), fact)
            for depth, cell in zip(self.depths, self.cells, strict=True)
            for number, fact in enumerate(cell)
        ]
        facts += [(self.random.random(), fact) for fact in self.distractors]
        pieces = report(self.random, self.facts) if document is None else repeat(document)
        return hide(facts, pieces, tokens, count_tokens)


def even_depths(cells: int) -> list[float]:
    """From 0 to 1, evenly spaced; a single one is in the middle."""
    return [cell / (cells - 1) for cell in range(cells)] if cells > 1 else [0.5]


def length_of(text: str) -> int:
    """`4K`, `1M` or `5000` as tokens; K is 1,024 and M its square. Raises ValueError."""
    unit = _UNITS.get(text[-1:].upper(), 1)
    number = int(text[:-1] if unit > 1 else text)
    if number < 1:
        raise ValueError(f"{text} is no length")
    return number * unit


def length_name(tokens: int) -> str:
    """The reverse of `length_of`."""
    for letter in "MK":
        if tokens >= _UNITS[letter] and tokens % _UNITS[letter] == 0:
            return f"{tokens // _UNITS[letter]}{letter}"
    return str(tokens)

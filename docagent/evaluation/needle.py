"""Needles in a haystack: facts at evenly spaced depths, distractors like them, and questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from docagent.answer import Answer
from docagent.api import DocAgent
from docagent.evaluation.facts import FORMS, Fact, FactGenerator, report
from docagent.evaluation.haystack import CountTokens, Haystack, hide, repeat
from docagent.evaluation.metrics import contained, without_markers
from docagent.evaluation.results import Case, OnDone, Results, answer_cost
from retrieval.embed.encoder import Encoder

if TYPE_CHECKING:
    from docagent.engine.prefix_scorer import Mode

LONG_CONTEXT: dict[Mode, str] = {
    "none": "trained window only",
    "yarn": "YaRN",
    "dca": "dual chunk attention",
}
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


def evaluate(
    agent: DocAgent,
    lengths: Sequence[int],
    depths: int,
    needles: int,
    seed: int,
    results: Results,
    document: str | None,
    on_done: OnDone | None = None,
) -> None:
    """Ask all questions on a haystack of each length that `results` does not hold yet.

    They are asked through the agent, from a file, as a user would; the files stay beside the
    results. `document` is the text they are made of, None for a synthetic report.
    """
    encoder = Encoder()

    def count_tokens(text: str) -> int:
        return encoder.count([text])[0]

    plan = {length: Needles(depths, needles, f"{seed} {length}") for length in lengths}
    total = sum(len(list(hidden.questions())) for hidden in plan.values())
    done = 0
    for length, hidden in plan.items():
        questions = {f"{length_name(length)} {q.id}": q for q in hidden.questions()}
        todo = {id: question for id, question in questions.items() if id not in results.cases}
        done += len(questions) - len(todo)
        if not todo:
            continue
        haystack = hidden.text(length, count_tokens, document)
        file = results.write(f"haystack-{length_name(length)}.txt", haystack.text)
        tokens = count_tokens(haystack.text)
        agent.prepare(file)
        for id, question in todo.items():
            answer = agent.ask(file, question.question)
            case = {"id": id, "document": file.name, "length": length, "tokens": tokens}
            results.add({**case, **_case(question, answer, haystack)}, answer_cost(answer))
            done += 1
            if on_done:
                on_done(done, total)


def _case(question: NeedleQuestion, answer: Answer, haystack: Haystack) -> Case:
    spans = [haystack.value_span(fact) for fact in question.facts]
    return {
        "kind": question.kind,
        "depth": question.depth,
        "question": question.question,
        "values": [fact.value for fact in question.facts],
        "places": [list(span) for span in spans],
        "answer": answer.text,
        "found": answer.found,
        "strategy": answer.strategy,
        "citations": [citation.as_json() for citation in answer.citations],
        "scores": _scores(question, answer, haystack),
    }


def _scores(question: NeedleQuestion, answer: Answer, haystack: Haystack) -> dict[str, float]:
    """Recall of the cell's needles, 0 for a refusal.

    found: the value stands in the answer or in a quote; cited: a citation covers the characters
    of the value in the needle itself. Without a needle, refused or refused_like: the answer says
    that the document does not say.
    """
    if not question.facts:
        name = "refused" if question.kind == "absent" else "refused_like"
        return {name: float(not answer.found)}
    if not answer.found:
        return {"found": 0.0, "cited": 0.0}
    quotes = (citation.quote for citation in answer.citations)
    text = " ".join([without_markers(answer.text), *quotes])
    spans = [haystack.value_span(fact) for fact in question.facts]
    cited = [
        any(citation.start <= start and end <= citation.end for citation in answer.citations)
        for start, end in spans
    ]
    return {
        "found": sum(contained(text, [fact.value]) for fact in question.facts) / len(spans),
        "cited": sum(cited) / len(spans),
    }


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

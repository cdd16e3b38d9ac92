"""Our own example documents, whose every gold place is known: pages, quotes, refusals.

    python -m benchmarks.answers.guard                # no language model: search, verdict, quotes
    python -m benchmarks.answers.guard --model embedded --misses

Tests hold floors under these figures (tests/test_guard.py). The questions are those of
examples/*_questions.jsonl, and some of one document asked of the other, which cannot answer them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness import EXAMPLES, Row, Table, arguments
from docagent import DocAgent
from docagent.answer import Answer, Citation
from docagent.jsonl import read_rows
from retrieval.corpus import Corpus
from retrieval.passage import Passage

DOCUMENTS = ("handbook.pdf", "dryer_manual.md")
EVIDENCE = 4000  # tokens, of four characters each
DEPTH = 60  # passages looked through
FOREIGN = 3  # one answerable question in so many is also asked of the other document


@dataclass(frozen=True)
class Outcome:
    """What became of one question. `kind`: answerable, unanswerable or foreign."""

    document: str
    kind: str
    id: str
    question: str
    refused: bool
    cited: bool  # a quote stands at the gold place, and the question was answered
    contained: bool  # a gold answer stands in the answer or its quotes
    verified: int  # quotes that are the document's text at their offsets
    quotes: int
    first: bool = False  # the first passage is at the gold place
    within: bool = False  # one is, within EVIDENCE tokens


def rows(document: str) -> list[Row]:
    """The questions on one of our documents."""
    return read_rows(EXAMPLES / f"{Path(document).stem}_questions.jsonl")


def holds(row: Row, place: Passage | Citation) -> bool:
    """Whether a passage or quote is on a gold page, or shares characters with the gold ones."""
    if "evidence_pages" in row:
        return place.page in row["evidence_pages"]
    return bool(place.start < row["char_end"] and place.end > row["char_start"])


def measure(agent: DocAgent, document: str, every: int = 1) -> Iterator[Outcome]:
    """Ask one of our documents its own questions, one in `every`, and some of the others'."""
    path = EXAMPLES / document
    corpus = agent.prepare(path)
    for row in rows(document)[::every]:
        answer, kind = agent.ask(path, row["question"]), "unanswerable"
        passages: list[Passage] = []
        if row["answerable"]:
            kind, passages = "answerable", corpus.search(row["question"], DEPTH)
        yield outcome(kind, row, answer, corpus, passages)
    for other in DOCUMENTS:
        foreign = [row for row in rows(other) if row["answerable"] and other != document]
        for row in foreign[:: FOREIGN * every]:
            yield outcome("foreign", row, agent.ask(path, row["question"]), corpus)


def outcome(
    kind: str, row: Row, answer: Answer, corpus: Corpus, passages: Sequence[Passage] = ()
) -> Outcome:
    """An answer held against its row."""
    (document,) = corpus.documents
    text, quotes = corpus.text(document), answer.citations
    reply = squeezed(" ".join([answer.text, *(quote.quote for quote in quotes)]))
    right = answer.found and kind == "answerable"
    return Outcome(
        document,
        kind,
        row["id"],
        row["question"],
        not answer.found,
        right and any(holds(row, quote) for quote in quotes),
        right and any(squeezed(gold) in reply for gold in row["answers"]),
        sum(quote.verified and text[quote.start : quote.end] == quote.quote for quote in quotes),
        len(quotes),
        bool(passages) and holds(row, passages[0]),
        read_within(row, passages),
    )


def read_within(row: Row, passages: Sequence[Passage]) -> bool:
    """Whether a passage at the gold place fits whole into EVIDENCE tokens with those before it."""
    read = 0
    for passage in passages:
        read += len(passage.text)
        if holds(row, passage):
            return read <= 4 * EVIDENCE
    return False


def squeezed(text: str) -> str:
    """Small letters, single spaces."""
    return " ".join(text.casefold().split())


MEASURES = {
    "first page": ("answerable", "first"),
    "within 4K": ("answerable", "within"),
    "cited": ("answerable", "cited"),
    "answer in quotes": ("answerable", "contained"),
    "refused": ("answerable", "refused"),
    "unanswerable refused": ("unanswerable", "refused"),
    "foreign refused": ("foreign", "refused"),
}


def figures(outcomes: Sequence[Outcome]) -> dict[str, tuple[int, int]]:
    """The measures of some outcomes: how many, and of how many."""
    shares = {}
    for name, (kind, field) in MEASURES.items():
        values = [getattr(outcome, field) for outcome in outcomes if outcome.kind == kind]
        shares[name] = sum(values), len(values)
    quotes = sum(outcome.quotes for outcome in outcomes)
    return {**shares, "quotes verified": (sum(outcome.verified for outcome in outcomes), quotes)}


def main() -> None:
    options = arguments(__doc__, quick={"every": 5}, model="none", every=1, misses=False)
    agent = DocAgent(options.model)
    table = Table("document", *MEASURES, "quotes verified")
    outcomes: list[Outcome] = []
    for document in DOCUMENTS:
        outcomes += measure(agent, document, options.every)
        own = figures([outcome for outcome in outcomes if outcome.document == document])
        table.add(document, *(f"{hits}/{n}" for hits, n in own.values()))
    for one in outcomes if options.misses else ():
        right = one.refused != (one.kind == "answerable") and one.verified == one.quotes
        if not right or (one.kind == "answerable" and not (one.first and one.contained)):
            print(one)


if __name__ == "__main__":
    main()

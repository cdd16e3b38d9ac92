"""Our own example documents, whose every gold place is known: pages, quotes, refusals.

Tests hold floors under these figures (tests/test_guard.py). The questions are those of
examples/*_questions.jsonl, and some of one document asked of the other, which cannot answer them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
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
    asked = [("answerable" if r["answerable"] else "unanswerable", r) for r in rows(document)]
    asked = asked[::every]
    for other in DOCUMENTS:
        foreign = [row for row in rows(other) if row["answerable"] and other != document]
        asked += [("foreign", row) for row in foreign[:: FOREIGN * every]]
    for kind, row in asked:
        found = corpus.search(row["question"], DEPTH) if kind == "answerable" else []
        yield outcome(kind, row, agent.ask(path, row["question"]), corpus, found)


def outcome(
    kind: str, row: Row, answer: Answer, corpus: Corpus, passages: Sequence[Passage]
) -> Outcome:
    """An answer held against its row."""
    (document,) = corpus.documents
    text, quotes = corpus.text(document), answer.citations
    reply = squeezed(" ".join([answer.text, *(quote.quote for quote in quotes)]))
    right = answer.found and kind == "answerable"
    read = accumulate(len(passage.text) for passage in passages)
    places = [n for n, passage in zip(read, passages, strict=True) if holds(row, passage)]
    return Outcome(
        document,
        kind,
        row["id"],
        row["question"],
        refused=not answer.found,
        cited=right and any(holds(row, quote) for quote in quotes),
        contained=right and any(squeezed(gold) in reply for gold in row["answers"]),
        verified=sum(q.verified and text[q.start : q.end] == q.quote for q in quotes),
        quotes=len(quotes),
        first=bool(passages) and holds(row, passages[0]),
        within=bool(places) and places[0] <= 4 * EVIDENCE,
    )


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
    table, missed = Table("document", *MEASURES, "quotes verified"), list[Outcome]()
    for document in DOCUMENTS:
        outcomes = list(measure(agent, document, options.every))
        table.add(document, *(f"{hits}/{n}" for hits, n in figures(outcomes).values()))
        for one in outcomes:
            right = one.refused != (one.kind == "answerable") and one.verified == one.quotes
            if not right or (one.kind == "answerable" and not (one.first and one.contained)):
                missed.append(one)
    for one in missed if options.misses else ():
        print(one)


if __name__ == "__main__":
    main()

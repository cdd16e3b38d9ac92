"""Our own example documents, whose every gold place is known: pages, quotes, refusals.

    python -m benchmarks.answers.guard                # no language model: search, verdict and quotes
    python -m benchmarks.answers.guard --model embedded --misses

Tests hold floors under these figures (tests/test_guard.py). The questions are those of
examples/*_questions.jsonl, and some of one document asked of the other, which cannot answer them.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docagent import DocAgent
from docagent.answer import Answer, Citation
from retrieval.corpus import Corpus
from retrieval.passage import Passage

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
DOCUMENTS = ("handbook.pdf", "dryer_manual.md")
EVIDENCE = 4000  # tokens, of four characters each
DEPTH = 60  # passages looked through
FOREIGN = 3  # one answerable question in so many is also asked of the other document
Row = dict[str, Any]


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


Share = tuple[int, int]
"""How many, and of how many."""


def rows(document: str) -> list[Row]:
    """The questions on one of our documents."""
    file = EXAMPLES / f"{Path(document).stem}_questions.jsonl"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def holds(row: Row, found: Passage | Citation) -> bool:
    """Whether a passage or quote is on a gold page, or shares characters with the gold ones."""
    if "evidence_pages" in row:
        return found.page in row["evidence_pages"]
    return bool(found.start < row["char_end"] and found.end > row["char_start"])


def measure(agent: DocAgent, document: str, every: int = 1) -> Iterator[Outcome]:
    """Ask one of our documents its own questions, one in `every`, and some of the others'."""
    path = EXAMPLES / document
    corpus = agent.prepare(path)
    for row in rows(document)[::every]:
        answer = agent.ask(path, row["question"])
        if row["answerable"]:
            places = corpus.search(row["question"], DEPTH)
            first, within = holds(row, places[0]), read_within(row, places)
            yield outcome(document, "answerable", row, answer, corpus, first, within)
        else:
            yield outcome(document, "unanswerable", row, answer, corpus)
    for other in DOCUMENTS:
        foreign = [row for row in rows(other) if row["answerable"] and other != document]
        for row in foreign[:: FOREIGN * every]:
            answer = agent.ask(path, row["question"])
            yield outcome(document, "foreign", row, answer, corpus)


def read_within(row: Row, places: Sequence[Passage]) -> bool:
    """Whether a passage at the gold place fits whole into EVIDENCE tokens with those before it."""
    read = 0
    for passage in places:
        read += len(passage.text)
        if holds(row, passage):
            return read <= 4 * EVIDENCE
    return False


def outcome(
    document: str,
    kind: str,
    row: Row,
    answer: Answer,
    corpus: Corpus,
    first: bool = False,
    within: bool = False,
) -> Outcome:
    """An answer held against its row."""
    text = corpus.text(document)
    said = squeezed(" ".join([answer.text, *(one.quote for one in answer.citations)]))
    right = answer.found and kind == "answerable"
    return Outcome(
        document,
        kind,
        row["id"],
        row["question"],
        not answer.found,
        right and any(holds(row, one) for one in answer.citations),
        right and any(squeezed(wanted) in said for wanted in row["answers"]),
        sum(one.verified and text[one.start : one.end] == one.quote for one in answer.citations),
        len(answer.citations),
        first,
        within,
    )


def squeezed(text: str) -> str:
    """Small letters, single spaces."""
    return " ".join(text.casefold().split())


def figures(outcomes: Sequence[Outcome]) -> dict[str, Share]:
    """The measures of some outcomes."""

    def of(kind: str, field: str) -> Share:
        kept = [getattr(one, field) for one in outcomes if one.kind == kind]
        return sum(kept), len(kept)

    answerable = {
        "first page": "first",
        "within 4K": "within",
        "cited": "cited",
        "answer in quotes": "contained",
        "refused": "refused",
    }
    return {
        **{name: of("answerable", field) for name, field in answerable.items()},
        "unanswerable refused": of("unanswerable", "refused"),
        "foreign refused": of("foreign", "refused"),
        "quotes verified": (sum(o.verified for o in outcomes), sum(o.quotes for o in outcomes)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="none", help="of the answers")
    parser.add_argument("--every", type=int, default=1, help="take one question in so many")
    parser.add_argument("--misses", action="store_true", help="list what went wrong")
    options = parser.parse_args()
    agent = DocAgent(options.model)
    found: list[Outcome] = []
    for document in DOCUMENTS:
        asked = list(measure(agent, document, options.every))
        told = figures(asked)
        if not found:
            print("| document | " + " | ".join(told) + " |")
            print("|" + " --- |" * (1 + len(told)))
        cells = [f"{hits}/{n}" for hits, n in told.values()]
        print(f"| {document} | " + " | ".join(cells) + " |", flush=True)
        found += asked
    if options.misses:
        for one in found:
            right = one.refused != (one.kind == "answerable") and one.verified == one.quotes
            if not right or (one.kind == "answerable" and not (one.first and one.contained)):
                print(one)


if __name__ == "__main__":
    main()

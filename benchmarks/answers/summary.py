"""Summaries of documents: how long, what they stand on, what of the document is in them.

A sentence is borne out if the words it cites, and no others, bear it out. A quarter of the document
is heard if a citation begins in it. With --output a run that was broken off goes on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.harness import ResultLog, Row, Table, arguments
from docagent import DocAgent, Summary
from docagent.grounding.attribution import attribute
from docagent.grounding.markers import MARKER, sentences_with_markers
from retrieval.corpus import Corpus

QUARTERS = 4


def main() -> None:
    options = arguments(
        __doc__, "files+", model="embedded", length="medium", pages=str, output=Path
    )
    pages = tuple(map(int, options.pages.split("-"))) if options.pages else None
    agent, log = DocAgent(options.model, pages=pages), ResultLog(options.output)
    heads = ("sentences", "most citations", "borne out", "quarters", "tokens", "seconds")
    table, rows = Table("document", *heads), list[Row]()
    for file in options.files:
        key = f"{options.model} {options.length} {pages or ''} {file.name}"
        summarize = lambda: measured(file, agent.summarize(file, length=options.length))  # noqa: B023, E731
        rows.append(log.get(key, summarize))
        table.add(file.name, *cells(rows[-1:]))
    table.add(f"median, or all of {len(rows)}", *cells(rows))


def measured(file: Path, summary: Summary) -> Row:
    corpus = Corpus.open([file])
    length = max(len(corpus.text(file.name)), 1)
    places = {citation.id: (citation.start, citation.end) for citation in summary.citations}
    sentences = [summary.text[slice(*span)] for span in sentences_with_markers(summary.text)]
    cited = [[places[number] for number in numbers(sentence)] for sentence in sentences]
    supported = 0
    for sentence, spans in zip(sentences, cited, strict=True):
        # The cited words alone, several of them together.
        passages = [corpus.span(file.name, *span) for span in spans]
        claim = MARKER.sub("", sentence).strip(" “”\n")
        supported += bool(passages and attribute(corpus, claim, passages))
    return {
        "sentences": len(sentences),
        "most_cited": max(map(len, cited), default=0),
        "borne_out": supported,
        "quarters": len({QUARTERS * start // length for spans in cited for start, _ in spans}),
        "tokens": summary.usage.prompt_tokens,
        "seconds": summary.seconds["total"],
        "summary": summary.text,
        "citations": [citation.as_json() for citation in summary.citations],
    }


def numbers(sentence: str) -> list[int]:
    """The citations that a sentence's markers name."""
    return [int(n) for marker in MARKER.findall(sentence) for n in re.split("[,;]", marker)]


def cells(rows: Sequence[Row]) -> list[str]:
    sentences, tokens, took = (
        [row[name] for row in rows] for name in ("sentences", "tokens", "seconds")
    )
    return [
        f"{median(sentences):g}",
        str(max(row["most_cited"] for row in rows)),
        f"{sum(row['borne_out'] for row in rows)}/{sum(sentences)}",
        f"{sum(row['quarters'] for row in rows)}/{QUARTERS * len(rows)}",
        f"{median(tokens):,.0f}",
        f"{median(took):.0f}",
    ]


if __name__ == "__main__":
    main()

"""Summaries of documents: how long, what they stand on, what of the document is in them.

    python -m benchmarks.answers.summary ../shared/data/squad/articles/*.txt --model embedded

A sentence is borne out if the words it cites, and no others, bear it out (see
docagent/grounding/attribution.py). A quarter of the document is heard if a citation begins in it.
What was done is kept in --output and in docagent's own cache: run again to go on. Seconds are
those of one document, its index included, with nothing of it read before.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from statistics import median
from typing import Any

from docagent import DocAgent, Summary
from docagent.grounding.attribution import attribute
from docagent.grounding.markers import MARKER, sentences_with_markers
from docagent.jsonl import end_last_line, read_rows
from retrieval.corpus import Corpus

_QUARTERS = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--model", default="embedded")
    parser.add_argument("--length", default="medium")
    parser.add_argument("--pages", type=lambda told: tuple(map(int, told.split("-"))))
    parser.add_argument("--output", type=Path, default=Path("summaries.jsonl"))
    options = parser.parse_args()
    known: dict[str, dict[str, Any]] = {}
    if options.output.exists():
        end_last_line(options.output)
        known = {row["id"]: row for row in read_rows(options.output)}
    agent = DocAgent(options.model, pages=options.pages)
    print("| document | sentences | most citations | borne out | quarters | tokens | seconds |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    rows = []
    for file in options.files:
        name = f"{options.model} {options.length} {options.pages or ''} {file.name}"
        if name not in known:
            summary = agent.summarize(file, length=options.length)
            known[name] = {"id": name, "file": file.name, **_measured(file, summary)}
            with options.output.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(known[name], ensure_ascii=False) + "\n")
        rows.append(known[name])
        print(_line(rows[-1]), flush=True)
    print(
        f"| median, or all of {len(rows)} | {median(row['sentences'] for row in rows):g} | "
        f"{max(row['most_cited'] for row in rows)} | "
        f"{sum(row['borne_out'] for row in rows)}/{sum(row['sentences'] for row in rows)} | "
        f"{sum(row['quarters'] for row in rows)}/{_QUARTERS * len(rows)} | "
        f"{median(row['tokens'] for row in rows):,.0f} | "
        f"{median(row['seconds'] for row in rows):.0f} |"
    )


def _measured(file: Path, summary: Summary) -> dict[str, Any]:
    corpus = Corpus.open([file])
    text = corpus.text(file.name)
    places = {one.id: (one.start, one.end) for one in summary.citations}
    spans = sentences_with_markers(summary.text)
    sentences = [
        (summary.text[start:end], _numbers(summary.text[start:end])) for start, end in spans
    ]
    cited = [[places[number] for number in numbers] for _, numbers in sentences]
    quarters = {_QUARTERS * start // max(len(text), 1) for one in cited for start, _ in one}
    return {
        "sentences": len(sentences),
        "most_cited": max((len(one) for one in cited), default=0),
        "borne_out": sum(
            _borne_out(corpus, file.name, sentence, one)
            for (sentence, _), one in zip(sentences, cited, strict=True)
        ),
        "quarters": len(quarters),
        "tokens": summary.usage.prompt_tokens,
        "seconds": summary.seconds["total"],
        "summary": summary.text,
        "sections": [section.as_json() for section in summary.sections],
        "citations": [one.as_json() for one in summary.citations],
    }


def _numbers(sentence: str) -> list[int]:
    return [int(one) for found in MARKER.findall(sentence) for one in re.split("[,;]", found)]


def _borne_out(corpus: Corpus, document: str, sentence: str, cited: list[tuple[int, int]]) -> bool:
    """Whether the cited words alone bear a sentence out, several of them together."""
    passages = [corpus.span(document, start, end) for start, end in cited]
    claim = MARKER.sub("", sentence).strip(" “”\n")
    return bool(passages and attribute(corpus, claim, passages))


def _line(row: dict[str, Any]) -> str:
    return (
        f"| {row['file']} | {row['sentences']} | {row['most_cited']} | "
        f"{row['borne_out']}/{row['sentences']} | {row['quarters']}/{_QUARTERS} | "
        f"{row['tokens']:,} | {row['seconds']:.0f} |"
    )


if __name__ == "__main__":
    main()

"""Questions on articles, end to end: `docagent ask` with a model, its answers against gold ones.

    python -m benchmarks.answers.squad ../shared/data/squad/squad.jsonl --model embedded --output a.jsonl
    python -m benchmarks.answers.squad ... --model none                 # the exact words alone

Rows: {"id", "question", "answers", "answerable", "doc" (relative to the file)}. `--every N` takes
one row in N of each kind, `--foreign N` asks as many answerable questions of another document.
Each is asked twice, for a sentence and for the shortest answer, on the same evidence. Answers are
written to the output as they come; a run that was stopped goes on. Letter case,
punctuation and articles count for nothing, as in SQuAD's own script.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docagent import Answer, DocAgent, Step
from docagent.answering.evidence import in_turns
from docagent.evaluation.metrics import contained, exact_match, f1
from docagent.grounding.claims import UNSUPPORTED
from docagent.grounding.markers import MARKER, sentences_with_markers
from docagent.jsonl import end_last_line, read_rows
from retrieval.lexical.tokens import query_terms, terms

Row = dict[str, Any]
_HELD = 0.9  # share of a sentence's words that stand in one passage of the evidence


def asked(rows: list[Row], every: int, foreign: int) -> Iterator[Row]:
    """The questions to ask, each with its `kind`: answerable, unanswerable or foreign."""
    answerable = [row for row in rows if row["answerable"]]
    other = [row for row in rows if not row["answerable"]]
    step = max(1, len(answerable) // foreign) if foreign else len(rows)
    kinds = (
        [{**row, "kind": "answerable"} for row in answerable[::every]],
        [{**row, "kind": "unanswerable"} for row in other[::every]],
        [_of_another(row, rows) for row in answerable[::step][:foreign]],
    )
    # In turns, so that a run that is stopped has some of each.
    yield from in_turns(kinds)


def _of_another(row: Row, rows: list[Row]) -> Row:
    """A question asked of the next document, which cannot answer it."""
    documents = list(dict.fromkeys(one["doc"] for one in rows))
    doc = documents[(documents.index(row["doc"]) + 1) % len(documents)]
    return {**row, "id": f"{row['id']} of another", "doc": doc, "kind": "foreign"}


def answer(agent: DocAgent, brief: DocAgent, row: Row, folder: Path) -> Row:
    """One question asked of both agents, with what the figures need."""
    document = folder / row["doc"]
    signs: list[str] = []
    for event in agent.stream(document, row["question"]):
        if isinstance(event, Step) and event.name == "answerable":
            signs.append(event.text)
        if isinstance(event, Answer):
            told = event
    short = brief.ask(document, row["question"]).text if told.found else ""
    corpus = agent.prepare(document)
    text = corpus.text(document.name)
    sentences = [told.text[slice(*span)] for span in sentences_with_markers(told.text)]
    marked = [one for one in sentences if UNSUPPORTED in one]
    near = [set(terms(one.text)) for one in corpus.search(row["question"], 10)]
    held = [one for one in marked if _held(one.replace(UNSUPPORTED, ""), near)]
    return {
        "id": row["id"],
        "kind": row["kind"],
        "question": row["question"],
        "gold": row["answers"],
        "answer": told.text,
        "brief": short,
        "found": told.found,
        "confidence": told.confidence,
        "signs": signs,
        "quotes": [citation.quote for citation in told.citations],
        "unverified": sum(text[c.start : c.end] != c.quote for c in told.citations),
        "sentences": len(sentences) if told.found else 0,
        "unsupported": len(marked),
        "unsupported_though_held": len(held),
        "prompt_tokens": told.usage.prompt_tokens,
        "seconds": told.seconds["total"],
    }


def _held(sentence: str, passages: list[set[str]]) -> bool:
    wanted = set(query_terms(sentence))
    return any(len(wanted & held) >= _HELD * len(wanted) for held in passages)


def figures(rows: list[Row]) -> Iterator[tuple[str, str]]:
    """Name and value of each figure."""

    def share(name: str, hits: int, of: int) -> tuple[str, str]:
        return name, f"{hits}/{of} = {hits / of:.3f}" if of else "-"

    own = [row for row in rows if row["kind"] == "answerable"]
    if own:
        for name, score in (("F1", f1), ("exact match", exact_match)):
            total = sum(score(row["brief"], row["gold"]) for row in own if row["found"])
            answered = sum(row["found"] for row in own) or 1
            yield (
                f"{name} of the shortest answer",
                f"{total / len(own):.3f}; of those answered {total / answered:.3f}",
            )
    for name, of in (("answer's text", _bare), ("answer's text or quotes", _quoted)):
        hits = sum(row["found"] and contained(of(row), row["gold"]) > 0 for row in own)
        yield share(f"gold words in the {name}", hits, len(own))
    for kind in ("answerable", "unanswerable", "foreign"):
        of_kind = [row for row in rows if row["kind"] == kind]
        yield share(f"{kind} refused", sum(not row["found"] for row in of_kind), len(of_kind))
    sentences = sum(row["sentences"] for row in rows)
    yield "unverified quotes", str(sum(row["unverified"] for row in rows))
    yield share("sentences [unsupported]", sum(row["unsupported"] for row in rows), sentences)
    though = sum(row["unsupported_though_held"] for row in rows)
    yield share("the same, though their words stand in one passage", though, sentences)
    if rows:
        yield "median seconds", f"{statistics.median(row['seconds'] for row in rows):.1f}"


def _bare(row: Row) -> str:
    return MARKER.sub("", row["answer"]).replace(UNSUPPORTED, "")


def _quoted(row: Row) -> str:
    return " ".join([_bare(row), *row["quotes"]])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("questions", type=Path)
    parser.add_argument("--model", default="embedded")
    parser.add_argument("--every", type=int, default=1, help="take one question in so many")
    parser.add_argument(
        "--foreign", type=int, default=0, help="questions asked of another document"
    )
    parser.add_argument("--budget", type=int, help="tokens of evidence")
    parser.add_argument("--strategy", default="auto")
    parser.add_argument("--output", type=Path, help="JSONL file; rows already there are kept")
    options = parser.parse_args()
    wanted = list(asked(read_rows(options.questions), options.every, options.foreign))
    if options.output and options.output.exists():
        end_last_line(options.output)
        done = {row["id"]: row for row in read_rows(options.output)}
    else:
        done = {}
    agent = DocAgent(options.model, budget=options.budget, strategy=options.strategy)
    brief = agent
    if options.model != "none":
        brief = DocAgent(agent.chat_model, brief=True, budget=options.budget)
    for row in wanted:
        if row["id"] in done:
            continue
        done[row["id"]] = answer(agent, brief, row, options.questions.parent)
        if options.output:
            with options.output.open("a", encoding="utf-8") as sink:
                print(json.dumps(done[row["id"]], ensure_ascii=False), file=sink)
    print("| | |\n| --- | --- |")
    for name, value in figures([done[row["id"]] for row in wanted]):
        print(f"| {name} | {value} |")


if __name__ == "__main__":
    main()

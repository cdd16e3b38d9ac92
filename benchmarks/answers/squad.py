"""Questions on articles, end to end: `docagent ask` with a model, its answers against gold ones.

Rows: {"id", "question", "answers", "answerable", "doc" (relative to the file)}. `--every N` takes
one row in N of each kind, `--foreign N` asks as many answerable questions of another document.
Each is asked twice, for a sentence and for the shortest answer. With --output a run that was
stopped goes on.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from pathlib import Path

from benchmarks.harness import ResultLog, Row, Table, arguments
from docagent import DocAgent
from docagent.answering.evidence import in_turns
from docagent.evaluation.metrics import contained, exact_match, f1
from docagent.grounding.claims import UNSUPPORTED
from docagent.grounding.markers import MARKER, sentences_with_markers
from docagent.jsonl import read_rows
from retrieval.lexical.tokens import query_terms, terms


def questions(rows: list[Row], every: int, foreign: int) -> list[Row]:
    """The questions to ask, each with its `kind`: answerable, unanswerable or foreign."""
    answerable = [row for row in rows if row["answerable"]]
    unanswerable = [row for row in rows if not row["answerable"]]
    documents = list(dict.fromkeys(row["doc"] for row in rows))
    following = dict(zip(documents, documents[1:] + documents[:1], strict=True))
    step = max(1, len(answerable) // foreign) if foreign else len(rows)
    other = [
        {**row, "id": f"{row['id']} of another", "doc": following[row["doc"]], "kind": "foreign"}
        for row in answerable[::step][:foreign]
    ]
    kinds = (
        [{**row, "kind": "answerable"} for row in answerable[::every]],
        [{**row, "kind": "unanswerable"} for row in unanswerable[::every]],
        other,
    )
    # In turns, so that a run that is stopped has some of each.
    return list(in_turns(kinds))


def answer(agent: DocAgent, brief: DocAgent, row: Row, folder: Path) -> Row:
    """One question asked of both agents, with what the figures need."""
    document = folder / row["doc"]
    reply = agent.ask(document, row["question"])
    corpus = agent.prepare(document)
    text = corpus.text(document.name)
    sentences = [reply.text[slice(*span)] for span in sentences_with_markers(reply.text)]
    marked = [sentence for sentence in sentences if UNSUPPORTED in sentence]
    passages = [set(terms(passage.text)) for passage in corpus.search(row["question"], 10)]

    def held(sentence: str) -> bool:
        """Whether nine tenths of its words stand in one passage of the evidence."""
        words = set(query_terms(sentence.replace(UNSUPPORTED, "")))
        return any(len(words & passage) >= 0.9 * len(words) for passage in passages)

    return {
        **{key: row[key] for key in ("id", "kind", "question", "answers")},
        "answer": reply.text,
        "brief": brief.ask(document, row["question"]).text if reply.found else "",
        "found": reply.found,
        "confidence": reply.confidence,
        "quotes": [citation.quote for citation in reply.citations],
        "unverified": sum(text[c.start : c.end] != c.quote for c in reply.citations),
        "sentences": len(sentences) if reply.found else 0,
        "unsupported": len(marked),
        "unsupported_though_held": sum(map(held, marked)),
        "seconds": reply.seconds["total"],
    }


def print_figures(rows: list[Row]) -> None:
    table = Table("", "")

    def share(name: str, hits: int, of: int) -> None:
        table.add(name, f"{hits}/{of} = {hits / of:.3f}" if of else "-")

    def bare(row: Row) -> str:
        return MARKER.sub("", row["answer"]).replace(UNSUPPORTED, "")

    own = [row for row in rows if row["kind"] == "answerable"]
    answered = [row for row in own if row["found"]]
    scores: dict[str, Callable[..., float]] = {"F1": f1, "exact match": exact_match}
    for name, score in scores.items() if own else ():
        total = sum(score(row["brief"], row["answers"]) for row in answered)
        cell = f"{total / len(own):.3f}; of those answered {total / (len(answered) or 1):.3f}"
        table.add(f"{name} of the shortest answer", cell)
    for name in ("answer's text", "answer's text or quotes"):
        quoted = name.endswith("quotes")
        texts = [" ".join([bare(row), *row["quotes"] * quoted]) for row in answered]
        hits = sum(contained(t, r["answers"]) > 0 for t, r in zip(texts, answered, strict=True))
        share(f"gold words in the {name}", hits, len(own))
    for kind in ("answerable", "unanswerable", "foreign"):
        of_kind = [row for row in rows if row["kind"] == kind]
        share(f"{kind} refused", sum(not row["found"] for row in of_kind), len(of_kind))
    names = ("unverified", "unsupported", "unsupported_though_held", "sentences")
    unverified, unsupported, though, sentences = (sum(row[name] for row in rows) for name in names)
    table.add("unverified quotes", unverified)
    share("sentences [unsupported]", unsupported, sentences)
    share("the same, though their words stand in one passage", though, sentences)
    if rows:
        table.add("median seconds", f"{statistics.median(row['seconds'] for row in rows):.1f}")


def main() -> None:
    others: Row = {"budget": int, "strategy": "auto", "output": Path, "foreign": 0}
    options = arguments(
        __doc__, "questions", quick={"every": 90}, model="embedded", every=1, **others
    )
    chosen = questions(read_rows(options.questions), options.every, options.foreign)
    agent = DocAgent(options.model, budget=options.budget, strategy=options.strategy)
    model = "none" if options.model == "none" else agent.chat_model
    brief = DocAgent(model, brief=True, budget=options.budget)
    log, folder = ResultLog(options.output), options.questions.parent
    print_figures([log.get(row["id"], lambda: answer(agent, brief, row, folder)) for row in chosen])  # noqa: B023


if __name__ == "__main__":
    main()

"""docagent eval qa"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from docagent.cli import options
from docagent.cli.progress import counter, notices
from docagent.sanitize import one_line

if TYPE_CHECKING:
    from docagent.evaluation.results import Results


Set = Annotated[
    Path, typer.Argument(metavar="FILE.jsonl", help="One question a line.", show_default=False)
]
Every = Annotated[int, typer.Option(min=1, help="Take only every N-th question.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Take at most N questions.")]
ClosedBook = Annotated[
    bool, typer.Option("--closed-book", help="Also ask the model without the document.")
]
Judge = Annotated[str | None, typer.Option(help="A model that says whether each answer is right.")]
Folder = Annotated[
    Path | None, typer.Option(help="A folder.", show_default="eval-FILE in this folder")
]


def qa(
    questions: Set,
    model: options.Model = "auto",
    strategy: options.Strategy = "auto",
    embedding: options.Embedding = None,
    budget: options.Budget = None,
    every: Every = 1,
    limit: Limit = None,
    closed_book: ClosedBook = False,
    judge: Judge = None,
    output: Folder = None,
) -> int:
    """Answer a set of questions and score the answers; run again to go on where it stopped.

    Rows: {"id", "doc", "question", "answers", "answerable"} and where the answer stands:
    "evidence_pages", or "char_start" and "char_end". The folder gets results.jsonl (a case a
    line), summary.json and report.html, the same to the byte in every run, and costs.jsonl with
    what differs: seconds, tokens and steps.
    """
    from docagent.api import DocAgent
    from docagent.evaluation.qa import evaluate
    from docagent.evaluation.questions import read_questions
    from docagent.evaluation.report import write_report
    from docagent.evaluation.results import Results
    from docagent.evaluation.summary import write_summary

    rows = read_questions(questions, every, limit)
    agent = DocAgent(model, strategy=strategy, embedding=embedding, budget=budget)
    with notices():
        language_model = agent.language_model()
        settings = {
            "set": questions.name,
            "sha256": hashlib.sha256(questions.read_bytes()).hexdigest(),
            "every": every,
            "limit": limit,
            "model": language_model.name if language_model else "none",
            "strategy": strategy,
            "embedding": embedding,
            "budget": budget,
            "closed_book": closed_book,
            "judge": judge,
        }
        judging = None
        if judge is not None:
            judging = language_model if judge == model else DocAgent(judge).language_model()
        with Results(output or Path(f"eval-{questions.stem}"), settings) as results:
            on_done = counter("questions")
            evaluate(agent, rows, results, closed=closed_book, judge=judging, on_done=on_done)
            write_summary(results, "document")
            report = write_report(results, f"docagent eval qa {questions.name}")
    _print(results)
    print(f"\n{report}")
    return 0


def _print(results: Results) -> None:
    from docagent.evaluation.summary import agreement, overview

    cases, settings = list(results.cases.values()), results.settings
    documents = len({case["document"] for case in cases})
    print(f"{one_line(settings['set'])}: {len(cases)} questions on {documents} documents")
    print(overview(results))
    if settings["judge"] is not None:
        judged, exact, contained = agreement(cases)
        print(
            f"\nThe judge agrees with exact match on {exact} of {judged} answers, and on "
            f"{contained} with whether a gold answer is contained."
        )

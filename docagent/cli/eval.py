"""docagent eval"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from docagent.cli import options
from docagent.cli.eval_common import Budget, shown, strategies
from docagent.cli.eval_needle import needle
from docagent.cli.show import notices, one_line

evaluation = typer.Typer(
    name="eval",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Measure answers: needles in a haystack, sets of questions, and two runs compared.",
)
evaluation.command()(needle)


@evaluation.command()
def qa(
    questions: Annotated[
        Path, typer.Argument(metavar="FILE.jsonl", help="One question a line.", show_default=False)
    ],
    model: options.Model = "auto",
    strategy: options.Strategy = "auto",
    embedding: options.Embedding = None,
    budget: Budget = None,
    every: Annotated[int, typer.Option(min=1, help="Take one question in so many.")] = 1,
    limit: Annotated[int | None, typer.Option(min=1, help="Take so many at most.")] = None,
    closed_book: Annotated[
        bool, typer.Option("--closed-book", help="Also ask the model without the document.")
    ] = False,
    judge: Annotated[
        str | None, typer.Option(help="A model that says whether each answer is right.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="A folder.", show_default="eval-FILE in this folder")
    ] = None,
) -> int:
    """Answer a set of questions and score the answers; run again to go on where it stopped.

    Rows: {"id", "doc", "question", "answers", "answerable"} and where the answer stands:
    "evidence_pages", or "char_start" and "char_end". The folder gets results.jsonl (a case a
    line), summary.json and report.html, which two runs give alike to the byte, and costs.jsonl
    with what differs: seconds, tokens and steps.
    """
    from docagent.api import DocAgent
    from docagent.evaluation.qa import evaluate
    from docagent.evaluation.questions import read_questions
    from docagent.evaluation.report import write_report
    from docagent.evaluation.results import Results
    from docagent.evaluation.summary import agreement, costs, estimates, table, write_summary

    asked = read_questions(questions, every, limit)
    options.strategy_name(strategy)
    agent = DocAgent(model, strategy=strategy, embedding=embedding, budget=budget)
    with notices():
        own = agent.language_model()
        name = own.name if own else "none"
        settings = {
            "set": questions.name,
            "sha256": hashlib.sha256(questions.read_bytes()).hexdigest(),
            "every": every,
            "limit": limit,
            "model": name,
            "strategy": strategy,
            "embedding": embedding,
            "budget": budget,
            "closed_book": closed_book,
            "judge": judge,
        }
        judging = None
        if judge is not None:
            judging = own if judge == model else DocAgent(judge).language_model()
        folder = output or Path(f"eval-{questions.stem}")
        with Results(folder, settings) as results:
            evaluate(
                agent,
                asked,
                results,
                closed=closed_book,
                judge=judging,
                on_done=shown("questions"),
            )
            write_summary(results, "document")
            report = write_report(results, f"docagent eval qa {questions.name}")
    cases = list(results.cases.values())
    documents = len({case["document"] for case in cases})
    print(f"{one_line(questions.name)}: {len(cases)} questions on {documents} documents")
    print(f"model {name}, strategy {strategies(cases, strategy)}\n")
    print(table({**estimates(cases), **costs(results)}))
    if judge is not None:
        told, exact, held = agreement(cases)
        print(
            f"\nThe judge agrees with exact match on {exact} of {told} answers, and on {held} with "
            "whether a gold answer is contained."
        )
    print(f"\n{report}")
    return 0


@evaluation.command()
def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="A folder of results, or its file.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another on the same questions.")],
) -> int:
    """Compare two runs question by question: differences with intervals, and what changed."""
    from docagent.evaluation.compare import Comparison
    from docagent.evaluation.summary import TITLES

    found = Comparison(first, second)
    alone = f", {found.alone} in one run only" if found.alone else ""
    print(f"{len(found.ids)} cases in both{alone}")
    for line in found.settings_changed():
        print(one_line(line))
    print(f"\n{'MEASURE':<37}{'N':>5}{'A':>10}{'B':>10}{'B - A':>10}   95% INTERVAL")
    for name, (was, now, change) in found.differences().items():
        figures = "".join(f"{value:>10.3f}" for value in (was, now))
        sure = " *" if change.low > 0 or change.high < 0 else ""
        print(
            f"{TITLES[name]:<37}{change.n:>5}{figures}{change.value:>+10.3f}   "
            f"{change.low:+.3f} to {change.high:+.3f}{sure}"
        )
    print("\n* the interval leaves out zero")
    changed = found.changed()
    print(f"\n{len(changed)} cases changed{', worse ones first:' if changed else ''}")
    for case, lines in changed:
        print(f"{one_line(str(case['id']))}  {', '.join(lines)}  {one_line(case['question'])}")
    return 0

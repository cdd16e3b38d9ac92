"""docagent ask"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from docagent.cli import options
from docagent.cli.options import page_range, paths_and_text
from docagent.cli.show import Screen, finish_index, notices, print_answer

log = logging.getLogger("docagent")


def ask(
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="PATH... QUESTION", show_default=False)
    ] = None,
    model: options.Model = "auto",
    strategy: options.Strategy = "auto",
    embedding: options.Embedding = None,
    pages: options.Pages = None,
    k: Annotated[int | None, typer.Option("-k", min=1, help="Passages to read at most.")] = None,
    budget: Annotated[
        int | None,
        typer.Option(
            min=50, help="Tokens of evidence to read.", show_default="what is read in 5 seconds"
        ),
    ] = None,
    brief: Annotated[
        bool, typer.Option("--brief", help="The shortest answer: a name or a figure alone.")
    ] = False,
    rerank: options.Rerank = "none",
    rewrite: Annotated[
        bool, typer.Option("--rewrite", help="Let the model word the question in other ways too.")
    ] = False,
    password: options.Password = None,
    as_json: options.Json = False,
    no_stream: Annotated[
        bool, typer.Option("--no-stream", help="Print the answer when it is whole.")
    ] = False,
    trace: Annotated[Path | None, typer.Option(help="Write every step to this JSONL file.")] = None,
    questions: options.Questions = None,
    output: options.Output = None,
) -> int:
    """Answer a question from one or more documents or folders.

    A PATH may be a pattern in quotes, or @NAME for what "index --name NAME" was given.

    Every answer comes with exact words of the document and the page they stand on. Exit status
    4: the document does not say.
    """
    paths, question = paths_and_text(arguments or [], questions is not None, "question")
    from docagent.answer import Answer
    from docagent.api import DocAgent
    from docagent.events import event_as_json

    agent = DocAgent(
        model,
        strategy=options.strategy_name(strategy),
        embedding=embedding,
        pages=page_range(pages),
        k=k,
        budget=budget,
        brief=brief,
        password=password,
        rerank=rerank,
        rewrite=rewrite,
    )
    with notices():
        if questions is not None:
            from docagent.cli.batch import run_batch
            from retrieval.progress import finish

            def answered(files: list[str], text: str) -> dict[str, Any]:
                finish(agent.open(files, wait=True))  # all rows are answered from the whole index
                return agent.ask(files, text).as_json()

            return run_batch(questions, output, paths, answered)
        screen = Screen(stream_answer=not (as_json or no_stream))
        record: IO[str] | None = trace.open("w", encoding="utf-8") if trace else None
        try:
            for event in agent.stream(paths, question):
                screen.show(event)
                if record:
                    print(
                        json.dumps(event_as_json(event), ensure_ascii=False),
                        file=record,
                        flush=True,
                    )
                if isinstance(event, Answer):
                    answer = event
        finally:
            screen.close()
            if record:
                record.close()
        if as_json:
            print(json.dumps(answer.as_json(), ensure_ascii=False))
        else:
            print_answer(answer, screen.streamed)
        if answer.note:
            log.warning(answer.note)
        finish_index(agent)
    return 0 if answer.found else 4

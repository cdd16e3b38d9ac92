"""docagent ask"""

from __future__ import annotations

from functools import partial

from docagent.cli import options
from docagent.cli.batch import run_batch
from docagent.cli.printing import show_answer
from docagent.cli.progress import finish_index, notices


def ask(
    arguments: options.PathsAndQuestion = None,
    model: options.Model = "auto",
    strategy: options.Strategy = "auto",
    embedding: options.Embedding = None,
    pages: options.Pages = None,
    k: options.MaxPassages = None,
    budget: options.Budget = None,
    brief: options.Brief = False,
    rerank: options.Rerank = "none",
    rewrite: options.Rewrite = False,
    on: options.On = None,
    password: options.Password = None,
    show: options.Show = False,
    as_json: options.Json = False,
    no_stream: options.NoStream = False,
    trace: options.Trace = None,
    questions: options.Questions = None,
    output: options.Output = None,
) -> int:
    """Answer a question from one or more documents or folders.

    A PATH may be a pattern in quotes, or @NAME for a collection saved with "index --name NAME".

    Every answer quotes the document's exact words and names their page. Exit status 4: the
    document does not say.
    """
    paths, question = options.paths_and_text(arguments, questions, "question")
    from docagent.api import DocAgent

    agent = DocAgent(
        model,
        strategy=strategy,
        embedding=embedding,
        pages=pages,
        k=k,
        budget=budget,
        brief=brief,
        password=password,
        rerank=rerank,
        rewrite=rewrite,
        on=on,
    )
    with notices():
        if questions is not None:

            def answer_row(files: list[str], text: str) -> dict[str, object]:
                agent.prepare(files)  # all rows are answered from the whole index
                return agent.ask(files, text).as_json()

            return run_batch(questions, output, paths, answer_row)
        answer = show_answer(partial(agent.ask, paths, question), as_json, no_stream, trace)
        if show and answer.citations:
            answer.show()
        finish_index(agent)
    return 0 if answer.found else 4

"""docagent search"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from docagent.cli import options
from docagent.cli.batch import run_batch
from docagent.cli.printing import page_text, print_json
from docagent.cli.progress import Screen, finish_index, notices
from docagent.sanitize import one_line, plain

if TYPE_CHECKING:
    from retrieval.passage import Passage


def search(
    arguments: options.PathsAndQuery = None,
    k: options.Results = 10,
    embedding: options.Embedding = None,
    pages: options.Pages = None,
    rerank: options.Rerank = "none",
    password: options.Password = None,
    as_json: options.Json = False,
    questions: options.Questions = None,
    output: options.Output = None,
) -> int:
    """Show the passages nearest to a query, without a language model.

    A PATH may be a pattern in quotes, or @NAME for a collection saved with "index --name NAME".

    Exit status 4: no passage.
    """
    paths, query = options.paths_and_text(arguments, questions, "query")
    if rerank == "model":
        raise typer.BadParameter(
            "a search has no language model; name a cross-encoder.", param_hint="--rerank"
        )
    from docagent.api import DocAgent

    agent = DocAgent(embedding=embedding, password=password, rerank=rerank)

    def find(files: list[str], text: str) -> list[Passage]:
        with Screen() as screen:
            corpus = agent.open(files, wait=questions is not None, emit=screen.show)
            corpus.suited(text, screen.show)
        corpus.warn_of_language(text)
        return corpus.search(text, k, pages, rerank=agent.reranker)

    with notices():
        if questions is not None:
            return run_batch(
                questions, output, paths, lambda files, text: _as_json(text, find(files, text))
            )
        passages = find(paths, query)
        if as_json:
            print_json(_as_json(query, passages))
        else:
            _print(passages)
        finish_index(agent)
    return 0 if passages else 4


def _as_json(query: str, passages: list[Passage]) -> dict[str, Any]:
    return {"query": query, "passages": [passage.as_json() for passage in passages]}


def _print(passages: list[Passage]) -> None:
    several = len({passage.document for passage in passages}) > 1
    for number, passage in enumerate(passages, 1):
        where = [one_line(passage.document)] if several or not passage.page else []
        if passage.page:
            where.append(page_text(passage.page, passage.page_label, passage.unit))
        if passage.heading:
            where.append(one_line(passage.heading))
        if not passage.heading.startswith(passage.place):
            where.append(one_line(passage.place))
        print(f"{number}. {passage.score:.2f}  {', '.join(where)}")
        print("   " + plain(passage.text).strip().replace("\n", "\n   ") + "\n")

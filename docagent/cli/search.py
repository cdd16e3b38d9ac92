"""docagent search"""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from docagent.cli import options
from docagent.cli.options import page_range, paths_and_text
from docagent.cli.show import Screen, finish_index, notices, one_line, page_text, plain
from retrieval.passage import Passage


def search(
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="PATH... QUERY", show_default=False)
    ] = None,
    k: Annotated[int, typer.Option("-k", min=1, help="Passages to show.")] = 10,
    embedding: options.Embedding = None,
    pages: options.Pages = None,
    rerank: options.Rerank = "none",
    password: options.Password = None,
    as_json: options.Json = False,
    questions: options.Questions = None,
    output: options.Output = None,
) -> int:
    """Show the passages nearest to a query; no language model is involved.

    A PATH may be a pattern in quotes, or @NAME for what "index --name NAME" was given.

    Exit status 4: no passage.
    """
    paths, query = paths_and_text(arguments or [], questions is not None, "query")
    span = page_range(pages)
    if rerank == "model":
        raise typer.BadParameter(
            "a search has no language model; name a cross-encoder.", param_hint="--rerank"
        )
    from docagent.api import DocAgent

    agent = DocAgent(embedding=embedding, password=password, rerank=rerank)
    screen = Screen(stream_answer=False)

    def look(files: list[str], text: str) -> list[Passage]:
        from retrieval.progress import finish

        try:
            corpus = finish(agent.open(files, wait=questions is not None), screen.show)
        finally:
            screen.close()
        corpus.warn_of_language(text)
        return corpus.search(text, k, span, rerank=agent.reranker)

    def row(files: list[str], text: str) -> dict[str, Any]:
        return {"query": text, "passages": [one.as_json() for one in look(files, text)]}

    with notices():
        if questions is not None:
            from docagent.cli.batch import run_batch

            return run_batch(questions, output, paths, row)
        found = look(paths, query)
        if as_json:
            result = {"query": query, "passages": [passage.as_json() for passage in found]}
            print(json.dumps(result, ensure_ascii=False))
        else:
            _print(found)
        finish_index(agent)
    return 0 if found else 4


def _print(passages: list[Passage]) -> None:
    several = len({passage.document for passage in passages}) > 1
    for number, passage in enumerate(passages, 1):
        where = [one_line(passage.document)] if several or not passage.page else []
        if passage.page:
            where.append(page_text(passage.page, passage.page_label, passage.unit))
        if passage.heading:
            where.append(one_line(passage.heading))
        print(f"{number}. {passage.score:.2f}  {', '.join(where)}")
        print("   " + plain(passage.text).strip().replace("\n", "\n   ") + "\n")

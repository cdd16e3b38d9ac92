"""docagent chat"""

from __future__ import annotations

import json
import logging
import sys
from typing import Annotated

import typer

from docagent.cli import options
from docagent.cli.options import page_range
from docagent.cli.show import Screen, finish_index, notices, print_answer
from docagent.errors import DocAgentError

log = logging.getLogger("docagent")


def chat(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATH...", show_default=False)
    ] = None,
    model: options.Model = "auto",
    strategy: options.Strategy = "auto",
    embedding: options.Embedding = None,
    pages: options.Pages = None,
    password: options.Password = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a line for each answer.")
    ] = False,
) -> int:
    """Ask follow-up questions about documents, one a line; an empty line or Ctrl-D ends.

    A question may refer to those before it ("and in 2021?"). Exit status: that of the last answer.
    """
    if not paths:
        raise typer.BadParameter("give at least one document or folder.", param_hint="PATH...")
    from docagent.answer import Answer
    from docagent.api import DocAgent

    agent = DocAgent(
        model,
        strategy=options.strategy_name(strategy),
        embedding=embedding,
        pages=page_range(pages),
        password=password,
    )
    session = agent.chat(paths)
    status = 0
    with notices():
        while question := _next_question():
            screen = Screen(stream_answer=not as_json)
            try:
                for event in session.stream(question):
                    screen.show(event)
                    if isinstance(event, Answer):
                        answer = event
            except DocAgentError as error:
                if not sys.stdin.isatty():
                    raise
                log.error(str(error))  # the conversation goes on
                continue
            finally:
                screen.close()
            if as_json:
                print(json.dumps(answer.as_json(), ensure_ascii=False), flush=True)
            else:
                print_answer(answer, screen.streamed)
                print(flush=True)
            if answer.note:
                log.warning(answer.note)
            status = 0 if answer.found else 4
        finish_index(agent)
    return status


def _next_question() -> str:
    """The next line, without its end; empty where there is none."""
    if sys.stdin.isatty():
        print("> ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()

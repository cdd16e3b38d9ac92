"""docagent chat"""

from __future__ import annotations

import logging
import sys
from functools import partial

import typer

from docagent.cli import options
from docagent.cli.printing import show_answer
from docagent.cli.progress import finish_index, notices
from docagent.errors import DocAgentError


def chat(
    paths: options.Paths = None,
    model: options.Model = "auto",
    strategy: options.Strategy = "auto",
    embedding: options.Embedding = None,
    pages: options.Pages = None,
    password: options.Password = None,
    as_json: options.JsonLines = False,
) -> int:
    """Ask follow-up questions about documents, one a line; an empty line or Ctrl-D ends.

    A question may refer to earlier ones ("and in 2021?"). Exit status: that of the last answer.
    """
    if not paths:
        raise typer.BadParameter("give at least one document or folder.", param_hint="PATH...")
    from docagent.api import DocAgent

    agent = DocAgent(
        model,
        strategy=strategy,
        embedding=embedding,
        pages=pages,
        password=password,
    )
    session = agent.chat(paths)
    status = 0
    with notices():
        while question := _next_question():
            try:
                answer = show_answer(partial(session.ask, question), as_json)
            except DocAgentError as error:
                if not sys.stdin.isatty():
                    raise
                logging.getLogger("docagent").error(str(error))  # the conversation goes on
                continue
            if not as_json:
                print(flush=True)
            status = 0 if answer.found else 4
        finish_index(agent)
    return status


def _next_question() -> str:
    """The next line, without its end; empty where there is none."""
    if sys.stdin.isatty():
        print("> ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()

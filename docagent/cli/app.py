"""The commands."""

from __future__ import annotations

import typer

from docagent.cli.ask import ask
from docagent.cli.chat import chat
from docagent.cli.doctor import doctor
from docagent.cli.eval import evaluation
from docagent.cli.index import index
from docagent.cli.mcp import mcp
from docagent.cli.models import models
from docagent.cli.search import search
from docagent.cli.serve import serve
from docagent.cli.summarize import summarize

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help text: rich takes a tenth of a second to load
    pretty_exceptions_enable=False,
    help="Ask questions about long documents; every claim in an answer cites the page it is on.",
)
for command in (ask, chat, summarize, search, index, serve, mcp, models, doctor):
    app.command()(command)
app.add_typer(evaluation)

"""docagent eval"""

from __future__ import annotations

import typer

from docagent.cli.eval_compare import compare
from docagent.cli.eval_needle import needle
from docagent.cli.eval_qa import qa

evaluation = typer.Typer(
    name="eval",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Measure answers: needle in a haystack, question sets, and comparison of two runs.",
)
for command in (needle, qa, compare):
    evaluation.command()(command)

"""Options that more than one verb takes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from docagent.strategy import names

Model = Annotated[
    str,
    typer.Option(
        help="auto, none, embedded, embedded:0.5b, a GGUF file, a Hugging Face id, a local folder, "
        "or openai:MODEL@URL.",
        envvar="DOCAGENT_MODEL",
    ),
]
Strategy = Annotated[
    str, typer.Option(help="auto, retrieve, read, direct or agent; the README tells them apart.")
]
Embedding = Annotated[
    str | None,
    typer.Option(
        help="Embedding model: a local folder or a Hugging Face id.",
        envvar="DOCAGENT_EMBEDDING",
        show_default="the packaged all-MiniLM-L6-v2",
    ),
]
Password = Annotated[str | None, typer.Option(help="Password of an encrypted PDF.")]
Pages = Annotated[str | None, typer.Option(help="Only these physical pages, like 10-20 or 7.")]
Rerank = Annotated[
    str,
    typer.Option(
        help="Judge the first passages again: none, a cross-encoder's folder or Hugging Face id, "
        "or (ask only) model, the answering model."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Questions = Annotated[
    Path | None,
    typer.Option(help='Many questions: a JSONL file of {"id": ..., "question": ...} lines.'),
]
Output = Annotated[
    Path | None,
    typer.Option(help="Where the batch goes; rows already there are not asked again."),
]


def strategy_name(name: str) -> str:
    """The name of a strategy. Raises a usage error for anything else."""
    if name not in names():
        raise typer.BadParameter(
            f"{name!r} is none of {', '.join(names())}.", param_hint="--strategy"
        )
    return name


def page_range(pages: str | None) -> tuple[int, int] | None:
    """`10-20` or `7` as first and last page. Raises a usage error for anything else."""
    if pages is None:
        return None
    first, dash, last = pages.partition("-")
    if first.isdecimal() and (last.isdecimal() if dash else True):
        span = int(first), int(last or first)
        if 1 <= span[0] <= span[1]:
            return span
    raise typer.BadParameter(f"{pages!r} is not a page range like 10-20.", param_hint="--pages")


def paths_and_text(arguments: list[str], batch: bool, what: str) -> tuple[list[str], str]:
    """The documents and, unless a batch brings its own, the question behind them."""
    if batch:
        return arguments, ""
    if len(arguments) < 2:
        raise typer.BadParameter(
            f"give at least one document and then the {what} in quotes.",
            param_hint="PATH... " + what.upper(),
        )
    return arguments[:-1], arguments[-1]

"""Options and arguments of the commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from docagent.strategy import names
from retrieval.pages import PageRange


def _strategy_name(name: str) -> str:
    if name not in names():
        raise typer.BadParameter(f"{name!r} is none of {', '.join(names())}.")
    return name


def _page_range(pages: str) -> PageRange:
    """`10-20` or `7` as first and last page."""
    first, dash, last = pages.partition("-")
    if first.isdecimal() and (last.isdecimal() if dash else True):
        span = PageRange(int(first), int(last or first))
        if 1 <= span.first <= span.last:
            return span
    raise typer.BadParameter(f"{pages!r} is not a page range like 10-20.")


Paths = Annotated[list[str] | None, typer.Argument(metavar="PATH...", show_default=False)]
PathsAndQuestion = Annotated[
    list[str] | None, typer.Argument(metavar="PATH... QUESTION", show_default=False)
]
PathsAndQuery = Annotated[
    list[str] | None, typer.Argument(metavar="PATH... QUERY", show_default=False)
]
Model = Annotated[
    str,
    typer.Option(
        help="auto, none, embedded, embedded:0.5b, a GGUF file, a Hugging Face id, a local folder, "
        "or openai:MODEL@URL.",
        envvar="DOCAGENT_MODEL",
    ),
]
Strategy = Annotated[
    str,
    typer.Option(
        help="auto, retrieve, read, direct or agent; see docs/strategies.md.",
        callback=_strategy_name,
    ),
]
Embedding = Annotated[
    str | None,
    typer.Option(
        help="Embedding model: auto, embedded (English), embedded:multilingual, a local folder or "
        "a Hugging Face id.",
        envvar="DOCAGENT_EMBEDDING",
        show_default="auto",
    ),
]
Password = Annotated[str | None, typer.Option(help="Password of an encrypted PDF.")]
Pages = Annotated[
    PageRange | None,
    typer.Option(
        help="Only these physical pages, like 10-20 or 7.", parser=_page_range, metavar="FIRST-LAST"
    ),
]
MaxPassages = Annotated[int | None, typer.Option("-k", min=1, help="Read at most K passages.")]
Results = Annotated[int, typer.Option("-k", min=1, help="How many passages to show.")]
Budget = Annotated[
    int | None,
    typer.Option(
        min=50, help="Tokens of evidence to read.", show_default="what is read in 5 seconds"
    ),
]
Brief = Annotated[
    bool, typer.Option("--brief", help="Give the shortest answer: only a name or a figure.")
]
Rerank = Annotated[
    str,
    typer.Option(
        help="Rerank the first passages: none, a cross-encoder's folder or Hugging Face id, or "
        "(ask only) model, the answering model."
    ),
]
Rewrite = Annotated[
    bool, typer.Option("--rewrite", help="Let the model also put the question in other words.")
]
Show = Annotated[
    bool, typer.Option("--show", help="Open the cited pages with the quoted words marked.")
]
On = Annotated[
    str | None,
    typer.Option(
        help="Let a Ray cluster read the parts: ray (here), or ray://HOST:10001.",
        metavar="ray|ray://HOST:PORT",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
JsonLines = Annotated[bool, typer.Option("--json", help="Print each answer as a line of JSON.")]
NoStream = Annotated[
    bool, typer.Option("--no-stream", help="Print the answer only when it is complete.")
]
Trace = Annotated[Path | None, typer.Option(help="Write every step to this JSONL file.")]
Questions = Annotated[
    Path | None,
    typer.Option(help='Ask many questions: a JSONL file of {"id": ..., "question": ...} lines.'),
]
Output = Annotated[
    Path | None,
    typer.Option(help="With --questions: write answers here; rows already there are skipped."),
]


def paths_and_text(
    arguments: list[str] | None, batch: Path | None, what: str
) -> tuple[list[str], str]:
    """The documents and, unless a batch brings its own, the question behind them."""
    arguments = arguments or []
    if batch is not None:
        return arguments, ""
    if len(arguments) < 2:
        raise typer.BadParameter(
            f"give at least one document and then the {what} in quotes.",
            param_hint="PATH... " + what.upper(),
        )
    return arguments[:-1], arguments[-1]

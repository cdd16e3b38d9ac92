"""docagent summarize"""

from __future__ import annotations

import json
import logging
import re
from typing import TYPE_CHECKING, Annotated

import typer

from docagent.cli import options
from docagent.cli.options import page_range
from docagent.cli.show import Screen, notices, one_line, page_text, place, plain

if TYPE_CHECKING:
    from docagent.summary.summary import SectionSummary, Summary

log = logging.getLogger("docagent")

_CITED = re.compile(r"\[(\d+(?:, \d+)*)\]")


def summarize(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", show_default=False)],
    length: Annotated[
        str, typer.Option(help="short, medium, long, or a number of sentences.")
    ] = "medium",
    focus: Annotated[
        str, typer.Option(help='What to look at, like "safety rules".', show_default=False)
    ] = "",
    language: Annotated[
        str,
        typer.Option(help="Write in this language; not with --model none.", show_default=False),
    ] = "",
    model: Annotated[
        str,
        typer.Option(
            help="auto, none, embedded, embedded:0.5b, a GGUF file, a Hugging Face id, a local "
            "folder, or openai:MODEL@URL.",
            envvar="DOCAGENT_MODEL",
        ),
    ] = "auto",
    embedding: options.Embedding = None,
    pages: options.Pages = None,
    password: options.Password = None,
    as_json: options.Json = False,
    no_stream: Annotated[
        bool, typer.Option("--no-stream", help="Print the summary when it is whole.")
    ] = False,
) -> int:
    """Read whole documents or folders, section by section, and summarise them.

    A PATH may be a pattern in quotes, or @NAME for what "index --name NAME" was given.

    Every sentence comes with the page it stands on. What is read is kept: run again after
    Ctrl-C to go on. Exit status 4: nothing in the document concerns the focus.
    """
    from docagent.api import DocAgent
    from docagent.errors import DocAgentError
    from docagent.summary.options import summary_options
    from docagent.summary.summary import SectionSummary, Summary

    try:
        summary_options(length)
    except DocAgentError as error:
        raise typer.BadParameter(str(error), param_hint="--length") from error
    agent = DocAgent(model, embedding=embedding, pages=page_range(pages), password=password)
    screen = Screen(stream_answer=False)
    brief = as_json or length == "short"
    with notices():
        try:
            for event in agent.stream_summary(paths, length=length, focus=focus, language=language):
                if isinstance(event, SectionSummary):
                    if not brief and not no_stream:
                        screen.close()
                        _print_section(event)
                elif isinstance(event, Summary):
                    summary = event
                else:
                    screen.show(event)
        finally:
            screen.close()
        if as_json:
            print(json.dumps(summary.as_json(), ensure_ascii=False))
        else:
            if no_stream and not brief:
                for section in summary.sections:
                    _print_section(section)
            _print(summary, with_title=not brief and len(summary.sections) > 1)
        if summary.note:
            log.warning(summary.note)
    return 0 if summary.found else 4


def _print_section(section: SectionSummary) -> None:
    heading = one_line(section.heading) or one_line(section.document)
    print(f"{heading}{_pages(section)}\n{plain(section.text)}\n", flush=True)


def _pages(section: SectionSummary) -> str:
    if section.pages is None:
        return ""
    first, last = section.pages
    named = page_text(first, None, section.unit)
    return f" ({named})" if first == last else f" ({named}-{last})"


def _print(summary: Summary, with_title: bool) -> None:
    """The whole, then the pages; words that are in the summary as they stand are not repeated."""
    if with_title:
        print("In all")
    print(plain(summary.text))
    cited = set(map(int, re.findall(r"\d+", " ".join(_CITED.findall(summary.text)))))
    shown = [one for one in summary.citations if with_title or one.id in cited]
    told = [summary.text, *(section.text for section in summary.sections)]
    several = len(summary.documents) > 1
    quoted = {one.id for one in shown if any(one_line(one.quote) in text for text in told)}
    places = [
        f"[{one.id}] {place(one, several).strip()}"
        for one in shown
        if one.id in quoted and (several or one.page)
    ]
    if places:
        print("\n" + "   ".join(places))
    if len(quoted) < len(shown):
        print()
    for one in shown:
        if one.id not in quoted:
            print(f'[{one.id}] {place(one, several)}"{one_line(one.quote)}"')

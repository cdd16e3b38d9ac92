"""docagent summarize"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Annotated

import typer

from docagent.cli import options
from docagent.cli.printing import citation_line, citation_place, page_text, print_json
from docagent.cli.progress import Screen, notices
from docagent.sanitize import one_line, plain

if TYPE_CHECKING:
    from docagent.events import Progress, Step
    from docagent.summary.summary import SectionSummary, Summary

_MARKER = re.compile(r"\[(\d+(?:, \d+)*)\]")


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
    model: options.Model = "auto",
    embedding: options.Embedding = None,
    pages: options.Pages = None,
    password: options.Password = None,
    on: options.On = None,
    as_json: options.Json = False,
    no_stream: Annotated[
        bool, typer.Option("--no-stream", help="Print the summary only when it is complete.")
    ] = False,
) -> int:
    """Read whole documents or folders, section by section, and summarise them.

    A PATH may be a pattern in quotes, or @NAME for a collection saved with "index --name NAME".

    Every sentence names its page. Progress is saved: after Ctrl-C, run it again to go on. Exit
    status 4: nothing in the document concerns the focus.
    """
    from docagent.api import DocAgent
    from docagent.errors import DocAgentError
    from docagent.summary.context import summary_options
    from docagent.summary.summary import SectionSummary

    try:
        summary_options(length)
    except DocAgentError as error:
        raise typer.BadParameter(str(error), param_hint="--length") from error
    agent = DocAgent(model, embedding=embedding, pages=pages, password=password, on=on)
    with_sections = not as_json and length != "short"
    with notices():
        with Screen() as screen:

            def show(event: Progress | Step | SectionSummary) -> None:
                if not isinstance(event, SectionSummary):
                    screen.show(event)
                elif with_sections and not no_stream:
                    screen.close()
                    _print_section(event)

            summary = agent.summarize(
                paths, length=length, focus=focus, language=language, emit=show
            )
        if as_json:
            print_json(summary.as_json())
        else:
            if with_sections and no_stream:
                for section in summary.sections:
                    _print_section(section)
            _print(summary, with_title=with_sections and len(summary.sections) > 1)
        if summary.note:
            logging.getLogger("docagent").warning(summary.note)
    return 0 if summary.found else 4


def _print_section(section: SectionSummary) -> None:
    heading = one_line(section.heading) or one_line(section.document)
    print(f"{heading}{_pages(section)}\n{plain(section.text)}\n", flush=True)


def _pages(section: SectionSummary) -> str:
    if section.pages is None:
        return ""
    first, last = section.pages
    text = page_text(first, None, section.unit)
    return f" ({text})" if first == last else f" ({text}-{last})"


def _print(summary: Summary, with_title: bool) -> None:
    """The whole, then the pages; words that are in the summary as they stand are not repeated."""
    if with_title:
        print("In all")
    print(plain(summary.text))
    numbers = set(map(int, re.findall(r"\d+", " ".join(_MARKER.findall(summary.text)))))
    citations = [cited for cited in summary.citations if with_title or cited.id in numbers]
    texts = [summary.text, *(section.text for section in summary.sections)]
    several = len(summary.documents) > 1
    quoted = {
        cited.id for cited in citations if any(one_line(cited.quote) in text for text in texts)
    }
    places = [
        f"[{cited.id}] {citation_place(cited, several)}"
        for cited in citations
        if cited.id in quoted and (several or cited.page or cited.place)
    ]
    if places:
        print("\n" + "   ".join(places))
    if len(quoted) < len(citations):
        print()
    for cited in citations:
        if cited.id not in quoted:
            print(citation_line(cited, several))

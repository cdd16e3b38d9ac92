"""Answers and their citations on standard output."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from docagent.answer import Answer, Citation
from docagent.cli.progress import Screen
from docagent.events import Event, event_as_json
from docagent.sanitize import one_line, plain
from retrieval.parse.document import Unit

_LONGEST = 200  # characters of a table's header behind a quote


def print_json(row: dict[str, Any], **options: Any) -> None:
    """One line; `options` are those of print."""
    print(json.dumps(row, ensure_ascii=False), flush=True, **options)


def show_answer(
    ask: Callable[..., Answer],
    as_json: bool,
    no_stream: bool = False,
    trace: Path | None = None,
) -> Answer:
    """Call `ask(emit=...)`, show what it emits as it does, and then the answer.

    It runs in this thread, so that Ctrl-C reaches it: reading then ends and answers.
    """
    opened = trace.open("w", encoding="utf-8") if trace else nullcontext()
    with Screen(stream_answer=not (as_json or no_stream)) as screen, opened as trace_file:

        def show(event: Event) -> None:
            screen.show(event)
            if trace_file:
                print_json(event_as_json(event), file=trace_file)

        answer = ask(emit=show)
        show(answer)
    if as_json:
        print_json(answer.as_json())
    else:
        print_answer(answer, screen.streamed)
    if answer.note:
        logging.getLogger("docagent").warning(answer.note)
    return answer


def print_answer(answer: Answer, streamed: bool) -> None:
    """The answer, then each citation as `[1] p. 37 "exact words"`."""
    print("" if streamed else plain(answer.text))
    if answer.citations:
        print()
        if not answer.found:
            print("Nearest passages:")
    several = len({citation.document for citation in answer.citations}) > 1
    for citation in answer.citations:
        print(citation_line(citation, several, answer.link(citation)))


def citation_line(citation: Citation, with_document: bool, link: str = "") -> str:
    """`[1] p. 37 (printed 35) "exact words"`; behind a row of a table its header.

    On a terminal the page is a link that opens the file there, and the words that are the answer
    by themselves are bold.
    """
    place = linked(citation_place(citation, with_document), link)
    header = one_line(citation.header)[:_LONGEST]
    bold = "\x1b[1m{}\x1b[0m" if sys.stdout.isatty() else "{}"
    quote = f'"{citation.words(plain, bold)}"'
    return f"[{citation.id}] {place} {quote}" + (f" ({header})" if header else "")


def citation_place(citation: Citation, with_document: bool) -> str:
    """`p. 37 (printed 35)`, `a.epub, Chapter Four`: where to open the document."""
    parts = []
    if with_document or citation.page is None:
        parts.append(one_line(citation.document))
    if citation.page is not None:
        parts.append(page_text(citation.page, citation.page_label, citation.unit))
    if citation.place:
        parts.append(one_line(citation.place))
    return ", ".join(parts)


def linked(text: str, link: str) -> str:
    """The text as a link where a person reads it on a terminal that may know links."""
    # Windows' old console shows the signs around it.
    plain_terminal = os.environ.get("TERM") == "dumb" or (
        sys.platform == "win32" and "WT_SESSION" not in os.environ
    )
    if not link or plain_terminal or not sys.stdout.isatty():
        return text
    return f"\x1b]8;;{link}\x1b\\{text}\x1b]8;;\x1b\\"


def page_text(page: int, label: str | None, unit: Unit = "page") -> str:
    """`p. 37 (printed 35)`, `slide 3`, `sheet 2 (Budget)`: what to open, and what it is called."""
    name = one_line(label) if label and label != str(page) else ""
    if unit == "page":
        return f"p. {page} (printed {name})" if name else f"p. {page}"
    return f"{unit} {page} ({name})" if name else f"{unit} {page}"

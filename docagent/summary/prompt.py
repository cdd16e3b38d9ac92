"""The messages that put parts and statements before a model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from docagent.summary.told import Told
from docagent.summary.wanted import Wanted
from prompts import render
from retrieval.passage import Passage

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

_MARKER = re.compile(r"\[(?=\d{1,2}\])")


def part_prompt(
    passages: Sequence[Passage], heading: str, count: int, wanted: Wanted
) -> list[BaseMessage]:
    """The passages of a part, numbered from 1, and how many statements are wanted."""
    shown = (
        f"[{number}] " + _plain(f"(table: {one.context})\n{one.text}" if one.context else one.text)
        for number, one in enumerate(passages, 1)
    )
    return _messages(
        "summary_part",
        heading=_plain(heading) or "-",
        passages="\n\n".join(shown),
        count=str(count),
        focus=_focus(wanted),
    )


def join_prompt(told: Sequence[tuple[str, Told]], count: int, wanted: Wanted) -> list[BaseMessage]:
    """Statements under the headings they are from, numbered from 1."""
    lines: list[str] = []
    before = ""
    for number, (heading, one) in enumerate(told, 1):
        if heading != before:
            lines.append(f"\nSection: {_plain(heading)}")
            before = heading
        lines.append(f"[{number}] {_plain(one.text)}")
    return _messages(
        "summary_join",
        statements="\n".join(lines).strip(),
        count=str(count),
        focus=_focus(wanted),
    )


def translate_prompt(told: Sequence[Told], language: str) -> list[BaseMessage]:
    """Sentences, numbered from 1."""
    from langchain_core.messages import HumanMessage

    lines = [f"[{number}] {_plain(one.text)}" for number, one in enumerate(told, 1)]
    text = render("summary_translate", language=language, sentences="\n".join(lines))
    return [HumanMessage(text)]


def _messages(template: str, **values: str) -> list[BaseMessage]:
    from langchain_core.messages import HumanMessage, SystemMessage

    return [SystemMessage(render("summary_system")), HumanMessage(render(template, **values))]


def _focus(wanted: Wanted) -> str:
    return " " + render("summary_focus", focus=wanted.focus) if wanted.focus else ""


def _plain(text: str) -> str:
    """A document's own "[3]" is kept from looking like a marker."""
    return _MARKER.sub("[ ", text)

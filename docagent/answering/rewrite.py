"""Other wordings of a question, to be searched besides."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import TYPE_CHECKING

from docagent.events import Event, Step
from prompts import render

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

    from docagent.model import Model

_MOST = 3
_TOKENS = 120
_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")


def rewrite(model: Model, question: str) -> Generator[Event, None, list[str]]:
    """Up to three wordings by the model."""
    from langchain_core.messages import HumanMessage

    prompt: list[BaseMessage] = [HumanMessage(render("rewrite", question=question))]
    draft = yield from model.write(prompt, _TOKENS, shown=False)
    lines = [_BULLET.sub("", line).strip(' "') for line in draft.splitlines()]
    found = [line for line in dict.fromkeys(lines) if line and line != question][:_MOST]
    yield Step("rewrite", " | ".join(found))
    return found

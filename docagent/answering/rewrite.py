"""Other wordings of a question, to be searched for as well."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docagent.events import Emit, Step
from prompts import render

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

    from docagent.model import Model

_MOST = 3
_TOKENS = 120
_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")


def rewrite(model: Model, question: str, emit: Emit) -> list[str]:
    """Up to three wordings by the model."""
    from langchain_core.messages import HumanMessage

    prompt: list[BaseMessage] = [HumanMessage(render("rewrite", question=question))]
    reply = model.write(prompt, _TOKENS, emit)
    lines = [_BULLET.sub("", line).strip(' "') for line in reply.splitlines()]
    wordings = [line for line in dict.fromkeys(lines) if line and line != question][:_MOST]
    emit(Step("rewrite", " | ".join(wordings)))
    return wordings

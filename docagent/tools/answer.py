"""The answer: the call that ends the work."""

from __future__ import annotations

from langchain_core.tools import ToolException

from docagent.tools.desk_tool import DeskTool
from docagent.tools.shown import Shown


class GiveAnswer(DeskTool):
    """`answer(text)`, the text with the numbers of passages behind its claims."""

    name: str = "answer"
    description: str = "Give the final answer, cited."
    return_direct: bool = True

    def _run(self, text: str) -> tuple[str, Shown]:
        if not text.strip():
            raise ToolException("the answer is empty")
        return text, Shown("given")

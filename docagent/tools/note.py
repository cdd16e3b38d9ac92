"""A note: what the model wants to keep."""

from __future__ import annotations

from langchain_core.tools import ToolException

from docagent.tools.desk_tool import DeskTool
from docagent.tools.shown import Shown


class Note(DeskTool):
    """`note(text)`"""

    name: str = "note"
    description: str = "Write down what you found."

    def _run(self, text: str) -> tuple[str, Shown]:
        if not text.strip():
            raise ToolException("the note is empty")
        self.table.ledger.notes.append(text)
        return "Noted.", Shown("noted")

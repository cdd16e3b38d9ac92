"""Citing: which passages the answer will stand on."""

from __future__ import annotations

import re

from langchain_core.tools import ToolException

from docagent.tools.desk_tool import DeskTool
from docagent.tools.shown import Shown


class Cite(DeskTool):
    """`cite(ids)`, the numbers in any spelling: "1, 4", "[1][4]"."""

    name: str = "cite"
    description: str = "Name passages the answer needs."

    def _run(self, ids: str) -> tuple[str, Shown]:
        ledger = self.table.ledger
        numbers = [int(number) for number in re.findall(r"\d{1,4}", ids)]
        known = [number for number in dict.fromkeys(numbers) if number in ledger.passages]
        if not known:
            held = f"1 to {len(ledger.passages)}" if ledger.passages else "none yet"
            raise ToolException(f"there is no such passage; passages so far: {held}")
        ledger.cite(known)
        listed = ", ".join(f"[{n}] {self.table.title(ledger.passages[n])}" for n in known)
        return f"Cited: {listed}", Shown(self.table.summary(known), tuple(known))

"""A table in Markdown."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Table:
    """Rows of cells under columns, with a title above and what must be known below."""

    title: str
    columns: tuple[str, ...]
    note: str
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def add(self, *cells: str) -> None:
        """One more row; ValueError when it does not fit the columns."""
        if len(cells) != len(self.columns):
            raise ValueError(f"{len(cells)} cells for {len(self.columns)} columns: {cells}")
        self.rows.append(cells)

    def markdown(self) -> str:
        """Ready to be pasted."""
        rules = ("---",) * len(self.columns)
        lines = ["| " + " | ".join(row) + " |" for row in (self.columns, rules, *self.rows)]
        return "\n".join([f"### {self.title}", "", *lines, "", self.note, ""])

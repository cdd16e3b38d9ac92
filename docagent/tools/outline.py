"""Outline: the headings of a document and the pages they stand on."""

from __future__ import annotations

from collections.abc import Iterator

from docagent.tools.base import CorpusTool
from docagent.tools.context import ToolArtifact, label
from docagent.tools.page_numbers import PageNumbers
from retrieval.parse.document import Block

_LONGEST = 100  # characters of a heading


class Outline(CorpusTool):
    """`outline()`; of several documents, `outline(document)` or the list of them."""

    name: str = "outline"
    description: str = "Show headings with page numbers."

    def _run(self) -> tuple[str, ToolArtifact]:
        return self.of(self.context.corpus.documents[0])

    def of(self, document: str) -> tuple[str, ToolArtifact]:
        """The headings of one document, the deepest levels left out if there is no room."""
        parsed, places = self.context.corpus.document(document), PageNumbers(self.context, document)
        headings = (block for block in parsed.blocks if block.kind == "heading")
        blocks = [block for block in headings if places.allowed(block.start)]
        head = f"{label(document)}: {places.range_text}{places.unpaged}"
        if not blocks:
            return f"{head}; it has no headings", ToolArtifact("no headings")
        fitting = blocks
        for deepest in sorted({block.level for block in blocks}, reverse=True):
            fitting = [block for block in blocks if block.level <= deepest]
            lines = self._lines(document, fitting, places)
            if self.context.count("\n".join([head, *lines])) <= self.context.budget:
                break
        text, kept = self.context.lines(head, self._lines(document, fitting, places), len(fitting))
        left_out = len(blocks) - len(fitting)
        if left_out:
            text += f"\n{left_out} deeper headings are not shown"
        return text, ToolArtifact(f"{kept} headings", (), len(blocks) - kept)

    def _lines(self, document: str, blocks: list[Block], places: PageNumbers) -> Iterator[str]:
        text = self.context.corpus.text(document)
        levels = sorted({block.level for block in blocks})
        for block in blocks:
            title = label(text[block.start : block.end]).strip("#=- ")[:_LONGEST]
            indent = "  " * levels.index(block.level)
            yield f"{indent}{title} ({places.unit} {places.number(block.start)})"


class OutlineOf(Outline):
    """The same where there are several documents."""

    def _run(self, document: str = "") -> tuple[str, ToolArtifact]:
        if document.strip():
            return self.of(self.document(document))
        names = self.context.corpus.documents
        lines = (
            f"{number} {label(name)}: {PageNumbers(self.context, name).range_text}"
            for number, name in enumerate(names, 1)
        )
        head = f"{len(names)} documents; call outline with one's number for its headings"
        text, kept = self.context.lines(head, lines, len(names))
        return text, ToolArtifact(f"{len(names)} documents", (), len(names) - kept)

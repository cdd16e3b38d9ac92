"""What docagent's tools have in common."""

from __future__ import annotations

from typing import Any, Literal

from langchain_core.tools import BaseTool, ToolException
from pydantic import Field

from docagent.tools.context import ToolContext, label


class CorpusTool(BaseTool):
    """A tool on the documents of a `ToolContext`; its message's `artifact` is a `ToolArtifact`.

    What the model did wrong is a ToolException: one line that it can mend.
    """

    # Any, because pydantic would copy and check a dataclass; it is a `ToolContext`.
    tool_context: Any = Field(exclude=True, repr=False)
    response_format: Literal["content", "content_and_artifact"] = "content_and_artifact"

    @property
    def context(self) -> ToolContext:
        """The tool context, typed."""
        context: ToolContext = self.tool_context
        return context

    def document(self, named: str) -> str:
        """The document of this name, part of a name, or number from 1; the only one if there is
        but one."""
        names = self.context.corpus.documents
        wanted = named.strip().lower()
        if len(names) == 1:
            return names[0]
        if wanted.isdecimal() and 1 <= int(wanted) <= len(names):
            return names[int(wanted) - 1]
        exact = [name for name in names if name.lower() == wanted]
        like = exact or [name for name in names if wanted and wanted in name.lower()]
        if len(like) == 1:
            return like[0]
        listed = ", ".join(f"{n} {label(name)}" for n, name in enumerate(names[:20], 1))
        more = f", ... {len(names) - 20} more" if len(names) > 20 else ""
        raise ToolException(f"name one document by its number: {listed}{more}")

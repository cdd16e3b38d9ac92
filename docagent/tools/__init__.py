"""What an agent does with a document, as LangChain tools: search, grep, outline, read, and more."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from docagent.errors import DocAgentError

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

    from docagent.tools.artifact import ToolArtifact
    from docagent.tools.context import ToolContext
    from docagent.tools.registry import CitationRegistry
    from docagent.tools.toolset import corpus_tools

NAMES = ("search", "grep", "outline", "read_pages")
"""Names of docagent's tools, which a user's own must not have."""

__all__ = [
    "NAMES",
    "CitationRegistry",
    "ToolArtifact",
    "ToolContext",
    "checked_tools",
    "corpus_tools",
]

_HOME = {
    "CitationRegistry": "registry",
    "ToolArtifact": "artifact",
    "ToolContext": "context",
    "corpus_tools": "toolset",
}


def __getattr__(name: str) -> Any:
    """Imported on first use: LangChain takes half a second."""
    if name in _HOME:
        return getattr(import_module(f"docagent.tools.{_HOME[name]}"), name)
    raise AttributeError(f"module 'docagent.tools' has no attribute {name!r}")


def checked_tools(tools: Sequence[BaseTool]) -> tuple[BaseTool, ...]:
    """A user's own tools. Raises DocAgentError for what is none, and for names that are taken."""
    if not tools:
        return ()
    from langchain_core.tools import BaseTool

    from docagent.engine.tools.specification import specifications

    for tool in tools:
        if not isinstance(tool, BaseTool):
            raise DocAgentError(f"{tool!r} is no LangChain tool; put @tool before the function")
        if tool.name in NAMES:
            raise DocAgentError(f"docagent has a tool {tool.name!r} of its own; rename yours")
    specifications(tools)
    return tuple(tools)

"""What an agent does with a document, as LangChain tools: search, grep, outline, read, and more."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.tools import BaseTool

from docagent.engine.tools.specification import specifications
from docagent.errors import DocAgentError
from docagent.tools.context import CitationRegistry, ToolArtifact, ToolContext
from docagent.tools.grep import Grep
from docagent.tools.outline import Outline, OutlineOf
from docagent.tools.read_pages import ReadPages, ReadPagesOf
from docagent.tools.search import Search
from retrieval.corpus import Corpus

__all__ = [
    "NAMES",
    "CitationRegistry",
    "ToolArtifact",
    "ToolContext",
    "checked_tools",
    "corpus_tools",
]

NAMES = ("search", "grep", "outline", "read_pages")
"""Names of docagent's tools, which a user's own must not have."""


def corpus_tools(corpus: Corpus, context: ToolContext | None = None) -> list[BaseTool]:
    """search, grep, outline and read_pages on a corpus, for any LangChain agent.

        create_agent(model, corpus_tools(Corpus.open(["report.pdf"])))

    They number passages [1], [2], ... in one registry: `context.registry.passages` says which
    passage a number stands for. Make new ones, or give a new `context`, for each conversation.
    """
    several = len(corpus.documents) > 1
    outline, read_pages = (OutlineOf, ReadPagesOf) if several else (Outline, ReadPages)
    context = context or ToolContext(corpus)
    return [tool(tool_context=context) for tool in (Search, Grep, outline, read_pages)]


def checked_tools(tools: Sequence[BaseTool]) -> tuple[BaseTool, ...]:
    """A user's own tools. Raises DocAgentError for what is none, and for names that are taken."""
    for tool in tools:
        if not isinstance(tool, BaseTool):
            raise DocAgentError(f"{tool!r} is no LangChain tool; put @tool before the function")
        if tool.name in NAMES:
            raise DocAgentError(f"docagent has a tool {tool.name!r} of its own; rename yours")
    specifications(tools)
    return tuple(tools)

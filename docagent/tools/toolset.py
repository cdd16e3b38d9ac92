"""The tools together, for our own loop and for other people's agents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docagent.tools.context import ToolContext
from docagent.tools.grep import Grep
from docagent.tools.outline import outline
from docagent.tools.read_pages import read_pages
from docagent.tools.search import Search
from retrieval.corpus import Corpus

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool


def corpus_tools(corpus: Corpus, context: ToolContext | None = None) -> list[BaseTool]:
    """search, grep, outline and read_pages on a corpus, for any LangChain agent.

        create_agent(model, corpus_tools(Corpus.open(["report.pdf"])))

    They number passages [1], [2], ... in one registry: `context.registry.passages` says which
    passage a number stands for. Make new ones, or give a new `context`, for each conversation.
    """
    context = context or ToolContext(corpus)
    return [
        Search(tool_context=context),
        Grep(tool_context=context),
        outline(corpus, tool_context=context),
        read_pages(corpus, tool_context=context),
    ]

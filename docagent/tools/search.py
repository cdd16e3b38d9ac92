"""Search: the nearest passages by words and meaning."""

from __future__ import annotations

from langchain_core.tools import ToolException

from docagent.errors import DocAgentError
from docagent.tools.base import CorpusTool
from docagent.tools.context import ToolArtifact
from retrieval.query import readable

_PASSAGES = 10


class Search(CorpusTool):
    """`search(query)`"""

    name: str = "search"
    description: str = "Find passages about a topic."

    def _run(self, query: str) -> tuple[str, ToolArtifact]:
        try:
            query = readable(query)
        except DocAgentError as error:
            raise ToolException("the query is empty; give a few words") from error
        found = self.context.corpus.search(query, _PASSAGES, self.context.pages)
        if not found:
            return "No passage found.", ToolArtifact("no passage")
        return self.context.whole(found)

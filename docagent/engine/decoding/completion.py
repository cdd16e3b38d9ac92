"""One answer on its way: text as it comes, then its calls, how long it was and why it ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from langchain_core.messages import InvalidToolCall, ToolCall, ToolCallChunk
from langchain_core.messages.ai import UsageMetadata

from docagent.engine.decoding.textstream import TextStream
from docagent.engine.tools.calls import call_chunks
from docagent.engine.tools.specification import ToolSpec
from docagent.engine.tools.splitter import Splitter

if TYPE_CHECKING:
    from docagent.engine.decoding.request import Request
    from docagent.engine.loading.tokenizer import AnyTokenizer


class Completion:
    """Iterate once for the pieces of content; calls, usage and finish reason are right afterwards.

    `tokens` are the request's answer as it comes; reaching its limit means that it was cut.
    """

    def __init__(
        self,
        request: Request,
        tokens: Iterable[int],
        tokenizer: AnyTokenizer,
        stop: Sequence[str],
        tools: Sequence[ToolSpec],
    ) -> None:
        self._request = request
        self._tokens = tokens
        self._text = TextStream(tokenizer, stop)
        self._splitter = Splitter(tools)
        self._new_tokens = 0
        self.tool_calls: list[ToolCall] = []
        self.invalid_tool_calls: list[InvalidToolCall] = []

    def __iter__(self) -> Iterator[str]:
        for token in self._tokens:
            self._new_tokens += 1
            if piece := self._splitter.push(self._text.push(token)):
                yield piece
            if self._text.stopped:
                break
        if piece := self._splitter.push(self._text.finish()):
            yield piece
        rest = self._splitter.finish()
        self.tool_calls, self.invalid_tool_calls = rest.tool_calls, rest.invalid_tool_calls
        if rest.content:
            yield rest.content

    @property
    def finish_reason(self) -> Literal["stop", "length", "tool_calls"]:
        """`stop` at the end token or a stop string, `length` at the limit."""
        if self._new_tokens >= self._request.max_new_tokens and not self._text.stopped:
            return "length"
        return "tool_calls" if self.tool_calls else "stop"

    @property
    def tool_call_chunks(self) -> list[ToolCallChunk]:
        """The calls as LangChain streams them, each in one piece."""
        return call_chunks(self.tool_calls, self.invalid_tool_calls)

    @property
    def usage(self) -> UsageMetadata:
        """Tokens of prompt and answer; the end token is not counted."""
        return self._request.usage(self._new_tokens)

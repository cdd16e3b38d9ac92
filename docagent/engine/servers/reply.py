"""One answer of a server, as docagent passes it on."""

from __future__ import annotations

from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk

from docagent.engine.servers.calls import CallReader, as_chunks, offered


class Reply:
    """One answer as it comes, with its calls read and its usage given once, at the end."""

    def __init__(self, options: dict[str, Any]) -> None:
        tools = offered(options)
        self._calls = CallReader(tools) if tools else None
        self.usage: UsageMetadata | None = None

    def push(self, piece: ChatGenerationChunk) -> ChatGenerationChunk:
        """A piece of the answer as it may be passed on."""
        message = piece.message
        if not isinstance(message, AIMessageChunk):
            return piece
        # Some servers count up with every piece, and LangChain would add all of it.
        self.usage = message.usage_metadata or self.usage
        changed: dict[str, Any] = {"usage_metadata": None}
        if self._calls is not None:
            self._calls.add(message.tool_call_chunks)
            changed["content"] = self._calls.push(message.text)
            changed |= {"tool_call_chunks": [], "tool_calls": [], "invalid_tool_calls": []}
        message = message.model_copy(update=changed)
        return ChatGenerationChunk(message=message, generation_info=piece.generation_info)

    def last(self) -> ChatGenerationChunk:
        """What is known only at the end."""
        message = AIMessageChunk(content="", usage_metadata=self.usage)
        if self._calls is not None:
            calls = self._calls.finish()
            message = AIMessageChunk(
                content=calls.content,
                tool_call_chunks=as_chunks(calls),
                usage_metadata=self.usage,
            )
        return ChatGenerationChunk(message=message)

    def whole(self, message: AIMessage) -> AIMessage:
        """An answer that came in one piece."""
        if self._calls is None:
            return message
        whole = AIMessageChunk(
            content="",
            tool_calls=message.tool_calls,
            invalid_tool_calls=message.invalid_tool_calls,
        )
        self._calls.add(whole.tool_call_chunks)
        content = self._calls.push(message.text)
        calls = self._calls.finish()
        return message.model_copy(
            update={
                "content": content + calls.content,
                "tool_calls": calls.tool_calls,
                "invalid_tool_calls": calls.invalid_tool_calls,
            }
        )

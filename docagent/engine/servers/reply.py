"""One answer of a server, as docagent passes it on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk, ToolCallChunk
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk

from docagent.engine.tools.calls import Request, call_chunks, checked
from docagent.engine.tools.specification import specifications
from docagent.engine.tools.splitter import Calls, Splitter


class Reply:
    """One answer as it comes, with its calls read and its usage given once, at the end.

    Only offered tools are called: other names, and arguments that no reading makes fit, are among
    the invalid calls with one line for the model. Calls in the text count where the server lists
    none, as it does when it has no parser for this model or was started without one.
    Raises `DocAgentError` for tools that cannot be offered.
    """

    def __init__(self, options: dict[str, Any]) -> None:
        tools = () if options.get("tool_choice") == "none" else options.get("tools") or ()
        # OpenAI's own tools, such as its web search, are run by the server and never called by us.
        self._tools = specifications([tool for tool in tools if "function" in tool])
        self._splitter = Splitter(self._tools)
        self._listed: list[ToolCallChunk] = []
        self.usage: UsageMetadata | None = None

    def push(self, piece: ChatGenerationChunk) -> ChatGenerationChunk:
        """A piece of the answer as it may be passed on."""
        message = piece.message
        if not isinstance(message, AIMessageChunk):
            return piece
        # Some servers count up with every piece, and LangChain would add all of it.
        self.usage = message.usage_metadata or self.usage
        changed: dict[str, Any] = {"usage_metadata": None}
        if self._tools:
            self._add(message.tool_call_chunks)
            changed["content"] = self._splitter.push(message.text)
            changed |= {"tool_call_chunks": [], "tool_calls": [], "invalid_tool_calls": []}
        message = message.model_copy(update=changed)
        return ChatGenerationChunk(message=message, generation_info=piece.generation_info)

    def last(self) -> ChatGenerationChunk:
        """What is known only at the end."""
        calls = self._finish()
        message = AIMessageChunk(
            content=calls.content,
            tool_call_chunks=call_chunks(calls.tool_calls, calls.invalid_tool_calls),
            usage_metadata=self.usage,
        )
        return ChatGenerationChunk(message=message)

    def whole(self, message: AIMessage) -> AIMessage:
        """An answer that came in one piece."""
        if not self._tools:
            return message
        whole = AIMessageChunk(
            content="",
            tool_calls=message.tool_calls,
            invalid_tool_calls=message.invalid_tool_calls,
        )
        self._add(whole.tool_call_chunks)
        content = self._splitter.push(message.text)
        calls = self._finish()
        return message.model_copy(
            update={
                "content": content + calls.content,
                "tool_calls": calls.tool_calls,
                "invalid_tool_calls": calls.invalid_tool_calls,
            }
        )

    def _add(self, pieces: Iterable[ToolCallChunk]) -> None:
        """Put together the calls that the server lists."""
        for piece in pieces:
            same = (call for call in reversed(self._listed) if call["index"] == piece["index"])
            last = next(same, None)
            # Some servers give every call the index 0: another id begins another call, and so does
            # a name where one stands already, unless the id says that it is the same call.
            if last is None or (
                piece["id"] != last["id"]
                if piece["id"] and last["id"]
                else piece["name"] and last["name"]
            ):
                self._listed.append(piece.copy())
                continue
            last["id"], last["name"] = last["id"] or piece["id"], last["name"] or piece["name"]
            last["args"] = (last["args"] or "") + (piece["args"] or "")

    def _finish(self) -> Calls:
        """The rest of the content and all calls."""
        rest = self._splitter.finish()
        if not self._listed:
            return rest
        calls = Calls(rest.content, [], [])
        for listed in self._listed:
            call = checked(Request(listed["name"] or "", listed["args"] or ""), self._tools)
            call["id"] = listed["id"] or call["id"]
            calls.add(call)
        return calls

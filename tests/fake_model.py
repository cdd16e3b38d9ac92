"""A chat model that replays what it was given and remembers what it was asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field

USAGE = UsageMetadata(
    input_tokens=100,
    output_tokens=7,
    total_tokens=107,
    input_token_details={"cache_read": 40},
)


YES_OR_NO = "Reply Yes or No."


def asks_yes_or_no(messages: list[BaseMessage]) -> bool:
    """Whether a prompt asks if the passages answer."""
    return YES_OR_NO in str(messages[-1].content)


class FakeModel(BaseChatModel):
    """Streams the next of `replies` word by word; `asked` holds the messages of each call.

    Asked whether passages answer, it says `answerable`, which is counted in `judged` alone.
    """

    replies: list[str]
    asked: list[list[BaseMessage]] = Field(default_factory=list)
    answerable: str = "Yes"
    judged: list[list[BaseMessage]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "fake"

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        if asks_yes_or_no(messages):
            self.judged.append(messages)
            reply = AIMessage(content=self.answerable)
            return ChatResult(generations=[ChatGeneration(message=reply)])
        self.asked.append(messages)
        reply = AIMessage(content=self.replies.pop(0), usage_metadata=USAGE)
        return ChatResult(generations=[ChatGeneration(message=reply)])

    def _stream(
        self, messages: list[BaseMessage], *_: Any, **__: Any
    ) -> Iterator[ChatGenerationChunk]:
        self.asked.append(messages)
        for piece in re.findall(r"\S*\s*", self.replies.pop(0)):
            yield ChatGenerationChunk(message=AIMessageChunk(content=piece))
        yield ChatGenerationChunk(message=AIMessageChunk(content="", usage_metadata=USAGE))

    def prompt(self, call: int = -1) -> str:
        """All text of one call."""
        return "\n".join(str(message.content) for message in self.asked[call])

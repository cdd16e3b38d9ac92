"""A chat model that answers each prompt by a function, and counts what it was asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import Field

from tests.fake_model import USAGE, asks_yes_or_no

Reply = Callable[[str], str]


class ReadingModel(BaseChatModel):
    """`reply(prompt)` gives the text of each answer; `asked` holds the prompts.

    Asked whether passages answer, it says `answerable`, which is counted nowhere.
    """

    reply: Reply
    asked: list[str] = Field(default_factory=list)
    answerable: str = "Yes"
    context: int = 8_192

    @property
    def _llm_type(self) -> str:
        return "reading"

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        if asks_yes_or_no(messages):
            reply = AIMessage(content=self.answerable)
            return ChatResult(generations=[ChatGeneration(message=reply)])
        prompt = "\n".join(str(message.content) for message in messages)
        self.asked.append(prompt)
        message = AIMessage(content=self.reply(prompt), usage_metadata=USAGE)
        return ChatResult(generations=[ChatGeneration(message=message)])

    @property
    def windows(self) -> list[str]:
        """The prompts in which a part of the document was read."""
        return [prompt for prompt in self.asked if "word for word" in prompt]


def picks(*words: str) -> Reply:
    """Copies each sentence of a part, or of the evidence, that holds one of the words."""

    def reply(prompt: str) -> str:
        text = re.split(r"\n\n(?:Copy the sentences|Answer the question)", prompt)[0]
        found = [s.strip() for s in re.findall(r"[^.\n]+\.", text) if any(w in s for w in words)]
        if "word for word" in prompt:
            return "\n".join(f"- {sentence}" for sentence in found) or "None."
        return " ".join(found) or "The document does not say."

    return reply

"""A chat model that summarises by rule: the first sentence of every paragraph it is shown."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import Field

from docagent.errors import DocAgentError
from tests.fake_model import USAGE, FakeModel

_FIRST = re.compile(r"(?:\A|\n\n)(?:#[^\n]*\n+)?(\S.+?[.])(?=\s|\Z)", re.DOTALL)


class Summariser(FakeModel):
    """`added` is written behind each summary of a part; parts that hold `broken` fail.

    Unless two have one `model_name`, none is given what the other's replies left in the cache.
    """

    replies: list[str] = []  # noqa: RUF012 (pydantic copies it)
    model_name: str = Field(default_factory=lambda: uuid4().hex)
    context: int = 1200
    added: str = ""
    broken: str = "\x00"

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        self.asked.append(messages)
        text = str(messages[-1].content)
        if self.broken in text:
            raise DocAgentError("the model server failed; try again")
        reply = AIMessage(content=self._reply(text), usage_metadata=USAGE)
        return ChatResult(generations=[ChatGeneration(message=reply)])

    def _reply(self, text: str) -> str:
        if "Translate the sentence" in text:
            return text.partition("\n")[0].upper()
        shown = re.split(r"\n\n(?:Summarise|What does)", text)[0]
        found = [" ".join(one.split()) for one in _FIRST.findall(shown)]
        return "\n".join(f"- {line}" for line in [*found, *filter(None, [self.added])])

    @property
    def parts(self) -> list[str]:
        """The prompts that were about parts, less those that translated."""
        asked = (str(messages[-1].content) for messages in self.asked)
        return [text for text in asked if "text above" in text]

"""A chat model that summarises by rule: the first sentence of every passage it is shown."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import Field

from docagent.errors import DocAgentError
from tests.fake_model import USAGE, FakeModel

_PASSAGE = re.compile(r"^\[(\d+)\] (?:#[^\n]*\n+)?(.+?[.])(?=\s|$)", re.MULTILINE | re.DOTALL)


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
        found = [(number, " ".join(told.split())) for number, told in _PASSAGE.findall(text)]
        if text.startswith("Translate"):
            return "\n".join(f"[{number}] {line.upper()}" for number, line in found)
        if "reply with the word None" in text and "lamp" not in text.partition("\n\nWrite")[0]:
            return "None."
        most = re.search(r"at most (\d+) sentences", text)
        lines = [f"{line} [{number}]" for number, line in found]
        if most:
            return " ".join(lines[: int(most[1])])
        return "\n".join(f"- {line}" for line in [*lines, *filter(None, [self.added])])

    @property
    def parts(self) -> list[str]:
        """The prompts that were about parts, less those that joined or translated."""
        asked = (str(messages[-1].content) for messages in self.asked)
        return [text for text in asked if "of the passages above" in text]

"""Messages, tools and a schema as the token ids of a prompt."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from langchain_core.messages import BaseMessage

from docagent.engine.options import GenerationOptions
from docagent.engine.tokens import ChatTokens, Part, Turn
from docagent.engine.tools.marks import Format, stop_strings
from docagent.engine.tools.render import render
from docagent.engine.tools.specification import ToolSpec

if TYPE_CHECKING:
    from docagent.engine.loading.tokenizer import AnyTokenizer


class Prompt(NamedTuple):
    """Token ids, and where the instructions end and texts to quote from begin."""

    ids: list[int]
    quote_from: int


class PromptEncoder:
    """Renders conversations for one model."""

    def __init__(self, tokenizer: AnyTokenizer, format: Format) -> None:
        self.tokens = ChatTokens(tokenizer)
        self.format = format

    def encode(
        self,
        messages: Sequence[BaseMessage],
        tools: Sequence[ToolSpec] = (),
        schema: dict[str, Any] | None = None,
    ) -> Prompt:
        """The prompt of a conversation. Raises `DocAgentError` for what is not text.

        A schema stands at the end of the last message, after all that prompts may share.
        """
        turns = render(messages, tools, self.format)
        if schema is not None:
            text = json.dumps(schema, ensure_ascii=False)
            turns[-1] = _extended(
                turns[-1], f"\n\nAnswer with JSON that follows this schema: {text}"
            )
        instructions = [turn for turn in turns[:1] if turn["role"] == "system"]
        start = 0
        if instructions and len(turns) > 1:
            start = len(self.tokens.encode(instructions, add_generation_prompt=False))
        return Prompt(self.tokens.encode(turns), start)

    def stop(self, options: GenerationOptions) -> tuple[str, ...]:
        """Strings at which the answer ends."""
        return (*options.stop, *stop_strings(self.format)) if options.tools else options.stop


def _extended(turn: Turn, text: str) -> Turn:
    content = turn["content"]
    parts = [Part(content)] if isinstance(content, str) else list(content)
    return {**turn, "content": [*parts, Part(text)]}

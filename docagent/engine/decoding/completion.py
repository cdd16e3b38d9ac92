"""One answer on its way: text as it comes, then how long it was and why it ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from langchain_core.messages.ai import InputTokenDetails, UsageMetadata

from docagent.engine.decoding.textstream import TextStream


class Completion:
    """Iterate once for the pieces of text; usage and finish reason are right afterwards.

    `limit` is the most tokens the answer may take; reaching it means that the answer was cut.
    `cached_tokens` of the prompt were remembered from earlier prompts.
    """

    def __init__(
        self,
        tokens: Iterable[int],
        text: TextStream,
        *,
        prompt_tokens: int,
        cached_tokens: int,
        limit: int,
    ) -> None:
        self._tokens = tokens
        self._text = text
        self._limit = limit
        self.prompt_tokens = prompt_tokens
        self.cached_tokens = cached_tokens
        self.new_tokens = 0

    def __iter__(self) -> Iterator[str]:
        for token in self._tokens:
            self.new_tokens += 1
            if piece := self._text.push(token):
                yield piece
            if self._text.stopped:
                return
        if piece := self._text.finish():
            yield piece

    @property
    def finish_reason(self) -> Literal["stop", "length"]:
        """`stop` at the end token or a stop string, `length` at the limit."""
        cut = self.new_tokens >= self._limit and not self._text.stopped
        return "length" if cut else "stop"

    @property
    def usage(self) -> UsageMetadata:
        """Tokens of prompt and answer; the end token is not counted."""
        return UsageMetadata(
            input_tokens=self.prompt_tokens,
            output_tokens=self.new_tokens,
            total_tokens=self.prompt_tokens + self.new_tokens,
            input_token_details=InputTokenDetails(cache_read=self.cached_tokens),
        )
